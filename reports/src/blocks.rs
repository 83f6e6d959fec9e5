//! Where on a device the damage is: the report's `blocks`.

mod tally;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use tally::BlockTally;

/// A device, and which of its blocks findings speak of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceBlocks {
    /// The device, as the mount table names it.
    pub device: String,
    /// The size of a block in bytes.
    pub block_size: u64,
    /// How many blocks the filesystem has.
    pub blocks: u64,
    /// What was found within the same so many blocks is told as one range.
    pub grain: u64,
    /// Blocks that findings name, in rising order: contested, misplaced, unreadable ones, those
    /// that the kernel's record of errors names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub damaged: Vec<BlockRange>,
    /// Blocks of the files that findings speak of, in rising order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<BlockRange>,
    /// Groups of blocks that damaged inodes belong to, in rising order: their own place is somewhere
    /// there, or near.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<BlockRange>,
}

/// Blocks beside one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlockRange {
    /// The first one.
    pub start: u64,
    /// How many.
    pub blocks: u64,
}

impl BlockRange {
    /// The block behind the last one.
    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.blocks)
    }
}
