//! Changes that are made once the target did what was expected.

use scanner::InodeTime;

use super::effect::Made;
use super::node::{Body, Directory, Modified, Node};
use super::{Effect, Model, NodeId, Open, Plan, Stream};
use crate::data::pattern;
use crate::name::Name;
use crate::op::Op;
use crate::operand::{AllocateHow, Crowd, Handle, OpenHow};
use crate::outcome::{Outcome, Seen};

impl Model {
    /// Makes the changes of a plan, of an operation that began at `now` and was seen to come to
    /// `outcome`.
    pub fn carry_out(&mut self, plan: Plan, outcome: &Outcome, now: InodeTime) {
        for effect in plan.effects {
            self.change(effect, outcome, now);
        }
    }

    /// Makes the changes that may come of an operation although it is refused as one that the
    /// filesystem does not have: ext4 sets the times of a file before it says that a range cannot
    /// be allocated.
    pub fn refused(&mut self, op: &Op, now: InodeTime) {
        let Op::Allocate { path, .. } = op else { return };
        if let Ok(node) = self.found(path.names()) {
            self.change_inode(&Effect::PerhapsTouched { node }, now);
        }
    }

    fn change(&mut self, effect: Effect, outcome: &Outcome, now: InodeTime) {
        match effect {
            Effect::Make { directory, name, what, mode, open } => {
                let node = self.make(directory, name, what, mode, now);
                if let Some((handle, how)) = open {
                    self.open_file_at(handle, node, how);
                }
            }
            Effect::MakeUnnamed { handle, mode } => {
                let mut node = Node::new(Made::File.body(), mode, now);
                node.linkable = true;
                let node = self.add(node);
                self.open_file_at(handle, node, OpenHow::READ.and(OpenHow::WRITE));
            }
            Effect::Open { handle, node, how } => self.open_file_at(handle, node, how),
            Effect::OpenDirectory { handle, node } => self.open_directory_at(handle, node),
            Effect::Close(handle) => self.close(handle),
            Effect::Remove { directory, name } => self.remove(directory, name, now),
            Effect::Move { from, name, to, new_name } => {
                self.move_name((from, name), (to, new_name), now);
            }
            Effect::Exchange { from, name, to, new_name } => {
                self.exchange((from, name), (to, new_name), now);
            }
            Effect::Link { node, directory, name } => {
                if let Some(linked) = self.node_mut(node) {
                    (linked.linkable, linked.linked, linked.changed) = (false, true, now);
                }
                self.enter(directory, name, node, now);
            }
            Effect::Learn { node } => self.learn(node, outcome),
            Effect::Listed(handle) => self.listed(handle, outcome),
            Effect::Rewind(handle) => self.rewind(handle),
            Effect::SeekBack { handle, row } => {
                if let Some(Some(Open::Directory(stream))) = self.handles.get_mut(handle.index()) {
                    stream.seek_back(usize::from(row) % stream.came().max(1));
                }
            }
            Effect::Fill { directory, crowd, count } => self.fill(directory, crowd, count, now),
            Effect::Purge { directory, crowd, count } => self.purge(directory, crowd, count, now),
            effect => self.change_inode(&effect, now),
        }
    }

    /// Changes of one inode's content and attributes.
    fn change_inode(&mut self, effect: &Effect, now: InodeTime) {
        match *effect {
            Effect::Write { node, at, length, fill } => {
                self.rewrite(node, Modified::touched(now), now, |content| {
                    content.write_pattern(at, length, fill);
                });
            }
            Effect::Resize { node, size } => {
                self.rewrite(node, Modified::touched(now), now, |content| content.resize(size));
            }
            Effect::Allocate { node, how, at, length } => {
                let modified = self.perhaps(node, now);
                self.rewrite(node, modified, now, |content| allocate(content, how, at, length));
            }
            Effect::Copy { from, at, to, to_at, length } => {
                let bytes = self.node(from).and_then(Node::content).map(|c| c.read(at, length));
                let modified = match length {
                    0 => self.perhaps(to, now),
                    _ => Modified::touched(now),
                };
                self.rewrite(to, modified, now, |content| {
                    content.write(to_at, &bytes.unwrap_or_default());
                });
            }
            Effect::PerhapsTouched { node } => {
                let modified = self.perhaps(node, now);
                self.with(node, |node| node.modified = modified);
            }
            Effect::SetAttribute { node, attribute, length, fill } => {
                let mut value = vec![0; length as usize];
                pattern(fill, 0, &mut value);
                self.with(node, |node| {
                    // The same value once more may count as no change (fs/ext4/xattr.c).
                    if node.attributes.get(&attribute) != Some(&value) {
                        node.attributes.insert(attribute, value);
                        node.changed = now;
                    }
                });
            }
            Effect::RemoveAttribute { node, attribute } => self.with(node, |node| {
                node.attributes.remove(&attribute);
                node.changed = now;
            }),
            Effect::SetMode { node, mode } => self.with(node, |node| {
                (node.mode, node.changed) = (mode.bits(), now);
            }),
            Effect::SetTime { node, time } => self.with(node, |node| {
                (node.modified, node.changed) = (Modified::set(time), now);
            }),
            // Those of names and handles are not changes of one inode.
            _ => {}
        }
    }

