//! What shows only once everything went by: what moved, what is missing or was added for good, and
//! which links were torn.

use std::hash::BuildHasher;

use super::collapse::{Top, collapse};
use super::difference::{Difference, DifferenceKind};
use super::lone::{Lone, Lones};
use super::moves::Moves;
use super::pass::{Comparison, Pass, Sink};
use super::totals::Class;

impl<S: Sink> Pass<'_, S> {
    /// Tells the rest and sums up.
    pub(super) fn settle(mut self) -> Comparison {
        while let Some(passed) = self.times.passed(None) {
            self.directory_passed(passed);
        }
        let (missing, added) = (std::mem::take(&mut self.missing), std::mem::take(&mut self.added));
        let moves = Moves::find(&missing, &added);
        self.settle_moved(&missing, &added, &moves);
        let is_missing = |index| !moves.has_gone(index);
        self.settle_lone(&missing, Class::Missing, is_missing, |lone, top| {
            DifferenceKind::Missing { what: lone.kind, below: top.below, bytes: top.bytes }
        });
        let is_added = |index| !moves.has_come(index);
        self.settle_lone(&added, Class::Added, is_added, |lone, top| DifferenceKind::Added {
            what: lone.kind,
            below: top.below,
            bytes: top.bytes,
        });
        self.settle_links(&missing, &added);
        Comparison {
            totals: self.counter.totals,
            directories: self.counter.into_directories(),
            nothing_left: self.below_root.0 > 0 && self.below_root.1 == 0,
        }
    }

    fn settle_moved(&mut self, missing: &Lones, added: &Lones, moves: &Moves) {
        let has_gone = |index| moves.has_gone(index);
        self.count(missing, Class::Moved, has_gone);
        let along = |index| moves.moved_along(missing, added, index);
        for top in collapse(missing, has_gone, along) {
            let to = moves.gone_to(top.index).and_then(|to| added.get(to));
            if let (Some(from), Some(to)) = (missing.get(top.index), to) {
                let (what, from) = (from.kind, from.path.to_vec());
                self.tell(to, DifferenceKind::Moved { from, what, below: top.below });
            }
        }
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
                self.tell(lone, kind(lone, top));
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
            self.counter.count(class, &lone.path, lone.kind, lone.bytes);
        }
    }

    fn tell(&mut self, lone: &Lone, kind: DifferenceKind) {
        let path = lone.path.to_vec();
        self.sink.difference(Difference { path, kind, fields: Vec::new() });
    }
}
