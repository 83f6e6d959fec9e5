//! What the machine, the pod and the volumes below the roots are.
//!
//! Each probe learns a few facts and says how. What could not be learnt is a fact as well, with
//! the reason: a refusal never means that all is well.

mod judge;
mod longhorn;
mod program;

use std::path::PathBuf;
use std::time::Duration;

use reports::{Fact, PathName};

use crate::mounts::Mount;
pub use judge::judge_environment;
pub use longhorn::{GivenError, LonghornObjects, LonghornSource, read_longhorn};

/// What is asked, and what may be done for it.
#[derive(Clone, Debug)]
pub struct EnvironmentOptions {
    /// The directories or files that are asked about.
    pub roots: Vec<PathBuf>,
    /// Below these nothing is written, for a moment either.
    pub untouched: Vec<PathBuf>,
    /// The longest that one probe may take.
    pub time_limit: Duration,
    /// Who is asked about Longhorn volumes.
    pub longhorn: LonghornSource,
}

/// Something that learns facts.
trait Probe: Sync {
    /// Learns them. Does not panic, and ends within the time limit.
    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact>;
}

/// What all probes begin with.
#[derive(Debug)]
struct Surroundings {
    places: Vec<Place>,
    untouched: Vec<PathBuf>,
    time_limit: Duration,
}

/// A root, and what is mounted there.
#[derive(Debug)]
struct Place {
    /// As it is resolved.
    path: PathBuf,
    /// As facts name it: as the report's root does.
    name: PathName,
    /// Its line of the mount table.
    mount: Option<Mount>,
}
