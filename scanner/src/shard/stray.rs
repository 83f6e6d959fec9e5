//! Directories that a name leads to and that say they stand elsewhere.
//!
//! On a damaged ext4 two names can lead to one directory. A scan goes into it by whichever it comes to
//! first; shards, which go by paths, would each go into it by a name of its own, and count what stands
//! there once a name. So no shard goes into a directory by a name that its ".." contradicts, nor by
//! the second of two names in one directory. Joining sees whether somebody came to it by another name;
//! where nobody did, the merged scan goes into it by this one.

use reports::PathName;
use serde::{Deserialize, Serialize};

use super::LinkedInode;
use crate::inode_facts::InodeFacts;
use crate::scope::Scope;
use crate::walk::{Block, OpenDirectory};

/// Names that are noted; beyond that the root stands for them.
const MOST: usize = 100_000;

/// Names by which a shard did not go into a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strays {
    /// What they lead to, and their paths.
    pub names: Vec<(LinkedInode, PathName)>,
    /// How many more there were.
    pub beyond: u64,
}

impl Strays {
    /// Notes one.
    pub fn add(&mut self, directory: LinkedInode, path: PathName) {
        if self.names.len() < MOST {
            self.names.push((directory, path));
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// Adds another thread's.
    pub fn merge(&mut self, other: Strays) {
        other.names.into_iter().for_each(|(directory, path)| self.add(directory, path));
        self.beyond = self.beyond.saturating_add(other.beyond);
    }
}

/// Whether several names can lead to one directory by damage, and ".." tells which of them is right.
pub fn may_stray(scope: &Scope) -> bool {
    scope.options.shard.is_some() && scope.filesystem.oddities.is_ext
}

/// Whether a directory that begins with this block of entries stands elsewhere, by its "..". One that
/// was moved just now does not stray.
pub fn is_stray(scope: &Scope, directory: &OpenDirectory<'_>, begins: &Block<'_>) -> bool {
    let OpenDirectory { node, descriptor, facts } = *directory;
    let Some(parent) = node.parent().filter(|_| may_stray(scope)) else { return false };
    if facts.is_mount_root() || scope.is_elsewhere(facts, true) {
        return false;
    }
    let mut dots = begins.clone().filter(|entry| entry.name.to_bytes() == b"..");
    let strays = dots.next().is_some_and(|above| above.ino != parent.ino);
    strays && InodeFacts::of_descriptor(descriptor).is_ok_and(|now| !scope.is_recent(&now))
}
