//! Link counts: the names that were found against the count that the inode states.
//!
//! - [`Tally`] counts names while the tree is walked, in a few bytes an inode.
//! - `names` walks once more to find all names of the few inodes whose count looked wrong.
//! - `link_count` looks at those again and again, and judges.

mod link_count;
mod names;
mod tally;

pub use link_count::LinkCount;
pub use tally::{Sighting, SingleLinks, Tallies, Tally};
