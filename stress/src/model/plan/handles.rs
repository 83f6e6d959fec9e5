//! Opening, and operations on what is open: fs/open.c, fs/readdir.c.

use rustix::io::Errno;

use super::{Plan, Planned};
use crate::model::effect::Made;
use crate::model::expected::Expected;
use crate::model::node::Body;
use crate::model::resolve::{READ, SEARCH, Spot, WRITE};
use crate::model::{Effect, Model, NodeId, Open, Stream};
use crate::operand::{Handle, Mode, OpenHow};
use crate::path::{Path, Place};

impl Model {
    pub(super) fn plan_open(
        &self,
        handle: Handle,
        path: &Path,
        how: OpenHow,
        mode: Mode,
    ) -> Planned {
        self.plan_opening(Some(handle), path, how, mode)
    }

    /// openat2(2); without a handle it is closed again.
    pub(super) fn plan_opening(
        &self,
        handle: Option<Handle>,
        path: &Path,
        how: OpenHow,
        mode: Mode,
    ) -> Planned {
        let exclusive = how.has(OpenHow::EXCLUSIVE);
        let follow = !how.has(OpenHow::NO_FOLLOW) && !exclusive;
        let spot = self.spot(path.names(), follow)?.ok_or(Errno::ISDIR)?;
        let Some(id) = spot.node else {
            return self.plan_opening_new(handle, spot, how, mode);
        };
        if exclusive {
            return Err(Errno::EXIST);
        }
        let node = self.node(id).ok_or(Errno::NOENT)?;
        if node.is_directory() && how.has(OpenHow::CREATE) {
            return Err(Errno::ISDIR);
        }
        if matches!(node.body, Body::Symlink(_)) {
            return Err(Errno::LOOP);
        }
        if node.is_directory() && how.has(OpenHow::WRITE) {
            return Err(Errno::ISDIR);
        }
        let read = if how.has(OpenHow::READ) { READ } else { 0 };
        let write = if how.has(OpenHow::WRITE) { WRITE } else { 0 };
        self.may_id(id, read | write)?;
        let open = handle.map(|handle| {
            if node.is_directory() {
                Effect::OpenDirectory { handle, node: id }
            } else {
                Effect::Open { handle, node: id, how }
            }
        });
        let mut effects: Vec<Effect> = open.into_iter().collect();
        if how.has(OpenHow::TRUNCATE) {
            effects.push(Effect::Resize { node: id, size: 0 });
        }
        Ok(Plan::new(Expected::Done, effects))
    }

    fn plan_opening_new(
        &self,
        handle: Option<Handle>,
        spot: Spot,
        how: OpenHow,
        mode: Mode,
    ) -> Planned {
        if !how.has(OpenHow::CREATE) {
            return Err(Errno::NOENT);
        }
        self.may_change(spot.directory)?;
        let Spot { directory, name, .. } = spot;
        let mode = self.made_mode(mode);
        let open = handle.map(|handle| (handle, how));
        Ok(Plan::done(Effect::Make { directory, name, what: Made::File, mode, open }))
    }

    pub(super) fn plan_open_unnamed(&self, handle: Handle, place: &Place, mode: Mode) -> Planned {
        let directory = self.place(place.names())?;
        self.may_id(directory, WRITE | SEARCH)?;
        let mode = self.made_mode(mode);
        Ok(Plan::done(Effect::MakeUnnamed { handle, mode }))
    }

    pub(super) fn plan_open_directory(&self, handle: Handle, place: &Place) -> Planned {
        let node = self.place(place.names())?;
        self.may_id(node, READ)?;
        Ok(Plan::done(Effect::OpenDirectory { handle, node }))
    }

    pub(super) fn plan_close(&self, handle: Handle) -> Planned {
        self.opened(handle)?;
        Ok(Plan::done(Effect::Close(handle)))
    }

    pub(super) fn plan_look_handle(&self, handle: Handle) -> Planned {
        self.facts(self.opened(handle)?.node())
    }

    pub(super) fn plan_link_handle(&self, handle: Handle, to: &Path) -> Planned {
        let node = self.opened(handle)?.node();
        self.plan_linking(node, self.parent(to)?, to)
    }

    pub(super) fn plan_sync(&self, path: &Path) -> Planned {
        let node = self.found(path.names())?;
        self.may_id(node, READ)?;
        Ok(Plan::nothing(Expected::Done))
    }

    pub(super) fn plan_sync_handle(&self, handle: Handle) -> Planned {
        self.opened(handle)?;
        Ok(Plan::nothing(Expected::Done))
    }

    pub(super) fn plan_list(&self, place: &Place, buffer: u32) -> Planned {
        let node = self.place(place.names())?;
        self.may_id(node, READ)?;
        Ok(Plan::nothing(Expected::Listing(node, buffer)))
    }

    pub(super) fn plan_step(&self, handle: Handle, buffer: u32, to_end: bool) -> Planned {
        let stream = self.stream(handle)?;
        if self.node(stream.node).is_none_or(|node| node.names == 0) {
            return Err(Errno::NOENT);
        }
        let expected = Expected::Step { handle, to_end, buffer };
        Ok(Plan::new(expected, [Effect::Listed(handle)]))
    }

    pub(super) fn plan_rewind(&self, handle: Handle) -> Planned {
        self.stream(handle)?;
        Ok(Plan::done(Effect::Rewind(handle)))
    }

    /// What row it is depends on the order that the filesystem gives; that there is one does not.
    pub(super) fn plan_seek_back(&self, handle: Handle, row: u16) -> Planned {
        let stream = self.stream(handle)?;
        if stream.came() == 0 {
            return Err(Errno::INVAL);
        }
        Ok(Plan::done(Effect::SeekBack { handle, row }))
    }

    /// What a handle has open.
    pub(super) fn opened(&self, handle: Handle) -> Result<&Open, Errno> {
        self.open(handle).ok_or(Errno::BADF)
    }

    fn stream(&self, handle: Handle) -> Result<&Stream, Errno> {
        match self.opened(handle)? {
            Open::Directory(stream) => Ok(stream),
            Open::File { .. } => Err(Errno::NOTDIR),
        }
    }

    /// The file that a handle has open, if it was opened so.
    pub(super) fn open_file(
        &self,
        handle: Handle,
        how: OpenHow,
        otherwise: Errno,
    ) -> Result<(NodeId, OpenHow), Errno> {
        match self.opened(handle)? {
            Open::File { node, how: opened } if opened.has(how) => Ok((*node, *opened)),
            _ => Err(otherwise),
        }
    }
}
