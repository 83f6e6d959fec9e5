//! What the user may do, really tried: each in a process of its own that ends at once.
//!
//! - `user_namespace`: a new user namespace.
//! - `tmpfs`: a mount in namespaces of one's own.
//! - `overlay`: an overlay on the filesystem that Docker's data root lies on.
//! - `id_mapping`: subordinate ids in a new user namespace.

mod ground;
mod id_mapping;
mod overlay;
mod overlay_ground;
mod tmpfs;
mod trial;
mod user_namespace;

pub(super) use id_mapping::IdMapping;
pub(super) use overlay::NestedOverlay;
pub(super) use tmpfs::TmpfsMount;
pub(super) use user_namespace::NewUserNamespace;
