//! Files with one link that wait to be noted.
//!
//! Nearly all files are such. Nothing is to be known of them before the walk ends, so each thread
//! keeps its own until then, or until they are many.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::line::{Line, line_of, set};

/// Lines, or files of either of the other kinds, that wait at most.
const MOST: usize = 4096;

/// Files with one link that were met and are still to be noted.
#[derive(Debug, Default)]
pub struct SingleLinks {
    pub(super) lines: HashMap<u64, Line, RandomState>,
    /// Those that changed after the scan began.
    pub(super) changed: HashSet<u64, RandomState>,
    /// Those that were met once more, as often as they were.
    pub(super) again: Vec<u64>,
}

impl SingleLinks {
    /// Whether they are to be noted before there are more.
    #[inline]
    pub(super) fn are_many(&self) -> bool {
        self.lines.len().max(self.changed.len()).max(self.again.len()) >= MOST
    }

    /// Adds one.
    #[inline]
    pub(super) fn add(&mut self, ino: u64, changed: bool) {
        if changed {
            self.changed.insert(ino);
        }
        if !set(self.lines.entry(line_of(ino)).or_default(), ino) {
            self.again.push(ino);
        }
    }
}
