//! Operations on names: fs/namei.c.

use rustix::io::Errno;

use super::{Plan, Planned};
use crate::model::effect::Made;
use crate::model::expected::Expected;
use crate::model::node::Body;
use crate::model::resolve::{MOST_BYTES, SEARCH, Spot, WRITE};
use crate::model::{Effect, Model, Node, NodeId};
use crate::operand::{Crowd, Mode, OpenHow, RenameHow};
use crate::path::{Path, Place};

impl Model {
    pub(super) fn made_mode(&self, mode: Mode) -> u16 {
        mode.bits() & !self.caller.umask
    }

    /// may_create and may_delete, as far as the directory is concerned.
    pub(super) fn may_change(&self, directory: NodeId) -> Result<(), Errno> {
        self.may_id(directory, WRITE | SEARCH)
    }

    /// Where something new is to be made: filename_create.
    fn free_spot(&self, path: &Path) -> Result<Spot, Errno> {
        self.free_spot_in(self.parent(path)?, path)
    }

    fn free_spot_in(&self, parent: NodeId, path: &Path) -> Result<Spot, Errno> {
        let spot = self.look_up(parent, path.split().1)?;
        if spot.node.is_some() { Err(Errno::EXIST) } else { Ok(spot) }
    }

    fn plan_make(&self, spot: Spot, what: Made, mode: u16) -> Planned {
        self.may_change(spot.directory)?;
        let Spot { directory, name, .. } = spot;
        Ok(Plan::done(Effect::Make { directory, name, what, mode, open: None }))
    }

    pub(super) fn plan_create(&self, path: &Path, mode: Mode) -> Planned {
        let how = OpenHow::WRITE.and(OpenHow::CREATE).and(OpenHow::EXCLUSIVE);
        self.plan_opening(None, path, how, mode)
    }

    pub(super) fn plan_make_directory(&self, path: &Path, mode: Mode) -> Planned {
        let mode = self.made_mode(mode);
        self.plan_make(self.free_spot(path)?, Made::Directory, mode)
    }

    pub(super) fn plan_symlink(&self, target: &Path, path: &Path) -> Planned {
        let parent = self.parent(path)?;
        if self.path_bytes(target) >= MOST_BYTES {
            return Err(Errno::NAMETOOLONG);
        }
        let spot = self.free_spot_in(parent, path)?;
        self.plan_make(spot, Made::Symlink(target.clone()), 0o777)
    }

    pub(super) fn plan_read_link(&self, path: &Path) -> Planned {
        let spot = self.look_up(self.parent(path)?, path.split().1)?;
        let node = spot.node.and_then(|id| self.node(id)).ok_or(Errno::NOENT)?;
        let Body::Symlink(target) = &node.body else { return Err(Errno::INVAL) };
        let mut bytes = Vec::new();
        crate::path::join_bytes(&self.names, target.names(), &mut bytes);
        bytes.pop();
        Ok(Plan::nothing(Expected::Bytes(bytes)))
    }

    pub(super) fn plan_look(&self, path: &Place) -> Planned {
        let Some(path) = path.path() else { return self.facts(self.top) };
        let spot = self.look_up(self.parent(path)?, path.split().1)?;
        self.facts(spot.node.ok_or(Errno::NOENT)?)
    }

    pub(super) fn plan_unlink(&self, path: &Path) -> Planned {
        let spot = self.look_up(self.parent(path)?, path.split().1)?;
        let victim = spot.node.and_then(|id| self.node(id)).ok_or(Errno::NOENT)?;
        self.may_change(spot.directory)?;
        if victim.is_directory() {
            return Err(Errno::ISDIR);
        }
        Ok(Plan::done(Effect::Remove { directory: spot.directory, name: spot.name }))
    }

    pub(super) fn plan_remove_directory(&self, path: &Path) -> Planned {
        let spot = self.look_up(self.parent(path)?, path.split().1)?;
        let victim = spot.node.and_then(|id| self.node(id)).ok_or(Errno::NOENT)?;
        self.may_change(spot.directory)?;
        let directory = victim.directory().ok_or(Errno::NOTDIR)?;
        if !directory.entries.is_empty() {
            return Err(Errno::NOTEMPTY);
        }
        Ok(Plan::done(Effect::Remove { directory: spot.directory, name: spot.name }))
    }

    pub(super) fn plan_link(&self, from: &Path, to: &Path) -> Planned {
        let (from_parent, to_parent) = (self.parent(from)?, self.parent(to)?);
        let node = self.look_up(from_parent, from.split().1)?.node.ok_or(Errno::NOENT)?;
        self.plan_linking(node, to_parent, to)
    }