    fn with(&mut self, id: NodeId, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.node_mut(id) {
            change(node);
        }
    }

    fn perhaps(&self, id: NodeId, now: InodeTime) -> Modified {
        self.node(id).map_or_else(|| Modified::touched(now), |node| node.modified.perhaps(now))
    }

    fn rewrite(
        &mut self,
        id: NodeId,
        modified: Modified,
        now: InodeTime,
        change: impl FnOnce(&mut super::content::Content),
    ) {
        let mut grown = 0i128;
        self.with(id, |node| {
            if let Body::File(content) = &mut node.body {
                let before = content.allocated();
                change(content);
                grown = i128::from(content.allocated()) - i128::from(before);
            }
            // What perhaps was no change does not tell of the time of change.
            if modified == Modified::touched(now) {
                node.changed = now;
            }
            node.modified = modified;
        });
        self.allocated = (i128::from(self.allocated) + grown) as u64;
    }

    fn make(
        &mut self,
        directory: NodeId,
        name: Name,
        what: Made,
        mode: u16,
        now: InodeTime,
    ) -> NodeId {
        let node = self.add(Node::new(what.body(), mode, now));
        self.enter(directory, name, node, now);
        node
    }

    /// Gives a node a name, in whose place nothing is.
    fn enter(&mut self, directory: NodeId, name: Name, id: NodeId, now: InodeTime) {
        let mut is_directory = false;
        self.with(id, |node| {
            node.names += 1;
            if let Body::Directory(own) = &mut node.body {
                own.parent = Some(directory);
                is_directory = true;
            }
        });
        self.change_directory(directory, name, now, |there| {
            there.entries.insert(name, id);
            there.directories += u32::from(is_directory);
        });
    }

    /// Takes a node's name away, and nothing else.
    fn leave(&mut self, directory: NodeId, name: Name, now: InodeTime) -> Option<NodeId> {
        let id = self.directory(directory)?.entries.get(&name).copied()?;
        let is_directory = self.node(id).is_some_and(Node::is_directory);
        self.change_directory(directory, name, now, |there| {
            there.entries.remove(&name);
            there.directories -= u32::from(is_directory);
        });
        self.with(id, |node| {
            node.names -= 1;
            node.changed = now;
            if let Body::Directory(own) = &mut node.body {
                own.parent = None;
            }
        });
        Some(id)
    }

    fn change_directory(
        &mut self,
        id: NodeId,
        name: Name,
        now: InodeTime,
        change: impl FnOnce(&mut Directory),
    ) {
        let mut streams = 0;
        self.with(id, |node| {
            (node.modified, node.changed) = (Modified::touched(now), now);
            if let Body::Directory(directory) = &mut node.body {
                change(directory);
                streams = directory.streams;
            }
        });
        if streams > 0 {
            self.streams_of(id).for_each(|stream| stream.touch(name));
        }
    }

    fn streams_of(&mut self, id: NodeId) -> impl Iterator<Item = &mut Stream> {
        self.handles.iter_mut().flatten().filter_map(move |open| match open {
            Open::Directory(stream) if stream.node == id => Some(stream),
            _ => None,
        })
    }

    fn remove(&mut self, directory: NodeId, name: Name, now: InodeTime) {
        if let Some(id) = self.leave(directory, name, now) {
            self.forget_unused(id);
        }
    }

    fn move_name(&mut self, old: (NodeId, Name), new: (NodeId, Name), now: InodeTime) {
        self.remove(new.0, new.1, now);
        if let Some(id) = self.leave(old.0, old.1, now) {
            self.enter(new.0, new.1, id, now);
            self.moved(id, old.0 != new.0, now);
        }
    }

