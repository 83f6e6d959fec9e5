//! What a scan took over from earlier runs of it that had been stopped.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PathName, Timestamp};

/// What was not read again, because an earlier run read it and it has not changed since as far as
/// its times tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resumed {
    /// The file that says so.
    pub checkpoint: PathName,
    /// The earlier runs from which something was taken, the first one first.
    pub runs: Vec<ResumedRun>,
}

/// What was taken from one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResumedRun {
    /// When that run began: nothing of it is older.
    pub started_at: Timestamp,
    /// Files that it had read to their ends.
    pub files: u64,
    /// Bytes of these, and of large files that it had read in part.
    pub bytes: u64,
}
