//! What the table of quirks asks about an operation.

use scanner::{FileKind, InodeTime};

use super::node::Node;
use super::{Model, NodeId};
use crate::op::Op;
use crate::operand::RenameHow;
use crate::path::{self, Path};

impl Model {
    /// The node that an operation looks at or changes, a symbolic link not followed.
    fn subject(&self, op: &Op) -> Option<&Node> {
        let id = match op {
            Op::Look { path } => match path.path() {
                None => Some(self.top),
                Some(path) => self.itself_at(path),
            },
            Op::Link { from, .. } | Op::Rename { from, .. } => self.itself_at(from),
            Op::Copy { from, .. } => self.found(from.names()).ok(),
            Op::SetAttribute { path, .. } | Op::GetAttribute { path, .. } => self.itself_at(path),
            Op::LookHandle { handle } | Op::LinkHandle { handle, .. } => {
                self.open(*handle).map(super::Open::node)
            }
            _ => None,
        };
        self.node(id?)
    }

    fn itself_at(&self, path: &Path) -> Option<NodeId> {
        self.spot(path.names(), false).ok().flatten()?.node
    }

    /// How many names the file has that gets another one.
    pub fn names_of_linked(&self, op: &Op) -> Option<u32> {
        self.subject(op).map(|node| node.names)
    }

    /// Bytes of a path.
    pub fn path_bytes(&self, path: &Path) -> usize {
        path::length(&self.names, path.names())
    }

    /// Bytes of all attribute values of a file, with the one that is being set.
    pub fn attribute_bytes_with(&self, op: &Op) -> Option<usize> {
        let Op::SetAttribute { attribute, length, .. } = op else { return None };
        let others = self.subject(op)?.attributes.iter().filter(|(number, _)| *number != attribute);
        Some(others.map(|(_, value)| value.len()).sum::<usize>() + *length as usize)
    }

    /// The modification time that was set last of what is looked at.
    pub fn time_set(&self, op: &Op) -> Option<InodeTime> {
        self.subject(op)?.modified.exactly
    }

    /// Whether a directory of the lower layer is moved.
    pub fn moves_lower_directory(&self, op: &Op) -> bool {
        self.moved_by(op).any(|node| node.lower && node.is_directory())
    }

    /// Bytes of all attribute values of what is moved, of each the most.
    pub fn attribute_bytes_of_moved(&self, op: &Op) -> usize {
        let bytes = |node: &Node| node.attributes.values().map(Vec::len).sum();
        self.moved_by(op).map(bytes).max().unwrap_or_default()
    }

    /// What a rename moves: of an exchange, both.
    fn moved_by<'a>(&'a self, op: &'a Op) -> impl Iterator<Item = &'a Node> {
        let paths = match op {
            Op::Rename { from, to, how: RenameHow::Exchange } => [Some(from), Some(to)],
            Op::Rename { from, .. } => [Some(from), None],
            _ => [None, None],
        };
        paths.into_iter().flatten().filter_map(|path| self.node(self.itself_at(path)?))
    }

    /// Whether the open directory that is gone back in was removed.
    pub fn is_about_removed(&self, op: &Op) -> bool {
        let Op::SeekBack { handle, .. } = op else { return false };
        let node = self.open(*handle).and_then(|open| self.node(open.node()));
        node.is_some_and(|node| node.names == 0)
    }

    /// Whether a name is renamed onto another one of the same file.
    pub fn renames_onto_itself(&self, op: &Op) -> bool {
        let Op::Rename { from, to, .. } = op else { return false };
        let moved = self.itself_at(from);
        moved.is_some() && moved == self.itself_at(to)
    }

    /// Whether a directory is read that changed since it was opened or rewound.
    pub fn reads_what_changed(&self, op: &Op) -> bool {
        let (Op::ListStep { handle, .. } | Op::ListRest { handle, .. }) = op else { return false };
        match self.open(*handle) {
            Some(super::Open::Directory(stream)) => stream.has_changed(),
            _ => false,
        }
    }

    /// Whether what is looked at came from the lower layer.
    pub fn is_about_lower(&self, op: &Op) -> bool {
        self.subject(op).is_some_and(|node| node.lower)
    }

    /// How many names there are of each kind, the top included.
    pub fn counts(&self) -> impl Fn(FileKind) -> u64 {
        let mut counts = Vec::new();
        for node in self.nodes.iter().flatten() {
            counts.push((node.kind(), u64::from(node.names)));
        }
        move |wanted| counts.iter().filter(|(kind, _)| *kind == wanted).map(|(_, n)| n).sum()
    }
}
