//! Which of the missing entries are among the added ones, under another path.
//!
//! A file is known again by its bytes, an empty one says nothing. From a file that moved follows
//! that its directory did, if that is missing and the other one was added; and what such a
//! directory held moved along if it is found in the new one under its old name.

use std::collections::{HashMap, VecDeque};

use super::lone::{Lone, Lones};
use crate::inode_facts::FileKind;
use crate::manifest::{ContentHash, name_of, parent_of};

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
        moves.pair_by_content(missing, added, |lone| Some(name_of(&lone.path)));
        moves.pair_by_content(missing, added, |_| None);
        let files: Vec<(usize, usize)> =
            moves.to.iter().enumerate().filter_map(|(from, to)| Some((from, (*to)?))).collect();
        for (from, to) in files {
            moves.pair_directories_above(missing, added, from, to);
        }
        moves.pair_what_moved_along(missing, added);
        moves
    }

    /// Pairs files with the same bytes and the same `key`, the first with the first.
    fn pair_by_content<'l>(
        &mut self,
        missing: &'l Lones,
        added: &'l Lones,
        key: impl Fn(&'l Lone) -> Option<&'l [u8]>,
    ) {
        type Key<'l> = (ContentHash, u64, Option<&'l [u8]>);
        let key = |lone: &'l Lone| -> Option<Key<'l>> {
            let hash = lone.hash.filter(|_| lone.size > 0)?;
            Some((hash, lone.size, key(lone)))
        };
        let mut by_key: HashMap<Key<'l>, VecDeque<usize>> = HashMap::new();
        for (index, lone) in added.iter() {
            if let Some(key) = key(lone).filter(|_| !self.has_come(index)) {
                by_key.entry(key).or_default().push_back(index);
            }
        }
        for (index, lone) in missing.iter() {
            let alike = key(lone).and_then(|key| by_key.get_mut(&key));
            if !self.has_gone(index)
                && let Some(to) = alike.and_then(VecDeque::pop_front)
            {
                self.pair(index, to);
            }
        }
    }

    /// From one pair upwards, as long as the names are the same on the way.
    fn pair_directories_above(&mut self, missing: &Lones, added: &Lones, from: usize, to: usize) {
        let (mut from, mut to) = (from, to);
        loop {
            let above = |lones: &Lones, index| {
                lones.get(index).and_then(|lone: &Lone| lones.find_parent(&lone.path))
            };
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
            let parent = missing.find_parent(&lone.path).and_then(|parent| self.gone_to(parent));
            let Some(parent) = parent.and_then(|parent| added.get(parent)) else { continue };
            let path = [&parent.path, b"/".as_slice(), name_of(&lone.path)].concat();
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
        let parent = missing.find_parent(&lone.path).and_then(|parent| self.gone_to(parent));
        match (there, parent.and_then(|parent| added.get(parent))) {
            (Some(there), Some(parent)) => {
                parent_of(&there.path) == Some(parent.path.as_slice())
                    && name_of(&there.path) == name_of(&lone.path)
            }
            _ => false,
        }
    }
}

fn is_alike(a: &Lone, b: &Lone) -> bool {
    let known = a.kind != FileKind::Regular || a.hash.is_some();
    known && (a.kind, a.size, a.hash, &a.target) == (b.kind, b.size, b.hash, &b.target)
}
