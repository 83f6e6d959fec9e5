//! Counting names without keeping them.
//!
//! Nearly every file has one link, so for those one bit is enough: seen or not. 64 numbers share
//! a word, and since filesystems hand out numbers in runs that is a third of a byte an inode.
//! Files with more links get a counter.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use crate::inode_facts::{Device, InodeFacts, InodeTime};

/// Threads that meet seldom: a power of two.
const SHARDS: usize = 64;

/// Whether an inode was met before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// Under no name so far.
    First,
    /// Under another name, or the same one again after a rename.
    Again,
}

/// The names found of one file with more than one link, or more than one name.
#[derive(Clone, Copy, Debug, Default)]
struct Names {
    nlink: u32,
    found: u32,
    /// It changed after the scan began.
    changed: bool,
}

#[derive(Debug, Default)]
struct Shard {
    single: HashMap<u64, u64, RandomState>,
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
    files: Box<[Mutex<Shard>]>,
    directories: Box<[Mutex<HashMap<u64, u64, RandomState>>]>,
    met_again: Mutex<BTreeSet<u64>>,
    started: InodeTime,
}

impl Tally {
    fn new(started: InodeTime) -> Self {
        Tally {
            files: (0..SHARDS).map(|_| Mutex::default()).collect(),
            directories: (0..SHARDS).map(|_| Mutex::default()).collect(),
            met_again: Mutex::default(),
            started,
        }
    }

    /// Counts one name of a file (of anything but a directory).
    pub fn meet_file(&self, facts: &InodeFacts) -> Sighting {
        let ino = facts.ino();
        let mut guard = lock(&self.files, ino);
        let shard = &mut *guard;
        if facts.nlink() == 1 && insert(&mut shard.single, ino) {
            return Sighting::First;
        }
        // A second name of a file with one link: the first name is the one its bit stands for.
        let known = u32::from(facts.nlink() == 1);
        let names = shard.many.entry(ino).or_insert(Names { found: known, ..Names::default() });
        names.nlink = facts.nlink();
        names.found += 1;
        names.changed |= facts.changed_at() >= self.started;
        if names.found == 1 { Sighting::First } else { Sighting::Again }
    }

    /// Takes note of a directory.
    pub fn meet_directory(&self, ino: u64) -> Sighting {
        if insert(&mut lock(&self.directories, ino), ino) {
            Sighting::First
        } else {
            Sighting::Again
        }
    }

    /// Remembers a directory that was met under two names and did not change meanwhile.
    pub fn suspect_directory(&self, ino: u64) {
        self.met_again.lock().unwrap_or_else(PoisonError::into_inner).insert(ino);
    }

    /// The directories that were remembered.
    pub fn suspected_directories(&self) -> BTreeSet<u64> {
        self.met_again.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The files with more names than links, and where the whole filesystem was seen also those
    /// with fewer.
    pub fn disagreements(&self, whole: bool) -> Vec<Disagreement> {
        let wrong =
            |names: &Names| names.found > names.nlink || (whole && names.found < names.nlink);
        let mut all: Vec<Disagreement> = Vec::new();
        for shard in &self.files {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let found = shard.many.iter().filter(|(_, names)| wrong(names));
            all.extend(
                found.map(|(ino, names)| Disagreement { ino: *ino, explained: names.changed }),
            );
        }
        all.sort_unstable();
        all
    }
}

fn lock<T>(shards: &[Mutex<T>], ino: u64) -> MutexGuard<'_, T> {
    // Numbers of one word stay together; the multiplication spreads the words.
    let spread = (ino >> 6).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
    #[expect(clippy::indexing_slicing, reason = "six bits are less than SHARDS")]
    let shard = &shards[spread as usize];
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets a number's bit; false if it was set.
fn insert(set: &mut HashMap<u64, u64, RandomState>, ino: u64) -> bool {
    let word = set.entry(ino >> 6).or_default();
    let bit = 1 << (ino & 63);
    let new = *word & bit == 0;
    *word |= bit;
    new
}

/// A tally for each device that a walk meets.
#[derive(Debug)]
pub struct Tallies {
    root: (Device, Arc<Tally>),
    others: Mutex<HashMap<Device, Arc<Tally>>>,
    started: InodeTime,
}

impl Tallies {
    /// For a walk that begins on `root`.
    pub fn new(root: Device, started: InodeTime) -> Self {
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

    /// Every device with its tally.
    pub fn all(&self) -> Vec<(Device, Arc<Tally>)> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let others = others.iter().map(|(device, tally)| (*device, Arc::clone(tally)));
        std::iter::once((self.root.0, Arc::clone(&self.root.1))).chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, hard_link, write};
    use std::os::fd::AsFd;

    use super::*;

    /// Facts of a real file with another number and link count, changed long before the scan.
    fn facts(ino: u64, nlink: u32) -> InodeFacts {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join("file"), "").unwrap();
        hard_link(folder.path().join("file"), folder.path().join("other")).unwrap();
        let file = File::open(folder.path().join("file")).unwrap();
        InodeFacts::of_descriptor(file.as_fd()).unwrap().changed(|s| {
            s.stx_ino = ino;
            s.stx_nlink = nlink;
            s.stx_ctime.tv_sec = 1000;
        })
    }

    fn met(tally: &Tally, facts: &InodeFacts, times: usize) -> Vec<Sighting> {
        (0..times).map(|_| tally.meet_file(facts)).collect()
    }

    #[test]
    fn names_and_links_that_agree_are_forgotten() {
        let tally = Tally::new((2000, 0));
        assert_eq!(met(&tally, &facts(12, 1), 1), [Sighting::First]);
        let thrice = [Sighting::First, Sighting::Again, Sighting::Again];
        assert_eq!(met(&tally, &facts(13, 3), 3), thrice);
        assert_eq!(tally.disagreements(true), []);
    }

    #[test]
    fn too_many_names_are_wrong_at_once_and_too_few_in_a_whole_tree() {
        let tally = Tally::new((2000, 0));
        met(&tally, &facts(12, 1), 2);
        met(&tally, &facts(13, 2), 3);
        met(&tally, &facts(14, 5), 4);
        let numbers = |whole| -> Vec<u64> {
            tally.disagreements(whole).iter().map(|disagreement| disagreement.ino).collect()
        };
        assert_eq!(numbers(false), [12, 13]);
        assert_eq!(numbers(true), [12, 13, 14]);
    }

    #[test]
    fn a_change_during_the_scan_explains_a_disagreement() {
        let tally = Tally::new((1000, 0));
        met(&tally, &facts(12, 1), 2);
        assert_eq!(tally.disagreements(false), [Disagreement { ino: 12, explained: true }]);
    }

    #[test]
    fn neighbours_in_one_word_are_told_apart() {
        let tally = Tally::new((2000, 0));
        for ino in 0..10_000 {
            assert_eq!(tally.meet_directory(ino), Sighting::First, "{ino}");
        }
        assert_eq!(tally.meet_directory(63), Sighting::Again);
        assert_eq!(tally.meet_directory(10_000), Sighting::First);
    }

    #[test]
    fn devices_do_not_mix() {
        let tallies = Tallies::new((8, 1), (0, 0));
        assert_eq!(tallies.root().meet_directory(2), Sighting::First);
        let other = tallies.other((8, 2)).unwrap();
        assert_eq!(other.meet_directory(2), Sighting::First);
        assert_eq!(tallies.other((8, 2)).unwrap().meet_directory(2), Sighting::Again);
        assert!(tallies.other((8, 1)).is_none());
        assert_eq!(tallies.all().len(), 2);
    }
}
