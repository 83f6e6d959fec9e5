//! Where a directory stands.

use std::ffi::CStr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use reports::PathName;

use crate::inode_facts::Device;

/// A directory of the walk: its name, its identity and the way up. A path is built from it only
/// when somebody wants to read one.
#[derive(Debug)]
pub struct DirectoryNode {
    parent: Option<Arc<DirectoryNode>>,
    /// One name, or the path of a root.
    name: Box<CStr>,
    /// The inode number.
    pub ino: u64,
    /// The device.
    pub device: Device,
    /// Steps from the root.
    pub depth: u32,
    /// A descriptor kept for finding the way back, see [`super::Descriptors`].
    anchor: Mutex<Option<Arc<OwnedFd>>>,
}

impl DirectoryNode {
    /// The root of a walk.
    pub fn root(path: Box<CStr>, ino: u64, device: Device) -> Arc<Self> {
        Arc::new(DirectoryNode {
            parent: None,
            name: path,
            ino,
            device,
            depth: 0,
            anchor: Mutex::default(),
        })
    }

    /// A directory within `parent`.
    pub fn child(parent: &Arc<Self>, name: &CStr, ino: u64, device: Device) -> Arc<Self> {
        Arc::new(DirectoryNode {
            parent: Some(Arc::clone(parent)),
            name: name.into(),
            ino,
            device,
            depth: parent.depth + 1,
            anchor: Mutex::default(),
        })
    }

    /// The directory above; none for a root.
    pub fn parent(&self) -> Option<&Arc<DirectoryNode>> {
        self.parent.as_ref()
    }

    /// The last name of the path; a root's whole path.
    pub fn name(&self) -> &CStr {
        &self.name
    }

    /// Whether `ino` on `device` is this directory or one above it.
    pub fn is_within(&self, ino: u64, device: Device) -> bool {
        let mut at = Some(self);
        while let Some(node) = at {
            if (node.ino, node.device) == (ino, device) {
                return true;
            }
            at = node.parent.as_deref();
        }
        false
    }

    /// The path's bytes, with `name` appended if given.
    pub fn path_bytes(&self, name: Option<&[u8]>) -> Vec<u8> {
        let mut names: Vec<&[u8]> = name.into_iter().collect();
        let mut at = Some(self);
        while let Some(node) = at {
            names.push(node.name.to_bytes());
            at = node.parent.as_deref();
        }
        names.reverse();
        match names.split_first() {
            // The root "/" must not become "//etc".
            Some((&root, below)) if root.ends_with(b"/") && !below.is_empty() => {
                [root, &below.join(&b'/')].concat()
            }
            _ => names.join(&b'/'),
        }
    }

    /// The path of `name` in this directory, relative to the root.
    pub fn path_below_root(&self, name: &[u8]) -> Vec<u8> {
        let mut names = vec![name];
        let mut at = self;
        while let Some(parent) = at.parent.as_deref() {
            names.push(at.name.to_bytes());
            at = parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    /// The path for a report.
    pub fn path(&self, name: Option<&[u8]>) -> PathName {
        PathName::new(self.path_bytes(name))
    }

    pub(super) fn anchor(&self) -> Option<Arc<OwnedFd>> {
        self.anchor.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_anchor(&self, anchor: Option<Arc<OwnedFd>>) {
        *self.anchor.lock().unwrap_or_else(PoisonError::into_inner) = anchor;
    }
}

/// Lets go of the chain one by one: the derived way would recurse once a level, and a tree may
/// be 100,000 levels deep.
impl Drop for DirectoryNode {
    fn drop(&mut self) {
        let mut above = self.parent.take();
        while let Some(mut node) = above.and_then(Arc::into_inner) {
            above = node.parent.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_once() {
        let slash = DirectoryNode::root(c"/".into(), 2, (0, 0));
        let etc = DirectoryNode::child(&slash, c"etc", 3, (0, 0));
        assert_eq!(slash.path_bytes(None), b"/");
        assert_eq!(slash.path_bytes(Some(b"x")), b"/x");
        assert_eq!(etc.path_bytes(Some(b"passwd")), b"/etc/passwd");
    }

    #[test]
    fn a_chain_of_a_million_is_dropped_without_recursion() {
        let root = DirectoryNode::root(c"/r".into(), 1, (0, 0));
        let deep =
            (0..1_000_000).fold(root, |node, ino| DirectoryNode::child(&node, c"d", ino, (0, 0)));
        assert!(deep.is_within(5, (0, 0)) && !deep.is_within(5, (0, 1)));
        drop(deep);
    }
}
