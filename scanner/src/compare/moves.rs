//! Which of the missing entries are among the added ones, under another path.
//!
//! A file is known again by its bytes, an empty one says nothing. From a file that moved follows
//! that its directory did, if that is missing and the other one was added; and what such a
//! directory held moved along if it is found in the new one under its old name.

use std::cmp::Ordering;

use super::lone::{Lone, Lones};
use crate::inode_facts::FileKind;
use crate::manifest::{name_of, parent_of};

/// The pairs, from both sides, as indices of the other side.
#[derive(Debug)]
pub(super) struct Moves {
    to: Vec<Option<usize>>,
    from: Vec<Option<usize>>,
}

impl Moves {
    /// Finds them.
    pub(super) fn find(missing: &Lones, added: &Lones) -> Self {
        let mut moves = Moves { to: vec![None; missing.len()], from: vec![None; added.len()] };
        moves.pair_by_content(missing, added);
        let files: Vec<(usize, usize)> =
            moves.to.iter().enumerate().filter_map(|(from, to)| Some((from, (*to)?))).collect();
        for (from, to) in files {
            moves.pair_directories_above(missing, added, from, to);
        }
        moves.pair_what_moved_along(missing, added);
        moves
    }

    /// Pairs files with the same bytes, those of the same name first.
    fn pair_by_content(&mut self, missing: &Lones, added: &Lones) {
        let mut gone = known_again(missing);
        let mut come = known_again(added);
        self.pair_equals(&gone, &come, by_content_and_name);
        gone.retain(|(index, _)| !self.has_gone(*index));
        come.retain(|(index, _)| !self.has_come(*index));
        self.pair_equals(&gone, &come, by_content);
    }

    /// Pairs what is equal in two sorted lists, the first with the first.
    fn pair_equals(
        &mut self,
        gone: &[(usize, &Lone)],
        come: &[(usize, &Lone)],
        order: fn(&Lone, &Lone) -> Ordering,
    ) {
        let (mut gone, mut come) = (gone.iter().peekable(), come.iter().peekable());
        while let (Some((from, old)), Some((to, new))) = (gone.peek(), come.peek()) {
            let order = order(old, new);
            if order.is_eq() {
                self.pair(*from, *to);
            }
            if order.is_le() {
                gone.next();
            }
            if order.is_ge() {
                come.next();
            }
        }
    }

    /// From one pair upwards, as long as the names are the same on the way.
    fn pair_directories_above(&mut self, missing: &Lones, added: &Lones, from: usize, to: usize) {
        let (mut from, mut to) = (from, to);
        loop {
            let above = |lones: &Lones, index| lones.get(index).and_then(|lone: &Lone| lone.parent);
            let (Some(old), Some(new)) = (above(missing, from), above(added, to)) else { return };
            if self.has_gone(old) || self.has_come(new) {
                return;
            }
            self.pair(old, new);
            let name = |lones: &Lones, index| {
                lones.get(index).map(|lone: &Lone| name_of(&lone.path).to_vec())
            };
            if name(missing, old) != name(added, new) {
                return;
            }
            (from, to) = (old, new);
        }
    }

    /// What cannot be known again by its bytes, in directories that moved.
    fn pair_what_moved_along(&mut self, missing: &Lones, added: &Lones) {
        for (index, lone) in missing.iter() {
            let parent = lone.parent.and_then(|parent| self.gone_to(parent));
            let Some(parent) = parent.and_then(|parent| added.get(parent)) else { continue };
            let path = [&*parent.path, b"/", name_of(&lone.path)].concat();
            let Some(to) = added.find(&path) else { continue };
            let alike = added.get(to).is_some_and(|there| is_alike(lone, there));
            if alike && !self.has_gone(index) && !self.has_come(to) {
                self.pair(index, to);
            }
        }
    }

    fn pair(&mut self, from: usize, to: usize) {
        if let (Some(gone), Some(come)) = (self.to.get_mut(from), self.from.get_mut(to)) {
            *gone = Some(to);
            *come = Some(from);
        }
    }

    /// Where a missing entry went.
    pub(super) fn gone_to(&self, index: usize) -> Option<usize> {
        self.to.get(index).copied().flatten()
    }

    /// Whether a missing entry moved.
    pub(super) fn has_gone(&self, index: usize) -> bool {
        self.gone_to(index).is_some()
    }

    /// Whether an added entry moved here.
    pub(super) fn has_come(&self, index: usize) -> bool {
        self.from.get(index).is_some_and(Option::is_some)
    }

    /// Whether an entry moved with the directory that held it, under its old name.
    pub(super) fn moved_along(&self, missing: &Lones, added: &Lones, from: usize) -> bool {
        let Some(lone) = missing.get(from) else { return false };
        let there = self.gone_to(from).and_then(|to| added.get(to));
        let parent = lone.parent.and_then(|parent| self.gone_to(parent));
        match (there, parent.and_then(|parent| added.get(parent))) {
            (Some(there), Some(parent)) => {
                parent_of(&there.path) == Some(&*parent.path)
                    && name_of(&there.path) == name_of(&lone.path)
            }
            _ => false,
        }
    }
}

/// Files that can be known again by their bytes, sorted by these and by name.
fn known_again(lones: &Lones) -> Vec<(usize, &Lone)> {
    let is_known = |lone: &Lone| lone.hash.is_some() && lone.size > 0;
    let mut known: Vec<_> = lones.iter().filter(|(_, lone)| is_known(lone)).collect();
    // The sort is stable: among equal ones the order of paths stays.
    known.sort_by(|(_, a), (_, b)| by_content_and_name(a, b));
    known
}

fn by_content(a: &Lone, b: &Lone) -> Ordering {
    a.hash.cmp(&b.hash).then(a.size.cmp(&b.size))
}

fn by_content_and_name(a: &Lone, b: &Lone) -> Ordering {
    by_content(a, b).then_with(|| name_of(&a.path).cmp(name_of(&b.path)))
}

fn is_alike(a: &Lone, b: &Lone) -> bool {
    let known = a.kind != FileKind::Regular || a.hash.is_some();
    known && (a.kind, a.size, a.hash, &a.target) == (b.kind, b.size, b.hash, &b.target)
}
