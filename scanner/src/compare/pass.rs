//! The pass over both sides, and what is settled at its end.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::collapse::collapse;
use super::content::{self, Content};
use super::difference::{Difference, DifferenceKind, FieldChange};
use super::directory_times::{DirectoryTimes, Waiting};
use super::fields;
use super::hard_links::HardLinks;
use super::join::{Join, Pair};
use super::lone::Lones;
use super::moves::Moves;
use super::options::{CompareOptions, Field};
use super::scope::Scope;
use super::totals::{Class, CompareTotals, Counter, DirectoryTotals, bytes_of};
use crate::inode_facts::FileKind;
use crate::manifest::Entry;

/// Why an entry could not be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyUnchecked {
    /// A side does not know what the file holds.
    NotHashed,
    /// It lies where AFTER could not be examined.
    NotExamined,
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
        scope: Scope::new(options),
        sink,
        counter: Counter::default(),
        times: DirectoryTimes::default(),
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

struct Pass<'o, S> {
    options: &'o CompareOptions,
    scope: Scope<'o>,
    sink: &'o mut S,
    counter: Counter,
    times: DirectoryTimes,
    links: HardLinks,
    missing: Lones,
    added: Lones,
    retyped: HashSet<Vec<u8>>,
    /// Files that were not counted as unchanged, by a hash of their path: there may be many, and
    /// only a number depends on it.
    already_told: HashSet<u64>,
    hashes: std::hash::RandomState,
    /// Entries of either side below the root.
    below_root: (u64, u64),
}

