//! Walking a tree: in parallel, by descriptors, in bounded memory.
//!
//! - [`DirectoryNode`]: where a directory stands, as a chain of names up to the root.
//! - [`Listing`]: one directory read with getdents64, with its numbers and types kept.
//! - [`Descriptors`]: which directories stay open, and how a closed one is opened again.
//! - [`Walker`]: who visits what when.
//!
//! Nothing is ever reached by an absolute path or through a symbolic link: every system call
//! names one entry relative to its directory's descriptor, so paths may be longer than PATH_MAX
//! and a tree may be swapped under the walk without leading it astray.

mod buffer;
mod descriptors;
mod listing;
mod node;
mod walker;
mod workers;

pub use buffer::Buffer;
pub use descriptors::{Descriptors, ReopenError, descriptor_limit, open_directory};
pub use listing::{Block, Dirent, Listing, ListingError};
pub use node::DirectoryNode;
pub use walker::{OpenDirectory, Subdirectories, Visitor, Walker};
pub use workers::{Worker, Workers};
