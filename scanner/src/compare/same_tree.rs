//! The tree that BEFORE is of, at a later time: it can be asked what no manifest holds.
//!
//! The time of change of an inode (ctime) can be set back by nobody (inode(7)), and no copy can keep
//! it. So it tells in the same tree alone, and there what was not written since.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::Timestamp;
use rustix::fs::{Mode, OFlags, open};

use crate::inode_facts::{Device, FileKind, InodeFacts, time_of_birth};
use crate::manifest::Header;
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
}

/// What the times of a file's inode say of its bytes since BEFORE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// Nothing wrote to it.
    Never,
    /// Something may have.
    Possible,
    /// It was made since, so something wrote all of it.
    MadeSince,
}

impl SameTree {
    /// Seconds that a directory must have rested when BEFORE was begun. Filesystems keep times in steps
    /// of up to two: a name could come, be seen and go within one.
    const REST: f64 = 3.0;

    /// The same of a file. A store to a mapped page that is dirty already sets no time until the page
    /// was written back, which takes half a minute by default (vm.dirty_expire_centisecs).
    const REST_OF_FILES: f64 = 120.0;

    /// Where a tree that was just walked is that of a manifest, wherever it is mounted: by its
    /// filesystem and the number of its root.
    pub fn of(before: &Header, after: &Recorded) -> Option<Self> {
        let same = before.root_inode.is_some()
            && before.root_inode == after.root_inode
            && before.filesystem.is_of_the_same(&after.filesystem);
        if same { Self::at(&after.root, before.created_at) } else { None }
    }

    pub(super) fn at(root: &Path, since: Timestamp) -> Option<Self> {
        let (_, facts) = opened(root)?;
        let device = facts.device();
        Some(SameTree { root: root.to_owned(), device, since })
    }

    /// Whether nothing changed a directory since, as its time of change says.
    pub(super) fn rests(&self, directory: &[u8]) -> bool {
        let opened = self.opened(directory, FileKind::Directory);
        opened.is_some_and(|(_, facts)| self.has_rested(&facts, Self::REST))
    }

    /// What wrote to a file since, as its inode says; none where nothing is known of it.
    pub(super) fn writing(&self, file: &[u8]) -> Option<Writing> {
        let (opened, facts) = self.opened(file, FileKind::Regular)?;
        let is_made_since = time_of_birth(opened.as_fd()).is_some_and(|(seconds, nanoseconds)| {
            seconds as f64 + f64::from(nanoseconds) / 1e9 > self.since.as_unix_seconds()
        });
        Some(if is_made_since {
            Writing::MadeSince
        } else if self.has_rested(&facts, Self::REST_OF_FILES) {
            Writing::Never
        } else {
            Writing::Possible
        })
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

fn opened(path: &Path) -> Option<(OwnedFd, InodeFacts)> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = open(path, flags, Mode::empty()).ok()?;
    let facts = InodeFacts::of_descriptor(opened.as_fd()).ok()?;
    Some((opened, facts))
}
