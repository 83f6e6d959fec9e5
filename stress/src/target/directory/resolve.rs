//! From paths to descriptors, never out of the directory.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;

use super::DirectoryTarget;
use crate::name::Name;
use crate::path::{Path, join_bytes};

/// The directory of a name: the top itself, or one that was opened.
pub(super) enum Parent<'a> {
    Top(BorrowedFd<'a>),
    Opened(OwnedFd),
}

impl AsFd for Parent<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Parent::Top(descriptor) => *descriptor,
            Parent::Opened(descriptor) => descriptor.as_fd(),
        }
    }
}

/// How often a path is resolved anew.
const TRIES: u32 = 1000;

impl DirectoryTarget {
    /// Opens what names lead to; symbolic links on the way and at the end are followed as long as
    /// they stay below the top.
    pub(super) fn open_names(
        &self,
        names: &[Name],
        flags: OFlags,
        mode: Mode,
    ) -> Result<OwnedFd, Errno> {
        let mut path = Vec::with_capacity(64);
        join_bytes(&self.names, names, &mut path);
        path.pop();
        if path.is_empty() {
            path.push(b'.');
        }
        let flags = flags | OFlags::CLOEXEC;
        let open = || openat2(&self.top, path.as_slice(), flags, mode, ResolveFlags::BENEATH);
        // The kernel gives up with EAGAIN where something was renamed on the way; a server that
        // keeps saying so is heard in the end.
        let again =
            |answer: &Result<OwnedFd, Errno>| matches!(answer, Err(Errno::AGAIN | Errno::INTR));
        let mut answer = open();
        for _ in 0..TRIES {
            if !again(&answer) {
                break;
            }
            answer = open();
        }
        answer
    }

    /// The directory that the last name of a path is looked up in.
    pub(super) fn parent(&self, path: &Path) -> Result<Parent<'_>, Errno> {
        self.place(path.split().0)
    }

    /// The directory that names lead to.
    pub(super) fn place(&self, names: &[Name]) -> Result<Parent<'_>, Errno> {
        match names {
            [] => Ok(Parent::Top(self.top.as_fd())),
            names => {
                let flags = OFlags::PATH | OFlags::DIRECTORY;
                self.open_names(names, flags, Mode::empty()).map(Parent::Opened)
            }
        }
    }

    /// What a path names, only to be referred to; a symbolic link is followed.
    pub(super) fn refer(&self, path: &Path) -> Result<OwnedFd, Errno> {
        self.open_names(path.names(), OFlags::PATH, Mode::empty())
    }

    /// The bytes of a path's last name.
    pub(super) fn last(&self, path: &Path) -> &[u8] {
        self.names.bytes(path.split().1)
    }
}

/// A path that leads to what a descriptor has open, or to a name below, for calls that take no
/// descriptor.
pub(super) fn by_descriptor(descriptor: impl AsFd, below: &[u8]) -> Vec<u8> {
    let mut path = format!("/proc/self/fd/{}", descriptor.as_fd().as_raw_fd()).into_bytes();
    if !below.is_empty() {
        path.push(b'/');
        path.extend_from_slice(below);
    }
    path
}
