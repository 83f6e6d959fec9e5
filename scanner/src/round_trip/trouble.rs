//! What went wrong, as data.

use std::time::Instant;

use reports::TarClassification;
use rustix::io::Errno;

use super::file_system::{Call, Failure};

/// A call that failed, and why.
#[derive(Clone, Debug)]
pub struct Stumble {
    /// The call.
    pub call: Call,
    /// What the kernel said.
    pub errno: Errno,
    /// The path below the scratch directory.
    pub path: Vec<u8>,
    /// Where that was to go, of a call with two paths.
    pub to: Option<Vec<u8>>,
    /// The package that was being extracted.
    pub package: Vec<u8>,
    /// What it comes down to.
    pub classification: TarClassification,
    /// The same call worked when it was made again at once.
    pub transient: bool,
    /// What was seen at once, a fact a line.
    pub evidence: Vec<String>,
}

/// What was not extracted, for a reason that lies in the archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Refused {
    /// The archive.
    pub archive: Vec<u8>,
    /// The member; none where it is the archive as a whole.
    pub member: Option<Vec<u8>>,
    /// Why.
    pub why: String,
}

/// Who finds out why a call failed.
pub trait Witness: Sync {
    /// Looks at once: `since` is when the work on the package began, `collides` whether the archive
    /// has another member that stands in its way.
    fn look_into(
        &self,
        failure: Failure,
        since: Instant,
        collides: bool,
        package: Vec<u8>,
    ) -> Stumble;
}
