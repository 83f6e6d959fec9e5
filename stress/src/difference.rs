//! What differs between what a target did and what it should have done.

use std::fmt;

use reports::escape;
use rustix::io::Errno;
use scanner::{FileKind, InodeTime, errno_word};

use crate::name::Name;
use crate::outcome::RowName;

/// One difference: the shortest account of a divergence, and what makes two of them the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what.
    pub aspect: Aspect,
    /// What was expected, in words.
    pub expected: String,
    /// What was found, in words.
    pub found: String,
    /// The name in a listing that it is about.
    pub row: Option<Name>,
}

/// In what an outcome differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// It failed, or did not, or in another way. None is success.
    Error(Option<Errno>, Option<Errno>),
    /// How much was done.
    Count,
    /// How many bytes were read.
    Length,
    /// Which bytes were read.
    Bytes,
    /// The type of a file.
    Kind,
    /// Permission bits.
    Mode,
    /// The link count of a directory.
    DirectoryLinks,
    /// The link count of anything else.
    Links,
    /// The size.
    Size,
    /// The inode number.
    InodeNumber,
    /// The modification time.
    Modified,
    /// The change time.
    Changed,
    /// The names of attributes.
    Attributes,
    /// A name is not listed.
    RowMissing,
    /// A name is listed more often than it may.
    RowTwice,
    /// A name is listed that was not there.
    RowInvented,
    /// `.` or `..` is listed more than once.
    RowDotsTwice,
    /// `.` or `..` is not listed.
    RowDotsMissing,
    /// A name is listed with another type.
    RowKind,
    /// A name is listed with another inode number.
    RowNumber,
    /// A listing does not end.
    RowsEndless,
    /// The outcome is of another kind altogether, which is a fault of this program.
    Shape,
}

impl fmt::Display for Aspect {
    /// Stable words, without anything of the operation itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Aspect::Error(expected, found) => {
                return write!(f, "{} instead of {}", result(*found), result(*expected));
            }
            Aspect::Count => "another count",
            Aspect::Length => "another number of bytes",
            Aspect::Bytes => "other bytes",
            Aspect::Kind => "another type",
            Aspect::Mode => "another mode",
            Aspect::DirectoryLinks => "another link count of a directory",
            Aspect::Links => "another link count",
            Aspect::Size => "another size",
            Aspect::InodeNumber => "another inode number",
            Aspect::Modified => "another modification time",
            Aspect::Changed => "a change time that is too early",
            Aspect::Attributes => "other attributes",
            Aspect::RowMissing => "a name that is not listed",
            Aspect::RowTwice => "a name that is listed too often",
            Aspect::RowInvented => "a listed name that is not there",
            Aspect::RowDotsTwice => "`.` or `..` listed more than once",
            Aspect::RowDotsMissing => "`.` or `..` not listed",
            Aspect::RowKind => "a name listed with another type",
            Aspect::RowNumber => "a name listed with another inode number",
            Aspect::RowsEndless => "a listing that does not end",
            Aspect::Shape => "an outcome that does not fit the operation",
        })
    }
}

impl Aspect {
    /// The error that says that the filesystem found itself damaged, or that the device did.
    pub fn damage(&self) -> Option<Errno> {
        match self {
            Aspect::Error(_, Some(found)) => {
                let damage = [Errno::IO, Errno::UCLEAN, Errno::BADMSG, Errno::STALE];
                damage.contains(found).then_some(*found)
            }
            _ => None,
        }
    }
}

/// The name of an error, or success.
pub fn result(errno: Option<Errno>) -> String {
    errno.map_or_else(|| "success".to_owned(), errno_word)
}

/// A time in words.
pub fn time(time: InodeTime) -> String {
    format!("{}.{:09}", time.0, time.1)
}

/// A name in words: its token, and its bytes where those are others.
pub fn row_name(name: &RowName) -> String {
    match name {
        RowName::Dot => ".".to_owned(),
        RowName::DotDot => "..".to_owned(),
        RowName::Known(name) => name.to_string(),
        RowName::Foreign(bytes) => format!("\"{}\"", escape(bytes)),
    }
}

impl Difference {
    /// In one aspect, with what was expected and what was found.
    pub fn new(aspect: Aspect, expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        Difference { aspect, expected: expected.to_string(), found: found.to_string(), row: None }
    }

    /// About this name of a listing.
    #[must_use]
    pub fn of_row(self, name: Name) -> Self {
        Difference { row: Some(name), ..self }
    }

    /// In whether and how it failed.
    pub fn error(expected: Option<Errno>, found: Option<Errno>) -> Self {
        let aspect = Aspect::Error(expected, found);
        Difference::new(aspect, result(expected), result(found))
    }

    /// In the type of something.
    pub fn kind(aspect: Aspect, of: &str, expected: FileKind, found: FileKind) -> Self {
        Difference::new(aspect, format!("{of}{expected:?}"), format!("{of}{found:?}"))
    }

    /// In how often a name is listed.
    pub fn row(aspect: Aspect, name: Name) -> Self {
        let expected = match aspect {
            Aspect::RowMissing => format!("{name} is listed: it is there, and nobody touched it"),
            Aspect::RowTwice => format!("{name} is listed once, and once more for each change"),
            _ => format!("{name} is not listed"),
        };
        let found = match aspect {
            Aspect::RowMissing => "it is not listed",
            Aspect::RowTwice => "it is listed more often",
            _ => "it is listed",
        };
        Difference::new(aspect, expected, found).of_row(name)
    }
}
