//! The model as a target: what a filesystem is that does everything right.

use std::sync::Arc;

use rustix::io::Errno;
use scanner::{FileKind, InodeTime};

use super::Target;
use crate::model::{Caller, Directory, Expected, ExpectedFacts, Model, Node, NodeId, Open};
use crate::name::{Name, Names};
use crate::op::Op;
use crate::operand::Handle;
use crate::outcome::{Facts, Outcome, Row, RowName, Rows, Seen};

/// A model that does the operations itself.
#[derive(Clone, Debug)]
pub struct InMemory {
    model: Model,
    readers: [Reader; Handle::COUNT as usize],
    now: InodeTime,
}

/// How far an open directory was read.
#[derive(Clone, Debug, Default)]
struct Reader {
    /// What was in it when it was opened or rewound.
    names: Vec<RowName>,
    /// Which of them is next.
    next: usize,
    /// What was next after each row that came.
    came: Vec<usize>,
}

impl InMemory {
    /// Works on a tree in memory, at a time that stands still.
    pub fn new(names: Arc<Names>, caller: Caller, now: InodeTime) -> Self {
        let model = Model::new(names, caller, now);
        InMemory { model, readers: Default::default(), now }
    }

    /// Where files have at most so many bytes.
    #[must_use]
    pub fn with_largest(mut self, bytes: u64) -> Self {
        self.model.set_largest(bytes);
        self
    }

    /// What an operation shows when all goes as expected.
    fn seen(&mut self, expected: &Expected) -> Outcome {
        Ok(match expected {
            Expected::Fails(errno) => return Err(*errno),
            Expected::Done => Seen::Done,
            Expected::Count(count) => Seen::Count(*count),
            Expected::Bytes(bytes) => Seen::Bytes(bytes.clone()),
            Expected::Facts(facts) => Seen::Facts(told(facts)),
            Expected::Attributes(numbers) => Seen::Attributes(numbers.clone(), Vec::new()),
            Expected::Listing(node, _) => {
                let names = self.listed(*node);
                let rows = names.into_iter().map(|name| self.row(*node, name)).collect();
                Seen::Rows(Rows { rows, end: true })
            }
            Expected::Step { handle, to_end, buffer } => {
                Seen::Rows(self.step(*handle, *to_end, *buffer)?)
            }
        })
    }

    /// What is in a directory now.
    fn listed(&self, node: NodeId) -> Vec<RowName> {
        let mut names: Vec<Name> = self
            .entries(node)
            .into_iter()
            .flat_map(|there| there.entries.keys().copied())
            .collect();
        names.sort_unstable();
        let dots = [RowName::Dot, RowName::DotDot].into_iter();
        dots.chain(names.into_iter().map(RowName::Known)).collect()
    }

    fn entries(&self, node: NodeId) -> Option<&Directory> {
        self.model.node(node)?.directory()
    }

    fn row(&self, directory: NodeId, name: RowName) -> Row {
        let of = match &name {
            RowName::Known(name) => self.entries(directory).and_then(|t| t.entries.get(name)),
            _ => None,
        };
        let of = of.copied().unwrap_or(directory);
        let kind = self.model.node(of).map_or(FileKind::Directory, Node::kind);
        Row { name, kind: Some(kind), ino: number(of), next: 0 }
    }

    fn step(&mut self, handle: Handle, to_end: bool, buffer: u32) -> Result<Rows, Errno> {
        let mut rows = Rows::default();
        let Some(Open::Directory(stream)) = self.model.open(handle) else {
            return Err(Errno::BADF);
        };
        let node = stream.node;
        let mut room = buffer as usize;
        loop {
            let Some(name) = self.next_name(handle, node) else {
                rows.end = rows.rows.is_empty() || to_end;
                return Ok(rows);
            };
            let length = self.length(&name);
            if length > buffer as usize {
                return if rows.rows.is_empty() { Err(Errno::INVAL) } else { Ok(rows) };
            }
            if !to_end && length > room {
                return Ok(rows);
            }
            room = room.saturating_sub(length);
            if let Some(reader) = self.readers.get_mut(handle.index()) {
                reader.next += 1;
                reader.came.push(reader.next);
            }
            rows.rows.push(self.row(node, name));
        }
    }

    /// The next name that is still there.
    fn next_name(&mut self, handle: Handle, node: NodeId) -> Option<RowName> {
        loop {
            let name = self.readers.get(handle.index())?;
            let name = name.names.get(name.next)?.clone();
            match &name {
                RowName::Known(known) if !self.entries(node)?.entries.contains_key(known) => {
                    self.readers.get_mut(handle.index())?.next += 1;
                }
                _ => return Some(name),
            }
        }
    }

    fn length(&self, name: &RowName) -> usize {
        match name {
            RowName::Known(name) => self.model.row_length(*name),
            _ => 24,
        }
    }

    /// What an operation does to the places where directories are read on.
    fn note(&mut self, op: &Op) {
        let handle = match op {
            Op::OpenDirectory { handle, .. }
            | Op::Open { handle, .. }
            | Op::Rewind { handle }
            | Op::SeekBack { handle, .. } => *handle,
            _ => return,
        };
        let Some(Open::Directory(stream)) = self.model.open(handle) else { return };
        let names = self.listed(stream.node);
        let Some(reader) = self.readers.get_mut(handle.index()) else { return };
        if let Op::SeekBack { row, .. } = op {
            reader.came.truncate(usize::from(*row) % reader.came.len().max(1) + 1);
            reader.next = reader.came.last().copied().unwrap_or_default();
        } else {
            *reader = Reader { names, ..Reader::default() };
        }
    }
}

impl Target for InMemory {
    fn apply(&mut self, op: &Op) -> Outcome {
        let plan = self.model.plan(op);
        let outcome = self.seen(&plan.expected);
        // What a refused call changes all the same stands in its plan as well.
        if outcome.is_err() == matches!(plan.expected, Expected::Fails(_)) {
            self.model.carry_out(plan, &outcome, self.now);
        }
        if outcome.is_ok() {
            self.note(op);
        }
        outcome
    }
}

fn told(facts: &ExpectedFacts) -> Facts {
    Facts {
        kind: facts.kind,
        mode: facts.mode,
        links: facts.links,
        size: facts.size.unwrap_or(4096),
        ino: number(facts.node),
        modified: facts.modified.exactly.or(facts.modified.since).unwrap_or_default(),
        changed: facts.changed,
    }
}

/// An inode number; 0 is none.
fn number(node: NodeId) -> u64 {
    u64::from(node.index()) + 1
}
