//! Files whose name or format carries a checksum of their content.
//!
//! A store that names files by their hash, an archive with checksums inside, a format that says
//! how long it is: for these, one reading shows whether the bytes are the ones that were written,
//! with no manifest of an earlier day. Each format is one file here, which says what it proves
//! and which legal variants it lets pass. Whatever is not understood is not checked, and no
//! disagreement. A disagreement proves that a file is not whole; that the filesystem did it, it
//! proves only where nobody else could: a writer that was killed leaves a short file, too.
//!
//! Needs no privilege. [`verifier_for`] chooses from the name and the first bytes; the verifier
//! is then fed the content in order and asked once at its end.

mod beginning;
mod cargo_vendor;
mod choice;
mod endings;
mod git_checksum;
mod git_directory;
mod git_index;
mod git_loose_object;
mod git_packed_refs;
mod git_ref;
mod git_ref_text;
mod gzip;
mod gzip_header;
mod hash;
mod inflate;
mod lfs_object;
mod line_ends;
mod npm_content;
mod npm_index;
mod oci_blob;
mod other_formats;
mod place;
mod png;
mod pnpm_index;
mod pnpm_store;
mod pread;
mod sha256_blob;
mod siblings;
mod sqlite;
mod sqlite_header;
mod sqlite_page;
mod test_data;
#[cfg(test)]
mod testing;
mod whole_hash;
mod zip;
mod zip64_end;
mod zip_base;
mod zip_data;
mod zip_directory;
mod zip_end;
mod zip_entry;
mod zip_fields;
mod zip_local;
mod zip_name;
#[cfg(test)]
mod zip_testing;

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

pub use choice::verifier_for;
pub use endings::is_signed;
pub use other_formats::is_text;
pub use place::Place;

/// What a file should be, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Which format the file has, as in "git loose object".
    pub format: &'static str,
    /// What its name or its format says; names from inside the file are escaped.
    pub expected: String,
    /// What its bytes say.
    pub found: String,
    /// Whether a writer that has the file open and is not done with it leaves the same.
    pub may_be_unfinished: bool,
}

/// What a verifier may look at beside the bytes that it was fed.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The file, open for reading. Verifiers use pread(2): its offset does not move.
    pub file: BorrowedFd<'a>,
    /// The directory in which the file stands, for those that need it; none where it cannot be
    /// opened any more.
    pub directory: Option<BorrowedFd<'a>>,
    /// The file's name in that directory.
    pub name: &'a CStr,
    /// How many bytes were fed.
    pub size: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The content is what was written.
    Agrees,
    /// It is not.
    Disagrees(Disagreement),
    /// It is not, in a file that is named as test data, which is often broken on purpose.
    Disbelieved,
    /// Nothing can be said, for this reason.
    NotChecked(&'static str),
    /// It is of another format, which bears the same name by right and carries no checksum.
    NotOurs,
}

/// Checks one file.
pub trait Verifier: Send {
    /// Takes the next bytes of the content. All come, in order, in pieces of any length.
    fn update(&mut self, bytes: &[u8]);

    /// Whether it needs the bytes as they come, and not only the whole file at its end.
    fn takes_bytes(&self) -> bool {
        true
    }

    /// Whether a checksum vouches for the content that agrees, and not its form alone.
    fn has_checksum(&self) -> bool {
        true
    }

    /// Whether it looks at other files of the directory as well.
    fn needs_directory(&self) -> bool {
        false
    }

    /// Judges, after the last byte.
    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict;
}

/// A verifier on the heap, as every format gives it.
type Chosen = Option<Box<dyn Verifier>>;

/// A verdict of disagreement.
fn disagrees(format: &'static str, expected: String, found: String) -> Verdict {
    Verdict::Disagrees(Disagreement { format, expected, found, may_be_unfinished: false })
}

/// The same of a format whose files are written under their own names, from end to end or piece by piece.
fn unfinished(format: &'static str, expected: impl Into<String>, found: String) -> Verdict {
    let expected = expected.into();
    Verdict::Disagrees(Disagreement { format, expected, found, may_be_unfinished: true })
}
