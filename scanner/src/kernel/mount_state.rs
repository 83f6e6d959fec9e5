//! `mount-read-only-by-error`: a mount that an error turned read-only.
//!
//! Looks at the mount table. Since Linux 6.18 ext4 says `emergency_ro` there; before, the
//! superblock is `ro` while the mount is `rw`, which a remount by hand can also leave behind on
//! other mounts of the filesystem, so it counts only where errors are on record. (statvfs does
//! not show it.) ext2, ext3, ext4; no privilege.

use crate::mounts::{self, Mount};
use crate::oddities;

/// What was seen of a mount that is read-only because of an error. The table is read anew: the
/// error may have come up since.
pub(super) fn read_only_by_error(mount: &Mount, has_errors: bool) -> Option<String> {
    if !oddities::of(&mount.filesystem).is_ext {
        return None;
    }
    let table = mounts::read().ok()?;
    judge(table.iter().find(|now| now.id == mount.id)?, has_errors)
}

fn judge(mount: &Mount, has_errors: bool) -> Option<String> {
    let has = |options: &str, word: &str| options.split(',').any(|option| option == word);
    if has(&mount.super_options, "emergency_ro") {
        return Some("the superblock is in emergency_ro".to_owned());
    }
    let turned = has(&mount.options, "rw") && has(&mount.super_options, "ro");
    (turned && has_errors).then(|| "the mount is rw, its superblock is ro".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(options: &str, super_options: &str) -> Mount {
        Mount {
            id: 1,
            parent: 0,
            device: (7, 0),
            root: b"/".to_vec(),
            point: b"/mnt".to_vec(),
            options: options.to_owned(),
            filesystem: "ext4".to_owned(),
            source: b"/dev/loop0".to_vec(),
            super_options: super_options.to_owned(),
        }
    }

    #[test]
    fn only_an_error_makes_a_finding() {
        let table = [
            ("rw,relatime", "rw", true, false),
            ("rw,relatime", "rw,emergency_ro", true, true),
            ("rw", "ro,errors=remount-ro", true, true),
            ("rw", "ro", false, false),
            ("ro", "ro", true, false),
        ];
        for (options, super_options, has_errors, expected) in table {
            let found = judge(&mount(options, super_options), has_errors).is_some();
            assert_eq!(found, expected, "{options} {super_options} {has_errors}");
        }
    }
}
