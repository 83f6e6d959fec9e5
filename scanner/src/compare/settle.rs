//! What shows only once everything went by: what moved, what is missing or was added for good, and
//! which links were torn.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::change::Change;
use super::collapse::{Top, collapse};
use super::difference::{Difference, DifferenceKind};
use super::lone::{Lone, Lones};
use super::moves::Moves;
use super::pass::{Comparison, Pass, Sink, WhyUnchecked};
use super::strays::Strays;
use super::totals::Class;
use crate::inode_facts::FileKind;

impl<S: Sink> Pass<'_, S> {
    /// Tells the rest and sums up.
    pub(super) fn settle(mut self) -> Comparison {
        while let Some(passed) = self.times.passed(None) {
            self.directory_passed(passed);
        }
        self.settle_mount_points();
        let (missing, added) = (std::mem::take(&mut self.missing), std::mem::take(&mut self.added));
        let moves = Moves::find(&missing, &added);
        self.settle_suspected(&missing, &moves);
        self.settle_moved(&missing, &added, &moves);
        let unreached = self.settle_unreached(&missing, &added, &moves);
        let is_missing = |index| !moves.has_gone(index) && !unreached.contains(&index);
        let strays = Strays::of(&missing, &added, &moves);
        self.settle_lone(&missing, Class::Missing, is_missing, |lone, top| {
            DifferenceKind::Missing {
                what: lone.kind,
                below: top.below,
                bytes: bytes(lone, top),
                untouched: lone.is_lost,
                stray: if lone.is_lost { strays.below(top) } else { None },
            }
        });
        let is_added = |index| !moves.has_come(index);
        self.settle_lone(&added, Class::Added, is_added, |lone, top| DifferenceKind::Added {
            what: lone.kind,
            below: top.below,
            bytes: bytes(lone, top),
        });
        self.settle_links(&missing, &added);
        for path in self.scope.untold() {
            self.counter.count(Class::Unchecked, &path, FileKind::Unknown, 0);
            self.sink.unchecked(WhyUnchecked::NotExamined, &path);
        }
        if self.scope.left_out_unseen() {
            self.counter.count(Class::Unchecked, b"", FileKind::Unknown, 0);
            self.sink.unchecked(WhyUnchecked::LeftOut, b"");
        }
        if self.options.before.names_lost {
            self.counter.count(Class::Unchecked, b"", FileKind::Unknown, 0);
            self.sink.unchecked(WhyUnchecked::NamesLost, b"");
        }
        Comparison {
            totals: self.counter.totals,
            directories: self.counter.into_directories(),
            nothing_left: self.below_root.0 > 0 && self.below_root.1 == 0,
        }
    }

    /// What a filesystem that is not mounted covered is another directory than its root.
    fn settle_mount_points(&mut self) {
        for (path, change) in std::mem::take(&mut self.mount_points) {
            if self.unmounted.is_empty_at(&path) {
                self.not_mounted(&path);
            } else {
                let class = change.class(Class::Unchanged);
                self.counter.count(class, &path, FileKind::Directory, 0);
                self.tell(path, None, change);
            }
        }
    }

    /// Counts a directory that something should be mounted on.
    pub(super) fn not_mounted(&mut self, path: &[u8]) {
        self.counter.count(Class::Unchecked, path, FileKind::Directory, 0);
        self.sink.unchecked(WhyUnchecked::NotMounted, path);
    }

    /// What moved: the topmost a row each, and one for each that changed.
    fn settle_moved(&mut self, missing: &Lones, added: &Lones, moves: &Moves) {
        let other_names = moves.with_other_names(missing, added);
        for (index, old) in missing.iter() {
            let to = moves.gone_to(index);
            if let Some((to, new)) = to.and_then(|to| Some((to, added.get(to)?))) {
                self.settle_pair(old, new, other_names.contains(&to));
            }
        }
        let along = |index| moves.moved_along(missing, added, index);
        for top in collapse(missing, |index| moves.has_gone(index), along) {
            let to = moves.gone_to(top.index).and_then(|to| added.get(to));
            if let (Some(old), Some(new)) = (missing.get(top.index), to) {
                let kind = DifferenceKind::Moved { what: old.kind, below: top.below };
                self.tell_lone(new, Some(old), kind);
            }
        }
    }

    /// Something that moved, and what became of it. `other_names` says that a name came or went
    /// in it, which explains its time.
    fn settle_pair(&mut self, old: &Lone, new: &Lone, other_names: bool) {
        let mut change = Change::between(&old.entry(), &new.entry(), self.ignore);
        // That the two are one file is itself only likely, where its bytes are not the same.
        if change.is_of_content() {
            change.kind = Some(DifferenceKind::ContentDiffers);
        }
        if let Some(why) = change.unknown {
            self.sink.unchecked(why, &new.path);
        }
        let is_explained = other_names && change.is_time_of_directory(old.kind);
        if is_explained {
            change.kind = None;
        }
        let class = change.class(Class::Moved);
        // What changed counts where it is told, what only moved where it went away.
        let path = if class == Class::Moved { &old.path } else { &new.path };
        self.counter.count(class, path, old.kind, old.bytes());
        self.tell(new.path.to_vec(), Some(old.path.to_vec()), change);
    }

    /// What may be in a directory that moved, where that could not be examined, or on a filesystem that
    /// is not mounted.
    fn settle_unreached(
        &mut self,
        missing: &Lones,
        added: &Lones,
        moves: &Moves,
    ) -> HashSet<usize> {
        let mut unreached = HashSet::new();
        if self.options.after.unexamined.is_empty() && self.options.unmounted.is_empty() {
            return unreached;
        }
        for (index, lone) in missing.iter().filter(|(index, _)| !moves.has_gone(*index)) {
            if let Some(place) = self.unmounted.above(&lone.path) {
                self.counter.count(Class::Unchecked, &lone.path, lone.kind, lone.bytes());
                self.sink.unchecked(WhyUnchecked::NotMounted, place);
                unreached.insert(index);
                continue;
            }
            let there = moves.would_be_at(missing, added, index);
            if let Some(there) = there.filter(|there| self.scope.is_unexamined(there)) {
                self.counter.count(Class::Unchecked, &there, lone.kind, lone.bytes());
                self.sink.unchecked(WhyUnchecked::NotExamined, &there);
                unreached.insert(index);
            }
        }
        unreached
    }

    /// What is on one side alone and did not move, the topmost a row each.
    fn settle_lone(
        &mut self,
        lones: &Lones,
        class: Class,
        is_meant: impl Fn(usize) -> bool + Copy,
        kind: impl Fn(&Lone, Top) -> DifferenceKind,
    ) {
        self.count(lones, class, is_meant);
        for top in collapse(lones, is_meant, |_| true) {
            if let Some(lone) = lones.get(top.index) {
                self.tell_lone(lone, None, kind(lone, top));
            }
        }
    }

    fn settle_links(&mut self, missing: &Lones, added: &Lones) {
        let links = std::mem::take(&mut self.links);
        let is_common = |path: &[u8]| {
            missing.find(path).is_none()
                && added.find(path).is_none()
                && !self.retyped.contains(path)
                && !self.scope.is_unexamined(path)
                && !self.scope.was_unexamined(path)
                && !self.scope.excludes_at_all(path)
        };
        for change in links.changes(is_common) {
            if !self.already_told.contains(&self.hashes.hash_one(&change.path)) {
                self.counter.links_changed(&change.path);
            }
            self.sink.difference(change);
        }
    }

    fn count(&mut self, lones: &Lones, class: Class, is_meant: impl Fn(usize) -> bool) {
        for (_, lone) in lones.iter().filter(|(index, _)| is_meant(*index)) {
            self.counter.count(class, &lone.path, lone.kind, lone.bytes());
        }
    }

    fn tell_lone(&mut self, lone: &Lone, from: Option<&Lone>, kind: DifferenceKind) {
        let path = lone.path.to_vec();
        let from = from.map(|from| from.path.to_vec());
        self.sink.difference(Difference { path, from, kind, fields: Vec::new() });
    }
}

/// What a row says of sizes: a further name of a file has bytes, too, though they count once.
fn bytes(lone: &Lone, top: Top) -> u64 {
    if lone.kind == FileKind::Regular { lone.size } else { top.bytes }
}
