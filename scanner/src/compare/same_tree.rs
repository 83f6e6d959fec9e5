//! The tree that BEFORE is of, at a later time: it can be asked what no manifest holds.
//!
//! No program can set the time of change of an inode (ctime, inode(7)) while the clock is right, and no
//! copy can keep it. So it tells in the same tree alone, and there what was not written since. That the
//! clock was set shows in the mount session, which holds when the boot was, until it is set right again.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::Timestamp;
use rustix::fs::{Mode, OFlags, open};
use rustix::io::pread;

use super::difference::Written;
use crate::filesystem::Filesystem;
use crate::inode_facts::{Device, FileKind, InodeFacts, time_of_birth};
use crate::manifest::{Entry, Header};
use crate::recorded::Recorded;

/// The very tree that BEFORE is of, at a later time.
#[derive(Clone, Debug)]
pub struct SameTree {
    /// Where it is.
    root: PathBuf,
    /// What that lies on.
    device: Device,
    /// When BEFORE was begun.
    since: Timestamp,
    /// Seconds that a file must have rested then.
    pub(super) rest_of_files: f64,
    /// Whether it stayed mounted, so that no time of change was lost.
    pub(super) stays_mounted: bool,
    /// Directories that another filesystem, or another directory, was mounted on in BEFORE.
    pub(super) mounts: HashSet<Vec<u8>>,
    /// Whether names that were exchanged in one directory show in the times of what they lead to.
    pub(super) exchanges_show: bool,
}

/// What is known of what wrote to a file since BEFORE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// Nothing did, as the times of its inode say.
    Never,
    /// Something may have.
    Possible,
    /// This did, or is so likely that nothing else need be thought of.
    Certain(Written),
}

impl Writing {
    /// The same of a file that may have been put in the place of another one.
    pub(super) fn or_put_there(self) -> Self {
        if self == Writing::Never { Writing::Possible } else { self }
    }
}

impl SameTree {
    /// Seconds that a directory must have rested when BEFORE was begun. Filesystems keep times in steps
    /// of up to two: a name could come, be seen and go within one.
    const REST: f64 = 3.0;

    /// Seconds before BEFORE within which a program that wrote to a file is likely to have gone on.
    const JUST_BEFORE: f64 = 120.0;

    /// Where a tree that was just walked is that of a manifest, wherever it is mounted: by its
    /// filesystem and the number of its root. Nothing where times do not tell of every write, as on
    /// overlays, whose identity and times are those of a layer, and in images made as a whole.
    /// Nor where the clock was set back since: by it BEFORE is yet to come.
    pub fn of(before: &Header, after: &Recorded) -> Option<Self> {
        let same = before.root_inode.is_some()
            && before.root_inode == after.root_inode
            && before.filesystem.is_of_the_same(&after.filesystem)
            && before.created_at <= Timestamp::now();
        let told = Filesystem::at(&after.root).filter(|_| same)?.oddities;
        let is_true = told.change_time_is_true && told.mapped_stores_show;
        let tree = Self::at(&after.root, before.created_at).filter(|_| is_true)?;
        let session = before.mount_session.as_ref();
        Some(SameTree {
            exchanges_show: told.exchanges_show,
            stays_mounted: session.is_some() && session == after.mount_session.as_ref(),
            mounts: before.mounts.iter().cloned().collect(),
            ..tree
        })
    }

    /// The tree below `root`, on one filesystem that stayed mounted.
    pub(super) fn at(root: &Path, since: Timestamp) -> Option<Self> {
        let (_, facts) = opened(root)?;
        Some(SameTree {
            root: root.to_owned(),
            device: facts.device(),
            since,
            rest_of_files: rest_of_files(),
            stays_mounted: true,
            mounts: HashSet::new(),
            exchanges_show: true,
        })
    }

    /// Whether nothing changed a directory since, as its time of change says. An encrypted one has other
    /// names without its key (fscrypt); what is mounted on one may be another directory each time.
    pub(super) fn rests(&self, directory: &[u8]) -> bool {
        let opened = self.opened(directory, FileKind::Directory);
        let plain = opened
            .filter(|(_, facts)| !facts.is_encrypted() && !self.is_mount_point(directory, facts));
        plain.is_some_and(|(_, facts)| self.has_rested(&facts, Self::REST))
    }

