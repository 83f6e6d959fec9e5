//! From a path to what it names, as the kernel walks it.

use rustix::io::Errno;

use super::node::{Body, Node};
use super::{Model, NodeId};
use crate::name::{Family, Name};
use crate::path::{self, Path};

/// Symbolic links that one walk follows at most (MAXSYMLINKS in include/linux/namei.h).
const MOST_LINKS: u32 = 40;

/// Bytes of a path at most, the NUL behind it included (PATH_MAX).
pub const MOST_BYTES: usize = 4096;

/// Reading, as access(2) numbers it.
pub const READ: u16 = 4;
/// Writing.
pub const WRITE: u16 = 2;
/// Searching a directory.
pub const SEARCH: u16 = 1;

/// A name in a directory, and what it names there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The directory.
    pub directory: NodeId,
    /// The name.
    pub name: Name,
    /// What is there.
    pub node: Option<NodeId>,
}

impl Model {
    /// Whether the caller may do that with a node.
    pub(super) fn may(&self, node: &Node, what: u16) -> bool {
        self.caller.overrides || node.mode >> 6 & what == what
    }

    pub(super) fn may_id(&self, id: NodeId, what: u16) -> Result<(), Errno> {
        match self.node(id) {
            Some(node) if self.may(node, what) => Ok(()),
            Some(_) => Err(Errno::ACCESS),
            None => Err(Errno::NOENT),
        }
    }

    /// The directory that a path's last name is looked up in: openat2(2) with O_PATH and
    /// O_DIRECTORY.
    pub(super) fn parent(&self, path: &Path) -> Result<NodeId, Errno> {
        self.place(path.split().0)
    }

    /// The directory that names lead to.
    pub(super) fn place(&self, names: &[Name]) -> Result<NodeId, Errno> {
        let node = self.found(names)?;
        let directory = self.node(node).is_some_and(Node::is_directory);
        if directory { Ok(node) } else { Err(Errno::NOTDIR) }
    }

    /// What names lead to, a symbolic link at the end followed.
    pub(super) fn found(&self, names: &[Name]) -> Result<NodeId, Errno> {
        match self.spot(names, true)? {
            None => Ok(self.top),
            Some(spot) => spot.node.ok_or(Errno::NOENT),
        }
    }

    /// Where names lead to; none for the top.
    pub(super) fn spot(&self, names: &[Name], follow: bool) -> Result<Option<Spot>, Errno> {
        if path::length(&self.names, names) >= MOST_BYTES {
            return Err(Errno::NAMETOOLONG);
        }
        self.walk(self.top, names, follow, &mut 0)
    }

    /// Looks a name up in a directory that was reached already.
    pub(super) fn look_up(&self, directory: NodeId, name: Name) -> Result<Spot, Errno> {
        self.may_id(directory, SEARCH)?;
        if name.family().0 == Family::TooLong {
            return Err(Errno::NAMETOOLONG);
        }
        let entries = self.directory(directory).map(|directory| &directory.entries);
        let node = entries.and_then(|entries| entries.get(&name)).copied();
        Ok(Spot { directory, name, node })
    }

    fn walk(
        &self,
        from: NodeId,
        names: &[Name],
        follow: bool,
        links: &mut u32,
    ) -> Result<Option<Spot>, Errno> {
        let Some((last, above)) = names.split_last() else { return Ok(None) };
        let mut directory = from;
        for name in above {
            let spot = self.look_up(directory, *name)?;
            let spot = self.followed(spot, links)?;
            directory = spot.node.ok_or(Errno::NOENT)?;
            if !self.node(directory).is_some_and(Node::is_directory) {
                return Err(Errno::NOTDIR);
            }
        }
        let spot = self.look_up(directory, *last)?;
        if follow { self.followed(spot, links).map(Some) } else { Ok(Some(spot)) }
    }

    fn followed(&self, spot: Spot, links: &mut u32) -> Result<Spot, Errno> {
        let node = spot.node.and_then(|node| self.node(node));
        let Some(Body::Symlink(target)) = node.map(|node| &node.body) else { return Ok(spot) };
        if *links >= MOST_LINKS {
            return Err(Errno::LOOP);
        }
        *links += 1;
        let found = self.walk(spot.directory, target.names(), true, links)?;
        Ok(found.unwrap_or(spot))
    }

    /// Whether one directory is the other or lies below it.
    pub(super) fn lies_in(&self, below: NodeId, above: NodeId) -> bool {
        let mut at = Some(below);
        while let Some(id) = at {
            if id == above {
                return true;
            }
            at = self.directory(id).and_then(|directory| directory.parent);
        }
        false
    }
}
