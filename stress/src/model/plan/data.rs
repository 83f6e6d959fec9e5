//! What is in files: fs/read_write.c, fs/open.c.

use rustix::io::Errno;

use super::{Plan, Planned};
use crate::model::content::{Content, PAGE};
use crate::model::expected::Expected;
use crate::model::node::Body;
use crate::model::resolve::{READ, WRITE};
use crate::model::{Effect, Model, NodeId, Open};
use crate::operand::{AllocateHow, Handle, OpenHow};
use crate::path::Path;

/// The largest offset there is: loff_t is signed.
const MOST: u64 = i64::MAX as u64;

impl Model {
    /// open(2) of what is there, for reading or writing alone.
    fn open_path(&self, path: &Path, what: u16) -> Result<NodeId, Errno> {
        let id = self.found(path.names())?;
        if what == WRITE && self.directory(id).is_some() {
            return Err(Errno::ISDIR);
        }
        self.may_id(id, what)?;
        Ok(id)
    }

    fn content(&self, id: NodeId) -> Result<&Content, Errno> {
        match self.node(id).map(|node| &node.body) {
            Some(Body::File(content)) => Ok(content),
            _ => Err(Errno::ISDIR),
        }
    }

    fn plan_reading(&self, id: NodeId, at: u64, length: u32) -> Planned {
        let bytes = self.content(id)?.read(at, length.into());
        Ok(Plan::nothing(Expected::Bytes(bytes)))
    }

    pub(super) fn plan_read(&self, path: &Path, at: u64, length: u32) -> Planned {
        let id = self.open_path(path, READ)?;
        range(at, length)?;
        self.plan_reading(id, at, length)
    }

    pub(super) fn plan_read_handle(&self, handle: Handle, at: u64, length: u32) -> Planned {
        let open = self.opened(handle)?;
        range(at, length)?;
        if let Open::Directory(_) = open {
            return Err(Errno::ISDIR);
        }
        let (id, _) = self.open_file(handle, OpenHow::READ, Errno::BADF)?;
        self.plan_reading(id, at, length)
    }

    fn plan_writing(&self, node: NodeId, at: u64, length: u32, fill: u8) -> Planned {
        let length = u64::from(length);
        let effect = (length > 0).then_some(Effect::Write { node, at, length, fill });
        Ok(Plan::new(Expected::Count(length), effect.into_iter().collect::<Vec<_>>()))
    }

    pub(super) fn plan_write(&self, path: &Path, at: u64, length: u32, fill: u8) -> Planned {
        let id = self.open_path(path, WRITE)?;
        range(at, length)?;
        self.plan_writing(id, at, length, fill)
    }

    pub(super) fn plan_append(&self, path: &Path, length: u32, fill: u8) -> Planned {
        let id = self.open_path(path, WRITE)?;
        range(0, length)?;
        self.plan_writing(id, self.content(id)?.size(), length, fill)
    }

    pub(super) fn plan_write_handle(
        &self,
        handle: Handle,
        at: u64,
        length: u32,
        fill: u8,
    ) -> Planned {
        self.opened(handle)?;
        range(at, length)?;
        let (id, how) = self.open_file(handle, OpenHow::WRITE, Errno::BADF)?;
        let at = if how.has(OpenHow::APPEND) { self.content(id)?.size() } else { at };
        self.plan_writing(id, at, length, fill)
    }

    pub(super) fn plan_truncate(&self, path: &Path, size: u64) -> Planned {
        let node = self.open_path(path, WRITE)?;
        offset(size)?;
        Ok(Plan::done(Effect::Resize { node, size }))
    }

    pub(super) fn plan_truncate_handle(&self, handle: Handle, size: u64) -> Planned {
        offset(size)?;
        self.opened(handle)?;
        let (node, _) = self.open_file(handle, OpenHow::WRITE, Errno::INVAL)?;
        Ok(Plan::done(Effect::Resize { node, size }))
    }

    /// vfs_fallocate, and what ext4 and xfs ask for beyond it.
    pub(super) fn plan_allocate(
        &self,
        path: &Path,
        how: AllocateHow,
        at: u64,
        length: u64,
    ) -> Planned {
        let node = self.open_path(path, WRITE)?;
        if at > MOST || length > MOST || length == 0 {
            return Err(Errno::INVAL);
        }
        if at + length > MOST {
            return Err(Errno::FBIG);
        }
        let size = self.content(node)?.size();
        if how == AllocateHow::Insert && size.saturating_add(length) > MOST {
            return Err(Errno::FBIG);
        }
        let unaligned = at % PAGE != 0 || length % PAGE != 0;
        let misplaced = match how {
            AllocateHow::Collapse => unaligned || at + length >= size,
            AllocateHow::Insert => unaligned || at >= size,
            _ => false,
        };
        if misplaced {
            // ext4 and xfs set the times before they look at the range.
            return Ok(Plan::new(Expected::Fails(Errno::INVAL), [Effect::PerhapsTouched { node }]));
        }
        Ok(Plan::done(Effect::Allocate { node, how, at, length }))
    }

    pub(super) fn plan_copy(
        &self,
        from: &Path,
        to: &Path,
        at: u64,
        to_at: u64,
        length: u32,
    ) -> Planned {
        let source = self.open_path(from, READ)?;
        let target = self.open_path(to, WRITE)?;
        let size = self.content(source)?.size();
        let length = u64::from(length).min(size.saturating_sub(at));
        if at > MOST || to_at > MOST || at.checked_add(length).is_none_or(|end| end > MOST) {
            return Err(Errno::OVERFLOW);
        }
        let overlaps = to_at + length > at && to_at < at + length;
        if source == target && overlaps {
            return Err(Errno::INVAL);
        }
        let effect = Effect::Copy { from: source, at, to: target, to_at, length };
        Ok(Plan::new(Expected::Count(length), [effect]))
    }
}

/// Whether a range ends at an offset: rw_verify_area. What is longer than any operation may be is
/// refused in the same way.
fn range(at: u64, length: u32) -> Result<(), Errno> {
    if length > crate::data::MOST {
        return Err(Errno::INVAL);
    }
    offset(at.saturating_add(length.into()))
}

/// Whether an offset is one: loff_t is signed.
fn offset(at: u64) -> Result<(), Errno> {
    if at > MOST { Err(Errno::INVAL) } else { Ok(()) }
}
