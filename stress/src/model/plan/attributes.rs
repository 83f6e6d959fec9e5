//! Modes, times and extended attributes: fs/attr.c, fs/utimes.c, fs/xattr.c.

use rustix::io::Errno;

use super::{Plan, Planned};
use crate::model::expected::Expected;
use crate::model::node::Body;
use crate::model::resolve::{READ, WRITE};
use crate::model::{Effect, Model, Node, NodeId};
use crate::operand::{AttributeHow, Mode};
use crate::path::Path;
use scanner::InodeTime;

/// Bytes that the value of an attribute has at most (XATTR_SIZE_MAX).
const MOST_VALUE: u32 = 65_536;

impl Model {
    /// What a path names, a symbolic link not followed.
    fn itself(&self, path: &Path) -> Result<(NodeId, &Node), Errno> {
        let id = self.look_up(self.parent(path)?, path.split().1)?.node.ok_or(Errno::NOENT)?;
        Ok((id, self.node(id).ok_or(Errno::NOENT)?))
    }

    /// xattr_permission for `user.`.
    fn may_attribute(&self, node: &Node, what: u16) -> Result<(), Errno> {
        if matches!(node.body, Body::Symlink(_)) {
            return Err(if what == WRITE { Errno::PERM } else { Errno::NODATA });
        }
        if self.may(node, what) { Ok(()) } else { Err(Errno::ACCESS) }
    }

    pub(super) fn plan_set_attribute(
        &self,
        path: &Path,
        attribute: u8,
        (length, fill): (u32, u8),
        how: AttributeHow,
    ) -> Planned {
        let parent = self.parent(path)?;
        if length > MOST_VALUE {
            return Err(Errno::TOOBIG);
        }
        let node = self.look_up(parent, path.split().1)?.node.ok_or(Errno::NOENT)?;
        let known = self.node(node).ok_or(Errno::NOENT)?;
        self.may_attribute(known, WRITE)?;
        match (how, known.attributes.contains_key(&attribute)) {
            (AttributeHow::Create, true) => Err(Errno::EXIST),
            (AttributeHow::Replace, false) => Err(Errno::NODATA),
            _ => Ok(Plan::done(Effect::SetAttribute { node, attribute, length, fill })),
        }
    }

    pub(super) fn plan_get_attribute(&self, path: &Path, attribute: u8) -> Planned {
        let (_, node) = self.itself(path)?;
        self.may_attribute(node, READ)?;
        let value = node.attributes.get(&attribute).ok_or(Errno::NODATA)?;
        Ok(Plan::nothing(Expected::Bytes(value.clone())))
    }

    pub(super) fn plan_remove_attribute(&self, path: &Path, attribute: u8) -> Planned {
        let (id, node) = self.itself(path)?;
        self.may_attribute(node, WRITE)?;
        if !node.attributes.contains_key(&attribute) {
            return Err(Errno::NODATA);
        }
        Ok(Plan::done(Effect::RemoveAttribute { node: id, attribute }))
    }

    pub(super) fn plan_list_attributes(&self, path: &Path) -> Planned {
        let (_, node) = self.itself(path)?;
        let numbers = node.attributes.keys().copied().collect();
        Ok(Plan::nothing(Expected::Attributes(numbers)))
    }

    pub(super) fn plan_change_mode(&self, path: &Path, mode: Mode) -> Planned {
        let node = self.found(path.names())?;
        Ok(Plan::done(Effect::SetMode { node, mode }))
    }

    pub(super) fn plan_change_time(&self, path: &Path, time: InodeTime) -> Planned {
        if time.1 >= 1_000_000_000 {
            return Err(Errno::INVAL);
        }
        let node = self.found(path.names())?;
        Ok(Plan::done(Effect::SetTime { node, time }))
    }
}
