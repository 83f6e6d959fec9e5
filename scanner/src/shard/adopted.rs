//! Directories that only the shard sees that looks at the directory above: their entries say that
//! they are something else, so that nobody passes through them.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::walk::DirectoryNode;

/// Such directories, which the shard takes for its own with all that is below.
#[derive(Debug, Default)]
pub struct Adopted {
    any: AtomicBool,
    paths: Mutex<HashSet<Vec<u8>>>,
}

impl Adopted {
    /// Takes in the directory `name` in `parent`, before it is come to.
    pub fn add(&self, parent: &DirectoryNode, name: &[u8]) {
        let mut paths = self.paths.lock().unwrap_or_else(PoisonError::into_inner);
        paths.insert(parent.path_bytes(Some(name)));
        self.any.store(true, Ordering::Release);
    }

    /// Whether the directory `name` in `parent` was taken in.
    pub fn has(&self, parent: &DirectoryNode, name: &[u8]) -> bool {
        self.any.load(Ordering::Acquire)
            && self
                .paths
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&parent.path_bytes(Some(name)))
    }
}
