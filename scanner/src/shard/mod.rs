//! One tree scanned by several processes, and what they saw joined to what one would have seen.
//!
//! A shard is the first half of a scan, the walk and the reading, of those directories that are its
//! own. What each of its threads would hand to the second half is written to a file instead. Joining
//! all files of a tree and making the second half of the scan (link counts, overlaps, allocation,
//! round trips, the kernel's record) gives what one process would have found.
//!
//! - [`Shard`]: which directories are whose, by their paths alone; [`Adopted`]: those that are taken
//!   in whatever their paths.
//! - `pass`: what a shard does in a directory that another one looks at; [`PassedDirectories`]: how
//!   often it may; [`ClosedDirectories`]: where it could not.
//! - [`Strays`]: directories that a name leads to and that stand elsewhere.
//! - [`Roll`]: whether somebody came to every directory.
//! - [`LinkedInodes`]: files that several shards count.
//! - [`ShardFacts`]: what it hands over; `file` writes and reads it.
//! - [`join`](join()): all of them as one.

mod adopted;
mod closed;
mod facts;
mod file;
mod join;
mod linked;
mod pass;
mod passed;
mod placement;
mod roll;
mod stray;

pub use adopted::Adopted;
pub use closed::ClosedDirectories;
pub use facts::{GivenToMerge, GroundFacts, ShardFacts, ShardHeader};
pub use file::{
    SHARD_VERSION, ShardFile, ShardFileError, kind_of_shard_file, read_shard, read_shard_from,
    write_shard,
};
pub use join::{JoinError, Joined, below, join};
pub use linked::{LinkedInode, LinkedInodes};
pub use pass::pass_through;
pub use passed::PassedDirectories;
pub use placement::{DEPTH, Placement, Shard};
pub use roll::Roll;
pub use stray::{Strays, is_stray, may_stray};

#[cfg(test)]
mod tests;
