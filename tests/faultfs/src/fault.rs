//! The promises that can be broken.

use std::ops::Range;
use std::time::Duration;

use rustix::io::Errno;

/// A call that comes from the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// A name is looked up.
    Lookup,
    /// Attributes are asked for.
    GetAttributes,
    /// Attributes are changed: mode, owner, times, size.
    SetAttributes,
    /// A regular file is made, with `open(O_CREAT)`.
    Create,
    /// A directory is made.
    MakeDirectory,
    /// A symbolic link is made.
    MakeSymlink,
    /// A further name for a file is made.
    Link,
    /// A name is removed that is no directory's.
    Unlink,
    /// A directory is removed.
    RemoveDirectory,
    /// A name is moved.
    Rename,
    /// A file or directory that exists is opened.
    Open,
    /// Bytes are read.
    Read,
    /// Bytes are written.
    Write,
    /// A file is flushed to the disk.
    Sync,
    /// A directory is listed.
    List,
    /// The target of a symbolic link is read.
    ReadLink,
    /// Extended attributes are listed or read.
    GetExtendedAttributes,
}

/// A type that a directory entry can claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
}

/// One broken promise. The names that a rule is about are those of the files themselves, or of
/// what is made, moved from, or listed.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The call is refused.
    Fail(Call, Errno),
    /// A name is left out of its directory's listing.
    LoseName,
    /// A name is listed twice.
    DoubleName,
    /// A name is listed with this type.
    ListedKind(Kind),
    /// A name is listed with this inode number.
    ListedNumber(u64),
    /// The inode has this link count.
    Links(u32),
    /// The inode has this size, in bytes; its content is what it was.
    Size(u64),
    /// Reading any of these bytes fails.
    ReadFails(Range<u64>, Errno),
    /// Reading ends at this byte, whatever the size says.
    EndsAt(u64),
    /// The lowest bit of this byte comes back flipped.
    FlippedBit(u64),
    /// A rename that replaces a file removes that, says that it is done, and does the rest only
    /// after this time.
    SlowRename(Duration),
    /// Removing a name says that it is done, and does nothing.
    NotRemoved,
    /// The attributes that were seen first are those that are told ever after.
    StaleAttributes,
    /// So many bytes can be written, to all files together; then the disk is full.
    FullAfter(u64),
    /// A name that was made is seen by nobody until so much time has passed.
    SeenAfter(Duration),
    /// A name that another one equals but for the case of ASCII letters is taken for that one, as
    /// vfat and ext4 with `casefold` do it.
    FoldsCase,
}
