//! A comparison in numbers.

use std::collections::HashMap;

use crate::inode_facts::FileKind;
use crate::manifest::Entry;

/// How many entries, and how large their files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Names.
    pub entries: u64,
    /// Bytes of regular files, a hard-linked one counted once.
    pub bytes: u64,
}

impl Tally {
    pub(super) fn add(&mut self, bytes: u64) {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(bytes);
    }

    fn take(&mut self, bytes: u64) {
        self.entries = self.entries.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// Every path of both sides in one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompareTotals {
    /// In BEFORE alone.
    pub missing: Tally,
    /// In AFTER alone.
    pub added: Tally,
    /// Under another path in AFTER, and else the same.
    pub moved: Tally,
    /// Of another content or type, moved or not; sizes are those of BEFORE.
    pub changed: Tally,
    /// Of other metadata, hard links among it, and of the same content; moved or not.
    pub metadata: Tally,
    /// The same in all that was compared.
    pub unchanged: Tally,
    /// The same as far as it could be compared: the content is not known on both sides, or the
    /// place could not be examined in AFTER.
    pub unchecked: Tally,
}

/// What differs in one directory of the root, or in the root itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryTotals {
    /// The directory's name; `.` for what lies in the root itself.
    pub name: Vec<u8>,
    /// The numbers. What is unchanged is not counted here.
    pub totals: CompareTotals,
}

/// Which number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Missing,
    Added,
    Moved,
    Changed,
    Metadata,
    Unchanged,
    Unchecked,
}

impl CompareTotals {
    fn tally(&mut self, class: Class) -> &mut Tally {
        match class {
            Class::Missing => &mut self.missing,
            Class::Added => &mut self.added,
            Class::Moved => &mut self.moved,
            Class::Changed => &mut self.changed,
            Class::Metadata => &mut self.metadata,
            Class::Unchanged => &mut self.unchanged,
            Class::Unchecked => &mut self.unchecked,
        }
    }

    /// Whether every path is on both sides, known, and the same in all that was compared.
    pub fn is_intact(&self) -> bool {
        let Self { missing, added, moved, changed, metadata, unchecked, .. } = *self;
        let differing = [missing, added, moved, changed, metadata, unchecked];
        differing.iter().all(|tally| tally.entries == 0)
    }
}

/// Counts, for all and for each directory of the root.
#[derive(Debug, Default)]
pub(super) struct Counter {
    pub(super) totals: CompareTotals,
    directories: HashMap<Vec<u8>, CompareTotals>,
}

impl Counter {
    pub(super) fn count(&mut self, class: Class, path: &[u8], kind: FileKind, bytes: u64) {
        self.totals.tally(class).add(bytes);
        if !matches!(class, Class::Unchanged | Class::Unchecked) {
            self.directory(path, kind).tally(class).add(bytes);
        }
    }

    /// What was counted as unchanged has torn links after all.
    pub(super) fn links_changed(&mut self, path: &[u8]) {
        // Each name of a torn file is a name whose bytes were counted with the first one.
        self.totals.unchanged.take(0);
        self.totals.metadata.add(0);
        self.directory(path, FileKind::Regular).metadata.add(0);
    }

    /// The row of the directory of the root that a path lies in, or is.
    fn directory(&mut self, path: &[u8], kind: FileKind) -> &mut CompareTotals {
        let slash = memchr::memchr(b'/', path);
        let name = match slash.and_then(|slash| path.get(..slash)) {
            Some(first) => first,
            None if kind == FileKind::Directory && !path.is_empty() => path,
            None => b".",
        };
        if !self.directories.contains_key(name) {
            self.directories.insert(name.to_vec(), CompareTotals::default());
        }
        self.directories.entry(name.to_vec()).or_default()
    }

    /// The rows in the order of their names.
    pub(super) fn into_directories(self) -> Vec<DirectoryTotals> {
        let rows = self.directories.into_iter();
        let mut rows: Vec<_> =
            rows.map(|(name, totals)| DirectoryTotals { name, totals }).collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows
    }
}

/// What an entry counts in bytes.
pub(super) fn bytes_of(entry: &Entry) -> u64 {
    if entry.same_file_as.is_none() { entry.size } else { 0 }
}
