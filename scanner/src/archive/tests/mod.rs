//! Archives that real tools got wrong, and those that real tools write.

mod bombs;
pub(crate) mod build;
pub(crate) mod compression;
mod damage;
mod ends;
mod formats;
mod links;
mod names;
mod packing;
mod read_all;
mod records;
mod sizes;
mod sparse_maps;
