//! The tree that BEFORE is of, at a later time: it can be asked what no manifest holds.
//!
//! The time of change of an inode (ctime) can be set back by nobody (inode(7)), and no copy can keep
//! it. So it tells in the same tree alone, and there what was not written since.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::Timestamp;
use rustix::fs::{Mode, OFlags, open};

use crate::inode_facts::{Device, FileKind, InodeFacts};
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
        let device = facts(root)?.device();
        Some(SameTree { root: root.to_owned(), device, since })
    }

    /// Whether nothing changed a directory since, as its time of change says.
    pub(super) fn rests(&self, directory: &[u8]) -> bool {
        self.has_rested(directory, FileKind::Directory, Self::REST).unwrap_or_default()
    }

    /// Whether nothing wrote to a file since, as its time of change says; none where nothing is known of
    /// it.
    pub(super) fn is_unwritten(&self, file: &[u8]) -> Option<bool> {
        self.has_rested(file, FileKind::Regular, Self::REST_OF_FILES)
    }

    /// It must lie on the filesystem of the root, about which alone something is known.
    fn has_rested(&self, path: &[u8], kind: FileKind, seconds: f64) -> Option<bool> {
        let facts = facts(&self.root.join(OsStr::from_bytes(path)))?;
        let known = facts.kind() == kind && facts.device() == self.device;
        let (changed_at, _) = facts.changed_at();
        known.then(|| changed_at as f64 + seconds < self.since.as_unix_seconds())
    }
}

fn facts(path: &Path) -> Option<InodeFacts> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = open(path, flags, Mode::empty()).ok()?;
    InodeFacts::of_descriptor(opened.as_fd()).ok()
}
