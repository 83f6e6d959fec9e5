//! Manifests: every entry of a tree with its metadata and the BLAKE3 hash of its content.

mod entry;

pub use entry::{AttributeDigest, ContentHash, Entry};