    /// What wrote to an inode since, as its times say; none where nothing is known of it. Other `bytes`
    /// may have come to a file without the filesystem.
    pub(super) fn writing(&self, before: &Entry, after: &Entry, bytes: bool) -> Option<Writing> {
        let path = before.path.as_slice();
        let opened = self.opened(path, before.kind);
        let (opened, facts) = opened.filter(|(_, facts)| !self.is_mount_point(path, facts))?;
        let is_made_since = time_of_birth(opened.as_fd()).is_some_and(|(seconds, nanoseconds)| {
            seconds as f64 + f64::from(nanoseconds) / 1e9 > self.since.as_unix_seconds()
        });
        // A write sets both times to one moment: if it came, the clock stood back. In an older state of
        // the volume both are older than BEFORE knows them.
        let is_of_a_write = after.modified_at > before.modified_at
            && [facts.modified_at(), facts.changed_at()] == [after.modified_at; 2];
        let may_be_written = is_of_a_write || !self.has_rested(&facts, self.rest_of_files);
        Some(if is_made_since {
            Writing::Certain(Written::Anew)
        } else if bytes && is_written_below(&opened) {
            Writing::Certain(Written::Below)
        } else if bytes && self.may_be_mapped(before, after, &facts) {
            Writing::Certain(Written::Mapped)
        } else if may_be_written {
            Writing::Possible
        } else {
            Writing::Never
        })
    }

    /// Whether a program that wrote to a file just before BEFORE may have gone on through memory: that
    /// sets no time as long as the pages wait to be written back. Whoever sets a time back leaves a newer
    /// one of change, and with a new mount the pages are gone.
    fn may_be_mapped(&self, before: &Entry, after: &Entry, facts: &InodeFacts) -> bool {
        let since = self.since.as_unix_seconds();
        let (seconds, nanoseconds) = facts.changed_at();
        // The kernel's clock of times goes in steps, and small inodes keep whole seconds.
        let step = if nanoseconds == 0 { 1.0 } else { 0.02 };
        let changed_at = seconds as f64 + f64::from(nanoseconds) / 1e9 + step;
        self.stays_mounted
            && after.modified_at == before.modified_at
            && !self.has_rested(facts, Self::JUST_BEFORE)
            && (since - Self::JUST_BEFORE..=since).contains(&(after.modified_at.0 as f64))
            && changed_at <= since
    }

    /// Whether something is mounted at a path below the root, or was in BEFORE.
    fn is_mount_point(&self, path: &[u8], facts: &InodeFacts) -> bool {
        self.mounts.contains(path) || (!path.is_empty() && facts.is_mount_root())
    }

    /// What lies at a path, on the filesystem of the root, about which alone something is known.
    fn opened(&self, path: &[u8], kind: FileKind) -> Option<(OwnedFd, InodeFacts)> {
        let (opened, facts) = opened(&self.root.join(OsStr::from_bytes(path)))?;
        let is_known = facts.kind() == kind && facts.device() == self.device;
        is_known.then_some((opened, facts))
    }

    fn has_rested(&self, facts: &InodeFacts, seconds: f64) -> bool {
        let (changed_at, _) = facts.changed_at();
        changed_at as f64 + seconds < self.since.as_unix_seconds()
    }
}

/// A store to a mapped page that is dirty already sets no time until the page was written back, for
/// which it waits by default half a minute, as long as somebody says
/// (Documentation/admin-guide/sysctl/vm.rst), and where a device falls behind, until it comes to it. A
/// write(2) sets the time when it begins, and on such a device it may last.
fn rest_of_files() -> f64 {
    let seconds = |name, by_default| {
        let set = fs::read_to_string(format!("/proc/sys/vm/{name}"));
        set.ok()
            .and_then(|set| set.trim().parse::<f64>().ok())
            .map_or(by_default, |set| set / 100.0)
    };
    rest_for(seconds("dirty_expire_centisecs", 30.0), seconds("dirty_writeback_centisecs", 5.0))
}

