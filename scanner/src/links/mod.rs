//! Link counts: the names that were found against the count that the inode states.
//!
//! - [`Tally`] counts names while the tree is walked, in a few bytes an inode.
//! - `link_count` looks at those again and again, and judges, by all the names that one more walk finds.

mod link_count;
mod tally;

pub use link_count::LinkCount;
pub use tally::{SeenNumbers, Sighting, SingleLinks, Tallies, Tally};
