//! Which of the missing entries are among the added ones, under another path.
//!
//! A directory is known again by its shape or by the files that moved from it, a file by its bytes;
//! an empty one says nothing. What has its old name in a directory that moved is what it was,
//! whatever became of it. A shape without bytes says least, so it is looked at last.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::lone::{Lone, Lones};
use super::moved_directories::moved_directories;
use super::shapes::{Shaped, equals, shapes};
use crate::manifest::parent_of;

/// How many names of two paths are compared at most.
const NAMES: usize = 4;

/// Names that must agree where nothing else tells that two directories are one.
const FEW_NAMES: usize = 3;

/// The pairs, from both sides, as indices of the other side.
#[derive(Debug)]
pub(super) struct Moves {
    to: Vec<Option<usize>>,
    from: Vec<Option<usize>>,
    /// Missing entries that no rename took away, and what lies below such.
    stayed: Vec<bool>,
}

impl Moves {
    /// Finds them.
    pub(super) fn find(missing: &Lones, added: &Lones) -> Self {
        let (to, from) = (vec![None; missing.len()], vec![None; added.len()]);
        let mut moves = Moves { to, from, stayed: Vec::with_capacity(missing.len()) };
        for (_, lone) in missing.iter() {
            let above = lone.parent.and_then(|parent| moves.stayed.get(parent).copied());
            moves.stayed.push(above.unwrap_or_default() || lone.is_lost);
        }
        if missing.len() > 0 && added.len() > 0 {
            let (gone, come) = (shapes(missing), shapes(added));
            let telling = |shapes: &[Shaped]| {
                let telling = shapes.iter().copied().filter(|shaped| shaped.is_telling);
                telling.collect::<Vec<_>>()
            };
            for (gone, come) in equals(telling(&gone), telling(&come)) {
                moves.pair_all_below(gone, come);
            }
            moves.pair_by_content(missing, added);
            moves.pair_directories(missing, added);
            moves.pair_what_moved_along(missing, added);
            moves.pair_by_names(missing, added, &gone, &come);
        }
        moves
    }

    /// Pairs directories that are known by names alone: only where several names agree, and the
    /// directory stands where it stood, under another name, or in one that moved.
    fn pair_by_names(&mut self, missing: &Lones, added: &Lones, gone: &[Shaped], come: &[Shaped]) {
        let free_gone = gone.iter().filter(|s| !s.is_telling && !self.has_gone(s.index));
        let free_come = come.iter().filter(|s| !s.is_telling && !self.has_come(s.index));
        let pairs = equals(free_gone.copied().collect(), free_come.copied().collect());
        for (gone, come) in pairs {
            let (Some(old), Some(new)) = (missing.get(gone.index), added.get(come.index)) else {
                continue;
            };
            let stayed = parent_of(&old.path) == parent_of(&new.path) && gone.below >= FEW_NAMES;
            let above = old.parent.and_then(|above| self.gone_to(above));
            let along = above.is_some() && above == new.parent;
            if stayed || along {
                self.pair_all_below(gone, come);
            }
        }
    }

    /// Pairs directories of one shape with all that they hold.
    fn pair_all_below(&mut self, gone: Shaped, come: Shaped) {
        // Paired already: it is below an equal one, which came first.
        if self.has_gone(gone.index) {
            return;
        }
        // What is equal below both stands in the same order.
        for at in 0..=gone.below {
            self.pair_if_free(gone.index + at, come.index + at);
        }
    }

    /// Pairs files with the same bytes, first those that have most names in common, their own and
    /// those of the directories above: of many equal files each is then where its directory is.
    fn pair_by_content(&mut self, missing: &Lones, added: &Lones) {
        let mut gone = telling(missing, |index| !self.has_gone(index));
        let mut come = telling(added, |index| !self.has_come(index));
        // Most contents are on one side alone: they need not be sorted.
        keep_contents_of(&gone, &mut come);
        keep_contents_of(&come, &mut gone);
        for files in [&mut gone, &mut come] {
            files.sort_by(|(_, a), (_, b)| by_content_and_names(a, b, usize::MAX));
        }
        for names in (0..=NAMES).rev() {
            gone.retain(|(index, _)| !self.has_gone(*index));
            come.retain(|(index, _)| !self.has_come(*index));
            self.pair_equals(&gone, &come, names);
        }
    }

    /// Pairs what is equal in two sorted lists, the first with the first.
    fn pair_equals(&mut self, gone: &[(usize, &Lone)], come: &[(usize, &Lone)], names: usize) {
        let (mut gone, mut come) = (gone.iter().peekable(), come.iter().peekable());
        while let (Some((from, old)), Some((to, new))) = (gone.peek(), come.peek()) {
            let order = by_content_and_names(old, new, names);
            if order.is_eq() {
                self.pair_if_free(*from, *to);
            }
            if order.is_le() {
                gone.next();
            }
            if order.is_ge() {
                come.next();
            }
        }
    }