impl<S: Sink> Pass<'_, S> {
    fn take(&mut self, pair: Pair) {
        let (path, sides) = match &pair {
            Pair::Before(entry) => (&entry.path, (1, 0)),
            Pair::After(entry) => (&entry.path, (0, 1)),
            Pair::Both(entry, _) => (&entry.path, (1, 1)),
        };
        if !path.is_empty() {
            self.below_root.0 += sides.0;
            self.below_root.1 += sides.1;
        }
        while let Some(passed) = self.times.passed(Some(path)) {
            self.directory_passed(passed);
        }
        let excluded = self.scope.excludes(path);
        match pair {
            Pair::Both(..) if excluded => {}
            Pair::Both(before, after) => self.both(before, &after),
            Pair::Before(entry) => self.missing(entry, excluded),
            Pair::After(entry) => {
                self.times.name_changed(&entry.path);
                if !excluded {
                    self.added.push(entry);
                }
            }
        }
    }

    fn missing(&mut self, entry: Entry, excluded: bool) {
        self.times.name_changed(&entry.path);
        if excluded {
            return;
        }
        if self.scope.is_unexamined(&entry.path) {
            self.counter.count(Class::Unchecked, &entry.path, entry.kind, bytes_of(&entry));
            self.sink.unchecked(WhyUnchecked::NotExamined, &entry.path);
        } else {
            self.missing.push(entry);
        }
    }

    fn both(&mut self, before: Entry, after: &Entry) {
        if before.kind != after.kind {
            self.times.name_changed(&before.path);
            self.retyped.insert(before.path.clone());
            let (old, new) = (before.kind.as_str(), after.kind.as_str());
            let fields = vec![FieldChange::new("type", old, new)];
            return self.differs(before, DifferenceKind::TypeChanged, fields);
        }
        let fields = fields::compare(&before, after, self.options.ignore);
        let content = content::compare(&before, after);
        self.note_links(&before, after);
        if before.kind != FileKind::Directory && !(fields.is_empty() && content == Content::Same) {
            self.already_told.insert(self.hashes.hash_one(&before.path));
        }
        match content {
            Content::Same => self.same_content(before, fields, Class::Unchanged),
            Content::Unknown => {
                self.sink.unchecked(WhyUnchecked::NotHashed, &before.path);
                self.same_content(before, fields, Class::Unchecked);
            }
            Content::Changed => {
                let fields = [content::fields(&before, after), fields].concat();
                self.differs(before, DifferenceKind::ContentChanged, fields);
            }
            Content::Differs => {
                let fields = [content::fields(&before, after), fields].concat();
                self.differs(before, DifferenceKind::ContentDiffers, fields);
            }
        }
    }

    /// Notes a name that is not the first one of its inode on both sides.
    fn note_links(&mut self, before: &Entry, after: &Entry) {
        let (old, new) = (before.same_file_as.as_deref(), after.same_file_as.as_deref());
        let is_link = old.is_some() || new.is_some();
        if is_link && !self.options.ignore.has(Field::Links) {
            self.links.add(&before.path, old, new);
        }
    }

    /// The content is the same as far as that is known; the metadata may not be.
    fn same_content(&mut self, before: Entry, fields: Vec<FieldChange>, class: Class) {
        let only_time = matches!(fields.as_slice(), [field] if field.name == "mtime");
        if fields.is_empty() {
            self.counter.count(class, &before.path, before.kind, bytes_of(&before));
        } else if only_time && before.kind == FileKind::Directory {
            self.times.wait_for(before.path, fields);
        } else {
            self.differs(before, DifferenceKind::MetadataChanged, fields);
        }
    }

    fn differs(&mut self, before: Entry, kind: DifferenceKind, fields: Vec<FieldChange>) {
        let class = match kind {
            DifferenceKind::MetadataChanged => Class::Metadata,
            _ => Class::Changed,
        };
        self.counter.count(class, &before.path, before.kind, bytes_of(&before));
        self.sink.difference(Difference { path: before.path, kind, fields });
    }

    fn directory_passed(&mut self, directory: Waiting) {
        let Waiting { path, fields, explained } = directory;
        let class = if explained { Class::Unchanged } else { Class::Metadata };
        self.counter.count(class, &path, FileKind::Directory, 0);
        if !explained {
            self.sink.difference(Difference {
                path,
                kind: DifferenceKind::MetadataChanged,
                fields,
            });
        }
    }

    /// What shows only once everything went by.
    fn settle(mut self) -> Comparison {
        while let Some(passed) = self.times.passed(None) {
            self.directory_passed(passed);
        }
        let moves = Moves::find(&self.missing, &self.added);
        self.settle_moved(&moves);
        self.settle_missing(&moves);
        self.settle_added(&moves);
        self.settle_links();
        Comparison {
            totals: self.counter.totals,
            directories: self.counter.into_directories(),
            nothing_left: self.below_root.0 > 0 && self.below_root.1 == 0,
        }
    }

    fn settle_moved(&mut self, moves: &Moves) {
        let (missing, added) = (&self.missing, &self.added);
        for (_, lone) in missing.iter().filter(|(index, _)| moves.has_gone(*index)) {
            self.counter.count(Class::Moved, &lone.path, lone.kind, lone.bytes);
        }
        let along = |index| moves.moved_along(missing, added, index);
        for top in collapse(missing, |index| moves.has_gone(index), along) {
            let to = moves.gone_to(top.index).and_then(|to| added.get(to));
            if let (Some(from), Some(to)) = (missing.get(top.index), to) {
                let (from, what) = (from.path.to_vec(), from.kind);
                let kind = DifferenceKind::Moved { from, what, below: top.below };
                let fields = Vec::new();
                self.sink.difference(Difference { path: to.path.to_vec(), kind, fields });
            }
        }
    }

    fn settle_missing(&mut self, moves: &Moves) {
        let is_missing = |index| !moves.has_gone(index);
        for (_, lone) in self.missing.iter().filter(|(index, _)| is_missing(*index)) {
            self.counter.count(Class::Missing, &lone.path, lone.kind, lone.bytes);
        }
        for top in collapse(&self.missing, is_missing, |_| true) {
            if let Some(lone) = self.missing.get(top.index) {
                let (below, bytes) = (top.below, top.bytes);
                let kind = DifferenceKind::Missing { what: lone.kind, below, bytes };
                let fields = Vec::new();
                self.sink.difference(Difference { path: lone.path.to_vec(), kind, fields });
            }
        }
    }

    fn settle_added(&mut self, moves: &Moves) {
        let is_added = |index| !moves.has_come(index);
        for (_, lone) in self.added.iter().filter(|(index, _)| is_added(*index)) {
            self.counter.count(Class::Added, &lone.path, lone.kind, lone.bytes);
        }
        for top in collapse(&self.added, is_added, |_| true) {
            if let Some(lone) = self.added.get(top.index) {
                let (below, bytes) = (top.below, top.bytes);
                let kind = DifferenceKind::Added { what: lone.kind, below, bytes };
                let fields = Vec::new();
                self.sink.difference(Difference { path: lone.path.to_vec(), kind, fields });
            }
        }
    }

    fn settle_links(&mut self) {
        let links = std::mem::take(&mut self.links);
        let is_common = |path: &[u8]| {
            self.missing.find(path).is_none()
                && self.added.find(path).is_none()
                && !self.retyped.contains(path)
                && !self.scope.is_unexamined(path)
                && !self.scope.excludes_at_all(path)
        };
        for change in links.changes(is_common) {
            if !self.already_told.contains(&self.hashes.hash_one(&change.path)) {
                self.counter.links_changed(&change.path);
            }
            self.sink.difference(change);
        }
    }
}
