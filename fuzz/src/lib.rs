#![forbid(unsafe_code)]
//! What fuzz targets share: a place where archives are extracted, and mutations that get past
//! checksums and through parsers.

mod json;
mod neighbourhood;
mod repair;

pub use json::mutate_json;
pub use neighbourhood::Neighbourhood;
pub use repair::{mutate_archive, mutate_manifest};