    fn exchange(&mut self, old: (NodeId, Name), new: (NodeId, Name), now: InodeTime) {
        // Whether an exchange is a change of the files themselves is laid down nowhere.
        let changed = |model: &Model, (directory, name): (NodeId, Name)| {
            let id = *model.directory(directory)?.entries.get(&name)?;
            Some(model.node(id)?.changed)
        };
        let before = (changed(self, old), changed(self, new));
        let (one, other) = (self.leave(old.0, old.1, now), self.leave(new.0, new.1, now));
        for (id, (directory, name), before) in [(one, new, before.0), (other, old, before.1)] {
            if let Some(id) = id {
                self.enter(directory, name, id, now);
                self.moved(id, old.0 != new.0, now);
                self.with(id, |node| node.changed = before.unwrap_or(node.changed));
            }
        }
    }

    /// The ".." of a directory that came to another one is written anew, which may count as a
    /// change of its content.
    fn moved(&mut self, id: NodeId, elsewhere: bool, now: InodeTime) {
        self.with(id, |node| {
            if elsewhere && node.is_directory() {
                node.modified = node.modified.perhaps(now);
            }
        });
    }

    fn open_file_at(&mut self, handle: Handle, node: NodeId, how: OpenHow) {
        self.with(node, |node| node.open += 1);
        self.put(handle, Some(Open::File { node, how }));
    }

    fn open_directory_at(&mut self, handle: Handle, id: NodeId) {
        self.with(id, |node| {
            node.open += 1;
            if let Some(directory) = node.directory_mut() {
                directory.streams += 1;
            }
        });
        let stream = self.stream_of(id);
        self.put(handle, Some(Open::Directory(stream)));
    }

    fn stream_of(&self, id: NodeId) -> Stream {
        let entries = self.directory(id).into_iter().flat_map(|there| there.entries.keys());
        Stream::new(id, entries.copied())
    }

    fn close(&mut self, handle: Handle) {
        self.put(handle, None);
    }

    /// Replaces what a handle has open; what that was is closed.
    fn put(&mut self, handle: Handle, open: Option<Open>) {
        let Some(slot) = self.handles.get_mut(handle.index()) else { return };
        let Some(closed) = std::mem::replace(slot, open) else { return };
        let id = closed.node();
        self.with(id, |node| {
            node.open -= 1;
            if let (Open::Directory(_), Some(directory)) = (&closed, node.directory_mut()) {
                directory.streams -= 1;
            }
        });
        self.forget_unused(id);
    }

    fn learn(&mut self, id: NodeId, outcome: &Outcome) {
        if let Ok(Seen::Facts(facts)) = outcome {
            self.with(id, |node| node.ino = Some(facts.ino));
        }
    }

    fn listed(&mut self, handle: Handle, outcome: &Outcome) {
        if let (Some(Some(Open::Directory(stream))), Ok(Seen::Rows(rows))) =
            (self.handles.get_mut(handle.index()), outcome)
        {
            stream.take(&rows.rows);
        }
    }

    fn rewind(&mut self, handle: Handle) {
        let Some(Open::Directory(stream)) = self.open(handle) else { return };
        let anew = self.stream_of(stream.node);
        if let Some(Some(open)) = self.handles.get_mut(handle.index()) {
            *open = Open::Directory(anew);
        }
    }

    fn fill(&mut self, directory: NodeId, crowd: Crowd, count: u16, now: InodeTime) {
        let mode = 0o644 & !self.caller.umask;
        for number in 0..count {
            let name = crowd.family().name(number);
            if self.directory(directory).is_some_and(|there| !there.entries.contains_key(&name)) {
                self.make(directory, name, Made::File, mode, now);
            }
        }
    }

    fn purge(&mut self, directory: NodeId, crowd: Crowd, count: u16, now: InodeTime) {
        for number in 0..count {
            let name = crowd.family().name(number);
            let there = self.directory(directory).and_then(|there| there.entries.get(&name));
            let is_directory = |id: &NodeId| self.node(*id).is_some_and(Node::is_directory);
            if there.is_some_and(|id| !is_directory(id)) {
                self.remove(directory, name, now);
            }
        }
    }
}

fn allocate(content: &mut super::content::Content, how: AllocateHow, at: u64, length: u64) {
    match how {
        AllocateHow::Extend => content.grow(at + length),
        AllocateHow::KeepSize => {}
        AllocateHow::Punch => content.clear(at, length),
        AllocateHow::Zero => {
            content.clear(at, length);
            content.grow(at + length);
        }
        AllocateHow::Collapse => content.collapse(at, length),
        AllocateHow::Insert => content.insert(at, length),
    }
}

impl Made {
    fn body(self) -> Body {
        match self {
            Made::File => Body::File(super::content::Content::default()),
            Made::Directory => Body::Directory(Directory::default()),
            Made::Symlink(target) => Body::Symlink(target),
        }
    }
}
