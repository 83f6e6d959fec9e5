//! Manifests: every entry of a tree with its metadata and the BLAKE3 hash of its content.

mod entry;
mod records;
mod tree;

pub use entry::{AttributeDigest, ContentHash, Entry};
pub use records::{DirectoryRecords, Records};
pub use tree::RecordTree;
