//! The content of regular files: every byte is read once and hashed with BLAKE3.
//!
//! The walk opens each file anyway and hands it over with what is known of it. Files of one
//! directory are read by the batch, a large file by all threads at once; where too many wait, the
//! thread that walks reads them itself. What is in memory of a large file is looked at where it stands. A
//! file that changes while it is read is read again.

mod bad_blocks;
mod bad_ranges;
mod book;
mod download;
mod in_place;
mod judge;
mod large_file;
mod neighbours;
mod open_file;
mod page_cache;
mod rate_limit;
mod read;
mod reader;
mod resume;
mod self_checking;
mod tree_hash;
mod zero_kinds;
mod zeroed;

pub use open_file::{FileSink, OpenFile};
pub use reader::{Content, ContentReader, ReadRoom};
pub use self_checking::is_named_by_its_hash;
