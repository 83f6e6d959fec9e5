//! The words for types of files in a manifest.

use crate::inode_facts::FileKind;

const WORDS: [(FileKind, &str); 8] = [
    (FileKind::Regular, "file"),
    (FileKind::Directory, "directory"),
    (FileKind::Symlink, "symlink"),
    (FileKind::Fifo, "fifo"),
    (FileKind::Socket, "socket"),
    (FileKind::CharacterDevice, "character-device"),
    (FileKind::BlockDevice, "block-device"),
    (FileKind::Unknown, "unknown"),
];

/// The word for a type.
pub(super) fn word_of(kind: FileKind) -> &'static str {
    WORDS.iter().find(|(known, _)| *known == kind).map_or("unknown", |(_, word)| word)
}

/// The type of a word.
pub(super) fn kind_of(word: &str) -> Option<FileKind> {
    WORDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
}
