//! What a path can name.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::FixedState;
use scanner::{FileKind, InodeTime};

use super::content::Content;
use crate::name::Name;
use crate::path::Path;

/// Which node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// Its number, which is another node's once this one is gone.
    pub fn index(self) -> u32 {
        self.0
    }
}

/// A file, a directory or a symbolic link.
#[derive(Clone, Debug)]
pub struct Node {
    /// Which of them, with what is in it.
    pub body: Body,
    /// Permission bits.
    pub mode: u16,
    /// Names that it has. Of a directory, 1 while it has one.
    pub names: u32,
    /// How many handles have it open.
    pub open: u32,
    /// Whether another name was given to it (link).
    pub linked: bool,
    /// Whether a name can be given to it although it has none (O_TMPFILE).
    pub linkable: bool,
    /// How many names it had before the first operation, in the lower layer; none if it was not
    /// there.
    pub lower_names: u32,
    /// `user.aN` by N.
    pub attributes: BTreeMap<u8, Vec<u8>>,
    /// When its content changed.
    pub modified: Modified,
    /// Its last change was not before.
    pub changed: InodeTime,
    /// The inode number that it was seen with.
    pub ino: Option<u64>,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Body {
    /// A regular file.
    File(Content),
    /// A directory.
    Directory(Directory),
    /// A symbolic link, and what it points to.
    Symlink(Path),
}

/// A directory.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// What is in it.
    pub entries: HashMap<Name, NodeId, FixedState>,
    /// How many of these are directories.
    pub directories: u32,
    /// The directory that it is in; none of the top and of a removed one.
    pub parent: Option<NodeId>,
    /// How many handles read it.
    pub streams: u32,
}

/// What a modification time may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modified {
    /// Exactly this.
    pub exactly: Option<InodeTime>,
    /// Or this and anything later.
    pub since: Option<InodeTime>,
}

impl Modified {
    /// Set by utimensat.
    pub fn set(time: InodeTime) -> Self {
        Modified { exactly: Some(time), since: None }
    }

    /// Changed at `time` or shortly after.
    pub fn touched(time: InodeTime) -> Self {
        Modified { exactly: None, since: Some(time) }
    }

    /// Perhaps changed at `time`.
    #[must_use]
    pub fn perhaps(self, time: InodeTime) -> Self {
        Modified { exactly: self.exactly, since: self.since.or(Some(time)) }
    }

    /// Whether this time fits.
    pub fn fits(&self, time: InodeTime) -> bool {
        self.exactly == Some(time) || self.since.is_some_and(|since| time >= since)
    }
}

impl Node {
    /// A node without a name.
    pub fn new(body: Body, mode: u16, now: InodeTime) -> Self {
        Node {
            body,
            mode,
            names: 0,
            open: 0,
            linked: false,
            linkable: false,
            lower_names: 0,
            attributes: BTreeMap::new(),
            modified: Modified::touched(now),
            changed: now,
            ino: None,
        }
    }

    /// Its type.
    pub fn kind(&self) -> FileKind {
        match self.body {
            Body::File(_) => FileKind::Regular,
            Body::Directory(_) => FileKind::Directory,
            Body::Symlink(_) => FileKind::Symlink,
        }
    }

    /// Whether it was there before the first operation, in the lower layer.
    pub fn is_lower(&self) -> bool {
        self.lower_names > 0
    }

    /// Whether it is a symbolic link that was there.
    pub fn is_lower_link(&self) -> bool {
        self.is_lower() && self.kind() == FileKind::Symlink
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        matches!(self.body, Body::Directory(_))
    }

    /// What is in the directory that it is.
    pub fn directory(&self) -> Option<&Directory> {
        match &self.body {
            Body::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    /// What is in the directory that it is, to be changed.
    pub fn directory_mut(&mut self) -> Option<&mut Directory> {
        match &mut self.body {
            Body::Directory(directory) => Some(directory),
            _ => None,
        }
    }

    /// Bytes of all values of its attributes.
    pub fn attribute_bytes(&self) -> usize {
        self.attributes.values().map(Vec::len).sum()
    }

    /// What is in the file that it is.
    pub fn content(&self) -> Option<&Content> {
        match &self.body {
            Body::File(content) => Some(content),
            _ => None,
        }
    }

    /// The link count that statx should tell.
    pub fn links(&self) -> u32 {
        match &self.body {
            Body::Directory(_) if self.names == 0 => 0,
            Body::Directory(directory) => 2 + directory.directories,
            _ => self.names,
        }
    }
}
