//! How a manifest stands in its file: JSON lines.
//!
//! The first line is the header, the last one the footer, each line between an entry. Values that
//! are zero, empty or absent are left out of an entry, and so is the type of a regular file.

mod entry;
mod footer;
mod header;
mod kind;
mod line;

pub(super) use entry::parse_entry;
pub(super) use footer::Footer;
pub use header::Header;
pub(super) use line::write_entry;

/// The version of the format in this file. It rises when a reader of the older version would
/// misread a manifest; added fields do not raise it.
pub const MANIFEST_VERSION: u32 = 1;