/// The same where pages are written back in every `interval`, once they are as old as `expire`; an
/// interval of 0 stands for never.
fn rest_for(expire: f64, interval: f64) -> f64 {
    const LEAST: f64 = 3600.0;
    if interval == 0.0 { f64::INFINITY } else { LEAST.max(2.0 * (expire + interval)) }
}

/// Whether a file is one that is written without the filesystem, so that no time tells: what the kernel
/// swaps to, or wrote to before it slept, says so at the end of its first page (mkswap(8); kernel
/// kernel/power/swap.c), others at their beginning.
fn is_written_below(file: &OwnedFd) -> bool {
    const PAGES: [u64; 3] = [4096, 16384, 65536];
    const WORDS: [&[u8; 10]; 5] =
        [b"SWAPSPACE2", b"SWAP-SPACE", b"S1SUSPEND\0", b"S2SUSPEND\0", b"LINHIB0001"];
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = open(&path, flags | OFlags::NOATIME, Mode::empty());
    let Ok(readable) = opened.or_else(|_| open(&path, flags, Mode::empty())) else { return false };
    let mut head = [0; 24];
    let is_read = pread(&readable, &mut head, 0) == Ok(24);
    let mut words = [0; 10];
    let mut ends_with =
        |page| pread(&readable, &mut words, page - 10) == Ok(10) && WORDS.contains(&&words);
    (is_read && is_head_written_below(&head)) || PAGES.into_iter().any(&mut ends_with)
}

fn is_head_written_below(head: &[u8; 24]) -> bool {
    let number = |at: usize| {
        let bytes = head.get(at..).and_then(|rest| rest.first_chunk()).copied();
        bytes.map_or(0, u32::from_le_bytes)
    };
    let (magic, version) = (number(0), number(4));
    match magic {
        // Quotas of users, groups and projects in files that can be seen (fs/quota/quotaio_v2.h). The
        // kernel sets their times when it stops to keep them (fs/ext4/super.c, `ext4_quota_off`).
        0xd9c0_1f11 | 0xd9c0_1927 | 0xd9c0_3f14 => version <= 1,
        // The bitmap of a RAID array in a file (md(4); drivers/md/md-bitmap.h).
        0x6d74_6962 => (3..=5).contains(&version),
        // The journal of an ext3 that was made from a mounted ext2 (tune2fs(8); include/linux/jbd2.h):
        // both numbers have their highest byte first.
        0x9839_3bc0 => matches!(version.swap_bytes(), 3 | 4),
        // What GRUB remembers (GRUB manual, environment block).
        _ => head == b"# GRUB Environment Block",
    }
}

fn opened(path: &Path) -> Option<(OwnedFd, InodeFacts)> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = open(path, flags, Mode::empty()).ok()?;
    let facts = InodeFacts::of_descriptor(opened.as_fd()).ok()?;
    Some((opened, facts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_below_is_told_from_text_that_begins_alike() {
        let is_one = |head: &[u8]| {
            let mut bytes = *b"\0\0\0\0\0\0\0\0 and so it goes on, and on.";
            bytes[..head.len()].copy_from_slice(head);
            is_head_written_below(bytes.first_chunk().unwrap())
        };
        for (head, expected) in [
            (&b"bitm\x04\0\0\0"[..], true),
            (b"bitmap: ", false),
            (b"\x11\x1f\xc0\xd9\x01\0\0\0", true),
            (b"\x27\x19\xc0\xd9\0\0\0\0", true),
            (b"\x11\x1f\xc0\xd9\x09\0\0\0", false),
            (b"\xc0\x3b\x39\x98\0\0\0\x04", true),
            (b"\xc0\x3b\x39\x98\0\0\0\x01", false),
            (b"# GRUB Environment Block", true),
            (b"# GRUB Environment", false),
        ] {
            assert_eq!(is_one(head), expected, "{head:?}");
        }
    }

    #[test]
    fn files_must_rest_as_long_as_pages_may_stay_dirty() {
        let rests = [(30.0, 5.0), (30.0, 60.0), (1800.0, 1800.0), (30.0, 0.0)];
        let rests = rests.map(|(expire, interval)| rest_for(expire, interval));
        assert_eq!(
            rests.map(f64::to_bits),
            [3600.0, 3600.0, 7200.0, f64::INFINITY].map(f64::to_bits)
        );
    }
}
