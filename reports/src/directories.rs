//! Where in the trees the bytes lie, and the damage: the report's `directories`.

mod choice;
mod tally;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PathName;

pub use tally::{DirectoryHeld, DirectoryTally};

/// The largest directories of the trees that were scanned, and the most damaged ones.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Directories {
    /// In path order, one within another behind it. The roots are always there: together they hold
    /// everything, and what has no row of its own is in the rows around it.
    pub rows: Vec<DirectoryRow>,
    /// Bytes that the totals have beyond these rows (`st_size`): each name of a file with several
    /// counts its part of the file where it stands, and the other names stand elsewhere.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub elsewhere_apparent: u64,
    /// The same of `st_blocks`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub elsewhere_allocated: u64,
    /// Directories of more than so many names from `/` on are not told apart from the ones around
    /// them; none where all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deepest: Option<u64>,
}

/// A directory, and what is in it and below.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DirectoryRow {
    /// The directory, or a root.
    #[serde(flatten)]
    pub path: PathName,
    /// The row of the directory around it, counted from 0; none for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<u64>,
    /// Directories below it.
    pub directories: u64,
    /// Regular files, a hard-linked one once a name.
    pub files: u64,
    /// `st_size` of these files in bytes.
    pub bytes_apparent: u64,
    /// `st_blocks` of these files, in bytes.
    pub bytes_allocated: u64,
    /// Findings of severity `corrupt`, suppressed ones included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub corrupt: u64,
    /// Findings of severity `suspect`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub suspect: u64,
}

impl DirectoryRow {
    /// Findings of damage, proven or likely.
    pub fn damage(&self) -> u64 {
        self.corrupt.saturating_add(self.suspect)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests;
