//! Link counts: the names that were found against the count that the inode states.
//!
//! - [`Tally`] counts names while the tree is walked, in a few bytes an inode.
//! - [`TallyFacts`]: the same for another process to go on with.
//! - `link_count` looks at those again and again, and judges, by all the names that one more walk finds.

mod line;
mod link_count;
mod seen_numbers;
mod singles;
mod tally;
mod tally_facts;

pub use link_count::LinkCount;
pub use seen_numbers::SeenNumbers;
pub use singles::SingleLinks;
pub use tally::{Sighting, Tallies, Tally};
pub use tally_facts::TallyFacts;
