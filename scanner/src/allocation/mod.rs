//! The filesystem as a whole: who claims which blocks, what is free, and whether the sums are
//! right.
//!
//! - `space_map`: what each block is for (GETFSMAP).
//! - `space_survey`: one pass over that map.
//! - `bad_groups`: what the kernel took out of use.
//! - `misplaced`: claims that lie in free space or over metadata.
//! - `contested`: the second look at claims.
//! - `usage`, `census`, `attribute_pairs`, `hidden`, `sums`: what is in use against what was
//!   counted.
//! - `inode_tables`, `unattached`: inodes in use that no name leads to.
//! - `ledger`: the order in which all of that is asked.

mod attribute_pairs;
mod bad_groups;
mod census;
mod contested;
mod hidden;
mod inode_tables;
mod ledger;
mod misplaced;
mod space_map;
mod space_survey;
mod sums;
mod unattached;
mod usage;

pub use attribute_pairs::AttributePairs;
pub use census::Census;
pub use ledger::{Begun, Counted, Earlier, Ledger, LedgerOutcome, Walked};
pub use usage::Usage;
