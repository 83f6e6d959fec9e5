//! What an operation should come to, found without changing anything.

mod attributes;
mod data;
mod handles;
mod names;

use rustix::io::Errno;

use super::expected::{Expected, ExpectedFacts};
use super::{Effect, Model, Node, NodeId};
use crate::op::Op;

/// What is to be seen, and what changes when it is.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is to be seen.
    pub expected: Expected,
    /// What changes then, in this order.
    pub effects: Vec<Effect>,
}

impl Plan {
    fn new(expected: Expected, effects: impl Into<Vec<Effect>>) -> Self {
        Plan { expected, effects: effects.into() }
    }

    fn done(effect: Effect) -> Self {
        Plan::new(Expected::Done, [effect])
    }

    fn nothing(expected: Expected) -> Self {
        Plan::new(expected, [])
    }
}

type Planned = Result<Plan, Errno>;

impl Model {
    /// What an operation should come to now.
    pub fn plan(&self, op: &Op) -> Plan {
        self.planned(op).unwrap_or_else(|errno| Plan::nothing(Expected::Fails(errno)))
    }

    fn planned(&self, op: &Op) -> Planned {
        match op {
            Op::Create { path, mode } => self.plan_create(path, *mode),
            Op::Open { handle, path, how, mode } => self.plan_open(*handle, path, *how, *mode),
            Op::OpenUnnamed { handle, place, mode } => {
                self.plan_open_unnamed(*handle, place, *mode)
            }
            Op::OpenDirectory { handle, place } => self.plan_open_directory(*handle, place),
            Op::Close { handle } => self.plan_close(*handle),
            Op::Unlink { path } => self.plan_unlink(path),
            Op::RemoveDirectory { path } => self.plan_remove_directory(path),
            Op::MakeDirectory { path, mode } => self.plan_make_directory(path, *mode),
            Op::Rename { from, to, how } => self.plan_rename(from, to, *how),
            Op::Link { from, to } => self.plan_link(from, to),
            Op::LinkHandle { handle, to } => self.plan_link_handle(*handle, to),
            Op::Symlink { target, path } => self.plan_symlink(target, path),
            Op::ReadLink { path } => self.plan_read_link(path),
            Op::Look { path } => self.plan_look(path),
            Op::LookHandle { handle } => self.plan_look_handle(*handle),
            Op::Read { path, at, length } => self.plan_read(path, *at, *length),
            Op::ReadHandle { handle, at, length } => self.plan_read_handle(*handle, *at, *length),
            Op::Write { path, at, length, fill } => self.plan_write(path, *at, *length, *fill),
            Op::WriteHandle { handle, at, length, fill } => {
                self.plan_write_handle(*handle, *at, *length, *fill)
            }
            Op::Append { path, length, fill } => self.plan_append(path, *length, *fill),
            Op::Truncate { path, size } => self.plan_truncate(path, *size),
            Op::TruncateHandle { handle, size } => self.plan_truncate_handle(*handle, *size),
            Op::Allocate { path, how, at, length } => self.plan_allocate(path, *how, *at, *length),
            Op::Copy { from, to, at, to_at, length } => {
                self.plan_copy(from, to, *at, *to_at, *length)
            }
            Op::List { place, buffer } => self.plan_list(place, *buffer),
            Op::ListStep { handle, buffer } => self.plan_step(*handle, *buffer, false),
            Op::ListRest { handle, buffer } => self.plan_step(*handle, *buffer, true),
            Op::Rewind { handle } => self.plan_rewind(*handle),
            Op::SeekBack { handle, row } => self.plan_seek_back(*handle, *row),
            Op::SetAttribute { path, attribute, length, fill, how } => {
                self.plan_set_attribute(path, *attribute, (*length, *fill), *how)
            }
            Op::GetAttribute { path, attribute } => self.plan_get_attribute(path, *attribute),
            Op::RemoveAttribute { path, attribute } => self.plan_remove_attribute(path, *attribute),
            Op::ListAttributes { path } => self.plan_list_attributes(path),
            Op::ChangeMode { path, mode } => self.plan_change_mode(path, *mode),
            Op::ChangeTime { path, seconds, nanoseconds } => {
                self.plan_change_time(path, (*seconds, *nanoseconds))
            }
            Op::Sync { path } => self.plan_sync(path),
            Op::SyncHandle { handle } => self.plan_sync_handle(*handle),
            Op::Fill { place, crowd, count } => self.plan_fill(place, *crowd, *count),
            Op::Purge { place, crowd, count } => self.plan_purge(place, *crowd, *count),
        }
    }

    fn facts(&self, id: NodeId) -> Planned {
        let node = self.node(id).ok_or(Errno::NOENT)?;
        let facts = ExpectedFacts {
            node: id,
            kind: node.kind(),
            mode: node.mode,
            links: node.links(),
            size: size(&self.names, node),
            ino: node.ino,
            modified: node.modified,
            changed: node.changed,
        };
        Ok(Plan::new(Expected::Facts(facts), [Effect::Learn { node: id }]))
    }
}

fn size(names: &crate::name::Names, node: &Node) -> Option<u64> {
    match &node.body {
        super::Body::File(content) => Some(content.size()),
        super::Body::Symlink(target) => Some(crate::path::length(names, target.names()) as u64),
        super::Body::Directory(_) => None,
    }
}
