//! Directories that another filesystem was mounted on in BEFORE and is not in AFTER.
//!
//! Where such a one is empty in AFTER, its volume is most likely not mounted, and what that holds is no
//! more lost than it is there.

use std::collections::HashMap;

use crate::inode_facts::FileKind;
use crate::manifest::{Entry, parent_of};

/// What AFTER has at these paths.
pub(super) struct Unmounted<'o>(HashMap<&'o [u8], Seen>);

#[derive(Clone, Copy, Default)]
struct Seen {
    is_directory: bool,
    holds_something: bool,
}

impl<'o> Unmounted<'o> {
    pub(super) fn of(paths: &'o [Vec<u8>]) -> Self {
        Unmounted(paths.iter().map(|path| (path.as_slice(), Seen::default())).collect())
    }

    /// Notes an entry of AFTER.
    pub(super) fn note(&mut self, entry: &Entry) {
        if self.0.is_empty() {
            return;
        }
        if let Some(seen) = self.0.get_mut(entry.path.as_slice()) {
            seen.is_directory = entry.kind == FileKind::Directory;
        }
        // Whatever lies deeper has a directory above it that lies right in the place.
        if let Some(seen) = parent_of(&entry.path).and_then(|above| self.0.get_mut(above)) {
            seen.holds_something = true;
        }
    }

    /// Whether a path is one of them.
    pub(super) fn holds(&self, path: &[u8]) -> bool {
        self.0.contains_key(path)
    }

    /// Whether a path is one of them, and an empty directory; once all that AFTER has there was noted.
    pub(super) fn is_empty_at(&self, path: &[u8]) -> bool {
        self.0.get(path).is_some_and(|seen| seen.is_directory && !seen.holds_something)
    }

    /// The empty one that a path lies below, once all of AFTER was noted.
    pub(super) fn above<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let mut above = parent_of(path);
        while let Some(directory) = above {
            if self.is_empty_at(directory) {
                return Some(directory);
            }
            above = parent_of(directory);
        }
        None
    }
}
