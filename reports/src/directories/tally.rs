//! What directories hold, added up in bounded memory.
//!
//! Each directory counts for itself until there are too many; then the deepest ones count with the
//! ones around them, all of one depth at once. Those that stand in the root itself have more room: a
//! root without them is a page without a drawing. How deep directories are told apart follows from
//! which ones there are, so the outcome is the same in whatever order they come and however they
//! are shared out between threads or processes.

use std::collections::HashMap;
use std::ops::AddAssign;

use foldhash::quality::RandomState;
use serde::{Deserialize, Serialize};

use crate::{PathName, Severity};

/// Names from `/` on by which directories are told apart at most.
const DEEPEST: usize = 64;

/// Bytes that the paths may take, each with what is kept beside it.
const ROOM: usize = 3 << 19;

/// The same of directories that stand in the root itself: some 40,000 of them.
const ROOM_IN_ROOT: usize = 5;

/// Bytes that are kept beside a path.
const BESIDE: usize = 160;

/// What is in a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryHeld {
    /// Directories.
    pub directories: u64,
    /// Regular files, once a name.
    pub files: u64,
    /// Their `st_size` in bytes; of a file with several names, the part of this one.
    pub bytes_apparent: u64,
    /// Their `st_blocks` in bytes, likewise.
    pub bytes_allocated: u64,
    /// Findings of severity `corrupt`.
    pub corrupt: u64,
    /// Findings of severity `suspect`.
    pub suspect: u64,
}

impl DirectoryHeld {
    /// Findings of one severity; those that speak of no damage count nothing.
    pub fn findings(severity: Severity, count: u64) -> Self {
        match severity {
            Severity::Corrupt => DirectoryHeld { corrupt: count, ..Self::default() },
            Severity::Suspect => DirectoryHeld { suspect: count, ..Self::default() },
            Severity::Warning | Severity::Info => Self::default(),
        }
    }

    /// Findings of damage.
    pub(super) fn damage(&self) -> u64 {
        self.corrupt.saturating_add(self.suspect)
    }
}

impl AddAssign for DirectoryHeld {
    fn add_assign(&mut self, other: Self) {
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.directories, other.directories);
        add(&mut self.files, other.files);
        add(&mut self.bytes_apparent, other.bytes_apparent);
        add(&mut self.bytes_allocated, other.bytes_allocated);
        add(&mut self.corrupt, other.corrupt);
        add(&mut self.suspect, other.suspect);
    }
}

/// Directories of one depth.
type Level = HashMap<Box<[u8]>, DirectoryHeld, RandomState>;

/// What the directories of one root hold, each without those below it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct DirectoryTally {
    deepest: usize,
    /// Whether something was deeper, and counts with what is around it.
    folded: bool,
    /// Names in the path of a directory that stands in the root.
    in_root: usize,
    room: usize,
    used: usize,
    /// By how many names their paths have.
    levels: Vec<Level>,
}

/// What a tally holds, for another process to go on with.
#[derive(Serialize, Deserialize)]
struct Kept {
    deepest: usize,
    folded: bool,
    in_root: usize,
    held: Vec<(PathName, DirectoryHeld)>,
}

impl From<DirectoryTally> for Kept {
    fn from(tally: DirectoryTally) -> Self {
        let held = tally.levels.into_iter().flatten();
        let mut held: Vec<_> =
            held.map(|(path, held)| (PathName::new(path.into_vec()), held)).collect();
        held.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Kept { deepest: tally.deepest, folded: tally.folded, in_root: tally.in_root, held }
    }
}

impl From<Kept> for DirectoryTally {
    fn from(kept: Kept) -> Self {
        let mut tally = DirectoryTally::default();
        tally.deepest = tally.deepest.min(kept.deepest);
        tally.folded = kept.folded;
        tally.in_root = kept.in_root;
        kept.held.iter().for_each(|(path, held)| tally.add(path.as_bytes(), *held));
        tally
    }
}

impl Default for DirectoryTally {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

impl DirectoryTally {
    pub(super) fn with_room(room: usize) -> Self {
        let levels = Vec::new();
        DirectoryTally { deepest: DEEPEST, folded: false, in_root: 0, room, used: 0, levels }
    }

    /// Whether nothing was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.levels.is_empty() && self.deepest == DEEPEST
    }

    /// Says which root it is of, before anything is added.
    pub fn set_root(&mut self, root: &[u8]) {
        self.in_root = depth(root) + 1;
    }

    /// Adds what a directory holds itself. Of its path, which begins at `/`, the beginning is
    /// enough where that is 1 KiB ([`PathName::KEPT_END`]) or more.
    pub fn add(&mut self, path: &[u8], held: DirectoryHeld) {
        if held == DirectoryHeld::default() {
            return;
        }
        let path = shown(path);
        let place = above(path, self.deepest);
        self.folded |= place.len() < path.len();
        let level = self.level(depth(place));
        if let Some(known) = level.get_mut(place) {
            *known += held;
            return;
        }
        level.insert(place.into(), held);
        self.used += BESIDE + place.len();
        self.make_room();
    }

    /// Adds findings of what is in a directory, or of the directory itself.
    pub fn add_findings(&mut self, directory: &[u8], severity: Severity, count: u64) {
        self.add(directory, DirectoryHeld::findings(severity, count));
    }

