//! What the competing installer took away, and when: the alibi of a filesystem.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::file_system::above;

/// Removals that are remembered.
const REMEMBERED: usize = 4096;

/// What was taken away.
#[derive(Debug, Default)]
pub struct Removals(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    /// The last ones, with their times.
    recent: VecDeque<(Vec<u8>, Instant)>,
    /// All, each once, and the names under which they were hidden.
    all: HashSet<Vec<u8>>,
}

impl Removals {
    /// Notes that a directory is about to be moved away under another name, and removed there.
    pub fn note(&self, path: &[u8], hidden: &[u8]) {
        let mut taken = self.lock();
        taken.all.insert(path.to_vec());
        taken.all.insert(hidden.to_vec());
        if taken.recent.len() == REMEMBERED {
            taken.recent.pop_front();
        }
        taken.recent.push_back((path.to_vec(), Instant::now()));
    }

    /// How long ago a directory above `path`, or itself, was taken away, if that was after
    /// `since`.
    pub fn removed_since(&self, path: &[u8], since: Instant) -> Option<Duration> {
        let taken = self.lock();
        let mut recent = taken.recent.iter().rev().take_while(|(_, at)| *at >= since);
        recent.find(|(removed, _)| is_at_or_below(path, removed)).map(|(_, at)| at.elapsed())
    }

    /// Whether a directory above `path`, or itself, was ever taken away.
    pub fn has_removed(&self, path: &[u8]) -> bool {
        let taken = self.lock();
        above(path).chain([path]).any(|above| taken.all.contains(above))
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a path is another one, or lies below it.
pub fn is_at_or_below(path: &[u8], other: &[u8]) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_explains_what_lies_below_it_and_came_later() {
        let removals = Removals::default();
        let before = Instant::now();
        removals.note(b"r/foo", b"r/.foo-removed1");
        for (path, explained) in [("r/foo/a/b", true), ("r/foo", true), ("r/foobar", false)] {
            assert_eq!(removals.removed_since(path.as_bytes(), before).is_some(), explained);
            assert_eq!(removals.has_removed(path.as_bytes()), explained, "{path}");
        }
        std::thread::sleep(Duration::from_millis(1));
        assert_eq!(removals.removed_since(b"r/foo/a", Instant::now()), None);
        assert!(removals.has_removed(b"r/.foo-removed1/a"));
    }
}
