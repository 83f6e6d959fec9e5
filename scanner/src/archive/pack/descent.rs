//! The way from the root to the directory that is packed: which names are left in each, and which
//! of them are open.
//!
//! Directories far above are closed, so that a deep tree takes no descriptor a level, and opened
//! again through `..` of the one below; what is found there must be the directory that was left.

use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;

use crate::inode_facts::{Device, InodeFacts};
use crate::walk::open_directory;

/// Directories that stay open, the root aside.
const MOST_OPEN: usize = 64;

/// A directory on the way.
struct Level {
    /// None once it was closed.
    descriptor: Option<OwnedFd>,
    identity: (Device, u64),
    /// The names that are left, the next one last.
    names: Vec<CString>,
    /// Bytes of its path.
    path_length: usize,
}

/// The directories from the root down.
#[derive(Default)]
pub struct Descent {
    levels: Vec<Level>,
    /// The path of the deepest one.
    path: Vec<u8>,
}

impl Descent {
    /// Goes down into a directory whose names are sorted. Its path is the present one with `name`.
    pub fn enter(
        &mut self,
        name: &[u8],
        descriptor: OwnedFd,
        facts: &InodeFacts,
        mut names: Vec<CString>,
    ) {
        names.reverse();
        self.path = self.path_of(name);
        let path_length = self.path.len();
        let identity = (facts.device(), facts.ino());
        self.levels.push(Level { descriptor: Some(descriptor), identity, names, path_length });
        // The root stays open: from there everything can be told apart from nothing.
        let far = self.levels.len().saturating_sub(MOST_OPEN + 1);
        if let Some(level) = self.levels.get_mut(far).filter(|_| far > 0) {
            level.descriptor = None;
        }
    }

    /// The path of a name in the present directory.
    pub fn path_of(&self, name: &[u8]) -> Vec<u8> {
        if self.path.is_empty() {
            return name.to_vec();
        }
        [&self.path, &b"/"[..], name].concat()
    }

    /// The present directory.
    pub fn directory(&self) -> Option<BorrowedFd<'_>> {
        self.levels.last()?.descriptor.as_ref().map(AsFd::as_fd)
    }

    /// The next name in the present directory.
    pub fn next_name(&mut self) -> Option<CString> {
        self.levels.last_mut()?.names.pop()
    }

    /// Goes up from a directory that is done; false behind the root. A directory above that cannot
    /// be opened again is given to `lost` with its path, and left.
    pub fn leave(&mut self, lost: &mut dyn FnMut(&[u8], Errno)) -> bool {
        let Some(mut below) = self.levels.pop() else { return false };
        while let Some(level) = self.levels.last_mut() {
            self.path.truncate(level.path_length);
            if level.descriptor.is_some() {
                return true;
            }
            match reopen(&below, level.identity) {
                Ok(descriptor) => {
                    level.descriptor = Some(descriptor);
                    return true;
                }
                Err(errno) => {
                    lost(&self.path, errno);
                    below.descriptor = None;
                    self.levels.pop();
                }
            }
        }
        false
    }
}

/// Opens the directory above, which must be the one that was left.
fn reopen(below: &Level, identity: (Device, u64)) -> Result<OwnedFd, Errno> {
    let below = below.descriptor.as_ref().ok_or(Errno::NOENT)?;
    let above = open_directory(below.as_fd(), c"..", false)?;
    let facts = InodeFacts::of_descriptor(above.as_fd())?;
    if (facts.device(), facts.ino()) == identity { Ok(above) } else { Err(Errno::NOENT) }
}
