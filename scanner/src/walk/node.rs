//! Where a directory stands.

use std::ffi::CStr;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// The length of the path in bytes.
    length: usize,
    /// The beginning of a path that is too long to be shown whole.
    head: Option<Arc<[u8]>>,
    /// Whether all below belongs to the shard that the directory belongs to.
    kept_whole: AtomicBool,
    /// Whether the names below are made up, since the key to them is missing.
    is_locked: AtomicBool,
    /// A descriptor kept for finding the way back, see [`super::Descriptors`].
    anchor: Mutex<Option<Arc<OwnedFd>>>,
}

impl DirectoryNode {
    /// The root of a walk.
    pub fn root(path: Box<CStr>, ino: u64, device: Device) -> Arc<Self> {
        Arc::new(DirectoryNode {
            parent: None,
            length: path.count_bytes(),
            name: path,
            ino,
            device,
            depth: 0,
            head: None,
            kept_whole: AtomicBool::new(false),
            is_locked: AtomicBool::new(false),
            anchor: Mutex::default(),
        })
    }

    /// A directory within `parent`.
    pub fn child(parent: &Arc<Self>, name: &CStr, ino: u64, device: Device) -> Arc<Self> {
        let length = parent.length + 1 + name.count_bytes();
        let head = if length > PathName::SHOWN_WHOLE { parent.beginning() } else { None };
        Arc::new(DirectoryNode {
            parent: Some(Arc::clone(parent)),
            name: name.into(),
            ino,
            device,
            depth: parent.depth + 1,
            length,
            head,
            kept_whole: AtomicBool::new(parent.is_kept_whole()),
            is_locked: AtomicBool::new(parent.is_locked()),
            anchor: Mutex::default(),
        })
    }

    /// The beginning of the path, for the overlong paths below.
    fn beginning(&self) -> Option<Arc<[u8]>> {
        self.head.clone().or_else(|| {
            let path = self.path_bytes(None);
            path.get(..PathName::KEPT_END).map(Arc::from)
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

    /// Says that all below belongs to the shard that the directory belongs to; before anything below
    /// is come to.
    pub fn keep_whole(&self) {
        self.kept_whole.store(true, Ordering::Relaxed);
    }

    /// Whether that was said of it or of one above.
    pub fn is_kept_whole(&self) -> bool {
        self.kept_whole.load(Ordering::Relaxed)
    }

    /// Says that names in it and below are made up, since they are encrypted and the key is missing;
    /// before anything below is come to.
    pub fn lock(&self) {
        self.is_locked.store(true, Ordering::Relaxed);
    }

    /// Whether that was said of it or of one above.
    pub fn is_locked(&self) -> bool {
        self.is_locked.load(Ordering::Relaxed)
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

    /// The path's bytes, or the beginning of one that is too long to be shown whole. Each directory
    /// of a walk is asked for it, so it is filled in from its end, in memory taken once.
    pub fn path_or_beginning(&self) -> Vec<u8> {
        if let Some(head) = &self.head {
            return head.to_vec();
        }
        let mut path = vec![b'/'; self.length];
        let (mut at, mut end) = (Some(self), self.length);
        while let Some(node) = at {
            let name = node.name.to_bytes();
            let start = end.saturating_sub(name.len());
            if let Some(place) = path.get_mut(start..end) {
                place.copy_from_slice(name);
            }
            end = start.saturating_sub(1);
            at = node.parent.as_deref();
        }
        // The root "/" ends in the slash already.
        let doubled = path.starts_with(b"//");
        if doubled { path.split_off(1) } else { path }
    }

    /// The path of `name` in this directory, from the root of the walk or `absolute`; none if
    /// that is longer than `longest` bytes.
    pub fn path_up_to(&self, name: &[u8], absolute: bool, longest: usize) -> Option<Vec<u8>> {
        if self.length + name.len() > longest {
            return None;
        }
        if absolute {
            return Some(self.path_bytes(Some(name)));
        }
        let mut names = vec![name];
        let mut at = self;
        while let Some(parent) = at.parent.as_deref() {
            names.push(at.name.to_bytes());
            at = parent;
        }
        names.reverse();
        Some(names.join(&b'/'))
    }

    /// The path for a report. One that is too long to be shown whole is put together from its
    /// ends alone, so that a finding costs the same at any depth.
    pub fn path(&self, name: Option<&[u8]>) -> PathName {
        let length = self.length + name.map_or(0, |name| name.len() + 1);
        match &self.head {
            Some(head) if length > PathName::SHOWN_WHOLE => {
                PathName::shortened(head, &self.end(name), length)
            }
            _ => PathName::new(self.path_bytes(name)),
        }
    }

    /// The last names of the path, as many as are shown of an overlong one.
    fn end(&self, name: Option<&[u8]>) -> Vec<u8> {
        let mut names: Vec<&[u8]> = name.into_iter().collect();
        let mut length = name.map_or(0, <[u8]>::len);
        let mut at = Some(self);
        while let Some(node) = at.filter(|_| length < PathName::KEPT_END) {
            names.push(node.name.to_bytes());
            length += node.name.count_bytes() + 1;
            at = node.parent.as_deref();
        }
        names.reverse();
        names.join(&b'/')
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
        let below = DirectoryNode::child(&etc, c"ssl", 4, (0, 0));
        let home = DirectoryNode::root(c"/home/coder".into(), 5, (0, 0));
        let app = DirectoryNode::child(&home, c"app", 6, (0, 0));
        for node in [slash, etc, below, home, app] {
            assert_eq!(node.path_or_beginning(), node.path_bytes(None));
        }
    }

    #[test]
    fn an_overlong_path_is_told_by_its_ends() {
        let mut node = DirectoryNode::root(c"/root".into(), 1, (0, 0));
        for ino in 0..5000 {
            node = DirectoryNode::child(&node, c"name", ino, (0, 0));
        }
        let whole = node.path_bytes(Some(b"last"));
        assert_eq!(node.path(Some(b"last")), PathName::new(whole));
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
