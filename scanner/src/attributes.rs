//! Extended attributes of an inode, through its descriptor or, where it is not opened, through
//! its name (xattr(7)).

use std::ffi::{CStr, CString};
use std::fmt::Write as _;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{fgetxattr, flistxattr, lgetxattr, llistxattr, stat};
use rustix::io::Errno;
use rustix::thread::{CapabilitySet, capabilities};

/// The longest list of names, and the longest value (XATTR_LIST_MAX, XATTR_SIZE_MAX).
const LONGEST: usize = 1 << 16;

/// Enough for most lists of names.
const USUAL: usize = 1 << 10;

/// The inode of the first user namespace (include/linux/proc_ns.h, `PROC_USER_INIT_INO`).
const FIRST_USER_NAMESPACE: u64 = 0xefff_fffd;

/// Whether this user is shown all attributes: those named `trusted.` take CAP_SYS_ADMIN in the first user
/// namespace, and are hidden from root in any other (xattr(7); kernel fs/xattr.c, `xattr_permission`).
pub fn sees_all_attributes() -> bool {
    let is_first = stat("/proc/self/ns/user").is_ok_and(|of| of.st_ino == FIRST_USER_NAMESPACE);
    let may =
        capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::SYS_ADMIN));
    is_first && may
}

/// Where attributes are read.
#[derive(Clone, Copy, Debug)]
pub enum AttributeSource<'a> {
    /// An open file or directory.
    Open(BorrowedFd<'a>),
    /// Something that is not opened (a symbolic link, a device, a file that this user may not
    /// read), by a path that ends in its name.
    Named(&'a CStr),
}

/// Memory for names and values, used again from inode to inode.
#[derive(Debug, Default)]
pub struct AttributeRoom {
    names: Vec<u8>,
    value: Vec<u8>,
}

impl AttributeRoom {
    /// Room for names, and room for a value.
    pub fn parts(&mut self) -> (&mut Vec<u8>, &mut Vec<u8>) {
        (&mut self.names, &mut self.value)
    }
}

/// The path of a name in an open directory, through /proc: the calls that take a directory's
/// descriptor are as new as Linux 6.13.
pub fn path_of(directory: BorrowedFd<'_>, name: &CStr) -> Option<CString> {
    let mut path = String::new();
    write!(path, "/proc/self/fd/{}/", directory.as_raw_fd()).ok()?;
    let mut bytes = path.into_bytes();
    bytes.extend_from_slice(name.to_bytes());
    CString::new(bytes).ok()
}

impl AttributeSource<'_> {
    /// The names, each ended by a NUL.
    #[inline]
    pub fn list<'r>(&self, room: &'r mut Vec<u8>) -> Result<&'r [u8], Errno> {
        if room.is_empty() {
            room.resize(USUAL, 0);
        }
        let mut length = self.list_into(room);
        if length == Err(Errno::RANGE) {
            room.resize(LONGEST, 0);
            length = self.list_into(room);
        }
        Ok(room.get(..length?).unwrap_or(&[]))
    }

    #[inline]
    fn list_into(&self, room: &mut [u8]) -> Result<usize, Errno> {
        match self {
            AttributeSource::Open(file) => flistxattr(file, room),
            AttributeSource::Named(path) => llistxattr(*path, room),
        }
    }

    /// The value of one of them.
    pub fn get<'r>(&self, name: &CStr, room: &'r mut Vec<u8>) -> Result<&'r [u8], Errno> {
        room.resize(LONGEST, 0);
        let length = match self {
            AttributeSource::Open(file) => fgetxattr(file, name, room.as_mut_slice()),
            AttributeSource::Named(path) => lgetxattr(*path, name, room.as_mut_slice()),
        }?;
        Ok(room.get(..length).unwrap_or(&[]))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, write};
    use std::os::fd::AsFd;

    use rustix::fs::{XattrFlags, setxattr};

    use super::*;

    #[test]
    fn both_ways_lead_to_the_same_attributes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, "").unwrap();
        if setxattr(&path, "user.fscan", b"value", XattrFlags::empty()).is_err() {
            return;
        }
        let (file, directory) = (File::open(&path).unwrap(), File::open(folder.path()).unwrap());
        let named = path_of(directory.as_fd(), c"file").unwrap();
        for source in [AttributeSource::Open(file.as_fd()), AttributeSource::Named(&named)] {
            let mut room = AttributeRoom::default();
            let (names, value) = room.parts();
            let names = source.list(names).unwrap();
            assert!(names.split(|byte| *byte == 0).any(|name| name == b"user.fscan"));
            assert_eq!(source.get(c"user.fscan", value), Ok(&b"value"[..]));
        }
    }
}
