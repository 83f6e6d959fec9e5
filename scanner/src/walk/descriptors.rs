//! Which directories stay open, and how a closed one is opened again.
//!
//! A directory stays open until the last of its subdirectories is opened. In a deep tree with
//! side branches that would be a descriptor a level; beyond a limit a directory is closed, and
//! opened again from the nearest one above that is open. On the way down every directory at a
//! distance of a power of two stays open as an *anchor*, so that going up a chain of n levels
//! costs n log n steps instead of n squared.

use std::collections::VecDeque;
use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};

use super::node::DirectoryNode;
use crate::inode_facts::InodeFacts;

/// Most directories that wait open for their subdirectories.
const MOST_KEPT: usize = 4096;

/// Most anchors.
const MOST_ANCHORS: usize = 128;

/// Opens a directory for listing. O_NOATIME, which only the owner may ask for (open(2)), is
/// tried where `noatime` says so and left out where the kernel refuses.
pub fn open_directory(at: BorrowedFd<'_>, name: &CStr, noatime: bool) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if noatime {
        match openat(at, name, flags | OFlags::NOATIME, Mode::empty()) {
            Err(Errno::PERM) => {}
            opened => return opened,
        }
    }
    openat(at, name, flags, Mode::empty())
}

/// Why a directory of the walk could not be opened again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReopenError {
    /// Another directory stands in its place, or none.
    Replaced,
    /// The kernel's own refusal.
    Refused(Errno),
}

impl From<Errno> for ReopenError {
    /// What stands on the way and is no directory has replaced one, too.
    fn from(errno: Errno) -> Self {
        match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => ReopenError::Replaced,
            errno => ReopenError::Refused(errno),
        }
    }
}

impl From<ReopenError> for Errno {
    /// For those who ask for a name in it: in a directory that is gone there is none.
    fn from(error: ReopenError) -> Self {
        match error {
            ReopenError::Replaced => Errno::NOENT,
            ReopenError::Refused(errno) => errno,
        }
    }
}

/// The open directories of one walk.
#[derive(Debug)]
pub struct Descriptors {
    root: Arc<OwnedFd>,
    kept: Arc<AtomicUsize>,
    most_kept: usize,
    most_anchors: usize,
    anchors: Mutex<VecDeque<Arc<DirectoryNode>>>,
}

/// A directory that waits open for its subdirectories.
#[derive(Debug)]
pub struct Kept {
    descriptor: Arc<OwnedFd>,
    kept: Arc<AtomicUsize>,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.kept.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AsFd for Kept {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// How many descriptors the process may have (RLIMIT_NOFILE).
pub fn descriptor_limit() -> usize {
    getrlimit(Resource::Nofile).current.map_or(usize::MAX, |limit| limit as usize)
}

impl Descriptors {
    /// Shares out what the process may open (RLIMIT_NOFILE) for a walk on `threads` threads.
    pub fn new(root: Arc<OwnedFd>, threads: usize) -> Self {
        let limit = descriptor_limit();
        // Standard streams, the output and progress, and what each thread opens while it works.
        let usable = limit.saturating_sub(16 + 4 * threads).max(8);
        Descriptors {
            root,
            kept: Arc::default(),
            most_kept: (usable / 2).min(MOST_KEPT),
            most_anchors: (usable / 4).min(MOST_ANCHORS),
            anchors: Mutex::default(),
        }
    }

    /// The same with other limits.
    #[cfg(test)]
    pub(super) fn with_limits(self, most_kept: usize, most_anchors: usize) -> Self {
        Descriptors { most_kept, most_anchors, ..self }
    }

    /// Keeps a directory open for others, unless too many are.
    pub fn keep(&self, descriptor: &Arc<OwnedFd>) -> Option<Arc<Kept>> {
        if self.kept.fetch_add(1, Ordering::Relaxed) >= self.most_kept {
            self.kept.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let descriptor = Arc::clone(descriptor);
        Some(Arc::new(Kept { descriptor, kept: Arc::clone(&self.kept) }))
    }

    /// Opens the root anew for listing, by the descriptor that it was found with.
    pub fn open_root(&self) -> Result<OwnedFd, Errno> {
        open_directory(self.root.as_fd(), c".", true)
    }

    /// Opens a directory of the walk again, to look up names in it.
    pub fn reopen(&self, node: &Arc<DirectoryNode>) -> Result<Arc<OwnedFd>, ReopenError> {
        let mut way_down = Vec::new();
        let mut at = node;
        let mut descriptor = loop {
            if let Some(anchor) = at.anchor() {
                break anchor;
            }
            match at.parent() {
                Some(parent) => {
                    way_down.push(at);
                    at = parent;
                }
                None => break Arc::clone(&self.root),
            }
        };
        while let Some(next) = way_down.pop() {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            descriptor = Arc::new(openat(&*descriptor, next.name(), flags, Mode::empty())?);
            if way_down.is_empty() || way_down.len().is_power_of_two() {
                verify(&descriptor, next)?;
                self.anchor(next, &descriptor);
            }
        }
        Ok(descriptor)
    }

    fn anchor(&self, node: &Arc<DirectoryNode>, descriptor: &Arc<OwnedFd>) {
        let mut anchors = self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
        node.set_anchor(Some(Arc::clone(descriptor)));
        anchors.push_back(Arc::clone(node));
        if anchors.len() > self.most_anchors
            && let Some(oldest) = anchors.pop_front()
        {
            oldest.set_anchor(None);
        }
    }

    /// Forgets all anchors, so that the next look goes by the names anew.
    pub fn forget_anchors(&self) {
        let mut anchors = self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
        anchors.drain(..).for_each(|node| node.set_anchor(None));
    }
}

fn verify(descriptor: &OwnedFd, node: &DirectoryNode) -> Result<(), ReopenError> {
    let facts = InodeFacts::of_descriptor(descriptor.as_fd())?;
    let same = (facts.ino(), facts.device()) == (node.ino, node.device);
    if same { Ok(()) } else { Err(ReopenError::Replaced) }
}
