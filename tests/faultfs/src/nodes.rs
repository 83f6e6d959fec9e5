//! Which path each inode number stands for.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The number that FUSE gives the root.
pub const ROOT: u64 = 1;

/// Names by number: those of the folder below, but for the root. A file with several names stands
/// under the one that was looked up last.
#[derive(Debug)]
pub struct Nodes {
    folder: PathBuf,
    names: Mutex<HashMap<u64, (u64, OsString)>>,
}

impl Nodes {
    /// For a folder.
    pub fn new(folder: &Path) -> Self {
        Nodes { folder: folder.to_owned(), names: Mutex::default() }
    }

    /// Notes that a number was seen under a name.
    pub fn note(&self, ino: u64, parent: u64, name: &OsStr) {
        if ino != ROOT {
            self.lock().insert(ino, (parent, name.to_owned()));
        }
    }

    /// The last name; empty for the root.
    pub fn name(&self, ino: u64) -> OsString {
        self.lock().get(&ino).map(|(_, name)| name.clone()).unwrap_or_default()
    }

    /// The number of the directory above; the root's own for the root.
    pub fn above(&self, ino: u64) -> u64 {
        self.lock().get(&ino).map_or(ROOT, |(parent, _)| *parent)
    }

    /// The path in the folder below; none for a number that was never seen.
    pub fn path(&self, ino: u64) -> Option<PathBuf> {
        let names = self.lock();
        let (mut at, mut parts) = (ino, Vec::new());
        while at != ROOT {
            let (parent, name) = names.get(&at)?;
            parts.push(name);
            at = *parent;
        }
        let mut path = self.folder.clone();
        path.extend(parts.into_iter().rev());
        Some(path)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<u64, (u64, OsString)>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
