//! Directories in which no name came or went since BEFORE, as their own times say.
//!
//! Where a name is missing in one all the same, no work removed it: that would have set both times,
//! and the time of change (ctime) can be set back by nobody (inode(7)). Manifests do not hold that
//! one, since copies cannot keep it: the tree itself is asked.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use reports::Timestamp;
use rustix::fs::{Mode, OFlags, open};

use crate::inode_facts::InodeFacts;
use crate::manifest::{Entry, Header, is_below, parent_of};
use crate::recorded::Recorded;

/// The very tree that BEFORE is of, at a later time.
#[derive(Clone, Debug)]
pub struct SameTree {
    /// Where it is.
    pub(super) root: PathBuf,
    /// When BEFORE was begun.
    pub(super) since: Timestamp,
}

impl SameTree {
    /// Seconds that a directory must have rested when BEFORE was begun. Filesystems keep times in steps
    /// of up to two: a name could come, be seen and go within one.
    const REST: f64 = 3.0;

    /// Where a tree that was just walked is that of a manifest, by its path and its filesystem.
    pub fn of(before: &Header, after: &Recorded) -> Option<Self> {
        let same = before.root == after.root.as_os_str().as_bytes()
            && before.filesystem.is_of_the_same(&after.filesystem);
        same.then(|| SameTree { root: after.root.clone(), since: before.created_at })
    }

    /// Whether nothing changed a directory since, as its time of change says.
    fn rests(&self, directory: &[u8]) -> bool {
        let path = self.root.join(OsStr::from_bytes(directory));
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = open(path, flags, Mode::empty());
        let facts = opened.and_then(|opened| InodeFacts::of_descriptor(opened.as_fd()));
        facts.is_ok_and(|facts| {
            let (seconds, _) = facts.changed_at();
            seconds as f64 + Self::REST < self.since.as_unix_seconds()
        })
    }
}

/// The directories above what goes by, the outermost first.
pub(super) struct Untouched<'o> {
    tree: Option<&'o SameTree>,
    open: Vec<Open>,
}

/// A directory that is there on both sides.
struct Open {
    path: Vec<u8>,
    /// Whether its time of modification is the same.
    same_time: bool,
    /// Whether it rests, once that was asked.
    rests: Option<bool>,
}

impl<'o> Untouched<'o> {
    pub(super) fn new(tree: Option<&'o SameTree>) -> Self {
        Untouched { tree, open: Vec::new() }
    }

    /// Notes a directory that is there on both sides, in front of what it holds.
    pub(super) fn enter(&mut self, before: &Entry, after: &Entry) {
        if self.tree.is_some() {
            let same_time = before.modified_at == after.modified_at;
            self.open.push(Open { path: before.path.clone(), same_time, rests: None });
        }
    }

    /// Whether the directory that holds a path is one. Paths are asked for in their order.
    pub(super) fn holds(&mut self, path: &[u8]) -> bool {
        while self.open.pop_if(|open| !is_below(path, &open.path)).is_some() {}
        let (Some(tree), Some(open)) = (self.tree, self.open.last_mut()) else { return false };
        open.same_time
            && parent_of(path) == Some(open.path.as_slice())
            && *open.rests.get_or_insert_with(|| tree.rests(&open.path))
    }
}
