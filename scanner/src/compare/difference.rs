//! One difference between two trees, as data.

use crate::inode_facts::FileKind;

/// One difference. Nothing is told twice: a file with another content and another owner is one
/// difference of the content with the owner among its fields. That something moved and that it
/// changed are two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path below the root; where something moved, the new one.
    pub path: Vec<u8>,
    /// The path in BEFORE, where that is another one.
    pub from: Option<Vec<u8>>,
    /// What kind of difference.
    pub kind: DifferenceKind,
    /// Each field that differs, with both values.
    pub fields: Vec<FieldChange>,
}

/// What kind of difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// In BEFORE alone. A directory stands for all that is missing below it.
    Missing {
        /// What it was.
        what: FileKind,
        /// Missing entries below it.
        below: u64,
        /// The size of the missing files in bytes.
        bytes: u64,
        /// Whether its directory is known not to have changed since.
        untouched: bool,
        /// Of a lost one: where the bytes of it, or of a file that was below it, are now.
        stray: Option<Stray>,
    },
    /// In AFTER alone. A directory stands for all that was added below it.
    Added {
        /// What it is.
        what: FileKind,
        /// Added entries below it.
        below: u64,
        /// The size of the added files in bytes.
        bytes: u64,
    },
    /// Gone from one path and there at another. A directory stands for all that moved with it,
    /// changed or not.
    Moved {
        /// What it is.
        what: FileKind,
        /// Entries below it that moved with it.
        below: u64,
    },
    /// Of another type.
    TypeChanged {
        /// Whether its directory is known not to have changed since.
        untouched: bool,
    },
    /// Other bytes, and nothing wrote them as far as is known: silent corruption.
    ContentChanged {
        /// What says that nothing did.
        by: Unwritten,
    },
    /// Other bytes, and another size or modification time.
    ContentDiffers,
    /// Other bytes behind the same size and time, which work explains.
    ContentWritten {
        /// What wrote them.
        by: Written,
    },
    /// The bytes of another file of BEFORE, which was put in its place.
    ContentOfAnother {
        /// The path of that one in BEFORE.
        was: Vec<u8>,
    },
    /// Metadata alone.
    MetadataChanged,
    /// The same, of an inode that nothing changed, as its time of change says.
    InodeChanged {
        /// Whether that time cannot have been lost.
        is_proven: bool,
    },
    /// It shared its inode with another name and does no longer, or the other way round; the
    /// field says with which.
    HardLinksChanged {
        /// Whether it was torn off; else it was joined.
        torn: bool,
        /// The other name.
        other: Vec<u8>,
    },
}

/// A file whose bytes are to be found under a name that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Its path in BEFORE.
    pub was: Vec<u8>,
    /// The path of the same bytes in AFTER.
    pub is: Vec<u8>,
}

/// What says that nothing wrote to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritten {
    /// The time of change of its inode, in the very tree that BEFORE is of, which stayed mounted.
    TimeOfChange,
    /// The same, but the filesystem was mounted anew since. A write just before a crash or a snapshot can
    /// lose its time, and an older state may have been put back.
    TimeOnDevice,
    /// Size and modification time are the same.
    SizeAndTime,
    /// The same, but the time is a whole second, as archives set it: unpacking another version
    /// leaves it the same.
    TimeOfAnArchive,
    /// The same, but the inode or a directory above it changed since, or not long before, in the very
    /// tree that BEFORE is of: what wrote the bytes may have set the time back, or wrote them through
    /// memory (mmap(2)), or another file was put there.
    TimeSetBack,
}

/// What wrote to a file without another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Whoever made it anew since BEFORE.
    Anew,
    /// The kernel or the boot loader, which write files of its kind without the filesystem.
    Below,
    /// A program that has it in memory (mmap(2)): it was written shortly before BEFORE, and until such
    /// pages were written back a store to them sets no time.
    Mapped,
    /// The same, on a filesystem in memory, where pages are never written back.
    InMemory,
}

impl Unwritten {
    /// Whether work can explain the bytes. Anybody may set a time of modification.
    pub(super) fn is_doubtful(self) -> bool {
        self != Unwritten::TimeOfChange
    }
}

impl Difference {
    /// The path in BEFORE.
    pub(super) fn old_path(&self) -> &[u8] {
        self.from.as_ref().unwrap_or(&self.path)
    }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name: a word of [`Field`](super::Field), `type`, `size`, `hash`, `acl`, or
    /// `attribute NAME`.
    pub name: String,
    /// Its value in BEFORE, safe to show.
    pub old: String,
    /// Its value in AFTER, safe to show.
    pub new: String,
}

impl FieldChange {
    pub(super) fn new(name: &str, old: impl Into<String>, new: impl Into<String>) -> Self {
        FieldChange { name: name.to_owned(), old: old.into(), new: new.into() }
    }
}
