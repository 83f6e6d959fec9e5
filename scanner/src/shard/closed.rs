//! Directories that could not be entered, which other shards have to know of: what lies below is
//! somebody's own all the same.

use reports::{PathName, UncheckedReason};
use serde::{Deserialize, Serialize};

/// Directories that are noted one by one; beyond that the root stands for them.
const MOST: usize = 100_000;

/// A directory that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Closed {
    /// Its path.
    #[serde(flatten)]
    pub path: PathName,
    /// Why.
    pub reason: UncheckedReason,
}

/// Those of one shard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClosedDirectories {
    /// Its own: told as whatever was wrong with them.
    pub own: Vec<PathName>,
    /// Others', through which it could not pass. Where their owner could read them something of this
    /// shard is missing.
    pub passed: Vec<Closed>,
    /// How many more there were.
    pub beyond: u64,
}

impl ClosedDirectories {
    /// Notes one of the shard's own.
    pub fn add_own(&mut self, path: PathName) {
        if self.own.len() < MOST {
            self.own.push(path);
        }
    }

    /// Notes one of another shard.
    pub fn add_passed(&mut self, path: PathName, reason: UncheckedReason) {
        if self.passed.len() < MOST {
            self.passed.push(Closed { path, reason });
        } else {
            self.beyond += 1;
        }
    }

    /// Adds another's.
    pub fn merge(&mut self, other: ClosedDirectories) {
        other.own.into_iter().for_each(|path| self.add_own(path));
        other.passed.into_iter().for_each(|closed| self.add_passed(closed.path, closed.reason));
        self.beyond += other.beyond;
    }
}
