//! The pass over both sides. What shows only at its end is settled in `settle`.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::change::Change;
use super::difference::{Difference, DifferenceKind, Written};
use super::directory_times::{DirectoryTimes, Waiting};
use super::exchanged::{Displaced, Suspected};
use super::hard_links::HardLinks;
use super::join::{Join, Pair};
use super::lone::Lones;
use super::options::{CompareOptions, IgnoredFields};
use super::scope::{Exclusion, Scope};
use super::totals::{Class, CompareTotals, Counter, DirectoryTotals, bytes_of};
use super::unmounted::Unmounted;
use super::untouched::UntouchedDirectories;
use crate::inode_facts::FileKind;
use crate::manifest::{Entry, parent_of};

/// Why an entry could not be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyUnchecked {
    /// A side does not know what the file holds.
    NotHashed,
    /// One side has attributes that the other was not shown.
    NotShown,
    /// It lies where the other side could not be examined.
    NotExamined,
    /// It was left out when a manifest was made.
    LeftOut,
    /// Nothing is mounted where another filesystem was in BEFORE.
    NotMounted,
    /// In BEFORE files were in use that no name led to any more.
    NamesLost,
}

/// Takes what a comparison finds.
pub trait Sink {
    /// A difference. They come in the order of their paths, but for those of directories' times,
    /// which come behind what the directory holds, and for those that show at the end.
    fn difference(&mut self, difference: Difference);

    /// An entry that could not be compared.
    fn unchecked(&mut self, why: WhyUnchecked, path: &[u8]);
}

/// What a comparison came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Everything, in numbers.
    pub totals: CompareTotals,
    /// What differs, by directory of the root, in the order of names.
    pub directories: Vec<DirectoryTotals>,
    /// Whether AFTER holds nothing below its root although BEFORE does: a volume that is not
    /// mounted looks like that, so it is no answer to what was lost.
    pub nothing_left: bool,
}

/// Compares two sides, both sorted by [`compare_paths`](crate::manifest::compare_paths), the root
/// first. Ends at the first error of either; what the sink took until then proves nothing.
pub fn compare<E>(
    before: impl Iterator<Item = Result<Entry, E>>,
    after: impl Iterator<Item = Result<Entry, E>>,
    options: &CompareOptions,
    sink: &mut impl Sink,
) -> Result<Comparison, E> {
    let mut join = Join::new(before, after);
    let mut pass = Pass {
        options,
        ignore: options.ignore.with_gaps(&options.before, &options.after),
        scope: Scope::new(options),
        sink,
        counter: Counter::default(),
        times: DirectoryTimes::default(),
        unmounted: Unmounted::of(&options.unmounted),
        mount_points: Vec::new(),
        suspected: Vec::new(),
        displaced: Vec::new(),
        untouched: UntouchedDirectories::new(options.same_tree.as_ref()),
        links: HardLinks::default(),
        missing: Lones::default(),
        added: Lones::default(),
        retyped: HashSet::new(),
        already_told: HashSet::new(),
        hashes: std::hash::RandomState::new(),
        below_root: (0, 0),
    };
    while let Some(pair) = join.next()? {
        pass.take(pair);
    }
    Ok(pass.settle())
}

/// A comparison under way.
pub(super) struct Pass<'o, S> {
    pub(super) options: &'o CompareOptions,
    pub(super) ignore: IgnoredFields,
    pub(super) scope: Scope<'o>,
    pub(super) sink: &'o mut S,
    pub(super) counter: Counter,
    pub(super) times: DirectoryTimes,
    pub(super) unmounted: Unmounted<'o>,
    /// Directories among these of which more than the time differs.
    pub(super) mount_points: Vec<(Vec<u8>, Change)>,
    /// Files that may be another one of BEFORE.
    pub(super) suspected: Vec<Suspected>,
    /// Files of BEFORE that may be in their places.
    pub(super) displaced: Vec<Displaced>,
    pub(super) untouched: UntouchedDirectories<'o>,
    pub(super) links: HardLinks,
    pub(super) missing: Lones,
    pub(super) added: Lones,
    pub(super) retyped: HashSet<Vec<u8>>,
    /// Files that were not counted as unchanged, by a hash of their path: there may be many, and
    /// only a number depends on it.
    pub(super) already_told: HashSet<u64>,
    pub(super) hashes: std::hash::RandomState,
    /// Entries of either side below the root.
    pub(super) below_root: (u64, u64),
}