    pub(super) fn plan_linking(&self, node: NodeId, parent: NodeId, to: &Path) -> Planned {
        let spot = self.look_up(parent, to.split().1)?;
        if spot.node.is_some() {
            return Err(Errno::EXIST);
        }
        self.may_change(spot.directory)?;
        let linked = self.node(node).ok_or(Errno::NOENT)?;
        if linked.is_directory() {
            return Err(Errno::PERM);
        }
        if linked.names == 0 && !linked.linkable {
            return Err(Errno::NOENT);
        }
        Ok(Plan::done(Effect::Link { node, directory: spot.directory, name: spot.name }))
    }

    pub(super) fn plan_rename(&self, from: &Path, to: &Path, how: RenameHow) -> Planned {
        let (from_parent, to_parent) = (self.parent(from)?, self.parent(to)?);
        self.may_id(from_parent, SEARCH)?;
        self.may_id(to_parent, SEARCH)?;
        let old = self.look_up(from_parent, from.split().1)?;
        let moved = old.node.ok_or(Errno::NOENT)?;
        let new = self.look_up(to_parent, to.split().1)?;
        match how {
            RenameHow::NoReplace if new.node.is_some() => return Err(Errno::EXIST),
            RenameHow::Exchange if new.node.is_none() => return Err(Errno::NOENT),
            _ => {}
        }
        let exchange = how == RenameHow::Exchange;
        if old.directory != new.directory && self.lies_in(new.directory, moved) {
            return Err(Errno::INVAL);
        }
        if let Some(replaced) = new.node
            && old.directory != new.directory
            && self.lies_in(old.directory, replaced)
        {
            return Err(if exchange { Errno::INVAL } else { Errno::NOTEMPTY });
        }
        if new.node == Some(moved) {
            return Ok(Plan::nothing(Expected::Done));
        }
        self.may_rename(&old, moved, &new, exchange)?;
        let (from, to) = (old.directory, new.directory);
        Ok(Plan::done(if exchange {
            Effect::Exchange { from, name: old.name, to, new_name: new.name }
        } else {
            Effect::Move { from, name: old.name, to, new_name: new.name }
        }))
    }

    /// vfs_rename up to the filesystem's own part, and that rule that all have: a directory that
    /// is replaced is empty.
    fn may_rename(
        &self,
        old: &Spot,
        moved: NodeId,
        new: &Spot,
        exchange: bool,
    ) -> Result<(), Errno> {
        let is_directory = |id| self.node(id).is_some_and(Node::is_directory);
        self.may_change(old.directory)?;
        self.may_change(new.directory)?;
        let replaced = new.node;
        if let Some(replaced) = replaced.filter(|_| !exchange) {
            match (is_directory(moved), is_directory(replaced)) {
                (true, false) => return Err(Errno::NOTDIR),
                (false, true) => return Err(Errno::ISDIR),
                _ => {}
            }
        }
        if old.directory != new.directory {
            // Its ".." changes, which is a write to it.
            let other = replaced.filter(|_| exchange);
            for directory in [Some(moved), other].into_iter().flatten() {
                if is_directory(directory) {
                    self.may_id(directory, WRITE)?;
                }
            }
        }
        let full = |id| self.directory(id).is_some_and(|there| !there.entries.is_empty());
        if !exchange && replaced.is_some_and(full) { Err(Errno::NOTEMPTY) } else { Ok(()) }
    }

    pub(super) fn plan_fill(&self, place: &Place, crowd: Crowd, count: u16) -> Planned {
        let directory = self.place(place.names())?;
        let count = count.min(crowd.family().count());
        if count > 0 {
            self.may_id(directory, SEARCH)?;
        }
        let there = self.directory(directory).map(|directory| &directory.entries);
        let names = (0..count).map(|number| crowd.family().name(number));
        let free = names.filter(|name| there.is_none_or(|there| !there.contains_key(name))).count();
        if free > 0 {
            self.may_change(directory)?;
        }
        let expected = Expected::Count(free as u64);
        Ok(Plan::new(expected, [Effect::Fill { directory, crowd, count }]))
    }

    pub(super) fn plan_purge(&self, place: &Place, crowd: Crowd, count: u16) -> Planned {
        let directory = self.place(place.names())?;
        let count = count.min(crowd.family().count());
        if count > 0 {
            self.may_id(directory, SEARCH)?;
        }
        let there = self.directory(directory).map(|directory| &directory.entries);
        let named = |number| there.and_then(|there| there.get(&crowd.family().name(number)));
        let found = || (0..count).filter_map(named).copied();
        if found().next().is_some() {
            self.may_change(directory)?;
        }
        let files = found().filter(|id| !self.node(*id).is_some_and(Node::is_directory)).count();
        let expected = Expected::Count(files as u64);
        Ok(Plan::new(expected, [Effect::Purge { directory, crowd, count }]))
    }
}
