//! Counting names without keeping them.
//!
//! Nearly every file has one link, so for those one bit is enough: seen or not. 512 numbers share
//! a cache line, and since filesystems hand out numbers in runs that is a third of a byte an
//! inode. Each thread notes its own, and all of them at the end. Files with more links get a
//! counter.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use super::TallyFacts;
use super::line::{Line, add, has, line_of, numbers, set};
use super::seen_numbers::SeenNumbers;
use super::singles::SingleLinks;
use crate::inode_facts::{Device, InodeFacts};
use crate::stamp::Moment;

/// Threads that meet seldom: a power of two.
const STRIPES: usize = 64;

/// Whether an inode was met before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// Under no name so far.
    First,
    /// Under another name, or the same one again after a rename.
    Again,
}

/// The names found of one file with more than one link, or more than one name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names {
    nlink: u32,
    found: u32,
    /// It changed after the scan began.
    changed: bool,
}

impl Names {
    fn meet(&mut self, nlink: u32, changed: bool) {
        self.nlink = nlink;
        self.found = self.found.saturating_add(1);
        self.changed |= changed;
    }

    /// Adds the names that another part of the scan found.
    fn join(&mut self, other: Names) {
        self.nlink = other.nlink;
        self.found = self.found.saturating_add(other.found);
        self.changed |= other.changed;
    }
}

/// Sets of inode numbers by the lines they fall into.
type Lines = HashMap<u64, Line, RandomState>;

#[derive(Debug, Default)]
struct Stripe {
    single: Lines,
    /// Of those, the ones that changed after the scan began.
    changed: HashSet<u64, RandomState>,
    many: HashMap<u64, Names, RandomState>,
}

/// An inode whose names do not agree with its count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// Its number.
    pub ino: u64,
    /// It was changed while the scan ran, which explains it.
    pub explained: bool,
}

/// The names of one device's inodes.
#[derive(Debug)]
pub struct Tally {
    files: Box<[Mutex<Stripe>]>,
    directories: Box<[Mutex<Lines>]>,
    met_again: Mutex<BTreeSet<u64>>,
    started: Moment,
}

impl Tally {
    /// Nothing yet, for a scan that began at `started`.
    pub(crate) fn new(started: Moment) -> Self {
        Tally {
            files: (0..STRIPES).map(|_| Mutex::default()).collect(),
            directories: (0..STRIPES).map(|_| Mutex::default()).collect(),
            met_again: Mutex::default(),
            started,
        }
    }

    /// Counts one name of a file (of anything but a directory). One with a single link waits in
    /// `singles`, and counts as met for the first time.
    pub fn meet_file(&self, facts: &InodeFacts, singles: &mut SingleLinks) -> Sighting {
        let changed = self.started.may_precede(facts.changed_at());
        if facts.nlink() == 1 {
            if singles.are_many() {
                self.meet_singles(singles);
            }
            singles.add(facts.ino(), changed);
            return Sighting::First;
        }
        let mut stripe = lock(&self.files, facts.ino());
        let names = stripe.many.entry(facts.ino()).or_default();
        names.meet(facts.nlink(), changed);
        if names.found == 1 { Sighting::First } else { Sighting::Again }
    }

    /// Notes the files with one link that a thread met.
    pub fn meet_singles(&self, singles: &mut SingleLinks) {
        let mut again = std::mem::take(&mut singles.again);
        for (at, met) in singles.lines.drain() {
            let mut guard = lock(&self.files, at << 9);
            let before = add(guard.single.entry(at).or_default(), &met);
            again.extend(numbers(at, &before));
        }
        for ino in again {
            // The first name is the one that the bit stands for.
            let first = Names { nlink: 1, found: 1, changed: false };
            lock(&self.files, ino).many.entry(ino).or_insert(first).meet(1, false);
        }
        for ino in singles.changed.drain() {
            lock(&self.files, ino).changed.insert(ino);
        }
    }

    /// Takes note of a directory.
    pub fn meet_directory(&self, ino: u64) -> Sighting {
        let mut lines = lock(&self.directories, ino);
        let new = set(lines.entry(line_of(ino)).or_default(), ino);
        if new { Sighting::First } else { Sighting::Again }
    }

    /// Remembers a directory that was met under two names and did not change meanwhile.
    pub fn suspect_directory(&self, ino: u64) {
        self.met_again.lock().unwrap_or_else(PoisonError::into_inner).insert(ino);
    }

