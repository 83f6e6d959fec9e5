//! What POSIX and Linux say that a filesystem does, in memory.
//!
//! An operation is first planned, which changes nothing: the plan says what is to be seen and
//! what would change. When the target did what is expected, the plan is carried out; when it
//! legitimately refused (a [`crate::quirk`]), it is dropped, and the model stays what the target is.
//!
//! The order of errors is that of Linux: fs/namei.c, fs/open.c, fs/xattr.c, fs/read_write.c.

mod ask;
mod carry_out;
mod content;
mod effect;
mod expected;
mod node;
mod observe;
mod plan;
mod resolve;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use scanner::InodeTime;

use crate::name::{Name, Names};
use crate::operand::{Handle, OpenHow};
use crate::path::Path;

pub use content::PAGE;
pub use effect::Effect;
pub use expected::{Expected, ExpectedFacts};
pub use node::{Body, Directory, Modified, Node, NodeId};
pub use plan::Plan;
pub use stream::{Misread, Stream};

/// Who makes the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whether permission bits do not hold it up (CAP_DAC_OVERRIDE).
    pub overrides: bool,
    /// The bits that are taken off the mode of what it makes.
    pub umask: u16,
}

/// What a handle has open.
#[derive(Clone, Debug)]
pub enum Open {
    /// A file.
    File {
        /// Which.
        node: NodeId,
        /// How it was opened.
        how: OpenHow,
    },
    /// A directory.
    Directory(Stream),
}

impl Open {
    /// What is open.
    pub fn node(&self) -> NodeId {
        match self {
            Open::File { node, .. } => *node,
            Open::Directory(stream) => stream.node,
        }
    }
}

/// The largest offset there is: loff_t is signed.
const MOST: u64 = i64::MAX as u64;

/// A tree, and what is open of it.
#[derive(Clone, Debug)]
pub struct Model {
    names: Arc<Names>,
    caller: Caller,
    nodes: Vec<Option<Node>>,
    free: Vec<u32>,
    top: NodeId,
    handles: [Option<Open>; Handle::COUNT as usize],
    /// Bytes in files, in whole pages.
    allocated: u64,
    /// Nodes that there are.
    live: u64,
    /// The most bytes that a file has.
    largest: u64,
    /// Bytes that the filesystem allocates at least.
    block: u64,
}

impl Model {
    /// An empty directory of mode 0755.
    pub fn new(names: Arc<Names>, caller: Caller, now: InodeTime) -> Self {
        let mut top = Node::new(Body::Directory(Directory::default()), 0o755, now);
        top.names = 1;
        Model {
            names,
            caller,
            nodes: vec![Some(top)],
            free: Vec::new(),
            top: NodeId(0),
            handles: [const { None }; Handle::COUNT as usize],
            allocated: 0,
            live: 1,
            largest: MOST,
            block: PAGE,
        }
    }

    /// The filesystem allocates so many bytes at least (`f_frsize` of statvfs(3)).
    pub fn set_block(&mut self, bytes: u64) {
        self.block = bytes;
    }

    /// Files have at most so many bytes (`s_maxbytes` of include/linux/fs.h).
    pub fn set_largest(&mut self, bytes: u64) {
        self.largest = bytes.min(MOST);
    }

    /// Everything that is there now was there before the first operation, in a lower layer.
    pub fn set_lower(&mut self) {
        self.nodes.iter_mut().flatten().for_each(|node| {
            (node.lower_names, node.linked) = (node.names, false);
        });
    }

    /// In the lower layer, what is there has so many names, which are files of their own here.
    pub fn set_lower_names(&mut self, path: &Path, names: u32) {
        let spot = self.spot(path.names(), false).ok().flatten();
        if let Some(node) = spot.and_then(|spot| self.node_mut(spot.node?)) {
            node.lower_names = names;
        }
    }

    /// Bytes that its files take, in whole pages.
    pub fn allocated(&self) -> u64 {
        self.allocated
    }

    /// How many files, directories and links there are, open ones without a name included.
    pub fn live(&self) -> u64 {
        self.live
    }

    /// What a handle has open.
    pub fn open(&self, handle: Handle) -> Option<&Open> {
        self.handles.get(handle.index())?.as_ref()
    }

    /// A node; none where it is no longer there.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)?.as_ref()
    }

    /// Bytes that a name takes in a getdents64 buffer: the fields before it (19), the name, a NUL,
    /// rounded up to 8.
    pub fn row_length(&self, name: Name) -> usize {
        (19 + self.names.bytes(name).len() + 1).next_multiple_of(8)
    }

    fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0 as usize)?.as_mut()
    }

    fn directory(&self, id: NodeId) -> Option<&Directory> {
        self.node(id)?.directory()
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.live += 1;
        let Some(index) = self.free.pop() else {
            self.nodes.push(Some(node));
            return NodeId(self.nodes.len() as u32 - 1);
        };
        if let Some(slot) = self.nodes.get_mut(index as usize) {
            *slot = Some(node);
        }
        NodeId(index)
    }

    /// Forgets a node that has neither a name nor a handle.
    fn forget_unused(&mut self, id: NodeId) {
        if self.node(id).is_none_or(|node| node.names > 0 || node.open > 0) {
            return;
        }
        if let Some(slot) = self.nodes.get_mut(id.0 as usize)
            && let Some(node) = slot.take()
        {
            self.allocated -= node.content().map_or(0, content::Content::allocated);
            self.live -= 1;
            self.free.push(id.0);
        }
    }
}
