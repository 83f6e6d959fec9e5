//! The calls that an installer makes, by paths below one directory.
//!
//! Patterns are written against this trait, so that what they do can be recorded, and made to
//! fail, in tests. Paths are relative, of plain names, and separated by single slashes.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::io::Errno;

use crate::inode_facts::{FileKind, InodeTime};

/// A call, whichever way the kernel spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// mkdirat(2).
    MakeDirectory,
    /// statx(2) without following links.
    Look,
    /// openat(2) of a file that is to be written.
    Open,
    /// openat(2) of what is there, for reading.
    OpenToRead,
    /// write(2).
    Write,
    /// close(2).
    Close,
    /// renameat(2).
    Rename,
    /// linkat(2).
    Link,
    /// symlinkat(2).
    Symlink,
    /// unlinkat(2).
    Unlink,
    /// unlinkat(2) with AT_REMOVEDIR.
    RemoveDirectory,
    /// getdents64(2).
    List,
    /// read(2).
    Read,
    /// readlinkat(2).
    ReadLink,
    /// utimensat(2).
    SetTimes,
    /// fchmod(2).
    SetMode,
    /// ftruncate(2).
    SetSize,
}

impl Call {
    /// The word that node prints for it, where node makes it.
    pub fn word(self) -> &'static str {
        match self {
            Call::MakeDirectory => "mkdir",
            Call::Look => "lstat",
            Call::Open | Call::OpenToRead => "open",
            Call::Write => "write",
            Call::Close => "close",
            Call::Rename => "rename",
            Call::Link => "link",
            Call::Symlink => "symlink",
            Call::Unlink => "unlink",
            Call::RemoveDirectory => "rmdir",
            Call::List => "scandir",
            Call::Read => "read",
            Call::ReadLink => "readlink",
            Call::SetTimes => "utime",
            Call::SetMode => "fchmod",
            Call::SetSize => "ftruncate",
        }
    }
}

/// A call that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which.
    pub call: Call,
    /// What the kernel said.
    pub errno: Errno,
    /// What it was about.
    pub path: Vec<u8>,
    /// Where that was to go, of a call with two paths.
    pub to: Option<Vec<u8>>,
    /// The directory that the last name was looked up in; none where the call did not come that
    /// far.
    pub parent: Option<Arc<OwnedFd>>,
}

/// How a file is opened for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// O_CREAT, O_TRUNC: what is there is written over.
    Truncate,
    /// O_CREAT, O_EXCL: nothing may be there.
    Exclusive,
}

/// A file that is being written.
#[derive(Debug)]
pub struct OpenFile {
    /// What it was opened by.
    pub path: Vec<u8>,
    pub(super) descriptor: OwnedFd,
    /// Where the next write goes, in bytes.
    pub(super) position: u64,
}

/// What lstat says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Its type.
    pub kind: FileKind,
    /// Permission bits.
    pub mode: u32,
    /// Names that it has.
    pub links: u32,
    /// Size in bytes.
    pub size: u64,
    /// Inode number.
    pub ino: u64,
    /// Modification time.
    pub modified_at: InodeTime,
}

/// A name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The name.
    pub name: Vec<u8>,
    /// The type that the listing claims.
    pub kind: FileKind,
}

/// The calls. None follows a symbolic link, and none leads out of the directory.
pub trait FileSystem: Sync {
    /// Makes a directory.
    fn make_directory(&self, path: &[u8], mode: u32) -> Result<(), Failure>;
    /// Asks what a path is.
    fn look(&self, path: &[u8]) -> Result<Looked, Failure>;
    /// Opens a file for writing.
    fn open(&self, path: &[u8], creation: Creation, mode: u32) -> Result<OpenFile, Failure>;
    /// Writes all of `bytes` from byte `at` on.
    fn write(&self, file: &mut OpenFile, at: u64, bytes: &[u8]) -> Result<(), Failure>;
    /// Gives a file its size in bytes: what was not written is a hole.
    fn set_size(&self, file: &OpenFile, size: u64) -> Result<(), Failure>;
    /// Sets an open file's permission bits.
    fn set_mode(&self, file: &OpenFile, mode: u32) -> Result<(), Failure>;
    /// Sets an open file's modification time.
    fn set_times(&self, file: &OpenFile, mtime: InodeTime) -> Result<(), Failure>;
    /// Closes a file.
    fn close(&self, file: OpenFile) -> Result<(), Failure>;
    /// Sets the modification time of what a path names, a symbolic link itself.
    fn set_times_at(&self, path: &[u8], mtime: InodeTime) -> Result<(), Failure>;
    /// Sets a directory's permission bits.
    fn set_directory_mode(&self, path: &[u8], mode: u32) -> Result<(), Failure>;
    /// Moves a name.
    fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), Failure>;
    /// Makes another name for a file.
    fn link(&self, of: &[u8], path: &[u8]) -> Result<(), Failure>;
    /// Writes a copy of a file, which nothing may be in the place of.
    fn copy(&self, of: &[u8], path: &[u8], mode: u32) -> Result<(), Failure>;
    /// Makes a symbolic link.
    fn symlink(&self, target: &[u8], path: &[u8]) -> Result<(), Failure>;
    /// Removes a name that is no directory's.
    fn unlink(&self, path: &[u8]) -> Result<(), Failure>;
    /// Removes an empty directory.
    fn remove_directory(&self, path: &[u8]) -> Result<(), Failure>;
    /// Lists a directory, "." and ".." left out.
    fn list(&self, path: &[u8]) -> Result<Vec<Listed>, Failure>;
}

/// The directory part of a path and its last name.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => {
            (path.get(..slash).unwrap_or_default(), path.get(slash + 1..).unwrap_or_default())
        }
        None => (b"", path),
    }
}

/// A path below another one.
pub fn join(above: &[u8], below: &[u8]) -> Vec<u8> {
    match (above, below) {
        (above, b"") => above.to_vec(),
        (b"", below) => below.to_vec(),
        _ => [above, b"/", below].concat(),
    }
}

/// The directories that lead to a path, the outermost first: `a`, `a/b` of `a/b/c`.
pub fn above(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    slashes.filter_map(|(slash, _)| path.get(..slash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_apart_and_together() {
        assert_eq!(split(b"a/b/c"), (&b"a/b"[..], &b"c"[..]));
        assert_eq!(split(b"c"), (&b""[..], &b"c"[..]));
        assert_eq!(join(b"a/b", b"c"), b"a/b/c");
        assert_eq!((join(b"", b"c"), join(b"a", b"")), (b"c".to_vec(), b"a".to_vec()));
        assert_eq!(above(b"a/b/c").collect::<Vec<_>>(), [&b"a"[..], b"a/b"]);
        assert_eq!(above(b"a").count(), 0);
    }
}