    /// The directories that were remembered.
    pub fn suspected_directories(&self) -> BTreeSet<u64> {
        self.met_again.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was met on `device`, for another process to go on with; no device for the root's.
    pub fn to_facts(&self, device: Option<Device>) -> TallyFacts {
        let mut facts = TallyFacts { device, ..TallyFacts::default() };
        for stripe in &self.files {
            let stripe = stripe.lock().unwrap_or_else(PoisonError::into_inner);
            facts.single.extend(stripe.single.iter().map(|(at, line)| (*at, *line)));
            facts.many.extend(stripe.many.iter().map(|(ino, names)| {
                let changed = names.changed || stripe.changed.contains(ino);
                (*ino, Names { changed, ..*names })
            }));
        }
        for lines in &self.directories {
            let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            facts.directories.extend(lines.iter().map(|(at, line)| (*at, *line)));
        }
        facts.met_again = self.suspected_directories().into_iter().collect();
        facts.sort();
        facts
    }

    /// Adds what another part of the scan met. A directory that both did has two names, or was renamed.
    pub fn join(&self, facts: TallyFacts) {
        for (at, words) in facts.directories {
            let mut lines = lock(&self.directories, at << 9);
            let met = add(lines.entry(at).or_default(), &words);
            numbers(at, &met).for_each(|ino| self.suspect_directory(ino));
        }
        facts.met_again.into_iter().for_each(|ino| self.suspect_directory(ino));
        let by_number: HashMap<u64, Names, RandomState> = facts.many.iter().copied().collect();
        for (at, words) in facts.single {
            let mut guard = lock(&self.files, at << 9);
            let stripe = &mut *guard;
            let met = add(stripe.single.entry(at).or_default(), &words);
            for ino in numbers(at, &met) {
                let first = Names { nlink: 1, found: 1, changed: false };
                let names = stripe.many.entry(ino).or_insert(first);
                if !by_number.contains_key(&ino) {
                    names.meet(1, false);
                }
            }
        }
        for (ino, names) in facts.many {
            lock(&self.files, ino).many.entry(ino).or_default().join(names);
        }
    }

    /// The numbers of everything that was met.
    pub fn seen(&self) -> SeenNumbers {
        let mut seen = SeenNumbers::default();
        for stripe in &self.files {
            let stripe = stripe.lock().unwrap_or_else(PoisonError::into_inner);
            stripe.single.iter().for_each(|(at, line)| seen.add(*at, line));
            for ino in stripe.many.keys() {
                seen.insert(*ino);
            }
        }
        for lines in &self.directories {
            let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.iter().for_each(|(at, line)| seen.add(*at, line));
        }
        seen
    }

    /// Files with one link that have several names, and how many: their content was looked into by
    /// each, since a second name shows only after a directory was gone through.
    pub fn looked_into_again(&self) -> BTreeMap<u64, u32> {
        let mut all = BTreeMap::new();
        for stripe in &self.files {
            let stripe = stripe.lock().unwrap_or_else(PoisonError::into_inner);
            let again = |(_, names): &(&u64, &Names)| names.nlink == 1 && names.found > 1;
            all.extend(stripe.many.iter().filter(again).map(|(ino, names)| (*ino, names.found)));
        }
        all
    }

    /// The files with more names than links, and where the whole filesystem was seen also those
    /// with fewer.
    pub fn disagreements(&self, whole: bool) -> Vec<Disagreement> {
        let wrong =
            |names: &Names| names.found > names.nlink || (whole && names.found < names.nlink);
        let mut all: Vec<Disagreement> = Vec::new();
        for stripe in &self.files {
            let stripe = stripe.lock().unwrap_or_else(PoisonError::into_inner);
            let found = stripe.many.iter().filter(|(_, names)| wrong(names));
            all.extend(found.map(|(ino, names)| {
                let explained = names.changed || stripe.changed.contains(ino);
                Disagreement { ino: *ino, explained }
            }));
        }
        all.sort_unstable();
        all
    }
}

fn lock<T>(stripes: &[Mutex<T>], ino: u64) -> MutexGuard<'_, T> {
    // Numbers of one line stay together; the multiplication spreads the lines.
    let spread = line_of(ino).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
    #[expect(clippy::indexing_slicing, reason = "six bits are less than STRIPES")]
    let stripe = &stripes[spread as usize];
    stripe.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A tally for each device that a walk meets.
#[derive(Debug)]
pub struct Tallies {
    root: (Device, Arc<Tally>),
    others: Mutex<HashMap<Device, Arc<Tally>>>,
    started: Moment,
}

impl Tallies {
    /// For a walk that begins on `root`.
    pub fn new(root: Device, started: Moment) -> Self {
        let tally = Arc::new(Tally::new(started));
        Tallies { root: (root, tally), others: Mutex::default(), started }
    }

    /// The tally of the root's device.
    pub fn root(&self) -> &Tally {
        &self.root.1
    }

    /// The tally of a device; none for the root's own.
    pub fn other(&self, device: Device) -> Option<Arc<Tally>> {
        if device == self.root.0 {
            return None;
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = others.entry(device).or_insert_with(|| Arc::new(Tally::new(self.started)));
        Some(Arc::clone(tally))
    }

    /// Whether a directory was met.
    pub fn has_directory(&self, device: Device, ino: u64) -> bool {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = if device == self.root.0 { Some(&self.root.1) } else { others.get(&device) };
        tally.is_some_and(|tally| {
            lock(&tally.directories, ino).get(&line_of(ino)).is_some_and(|line| has(line, ino))
        })
    }

    /// Everything that was met, for another process to go on with; the root's device first.
    pub fn to_facts(&self) -> Vec<TallyFacts> {
        let all = self.all().into_iter();
        all.map(|(device, tally)| tally.to_facts(Some(device).filter(|own| *own != self.root.0)))
            .collect()
    }

    /// Adds what another part of the scan met.
    pub fn join(&self, facts: TallyFacts) {
        match facts.device.and_then(|device| self.other(device)) {
            Some(tally) => tally.join(facts),
            None => self.root().join(facts),
        }
    }

    /// Every device with its tally.
    pub fn all(&self) -> Vec<(Device, Arc<Tally>)> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let others = others.iter().map(|(device, tally)| (*device, Arc::clone(tally)));
        std::iter::once((self.root.0, Arc::clone(&self.root.1))).chain(others).collect()
    }
}

#[cfg(test)]
mod tests;
