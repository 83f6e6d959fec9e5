//! What is in files: fs/read_write.c, fs/open.c.

use rustix::io::Errno;

use super::{Plan, Planned};
use crate::model::content::{Content, PAGE};
use crate::model::expected::Expected;
use crate::model::node::Body;
use crate::model::resolve::{READ, WRITE};
use crate::model::{Effect, MOST, Model, NodeId, Open};
use crate::operand::{AllocateHow, Handle, OpenHow};
use crate::path::Path;

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
        range(at, length)?;
        let bytes = self.content(id)?.read(at, length.into());
        Ok(Plan::nothing(Expected::Bytes(bytes)))
    }

    pub(super) fn plan_read(&self, path: &Path, at: u64, length: u32) -> Planned {
        let id = self.open_path(path, READ)?;
        self.plan_reading(id, at, length)
    }

    pub(super) fn plan_read_handle(&self, handle: Handle, at: u64, length: u32) -> Planned {
        offset(at)?;
        if let Open::Directory(_) = self.opened(handle)? {
            range(at, length)?;
            return Err(Errno::ISDIR);
        }
        let (id, _) = self.open_file(handle, OpenHow::READ, Errno::BADF)?;
        self.plan_reading(id, at, length)
    }

    pub(super) fn plan_write(&self, path: &Path, at: u64, length: u32, fill: u8) -> Planned {
        let id = self.open_path(path, WRITE)?;
        range(at, length)?;
        Ok(self.writing(id, at, length, fill))
    }

    pub(super) fn plan_append(&self, path: &Path, length: u32, fill: u8) -> Planned {
        let id = self.open_path(path, WRITE)?;
        range(0, length)?;
        let mut plan = self.writing(id, self.content(id)?.size(), length, fill);
        if let (Expected::Fails(errno), false) = (&mut plan.expected, plan.effects.is_empty()) {
            // Once a part was written, the file's own offset is at the end, and where that is the
            // largest there is, the rest is no range.
            *errno = if self.largest == MOST { Errno::INVAL } else { Errno::FBIG };
        }
        Ok(plan)
    }

    pub(super) fn plan_write_handle(
        &self,
        handle: Handle,
        at: u64,
        length: u32,
        fill: u8,
    ) -> Planned {
        offset(at)?;
        let (id, how) = self.open_file(handle, OpenHow::WRITE, Errno::BADF)?;
        range(at, length)?;
        let at = if how.has(OpenHow::APPEND) { self.content(id)?.size() } else { at };
        Ok(self.writing(id, at, length, fill))
    }

    /// Writing to what is open: as much as fits below the largest offset.
    fn writing(&self, node: NodeId, at: u64, length: u32, fill: u8) -> Plan {
        let asked = u64::from(length);
        let length = asked.min(self.largest.saturating_sub(at));
        let expected =
            if length < asked { Expected::Fails(Errno::FBIG) } else { Expected::Count(asked) };
        let effect = (length > 0).then_some(Effect::Write { node, at, length, fill });
        Plan::new(expected, effect.into_iter().collect::<Vec<_>>())
    }

    /// inode_newsize_ok
    fn new_size(&self, size: u64) -> Result<(), Errno> {
        offset(size)?;
        if size > self.largest { Err(Errno::FBIG) } else { Ok(()) }
    }

    pub(super) fn plan_truncate(&self, path: &Path, size: u64) -> Planned {
        let node = self.open_path(path, WRITE)?;
        self.new_size(size)?;
        Ok(Plan::done(Effect::Resize { node, size }))
    }

    pub(super) fn plan_truncate_handle(&self, handle: Handle, size: u64) -> Planned {
        offset(size)?;
        let (node, _) = self.open_file(handle, OpenHow::WRITE, Errno::INVAL)?;
        self.new_size(size)?;
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
        if at + length > self.largest {
            return Err(Errno::FBIG);
        }
        let size = self.content(node)?.size();
        let unaligned = !at.is_multiple_of(PAGE) || !length.is_multiple_of(PAGE);
        let misplaced = match how {
            AllocateHow::Collapse => unaligned || at + length >= size,
            AllocateHow::Insert => unaligned || at >= size,
            _ => false,
        };
        if misplaced {
            // ext4 and xfs set the times before they look at the range.
            return Ok(Plan::new(Expected::Fails(Errno::INVAL), [Effect::PerhapsTouched { node }]));
        }
        if how == AllocateHow::Insert && size + length > self.largest {
            return Ok(Plan::new(Expected::Fails(Errno::FBIG), [Effect::PerhapsTouched { node }]));
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
        if length > crate::data::MOST {
            return Err(Errno::INVAL);
        }
        let size = self.content(source)?.size();
        let length = u64::from(length).min(size.saturating_sub(at));
        let end = to_at.checked_add(length).ok_or(Errno::OVERFLOW)?;
        if (self.largest..=MOST).contains(&to_at) {
            return Err(Errno::FBIG);
        }
        let overlaps = end > at && to_at < at.saturating_add(length);
        if source == target && overlaps || at > MOST || to_at > MOST {
            return Err(Errno::INVAL);
        }
        let length = length.min(self.largest - to_at);
        let expected =
            if end > self.largest { Expected::Fails(Errno::FBIG) } else { Expected::Count(length) };
        Ok(Plan::new(expected, [Effect::Copy { from: source, at, to: target, to_at, length }]))
    }
}

/// Whether an offset is one: loff_t is signed.
fn offset(at: u64) -> Result<(), Errno> {
    if at > MOST { Err(Errno::INVAL) } else { Ok(()) }
}

/// Whether a range ends at an offset: rw_verify_area. What is longer than any operation may be is
/// refused in the same way.
fn range(at: u64, length: u32) -> Result<(), Errno> {
    offset(at)?;
    if length > crate::data::MOST {
        return Err(Errno::INVAL);
    }
    offset(at + u64::from(length))
}
