//! What a manifest holds, in numbers.

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::inode_facts::FileKind;

/// What a manifest holds, in numbers; they stand in its header and again in its footer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Names, the root included.
    pub entries: u64,
    /// Directories.
    pub directories: u64,
    /// Regular files, a hard-linked one once a name.
    pub files: u64,
    /// Symbolic links.
    pub symlinks: u64,
    /// Size of the regular files in bytes, a hard-linked one counted once.
    pub bytes: u64,
    /// Regular files whose content is not, or not wholly, known.
    pub unread: u64,
}

impl Counts {
    /// Counts all of them.
    pub fn of<B: std::borrow::Borrow<Entry>>(entries: impl IntoIterator<Item = B>) -> Self {
        entries.into_iter().fold(Counts::default(), |mut counts, entry| {
            counts.add(entry.borrow());
            counts
        })
    }

    /// Counts one.
    pub fn add(&mut self, entry: &Entry) {
        let size = if entry.same_file_as.is_none() { entry.size } else { 0 };
        self.add_name(entry.kind, size, entry.is_content_known());
    }

    /// Counts a name; of a further name of a file the size is 0.
    pub(super) fn add_name(&mut self, kind: FileKind, size: u64, is_content_known: bool) {
        self.entries += 1;
        match kind {
            FileKind::Directory => self.directories += 1,
            FileKind::Symlink => self.symlinks += 1,
            FileKind::Regular => {
                self.files += 1;
                self.unread += u64::from(!is_content_known);
                // A reader takes the numbers from a file: none may stop it.
                self.bytes = self.bytes.saturating_add(size);
            }
            _ => {}
        }
    }

    /// Entries that are neither directories nor files nor symbolic links.
    pub fn other(&self) -> u64 {
        self.entries.saturating_sub(self.directories + self.files + self.symlinks)
    }
}
