//! Where bytes and damage are, as a report tells it, declared a second time.

#![allow(dead_code, reason = "declared so that an unknown or missing field fails to parse")]

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Directories {
    pub(crate) rows: Vec<DirectoryRow>,
    #[serde(default)]
    pub(crate) elsewhere_apparent: u64,
    #[serde(default)]
    pub(crate) elsewhere_allocated: u64,
    pub(crate) deepest: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DirectoryRow {
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
    pub(crate) within: Option<usize>,
    pub(crate) directories: u64,
    pub(crate) files: u64,
    pub(crate) bytes_apparent: u64,
    pub(crate) bytes_allocated: u64,
    #[serde(default)]
    pub(crate) corrupt: u64,
    #[serde(default)]
    pub(crate) suspect: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceBlocks {
    pub(crate) device: String,
    pub(crate) block_size: u64,
    pub(crate) blocks: u64,
    pub(crate) grain: u64,
    #[serde(default)]
    pub(crate) damaged: Vec<BlockRange>,
    #[serde(default)]
    pub(crate) affected: Vec<BlockRange>,
    #[serde(default)]
    pub(crate) groups: Vec<BlockRange>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockRange {
    pub(crate) start: u64,
    pub(crate) blocks: u64,
}

impl DeviceBlocks {
    /// Whether a block is among the damaged ones.
    pub(crate) fn is_damaged(&self, block: u64) -> bool {
        self.damaged.iter().any(|range| (range.start..range.start + range.blocks).contains(&block))
    }
}
