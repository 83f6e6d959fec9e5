//! The inode numbers that a scan met.

use std::collections::BTreeMap;

use super::line::{Line, add, has, line_of, set};

/// A set of inode numbers.
#[derive(Clone, Debug, Default)]
pub struct SeenNumbers(BTreeMap<u64, Line>);

impl SeenNumbers {
    pub(super) fn add(&mut self, at: u64, line: &Line) {
        add(self.0.entry(at).or_default(), line);
    }

    /// Adds a number.
    pub fn insert(&mut self, ino: u64) {
        set(self.0.entry(line_of(ino)).or_default(), ino);
    }

    /// Whether a number is in it.
    pub fn contains(&self, ino: u64) -> bool {
        self.0.get(&line_of(ino)).is_some_and(|line| has(line, ino))
    }

    /// The highest number from `first` to `last`.
    pub fn highest(&self, first: u64, last: u64) -> Option<u64> {
        let lines = self.0.range(line_of(first)..=line_of(last)).rev();
        lines
            .flat_map(|(at, _)| (at << 9..(at + 1) << 9).rev())
            .filter(|ino| (first..=last).contains(ino))
            .find(|ino| self.contains(*ino))
    }
}
