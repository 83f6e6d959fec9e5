//! A few entries of a directory at a time: asked for, then judged, then opened, looked into and
//! closed.
//!
//! The kernel's code and the checks' drive each other out of the processor's first-level cache.
//! Taking the first steps for sixteen entries together instead of one by one makes a scan that
//! looks into files 4 % faster, and opening and closing together another 3 %; a scan that does not
//! look into files gains nothing and loses nothing.

use arrayvec::ArrayVec;
use rustix::io::Errno;

use crate::inode_facts::InodeFacts;
use crate::inspect::Opened;
use crate::links::Sighting;
use crate::walk::Dirent;

/// Entries that are in work together; from 8 to 32 makes no difference.
pub type Batch<'a> = ArrayVec<Asked<'a>, 16>;

/// What asking for an entry brought; none where the user left it out, so that it was not asked
/// for.
pub type Answer = Option<Result<InodeFacts, Errno>>;

/// An entry that is in work.
#[derive(Debug)]
pub struct Asked<'a> {
    /// As it was listed.
    pub entry: Dirent<'a>,
    /// What its inode is.
    pub answer: Answer,
    /// Whether its inode was met before; none where it is not to be looked into.
    pub look_inside: Option<Sighting>,
    /// Its file, while it is looked into.
    pub opened: Opened,
}
