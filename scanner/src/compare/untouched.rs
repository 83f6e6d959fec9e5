//! Directories in which no name came or went since BEFORE, as their own times say.
//!
//! Where a name is missing in one all the same, no work removed it: that would have set both times of
//! the directory (inode(7)).

use super::same_tree::SameTree;
use crate::manifest::{Entry, is_below, parent_of};

/// The directories above what goes by, the outermost first.
#[derive(Default)]
pub(super) struct UntouchedDirectories<'o> {
    tree: Option<&'o SameTree>,
    open: Vec<Open>,
    /// Of those that names went from, whether names came as well.
    came: Vec<bool>,
}

/// A directory that names went from though it seems untouched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Untouched(usize);

/// A directory that is there on both sides.
struct Open {
    path: Vec<u8>,
    /// Whether its time of modification is the same.
    same_time: bool,
    /// Whether it rests, once that was asked.
    rests: Option<bool>,
    /// Whether a name came to it.
    came: bool,
    /// What it is called once a name is known to have gone from it.
    known_as: Option<Untouched>,
}

impl<'o> UntouchedDirectories<'o> {
    pub(super) fn new(tree: Option<&'o SameTree>) -> Self {
        UntouchedDirectories { tree, open: Vec::new(), came: Vec::new() }
    }

    /// Notes a directory that is there on both sides, in front of what it holds.
    pub(super) fn enter(&mut self, before: &Entry, after: &Entry) {
        if self.tree.is_some() {
            self.leave(&before.path);
            let same_time = before.modified_at == after.modified_at;
            let path = before.path.clone();
            self.open.push(Open { path, same_time, rests: None, came: false, known_as: None });
        }
    }

    /// Notes a name that came. Where the times of a directory did not tell of that, they tell of none
    /// that went: the names in an encrypted directory are others without its key (fscrypt).
    pub(super) fn name_came(&mut self, path: &[u8]) {
        self.leave(path);
        if let Some(open) = self.open.last_mut().filter(|open| parent_of(path) == Some(&open.path))
        {
            open.came = true;
            if let Some(came) = open.known_as.and_then(|Untouched(at)| self.came.get_mut(at)) {
                *came = true;
            }
        }
    }

    /// The directory that holds a path, where it is untouched as far as it went by. Paths are asked for
    /// in their order.
    pub(super) fn holder_of(&mut self, path: &[u8]) -> Option<Untouched> {
        let tree = self.tree?;
        self.leave(path);
        let last = self.open.last()?;
        if last.came || !last.same_time || parent_of(path) != Some(&last.path) {
            return None;
        }
        // One that was put there as a whole, by a rename, brought its times along; that set the time of
        // change of it or of one above. That of the root fscan itself sets.
        let mut below_root = self.open.iter_mut().filter(|open| !open.path.is_empty());
        let all_rest =
            below_root.all(|open| *open.rests.get_or_insert_with(|| tree.rests(&open.path)));
        let last = self
            .open
            .last_mut()
            .filter(|open| all_rest && (!open.path.is_empty() || tree.rests(b"")))?;
        let known_as = *last.known_as.get_or_insert_with(|| {
            self.came.push(false);
            Untouched(self.came.len() - 1)
        });
        Some(known_as)
    }

    /// Whether no name came to a directory, now that all went by.
    pub(super) fn no_name_came(&self, Untouched(at): Untouched) -> bool {
        !self.came.get(at).copied().unwrap_or(true)
    }

    /// Forgets what does not hold a path.
    fn leave(&mut self, path: &[u8]) {
        while self.open.pop_if(|open| !is_below(path, &open.path)).is_some() {}
    }
}
