//! The numbers that one shard met, for another process to go on with.

use serde::{Deserialize, Serialize};

use super::line::{Line, has, line_of};
use super::tally::Names;
use crate::inode_facts::Device;

/// Lines of 512 numbers and those files that were counted one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyFacts {
    /// The device; none for that of the root.
    pub device: Option<Device>,
    /// Directories.
    pub(super) directories: Vec<(u64, Line)>,
    /// Directories that were met again.
    pub(super) met_again: Vec<u64>,
    /// Files with one link.
    pub(super) single: Vec<(u64, Line)>,
    /// Files with more links, or more names.
    pub(super) many: Vec<(u64, Names)>,
}

impl TallyFacts {
    /// Puts them in order.
    pub(super) fn sort(&mut self) {
        self.directories.sort_unstable();
        self.single.sort_unstable();
        self.many.sort_unstable_by_key(|(ino, _)| *ino);
    }

    /// Whether a directory was met.
    pub fn has_directory(&self, ino: u64) -> bool {
        let line = self.directories.binary_search_by_key(&line_of(ino), |(at, _)| *at);
        let line = line.ok().and_then(|index| self.directories.get(index));
        line.is_some_and(|(_, line)| has(line, ino))
    }

    /// Notes that several names lead to a directory.
    pub fn suspect_directory(&mut self, ino: u64) {
        self.met_again.push(ino);
    }

    /// Whether the lines can hold inode numbers.
    pub fn is_plausible(&self) -> bool {
        let mut lines = self.directories.iter().chain(&self.single);
        lines.all(|(at, _)| *at <= line_of(u64::MAX))
    }
}
