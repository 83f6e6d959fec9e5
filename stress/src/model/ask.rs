//! What the table of quirks asks about an operation.

use scanner::{FileKind, InodeTime};

use super::content::PAGE;
use super::node::Node;
use super::resolve::Spot;
use super::{Model, NodeId};
use crate::name::Name;
use crate::op::Op;
use crate::operand::{AllocateHow, Handle, OpenHow, RenameHow};
use crate::path::{self, Path};
use crate::quirk::Listed;

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
            Op::LookHandle { handle }
            | Op::LinkHandle { handle, .. }
            | Op::SeekBack { handle, .. } => self.open(*handle).map(super::Open::node),
            _ => None,
        };
        self.node(id?)
    }

    fn itself_at(&self, path: &Path) -> Option<NodeId> {
        self.spot(path.names(), false).ok().flatten()?.node
    }

    /// Whether an operation moves what is in a file by less than its pages here hold, or by more
    /// than the filesystem allocates at least.
    pub fn cannot_follow(&self, op: &Op) -> bool {
        let moves = |how| matches!(how, AllocateHow::Collapse | AllocateHow::Insert);
        matches!(op, Op::Allocate { how, .. } if moves(*how)) && self.block != PAGE
    }

    /// Bytes of a block: of attributes, of a link's target.
    pub fn block(&self) -> usize {
        self.block as usize
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
        self.moved_by(op).any(|node| node.is_lower() && node.is_directory())
    }

    /// Bytes of all attribute values of what is moved, of each the most.
    pub fn attribute_bytes_of_moved(&self, op: &Op) -> usize {
        self.moved_by(op).map(Node::attribute_bytes).max().unwrap_or_default()
    }

    /// Whether a file of the lower layer is moved, or gets another name.
    pub fn moves_lower_file(&self, op: &Op) -> bool {
        self.moved_by(op).any(|node| node.is_lower() && node.content().is_some())
    }

    /// Whether a row of a listing is about such.
    pub fn lists(&self, op: &Op, row: Option<Name>, listed: Listed) -> bool {
        let Some((directory, name)) = self.listed_by(op).zip(row) else { return false };
        self.entry(directory, name).is_some_and(|node| match listed {
            Listed::Brought => !directory.is_lower() && node.is_lower() && !node.is_directory(),
            Listed::LowerLink => node.is_lower_link(),
            Listed::LowerOrDirectory => node.is_lower() || node.is_directory(),
        })
    }

    /// Whether what is looked at is a symbolic link of the lower layer.
    pub fn is_about_lower_link(&self, op: &Op) -> bool {
        self.subject(op).is_some_and(Node::is_lower_link)
    }

    /// Whether what is looked at, or the name of this row, had several names in the lower layer.
    pub fn was_linked_below(&self, op: &Op, row: Option<Name>) -> bool {
        let listed = self.listed_by(op).zip(row);
        let listed = listed.and_then(|(directory, name)| self.entry(directory, name));
        self.subject(op).or(listed).is_some_and(|node| node.lower_names > 1)
    }

    /// The directory that an operation lists.
    fn listed_by(&self, op: &Op) -> Option<&Node> {
        self.node(match op {
            Op::List { place, .. } => self.place(place.names()).ok()?,
            Op::ListStep { handle, .. } | Op::ListRest { handle, .. } => self.open(*handle)?.node(),
            _ => return None,
        })
    }

    fn entry(&self, directory: &Node, name: Name) -> Option<&Node> {
        self.node(*directory.directory()?.entries.get(&name)?)
    }

    /// Bytes of all attribute values of the directory of a lower file that is changed, or of where
    /// it is moved or linked to, of each the most.
    pub fn attribute_bytes_around_lower(&self, op: &Op) -> usize {
        if let Op::LinkHandle { handle, to } = op {
            return self.attribute_bytes_around_open(*handle, to);
        }
        let (changed, to) = match op {
            Op::Open { path, how, .. } if how.has(OpenHow::WRITE) => (path, path),
            Op::Write { path, .. }
            | Op::Append { path, .. }
            | Op::Truncate { path, .. }
            | Op::Allocate { path, .. }
            | Op::Copy { to: path, .. }
            | Op::SetAttribute { path, .. }
            | Op::RemoveAttribute { path, .. }
            | Op::ChangeMode { path, .. }
            | Op::ChangeTime { path, .. } => (path, path),
            Op::Rename { from, to, .. } | Op::Link { from, to } => (from, to),
            _ => return 0,
        };
        let follow = !matches!(op, Op::Rename { .. } | Op::Link { .. });
        let spot = |path: &Path| self.spot(path.names(), follow).ok().flatten();
        let (changed, to) = (spot(changed), spot(to));
        let is_lower = |spot: Option<&Spot>| {
            spot.and_then(|spot| self.node(spot.node?)).is_some_and(Node::is_lower)
        };
        // What is replaced or exchanged counts as well.
        if ![&changed, &to].into_iter().any(|spot| is_lower(spot.as_ref())) {
            return 0;
        }
        let around = [changed, to].into_iter().flatten();
        let directories = around.filter_map(|spot| self.node(spot.directory));
        directories.map(Node::attribute_bytes).max().unwrap_or_default()
    }

    /// The same of a file that is open and gets another name: it lies wherever it has one.
    fn attribute_bytes_around_open(&self, handle: Handle, to: &Path) -> usize {
        let open = self.open(handle).map(super::Open::node);
        if !open.and_then(|id| self.node(id)).is_some_and(Node::is_lower) {
            return 0;
        }
        let holds = |node: &&Node| {
            let entries = node.directory().map(|directory| &directory.entries);
            entries.is_some_and(|entries| entries.values().any(|entry| Some(*entry) == open))
        };
        let to = self.spot(to.names(), false).ok().flatten();
        let to = to.and_then(|spot| self.node(spot.directory));
        let around = self.nodes.iter().flatten().filter(holds).chain(to);
        around.map(Node::attribute_bytes).max().unwrap_or_default()
    }

    /// What a rename moves, of an exchange both, or what gets another name.
    fn moved_by<'a>(&'a self, op: &'a Op) -> impl Iterator<Item = &'a Node> {
        let paths = match op {
            Op::Rename { from, to, how: RenameHow::Exchange } => [Some(from), Some(to)],
            Op::Rename { from, .. } | Op::Link { from, .. } => [Some(from), None],
            _ => [None, None],
        };
        paths.into_iter().flatten().filter_map(|path| self.node(self.itself_at(path)?))
    }

    /// Whether what is open, and looked at or gone back in, has no name any more.
    pub fn is_about_removed(&self, op: &Op) -> bool {
        self.subject(op).is_some_and(|node| node.names == 0)
    }

    /// Whether what is looked at was given another name.
    pub fn is_about_linked(&self, op: &Op) -> bool {
        self.subject(op).is_some_and(|node| node.linked)
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
        self.subject(op).is_some_and(Node::is_lower)
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
