//! What ext4 does when it meets damage: the mount's `errors=` option.
//!
//! Looking can hurt: a lookup that meets damage makes the kernel act on this policy, up to a
//! panic of the whole node (kernel fs/ext4/super.c, `ext4_handle_error`). So it is read before
//! anything else.

use std::fmt;
use std::fs;

use crate::mounts::Mount;
use crate::oddities;

/// The policy of a mounted ext2, ext3 or ext4, in rising order of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorsPolicy {
    /// The error is recorded and the work goes on.
    Continue,
    /// The mount turns read-only.
    RemountReadOnly,
    /// The machine stops.
    Panic,
}

impl ErrorsPolicy {
    /// Reads the policy in force. /proc/fs/ext4/DEV/options always names it; the mount table
    /// does only where it differs from the superblock's default. None where neither can be
    /// read, or where the filesystem has no such policy. For an overlay the worst of its layers':
    /// what it looks up is looked up there.
    pub fn of(mount: &Mount) -> Option<Self> {
        let layers = mount.layers();
        if !layers.is_empty() {
            return layers.iter().filter_map(Self::of).max();
        }
        if !oddities::of(&mount.filesystem).is_ext {
            return None;
        }
        let from_proc = || {
            let path = format!("/proc/fs/ext4/{}/options", mount.device_name()?);
            find(fs::read_to_string(path).ok()?.lines())
        };
        from_proc().or_else(|| find(mount.super_options.split(',')))
    }
    /// What a superblock says for mounts that name no policy (kernel fs/ext4/ext4.h,
    /// `EXT4_ERRORS_*`).
    pub fn of_superblock(behavior: u16) -> Option<Self> {
        match behavior {
            1 => Some(ErrorsPolicy::Continue),
            2 => Some(ErrorsPolicy::RemountReadOnly),
            3 => Some(ErrorsPolicy::Panic),
            _ => None,
        }
    }
}

fn find<'a>(mut options: impl Iterator<Item = &'a str>) -> Option<ErrorsPolicy> {
    options.find_map(|option| match option.strip_prefix("errors=")? {
        "continue" => Some(ErrorsPolicy::Continue),
        "remount-ro" => Some(ErrorsPolicy::RemountReadOnly),
        "panic" => Some(ErrorsPolicy::Panic),
        _ => None,
    })
}

impl fmt::Display for ErrorsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ErrorsPolicy::Continue => "continue",
            ErrorsPolicy::RemountReadOnly => "remount-ro",
            ErrorsPolicy::Panic => "panic",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_policy_counts() {
        let options = "rw\nbsddf\nerrors=remount-ro\ncommit=5\n";
        assert_eq!(find(options.lines()), Some(ErrorsPolicy::RemountReadOnly));
        assert_eq!(find("rw,errors=panic".split(',')), Some(ErrorsPolicy::Panic));
        assert_eq!(find("rw,relatime".split(',')), None);
    }
}
