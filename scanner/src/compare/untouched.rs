//! Directories that nothing changed since BEFORE, as their own times say.
//!
//! Where a name is missing in one all the same, no work removed it: that would have set both times of
//! the directory (inode(7)). And what lies below such directories alone was not put there since.

use super::same_tree::SameTree;
use crate::manifest::{Entry, is_below, parent_of};

/// The directories above what goes by, the outermost first.
#[derive(Default)]
pub(super) struct UntouchedDirectories<'o> {
    tree: Option<&'o SameTree>,
    open: Vec<Open>,
}

/// A directory that is there on both sides.
struct Open {
    path: Vec<u8>,
    /// Whether its time of modification is the same.
    same_time: bool,
    /// Whether it rests, once that was asked.
    rests: Option<bool>,
}

impl<'o> UntouchedDirectories<'o> {
    pub(super) fn new(tree: Option<&'o SameTree>) -> Self {
        UntouchedDirectories { tree, open: Vec::new() }
    }

    /// Notes a directory that is there on both sides, in front of what it holds.
    pub(super) fn enter(&mut self, before: &Entry, after: &Entry) {
        if self.tree.is_some() {
            self.leave(&before.path);
            let same_time = before.modified_at == after.modified_at;
            self.open.push(Open { path: before.path.clone(), same_time, rests: None });
        }
    }

    /// Whether the directory that holds a path is untouched. Paths are asked for in their order.
    pub(super) fn holds(&mut self, path: &[u8]) -> bool {
        let Some(tree) = self.tree.filter(|_| self.is_in_place(path)) else { return false };
        let holder = self.open.last_mut().filter(|open| open.same_time);
        holder.is_some_and(|open| open.rests(tree))
    }

    /// Whether what lies at a path is what lay there: no directory above it was put there by a rename,
    /// which brings the times of all below along, but sets the time of change of the directory itself,
    /// and both of the one that holds it. The root's time of change fscan itself sets, so that it is
    /// asked only where nothing else tells of names that were exchanged in it.
    pub(super) fn is_in_place(&mut self, path: &[u8]) -> bool {
        let Some(tree) = self.tree else { return false };
        self.leave(path);
        let is_known = self.open.last().is_some_and(|open| parent_of(path) == Some(&open.path));
        let in_place = |open: &mut Open| {
            let is_root = open.path.is_empty();
            (is_root && tree.exchanges_show) || open.rests(tree)
        };
        is_known && self.open.iter_mut().all(in_place)
    }

    /// Forgets what does not hold a path.
    fn leave(&mut self, path: &[u8]) {
        while self.open.pop_if(|open| !is_below(path, &open.path)).is_some() {}
    }
}

impl Open {
    fn rests(&mut self, tree: &SameTree) -> bool {
        *self.rests.get_or_insert_with(|| tree.rests(&self.path))
    }
}
