//! Tar archives: reading them without trusting them, and packing trees into them.
//!
//! - [`Expanded`]: gzip or plain bytes, expanded within [`Limits`].
//! - [`ArchiveReader`]: the members one after the other, each a [`Found`].
//! - [`MemberPath`]: a name that is known to stay below the place it is extracted to.
//! - [`pack_tree`]: a tree as an archive that every tar reads.
//!
//! The tar crate decodes the fields of a header; what lies between headers is read here, for it
//! reads records of any length, passes over malformed PAX records and knows none of their sparse
//! files. What a member becomes on disk is for those who extract it: names are safe in themselves,
//! but a directory among them may have become a link by the time a later member is written.

mod blocks;
mod error;
mod expanded;
mod extensions;
mod header;
mod limits;
mod member;
mod member_facts;
mod member_path;
mod not_tar;
mod number;
mod pack;
mod pax;
mod pax_time;
mod reader;
mod refusal;
mod slot;
mod source;
mod sparse;

pub use error::{ArchiveError, Limit};
pub use expanded::Expanded;
pub use limits::Limits;
pub use member::{Found, Member, MemberKind, RefusedMember, Remark};
pub use member_path::MemberPath;
pub use pack::{Operation, PackError, PackNotice, Trouble, pack_tree};
pub use reader::ArchiveReader;
pub use refusal::Refusal;

#[cfg(test)]
pub(crate) mod tests;
