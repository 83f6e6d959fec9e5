//! Directories that another filesystem was mounted on in BEFORE and is not in AFTER.
//!
//! Where such a one is empty in AFTER, its volume is most likely not mounted, and what that holds is no
//! more lost than it is there.

use crate::inode_facts::FileKind;
use crate::manifest::{Entry, is_below};

/// What AFTER has at these places.
pub(super) struct Unmounted<'o>(Vec<Place<'o>>);

struct Place<'o> {
    path: &'o [u8],
    /// Whether a directory is there in AFTER.
    is_directory: bool,
    /// Whether that holds nothing.
    is_empty: bool,
}

impl<'o> Unmounted<'o> {
    pub(super) fn of(paths: &'o [Vec<u8>]) -> Self {
        let places = paths.iter();
        Unmounted(places.map(|path| Place { path, is_directory: false, is_empty: true }).collect())
    }

    /// Notes an entry of AFTER.
    pub(super) fn note(&mut self, entry: &Entry) {
        for place in &mut self.0 {
            if entry.path == place.path {
                place.is_directory = entry.kind == FileKind::Directory;
            } else if is_below(&entry.path, place.path) {
                place.is_empty = false;
            }
        }
    }

    /// Whether a path is one of them.
    pub(super) fn is_one(&self, path: &[u8]) -> bool {
        self.0.iter().any(|place| place.path == path)
    }

    /// Whether it is an empty one, once all of AFTER was noted.
    pub(super) fn is_empty(&self, path: &[u8]) -> bool {
        self.empty().any(|place| place == path)
    }

    /// The empty one that a path lies below, once all of AFTER was noted.
    pub(super) fn above(&self, path: &[u8]) -> Option<&'o [u8]> {
        self.empty().find(|place| is_below(path, place))
    }

    fn empty(&self) -> impl Iterator<Item = &'o [u8]> {
        self.0.iter().filter(|place| place.is_directory && place.is_empty).map(|place| place.path)
    }
}
