#![forbid(unsafe_code)]
//! What fuzz targets share: a place where archives are extracted, and mutations that get past
//! checksums.

mod neighbourhood;
mod repair;

pub use neighbourhood::Neighbourhood;
pub use repair::{mutate_archive, mutate_manifest};
