#![forbid(unsafe_code)]
//! What fuzz targets share: places where archives are extracted and operations are done, and
//! mutations that get past checksums and through parsers.

mod choice;
mod json;
mod neighbourhood;
mod parts;
mod place;
mod repair;
mod sequence;
mod unwound;

pub use json::mutate_json;
pub use neighbourhood::Neighbourhood;
pub use parts::{join_parts, mutate_parts};
pub use place::Place;
pub use repair::{mutate_archive, mutate_manifest};
pub use sequence::{mutate_sequence, sequence};
pub use unwound::unwound;
