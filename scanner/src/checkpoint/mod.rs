//! What a scan that was stopped had read, so that the next one goes on from there.
//!
//! Reading content takes hours, looking at metadata takes minutes. So each run looks at all
//! metadata anew, and what an earlier run read is taken over where the file is still the one that
//! was read: the same place, number, size and times, `ctime` among them, which every change
//! through the kernel moves and no user can set. Repairs of a detached device and restored volumes
//! move none: their checkpoints must go. Only what was whole and sound is kept; whatever was wrong is
//! read again.
//!
//! The file is a journal of lines: a header, then blocks of what was read. Each block ends in a
//! seal, the BLAKE3 of everything above, so that a block that a crash tore or a disk damaged counts
//! for nothing, nor does what stands behind it.

mod error;
mod header;
mod identity;
mod journal;
mod keeper;
mod known;
mod line;
mod writer;

pub use error::{CheckpointError, Fault};
pub use header::CheckpointRoot;
pub use identity::FileIdentity;
pub use journal::Replaced;
pub use keeper::Checkpoint;
pub use known::KnownPart;
pub use writer::Ending;