    /// Pairs directories from which files moved.
    fn pair_directories(&mut self, missing: &Lones, added: &Lones) {
        let is_file = |index| missing.get(index).is_some_and(Lone::is_telling);
        let pairs = self.to.iter().enumerate().filter_map(|(from, to)| Some((from, (*to)?)));
        let files = pairs.filter(|(from, _)| is_file(*from));
        for (from, to) in moved_directories(missing, added, files) {
            self.pair_if_free(from, to);
        }
    }

    /// Pairs what has its old name in a directory that moved.
    fn pair_what_moved_along(&mut self, missing: &Lones, added: &Lones) {
        for (index, lone) in missing.iter().filter(|(_, lone)| lone.parent.is_some()) {
            let parent = lone.parent.filter(|_| !self.has_gone(index));
            let parent = parent.and_then(|parent| added.get(self.gone_to(parent)?));
            let there = parent.map(|parent| [&*parent.path, b"/", lone.name()].concat());
            if let Some(to) = there.and_then(|path| added.find(&path)) {
                self.pair_if_free(index, to);
            }
        }
    }

    fn pair_if_free(&mut self, from: usize, to: usize) {
        if self.stayed.get(from) == Some(&true) {
            return;
        }
        if let (Some(gone @ None), Some(come @ None)) =
            (self.to.get_mut(from), self.from.get_mut(to))
        {
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

    /// Whether a missing entry may have been put in the place of another one: it did not lose its name,
    /// and is not known to be elsewhere.
    pub(super) fn may_be_anywhere(&self, index: usize) -> bool {
        !self.has_gone(index) && self.stayed.get(index) != Some(&true)
    }

    /// Whether an added entry moved here.
    pub(super) fn has_come(&self, index: usize) -> bool {
        self.from.get(index).is_some_and(Option::is_some)
    }

    /// Whether an entry moved with the directory that held it, under its old name.
    pub(super) fn moved_along(&self, missing: &Lones, added: &Lones, from: usize) -> bool {
        let there = self.gone_to(from).and_then(|to| added.get(to));
        let (Some(lone), Some(there)) = (missing.get(from), there) else { return false };
        let parent = lone.parent.and_then(|parent| self.gone_to(parent));
        parent.is_some() && parent == there.parent && lone.name() == there.name()
    }

    /// Where a missing entry would be, had it moved with the nearest directory above that did.
    pub(super) fn would_be_at(
        &self,
        missing: &Lones,
        added: &Lones,
        index: usize,
    ) -> Option<Vec<u8>> {
        let lone = missing.get(index)?;
        std::iter::successors(lone.parent, |above| missing.parent(*above)).find_map(|above| {
            let there = added.get(self.gone_to(above)?)?;
            let below = lone.path.strip_prefix(&*missing.get(above)?.path)?;
            Some([&*there.path, below].concat())
        })
    }

    /// The added directories that moved here and in which a name came, went, or is now of
    /// another type.
    pub(super) fn with_other_names(&self, missing: &Lones, added: &Lones) -> HashSet<usize> {
        let stayed = |from| {
            let there = self.gone_to(from).and_then(|to| added.get(to));
            let same_type = there.map(|there| there.kind) == missing.get(from).map(|old| old.kind);
            same_type && self.moved_along(missing, added, from)
        };
        let gone = missing.iter().filter(|(from, _)| !stayed(*from));
        let gone = gone.filter_map(|(_, lone)| self.gone_to(lone.parent?));
        let has_stayed = |to: usize| self.from.get(to).copied().flatten().is_some_and(stayed);
        let come = added.iter().filter(|(to, _)| !has_stayed(*to));
        let come = come.filter_map(|(_, lone)| lone.parent).filter(|parent| self.has_come(*parent));
        gone.chain(come).collect()
    }
}

/// Files that can be known again by their bytes.
fn telling(lones: &Lones, is_free: impl Fn(usize) -> bool) -> Vec<(usize, &Lone)> {
    lones.iter().filter(|(index, lone)| lone.is_telling() && is_free(*index)).collect()
}

/// Leaves those of the files that hold what one of the others does.
fn keep_contents_of(others: &[(usize, &Lone)], files: &mut Vec<(usize, &Lone)>) {
    let contents: HashSet<_> = others.iter().map(|(_, lone)| lone.hash.as_ref()).collect();
    files.retain(|(_, lone)| contents.contains(&lone.hash.as_ref()));
}

/// Compares so many names of the paths as well, the last one first.
fn by_content_and_names(a: &Lone, b: &Lone, names: usize) -> Ordering {
    let of = |path| <[u8]>::rsplit(path, |byte| *byte == b'/').take(names);
    let content = a.hash.cmp(&b.hash).then(a.size.cmp(&b.size));
    content.then_with(|| of(&a.path).cmp(of(&b.path)))
}
