//! Directories that a shard leaves to whoever comes to them by another name.

use super::{Look, Outcome, Pass};
use crate::gathered::Gathered;
use crate::shard::{is_stray, may_stray};
use crate::walk::{Block, OpenDirectory};

/// Why a directory is left after a look at its first entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// It is to be gone into by another name.
    Stray,
    /// It was met before.
    MetBefore,
}

impl Look<'_, '_> {
    /// Why the directory, which begins with this block if anything can be read, is not looked at; none
    /// where it is. By a name that is not its own it is not met: whoever comes by the right one would
    /// find that it was.
    pub(super) fn leaves_by(&mut self, begins: Option<&Block<'_>>) -> Option<Left> {
        if self.pass == Pass::Again || !may_stray(self.scope) {
            return None;
        }
        if begins.is_some_and(|begins| is_stray(self.scope, self.directory, begins)) {
            return Some(Left::Stray);
        }
        (!self.is_met_first()).then_some(Left::MetBefore)
    }

    /// Notes what is left.
    pub(super) fn leave(&mut self, left: Left) {
        if left == Left::MetBefore {
            return;
        }
        let OpenDirectory { node, facts, .. } = *self.directory;
        let inode = self.scope.linked_inode(facts);
        let Gathered { roll, strays, .. } = &mut self.out.gathered;
        roll.tell(inode);
        strays.add(inode, node.path(None));
    }

    /// Goes on into each subdirectory by one name only.
    pub(super) fn leave_second_names(&mut self) {
        if self.pass == Pass::Again || !may_stray(self.scope) {
            return;
        }
        let OpenDirectory { node, facts, .. } = *self.directory;
        let device = self.scope.linked_inode(facts).0;
        let Outcome { subdirectories, gathered, .. } = &mut self.out;
        for (name, ino) in subdirectories.keep_one_name_each() {
            gathered.strays.add((device, ino), node.path(Some(name.to_bytes())));
        }
    }
}
