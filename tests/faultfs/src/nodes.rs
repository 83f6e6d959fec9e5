//! Which path each inode number stands for.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The number that FUSE gives the root.
pub const ROOT: u64 = 1;

/// What the kernel knows by number: numbers are those of the folder below, but for the root. A file
/// with several names stands under the one that was looked up last.
#[derive(Debug)]
pub struct Nodes {
    folder: PathBuf,
    known: Mutex<HashMap<u64, Node>>,
}

#[derive(Debug)]
struct Node {
    parent: u64,
    name: OsString,
    /// How often the kernel was told of it and has not forgotten it since.
    told: u64,
    /// A name was taken from it: it is reached by this, and its number is nobody else's until the
    /// kernel forgets it.
    kept: Option<OwnedFd>,
}

impl Nodes {
    /// For a folder.
    pub fn new(folder: &Path) -> Self {
        Nodes { folder: folder.to_owned(), known: Mutex::default() }
    }

    /// Notes that the kernel is told of a number under a name.
    pub fn tell(&self, ino: u64, parent: u64, name: &OsStr) {
        if ino == ROOT {
            return;
        }
        let mut known = self.lock();
        let (name, told, kept) = (name.to_owned(), 0, None);
        let node = known.entry(ino).or_insert(Node { parent, name: name.clone(), told, kept });
        (node.parent, node.name) = (parent, name);
        node.told += 1;
    }

    /// Notes that a number now has this name.
    pub fn moved(&self, ino: u64, parent: u64, name: &OsStr) {
        if let Some(node) = self.lock().get_mut(&ino) {
            (node.parent, node.name) = (parent, name.to_owned());
        }
    }

    /// Keeps what lost a name: it may be open, or have further names.
    pub fn keep(&self, ino: u64, itself: OwnedFd) {
        if let Some(node) = self.lock().get_mut(&ino) {
            node.kept.get_or_insert(itself);
        }
    }

    /// Notes that the kernel has forgotten what it was told so many times.
    pub fn forget(&self, ino: u64, times: u64) {
        let mut known = self.lock();
        if let Some(node) = known.get_mut(&ino) {
            node.told = node.told.saturating_sub(times);
            if node.told == 0 {
                known.remove(&ino);
            }
        }
    }

    /// The last name; empty for the root.
    pub fn name(&self, ino: u64) -> OsString {
        self.lock().get(&ino).map(|node| node.name.clone()).unwrap_or_default()
    }

    /// The number of the directory above; the root's own for the root.
    pub fn above(&self, ino: u64) -> u64 {
        self.lock().get(&ino).map_or(ROOT, |node| node.parent)
    }

    /// A path that leads to it, if it is followed to its end; none for a number that the kernel was
    /// never told.
    pub fn path(&self, ino: u64) -> Option<PathBuf> {
        let known = self.lock();
        let (mut at, mut parts) = (ino, Vec::new());
        let mut path = loop {
            if at == ROOT {
                break self.folder.clone();
            }
            let node = known.get(&at)?;
            if let Some(kept) = &node.kept {
                break format!("/proc/self/fd/{}", kept.as_raw_fd()).into();
            }
            parts.push(&node.name);
            at = node.parent;
        };
        path.extend(parts.into_iter().rev());
        Some(path)
    }

    /// Whether a path of it has to be followed: it has no name that is known to be its own.
    pub fn is_kept(&self, ino: u64) -> bool {
        self.lock().get(&ino).is_some_and(|node| node.kept.is_some())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Node>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
