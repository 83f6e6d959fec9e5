//! Tar round trips: archives extracted as npm, pnpm and tar do it, compared and removed again.
//!
//! `TAR_ENTRY_ERROR ENOENT` is what users see of a damaged directory, and of two installers in one
//! directory, a full disk and a name that stands twice as well. So the same system calls are made
//! here, in a scratch directory; the moment one fails, evidence is gathered and the failure
//! `classify`-ed; and the same is done beside it on a filesystem that is known to be sound.
//!
//! A `pattern` is a table of steps; an `extraction` is one package that takes them, on whatever
//! implements `file_system`; `streams` has many packages go on side by side, `churn` disturbs
//! them, `verify` compares what they left, and an `arm` is all this in one directory.

mod abilities;
mod account;
mod arm;
mod assembly;
mod beneath;
mod bounded;
mod churn;
mod classify;
mod evidence;
mod expected;
mod extraction;
mod file_system;
mod findings;
mod layout;
mod node_message;
mod options;
mod packages;
mod pattern;
mod place;
mod removal;
mod removals;
mod run;
mod streams;
mod trouble;
mod verify;

pub(crate) use arm::Watch;
pub(crate) use beneath::{Beneath, list, open_directory, times};
pub(crate) use bounded::{BoundedTrip, bounded};
pub(crate) use file_system::{FileSystem, Listed};
pub use options::{ControlArm, TripError, TripOptions};
pub use packages::generated::USUAL as USUAL_PACKAGES;
pub use packages::npm_cache::default_cache as default_npm_cache;
pub use packages::{Size, Source, SourceError};
pub(crate) use removal::{NotRemoved, remove_patiently, remove_tree};
pub use run::{RoundTrips, run};

#[cfg(test)]
mod tests;
