//! Whether every directory that a name leads to was looked at by somebody.
//!
//! A directory that is moved while shards are scanned one after the other can come to stand among
//! those of a shard that is done. Its name was seen, by the shard that looked at the directory above,
//! and nobody came to it.

use serde::{Deserialize, Serialize};

use super::LinkedInode;
use crate::links::TallyFacts;

/// What one shard saw of directories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roll {
    /// Those that names in its directories lead to.
    named: Vec<LinkedInode>,
    /// Its own that it did not come to, and told of.
    told: Vec<LinkedInode>,
    /// How many of its own it came to, or told of.
    visited: u64,
}

impl Roll {
    /// Notes what a name leads to.
    pub fn name(&mut self, directory: LinkedInode) {
        self.named.push(directory);
    }

    /// Notes that the shard came to one of its own.
    pub fn visit(&mut self) {
        self.visited = self.visited.saturating_add(1);
    }

    /// Notes that the shard could not come to one of its own, and told of that.
    pub fn tell(&mut self, directory: LinkedInode) {
        self.told.push(directory);
        self.visit();
    }

    /// Adds what another thread, or another shard, saw.
    pub fn merge(&mut self, other: Roll) {
        self.named.extend(other.named);
        self.told.extend(other.told);
        self.visited = self.visited.saturating_add(other.visited);
    }

    /// How many directories nobody came to, by what all shards met: one by one where numbers
    /// identify, else by their number.
    pub fn missing(mut self, met: &[TallyFacts], numbers_identify: bool) -> u64 {
        if !numbers_identify {
            // The root has no name.
            return (self.named.len() as u64 + 1).saturating_sub(self.visited);
        }
        self.told.sort_unstable();
        self.named.sort_unstable();
        self.named.dedup();
        let was_met = |(device, ino): &LinkedInode| {
            met.iter().any(|tally| tally.device == *device && tally.has_directory(*ino))
        };
        let told = |directory| self.told.binary_search(directory).is_ok();
        self.named.iter().filter(|directory| !was_met(directory) && !told(directory)).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::Tally;
    use crate::stamp::Moment;

    #[test]
    fn a_directory_that_nobody_came_to_is_missing() {
        let tally = Tally::new(Moment::at(0));
        let mut roll = Roll::default();
        for ino in [2, 12, 700] {
            tally.meet_directory(ino);
            roll.visit();
        }
        roll.name((None, 12));
        roll.name((None, 700));
        let met = [tally.to_facts(None)];
        let missing =
            |roll: &Roll| [true, false].map(|identify| roll.clone().missing(&met, identify));
        assert_eq!(missing(&roll), [0, 0]);
        roll.name((None, 13));
        assert_eq!(missing(&roll), [1, 1]);
        roll.tell((None, 13));
        assert_eq!(missing(&roll), [0, 0]);
        roll.name((Some((8, 1)), 12));
        assert_eq!(missing(&roll), [1, 1], "of another device");
    }
}
