//! Directories in which no name came or went since BEFORE, as their own times say.
//!
//! Where a name is missing in one all the same, no work removed it: that would have set both times,
//! and the time of change (ctime) can be set back by nobody (inode(7)). Manifests do not hold that
//! one, since copies cannot keep it: the tree itself is asked.

use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::Timestamp;
use rustix::fs::{Mode, OFlags, open};

use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::manifest::{Entry, Header, is_below, parent_of};
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
    fn rests(&self, directory: &[u8]) -> bool {
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

/// The directories above what goes by, the outermost first.
#[derive(Default)]
pub(super) struct UntouchedDirectories<'o> {
    tree: Option<&'o SameTree>,
    open: Vec<Open>,
    /// Of those that names went from, whether names came as well.
    came: Vec<bool>,
}

/// A directory that names went from though it seems untouched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Untouched(usize);

/// A directory that is there on both sides.
struct Open {
    path: Vec<u8>,
    /// Whether its time of modification is the same.
    same_time: bool,
    /// Whether it rests, once that was asked.
    rests: Option<bool>,
    came: bool,
    known_as: Option<Untouched>,
}

impl<'o> UntouchedDirectories<'o> {
    pub(super) fn new(tree: Option<&'o SameTree>) -> Self {
        UntouchedDirectories { tree, open: Vec::new(), came: Vec::new() }
    }

    /// Notes a directory that is there on both sides, in front of what it holds.
    pub(super) fn enter(&mut self, before: &Entry, after: &Entry) {
        if self.tree.is_some() {
            self.leave(&before.path);
            let same_time = before.modified_at == after.modified_at;
            let path = before.path.clone();
            self.open.push(Open { path, same_time, rests: None, came: false, known_as: None });
        }
    }

    /// Notes a name that came. Where the times of a directory did not tell of that, they tell of none
    /// that went: the names in an encrypted directory are others without its key (fscrypt).
    pub(super) fn name_came(&mut self, path: &[u8]) {
        self.leave(path);
        if let Some(open) = self.open.last_mut().filter(|open| parent_of(path) == Some(&open.path))
        {
            open.came = true;
            if let Some(came) = open.known_as.and_then(|Untouched(at)| self.came.get_mut(at)) {
                *came = true;
            }
        }
    }

    /// The directory that holds a path, where it is untouched as far as it went by. Paths are asked for
    /// in their order.
    pub(super) fn holder_of(&mut self, path: &[u8]) -> Option<Untouched> {
        let tree = self.tree?;
        self.leave(path);
        let last = self.open.last()?;
        if last.came || !last.same_time || parent_of(path) != Some(&last.path) {
            return None;
        }
        // One that was put there as a whole, by a rename, brought its times along; that set the time of
        // change of it or of one above. That of the root fscan itself sets.
        let mut below_root = self.open.iter_mut().filter(|open| !open.path.is_empty());
        let all_rest =
            below_root.all(|open| *open.rests.get_or_insert_with(|| tree.rests(&open.path)));
        let last = self
            .open
            .last_mut()
            .filter(|open| all_rest && (!open.path.is_empty() || tree.rests(b"")))?;
        let known_as = *last.known_as.get_or_insert_with(|| {
            self.came.push(false);
            Untouched(self.came.len() - 1)
        });
        Some(known_as)
    }

    /// Whether no name came to a directory, now that all went by.
    pub(super) fn no_name_came(&self, Untouched(at): Untouched) -> bool {
        !self.came.get(at).copied().unwrap_or(true)
    }

    /// Forgets what does not hold a path.
    fn leave(&mut self, path: &[u8]) {
        while self.open.pop_if(|open| !is_below(path, &open.path)).is_some() {}
    }
}