    /// Takes findings of `path` out again, from where the path is or from the directory around it.
    pub fn take_findings(&mut self, path: &PathName, severity: Severity, count: u64) {
        let taken = DirectoryHeld::findings(severity, count);
        for place in [path.as_bytes(), Self::around(path)] {
            let place = above(shown(place), self.deepest);
            let held = self.levels.get_mut(depth(place)).and_then(|level| level.get_mut(place));
            let holds = |held: &&mut DirectoryHeld| {
                held.corrupt >= taken.corrupt && held.suspect >= taken.suspect
            };
            if let Some(held) = held.filter(holds) {
                held.corrupt -= taken.corrupt;
                held.suspect -= taken.suspect;
                return;
            }
        }
    }

    /// The directory that a path is in.
    pub fn around(path: &PathName) -> &[u8] {
        let bytes = path.as_bytes();
        let end = bytes.iter().rposition(|byte| *byte == b'/').unwrap_or(0).max(1);
        bytes.get(..end).unwrap_or(bytes)
    }

    /// Counts what is at `from` and below it at `to` instead, another name of the same directory.
    pub fn rename(&mut self, from: &[u8], to: &[u8]) {
        let mut renamed = Vec::new();
        for level in &mut self.levels {
            renamed.extend(level.extract_if(|path, _| is_within(path, from)));
        }
        for (path, held) in renamed {
            self.used = self.used.saturating_sub(BESIDE + path.len());
            let below = path.get(from.len()..).unwrap_or_default();
            self.add(&[to, below].concat(), held);
        }
    }

    /// Adds what another tally of the same root holds.
    pub fn merge(&mut self, other: DirectoryTally) {
        if self.levels.is_empty() && self.deepest >= other.deepest {
            let in_root = self.in_root.max(other.in_root);
            let folded = self.folded | other.folded;
            *self = DirectoryTally { room: self.room, in_root, folded, ..other };
            return;
        }
        self.folded |= other.folded;
        self.in_root = self.in_root.max(other.in_root);
        if other.deepest < self.deepest {
            self.fold_to(other.deepest);
        }
        for (path, held) in other.levels.into_iter().flatten() {
            self.add(&path, held);
        }
    }

    /// How deep directories were told apart; none where all of them were.
    pub(super) fn deepest(&self) -> Option<u64> {
        self.folded.then_some(self.deepest as u64)
    }

    /// What each directory holds itself, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], DirectoryHeld)> {
        self.levels.iter().flatten().map(|(path, held)| (&**path, *held))
    }

    fn level(&mut self, depth: usize) -> &mut Level {
        if self.levels.len() <= depth {
            self.levels.resize_with(depth + 1, Level::default);
        }
        #[expect(clippy::indexing_slicing, reason = "there are more levels than `depth`")]
        &mut self.levels[depth]
    }

    /// Counts the deepest directories with the ones around them until all fit.
    fn make_room(&mut self) {
        while self.used > self.room_now() && self.levels.len() > 1 {
            let next = self.levels.len() - 2;
            self.fold_to(if self.deepest > self.in_root { next.max(self.in_root) } else { next });
        }
    }

    /// Bytes that may be used as deep as directories are told apart now.
    fn room_now(&self) -> usize {
        let is_in_root = self.deepest <= self.in_root;
        self.room.saturating_mul(if is_in_root { ROOM_IN_ROOT } else { 1 })
    }

    /// Counts what is deeper with what it is in.
    fn fold_to(&mut self, deepest: usize) {
        self.deepest = deepest;
        let mut deeper = self.levels.split_off(self.levels.len().min(deepest + 1));
        for (path, held) in deeper.drain(..).flatten() {
            self.used = self.used.saturating_sub(BESIDE + path.len());
            self.folded = true;
            let place = above(&path, deepest);
            let level = self.level(deepest);
            if let Some(known) = level.get_mut(place) {
                *known += held;
            } else {
                level.insert(place.into(), held);
                self.used += BESIDE + place.len();
            }
        }
    }
}

/// Whether a path is that of a directory or lies below it.
pub(super) fn is_within(path: &[u8], directory: &[u8]) -> bool {
    let below = path.strip_prefix(directory);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || directory == b"/")
}

/// As much of a path as is told, which is the same whether all of it or its beginning is at hand.
fn shown(path: &[u8]) -> &[u8] {
    if path.len() < PathName::KEPT_END {
        return path;
    }
    let beginning = path.get(..PathName::KEPT_END).unwrap_or(path);
    let end = beginning.iter().rposition(|byte| *byte == b'/').unwrap_or(0).max(1);
    beginning.get(..end).unwrap_or(beginning)
}

/// The directory of `most` names that `path` is or is in.
fn above(path: &[u8], most: usize) -> &[u8] {
    // A name takes two bytes at least.
    if path.len() <= 2 * most {
        return path;
    }
    let mut place = path;
    for _ in most..depth(path) {
        let end = place.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        place = place.get(..end).unwrap_or_default();
    }
    if place.is_empty() { b"/" } else { place }
}

/// How many names a path has.
#[expect(clippy::naive_bytecount, reason = "paths are short: a crate for it would win nothing")]
fn depth(path: &[u8]) -> usize {
    if path == b"/" { 0 } else { path.iter().filter(|byte| **byte == b'/').count() }
}
