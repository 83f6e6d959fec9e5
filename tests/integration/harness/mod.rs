//! What every test stands on: a scratch folder, the binary under test, private mounts, images.

mod content;
mod environment;
mod fscan;
mod image;
mod lab;
mod mount;
mod outcome;
mod places;
mod report;
mod running;
mod scratch;
mod shards;
mod stress;
mod tar_trips;
mod tree;
mod where_it_is;
mod writers;

pub(crate) use content::{content, default_access_list, scattered};
pub(crate) use environment::Environment;
pub(crate) use fscan::{Fscan, User};
pub(crate) use image::{DirentField, Image, fsck};
pub(crate) use lab::{Need, in_lab, is_root, python, python_program, tool};
pub(crate) use mount::Mount;
pub(crate) use outcome::Outcome;
pub(crate) use places::GroupBlock;
pub(crate) use report::{Finding, Report, Subject, Totals};
pub(crate) use running::Running;
pub(crate) use scratch::Dir;
pub(crate) use shards::Shards;
pub(crate) use tar_trips::{TarError, TarRun, TarTrips};
pub(crate) use tree::{ODD_NAMES, chain, counted_by_walkdir, files, realistic, special_files};
pub(crate) use writers::{Work, Writers};
