//! Where content lies on the device, and who claims it.
//!
//! - [`ExtentMap`]: the extents of one open file or directory.
//! - [`Claims`]: the blocks that all inodes of a filesystem claim, 24 bytes an extent.
//! - `overlap`: blocks that two of them claim.

mod claims;
mod map;
mod overlap;

pub use claims::{Claim, ClaimBudget, Claims, keep_one_look};
pub use map::{AttributeBlock, Extent, ExtentMap, MapError};
pub use overlap::{Overlap, Swept, sweep};