impl<S: Sink> Pass<'_, S> {
    fn take(&mut self, pair: Pair) {
        let (path, sides) = match &pair {
            Pair::Before(entry) => (&entry.path, (1, 0)),
            Pair::After(entry) => (&entry.path, (0, 1)),
            Pair::Both(entry, _) => (&entry.path, (1, 1)),
        };
        // A new ext4 is not quite empty.
        if !path.is_empty() && path != b"lost+found" {
            self.below_root.0 += sides.0;
            self.below_root.1 += sides.1;
        }
        if let Pair::After(entry) | Pair::Both(_, entry) = &pair {
            self.unmounted.note(entry);
        }
        while let Some(passed) = self.times.passed(Some(path)) {
            self.directory_passed(passed);
        }
        let excluded = self.scope.excludes(path);
        match pair {
            Pair::Both(..) if excluded == Some(Exclusion::Asked) => {}
            Pair::Both(before, after) => self.both(before, &after),
            Pair::Before(entry) => self.missing(entry, excluded),
            Pair::After(entry) => self.added(entry, excluded),
        }
    }

    fn missing(&mut self, entry: Entry, excluded: Option<Exclusion>) {
        // One that could not be looked at is there all the same.
        if !self.scope.has_a_name(&entry.path) {
            self.times.name_changed(&entry.path);
        }
        if excluded == Some(Exclusion::Asked) || self.options.own.contains(&entry.path) {
            return;
        }
        if excluded == Some(Exclusion::LeftOut) {
            self.unchecked(WhyUnchecked::LeftOut, &entry);
        } else if self.scope.is_unexamined(&entry.path) {
            self.unchecked(WhyUnchecked::NotExamined, &entry);
        } else {
            let is_lost = self.untouched.holds(&entry.path);
            self.missing.push(entry, is_lost);
        }
    }

    fn added(&mut self, entry: Entry, excluded: Option<Exclusion>) {
        if !self.scope.had_a_name(&entry.path) {
            self.times.name_changed(&entry.path);
        }
        if excluded == Some(Exclusion::Asked) {
            return;
        }
        if excluded == Some(Exclusion::LeftOut) {
            self.unchecked(WhyUnchecked::LeftOut, &entry);
        } else if self.scope.was_unexamined(&entry.path) {
            self.unchecked(WhyUnchecked::NotExamined, &entry);
        } else {
            self.added.push(entry, false);
        }
    }

    fn unchecked(&mut self, why: WhyUnchecked, entry: &Entry) {
        self.counter.count(Class::Unchecked, &entry.path, entry.kind, bytes_of(entry));
        self.sink.unchecked(why, &entry.path);
    }

    fn both(&mut self, before: Entry, after: &Entry) {
        let in_a_gap = self.scope.is_in_a_gap(&before.path);
        let ignore = if in_a_gap { self.ignore.with_attributes() } else { self.ignore };
        let mut change = Change::between(&before, after, ignore);
        if let Some(DifferenceKind::TypeChanged { untouched }) = &mut change.kind {
            *untouched = self.untouched.holds(&before.path);
        }
        let is_of_one = before.kind == after.kind && !before.path.is_empty();
        if let Some(tree) = self.options.same_tree.as_ref()
            && is_of_one
            && (change.is_of_content() || change.is_of_the_inode(before.kind))
            && let Some(writing) = tree.writing(&before, after, change.is_of_content())
        {
            let in_place = self.untouched.is_in_place(&before.path);
            let writing = if in_place { writing } else { writing.or_put_there() };
            change.settle(writing, tree.stays_mounted);
        }
        if self.options.in_memory
            && matches!(change.kind, Some(DifferenceKind::ContentChanged { .. }))
        {
            change.kind = Some(DifferenceKind::ContentWritten { by: Written::InMemory });
        }
        if before.kind == after.kind {
            self.note_links(&before, after);
            if before.kind == FileKind::Directory {
                self.untouched.enter(&before, after);
            }
        } else {
            self.times.name_changed(&before.path);
            self.retyped.insert(before.path.clone());
        }
        if change.is_of_content() || before.kind != after.kind {
            self.displaced.extend(Displaced::of(&before));
        }
        if before.kind != FileKind::Directory && !change.is_nothing() {
            self.already_told.insert(self.hashes.hash_one(&before.path));
        }
        if let Some(why) = change.unknown {
            self.sink.unchecked(why, &before.path);
        }
        let bytes = bytes_of(&before);
        if change.is_time_of_directory(before.kind) {
            let holds = |own: &Vec<u8>| parent_of(own) == Some(&before.path);
            let explained = self.options.own.iter().any(holds);
            self.times.wait_for(before.path, change, explained);
        } else if self.unmounted.holds(&before.path) && !change.is_nothing() {
            self.mount_points.push((before.path, change));
        } else {
            self.counter.count(change.class(Class::Unchanged), &before.path, before.kind, bytes);
            match Suspected::of(&before, after, change) {
                Ok(suspected) => self.suspected.push(suspected),
                Err(change) => self.tell(before.path, None, change),
            }
        }
    }

    /// Tells of a change, if it is one.
    pub(super) fn tell(&mut self, path: Vec<u8>, from: Option<Vec<u8>>, change: Change) {
        if let Some(kind) = change.kind {
            self.sink.difference(Difference { path, from, kind, fields: change.fields });
        }
    }

    /// Notes a name that is not the first one of its inode on both sides.
    fn note_links(&mut self, before: &Entry, after: &Entry) {
        let (old, new) = (before.same_file_as.as_deref(), after.same_file_as.as_deref());
        let is_link = old.is_some() || new.is_some();
        if is_link && !self.ignore.has_links_of(before.kind) {
            self.links.add(&before.path, old, new);
        }
    }

    pub(super) fn directory_passed(&mut self, directory: Waiting) {
        let Waiting { path, mut change, explained } = directory;
        if self.unmounted.is_empty_at(&path) {
            self.not_mounted(&path);
            return;
        }
        if explained {
            change.kind = None;
        }
        self.counter.count(change.class(Class::Unchanged), &path, FileKind::Directory, 0);
        self.tell(path, None, change);
    }
}
