//! Manifests: every entry of a tree with its metadata and the BLAKE3 hash of its content.
//!
//! A manifest is a file of JSON lines, compressed where its name ends in `.gz`: a header, an entry
//! a line in the order of [`compare_paths`], and a footer with a digest, so that a file that was
//! truncated or edited is never taken for what was seen.

mod ahead;
mod compressed;
mod counts;
mod entry;
mod error;
mod gaps;
pub(crate) mod hex;
mod join;
mod lines;
mod linked_names;
mod members;
mod open;
mod order;
mod path_rules;
mod pending_tree;
mod reader;
mod records;
mod seal;
mod sums;
mod tree;
mod wire;
mod writer;

pub(crate) use ahead::read_ahead;
pub use counts::Counts;
pub use entry::{AttributeDigest, ContentHash, Entry, EntryView};
pub use error::{Fault, ManifestError};
pub use gaps::Gaps;
pub use join::{ManifestJoinError, ManifestParts, PartsOf};
pub use linked_names::LinkedNames;
pub(crate) use open::open as open_file;
pub use order::compare_paths;
pub(crate) use order::{is_below, name_of, parent_of};
pub(crate) use pending_tree::{PendingTree, TreeOptions};
pub(crate) use reader::HEADER_BEGINNING as MANIFEST_BEGINNING;
pub use reader::ManifestReader;
pub(crate) use records::Records;
pub use seal::{Seal, read_seal};
pub use sums::{SumsOutcome, write_sums};
pub use tree::{Entries, RecordTree, TreeBlock};
pub use wire::{Header, MANIFEST_VERSION};
pub use writer::{Block, BlockLines, Compression, ManifestWriteError, Written, write_manifest};

#[cfg(test)]
pub(crate) mod tests;
