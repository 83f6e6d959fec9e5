//! Why an archive could not be read to its end.

use std::fmt;
use std::io;

use super::number::BadNumber;

/// What ended the reading. Offsets are bytes of the expanded stream; where a member is at fault it
/// is its header's. Members given before that are as they were packed, but more may be missing.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The input could not be read.
    #[error("it cannot be read at byte {offset} ({error}); see the kernel log, or fetch it again")]
    Input {
        /// Where.
        offset: u64,
        /// What the input said.
        error: io::Error,
    },
    /// Not a byte in it.
    #[error("it is empty: byte 0 is its end; give a tar archive, or fetch it again")]
    Empty,
    /// Something else.
    #[error("it is not a tar archive: at byte 0 it is {0}; give a tar archive, or fetch it again")]
    NotTar(&'static str),
    /// The compression was damaged or cut off.
    #[error(
        "its gzip data is damaged behind byte {offset} ({error}); the archive is damaged: fetch it \
         again"
    )]
    Gzip {
        /// Expanded bytes that were read before.
        offset: u64,
        /// What the decoder said.
        error: io::Error,
    },
    /// Something that is no gzip member stands behind the last one, before the archive's end.
    #[error(
        "something that is no gzip data follows byte {offset}, where the archive has not ended; \
         the archive is damaged: fetch it again"
    )]
    BehindGzip {
        /// Expanded bytes that were read before.
        offset: u64,
    },
    /// It ends inside a member or a record.
    #[error("it is truncated: it ends at byte {offset}, inside a member; fetch it again")]
    Truncated {
        /// Its end.
        offset: u64,
    },
    /// A header whose checksum is wrong.
    #[error(
        "the header at byte {offset} has a wrong checksum; the archive is damaged: fetch it again"
    )]
    Checksum {
        /// The header.
        offset: u64,
    },
    /// One block of zeros with something other than an end behind it.
    #[error("the header at byte {offset} is zeroed; the archive is damaged: fetch it again")]
    LoneZeroBlock {
        /// The block.
        offset: u64,
    },
    /// A field of a header that is no number, or none that can be.
    #[error("the header at byte {offset} has a {field} that is {what}; fetch the archive again")]
    Number {
        /// The header.
        offset: u64,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A PAX record that is malformed, or says what it may not say.
    #[error("the PAX record at byte {offset} {what}; the archive is damaged: fetch it again")]
    Pax {
        /// The record's header.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Two records of one kind for one member.
    #[error(
        "the {record} record at byte {offset} is the second for one member; the archive is \
         damaged: fetch it again"
    )]
    Twice {
        /// The second record's header.
        offset: u64,
        /// Which kind.
        record: &'static str,
    },
    /// A record for a member, and no member behind it.
    #[error(
        "a record stands before byte {offset} and no member behind it; fetch the archive again"
    )]
    NoMember {
        /// Where the member is missing.
        offset: u64,
    },
    /// What one tool reads in one way and another in another.
    #[error(
        "the member at byte {offset} {what}, so that it can be read in two ways; do not extract \
         the archive, and have it packed anew"
    )]
    Ambiguous {
        /// The member's header.
        offset: u64,
        /// Why.
        what: &'static str,
    },
    /// A sparse file whose map is malformed.
    #[error(
        "the sparse file at byte {offset} has a map {what}; the archive is damaged: fetch it again"
    )]
    Sparse {
        /// The file's header.
        offset: u64,
        /// What is wrong with the map.
        what: &'static str,
    },
    /// More than one of the [`Limits`](super::Limits) allows.
    #[error(
        "at byte {offset} it holds more than {limit}; extract it with tar where this much is right"
    )]
    TooMuch {
        /// Where.
        offset: u64,
        /// What was exceeded.
        limit: Limit,
    },
    /// The reading had ended with an error before.
    #[error("the reading ended with an error before byte {offset}; begin anew")]
    AfterError {
        /// Where.
        offset: u64,
    },
}

/// What an archive held too much of, and how much is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Expanded bytes, or bytes of files.
    Bytes(u64),
    /// Expanded bytes for each compressed one.
    Ratio(u64),
    /// Members.
    Entries(u64),
    /// Bytes of one record.
    Extension(usize),
    /// Pieces of one sparse file.
    Sparse(usize),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Bytes(most) => write!(f, "{most} bytes"),
            Limit::Ratio(most) => write!(f, "{most} bytes for each compressed one"),
            Limit::Entries(most) => write!(f, "{most} members"),
            Limit::Extension(most) => {
                write!(f, "{most} bytes of names and attributes of one member")
            }
            Limit::Sparse(most) => write!(f, "{most} pieces of one sparse file"),
        }
    }
}

impl ArchiveError {
    /// An error that went through [`Read`](io::Read), unpacked again; others are the input's.
    pub(super) fn of_input(error: io::Error, offset: u64) -> Self {
        match error.downcast::<ArchiveError>() {
            Ok(own) => own,
            Err(error) => ArchiveError::Input { offset, error },
        }
    }

    pub(super) fn too_much(offset: u64, limit: Limit) -> Self {
        ArchiveError::TooMuch { offset, limit }
    }

    pub(super) fn number(offset: u64, field: &'static str, bad: BadNumber) -> Self {
        ArchiveError::Number { offset, field, what: bad.as_str() }
    }

    /// One tool skips as many bytes as the size says, another reads a header right there.
    pub(super) fn with_data(offset: u64) -> Self {
        ArchiveError::Ambiguous { offset, what: "has a size and is of a kind without data" }
    }
}

impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        io::Error::other(error)
    }
}
