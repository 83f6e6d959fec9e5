//! Directories that a model can foresee the modes in: what the directory above hands down is taken
//! off.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, fchmod, fremovexattr, mkdirat, openat};
use rustix::io::Errno;

/// Access control lists (acl(5)): one for what is made within, one of the directory itself.
const LISTS: [&str; 2] = ["system.posix_acl_default", "system.posix_acl_access"];

/// What directories to work in may be: everything for us, and no more than looking for others.
pub const MODE: Mode = Mode::from_raw_mode(0o755);

/// Makes a directory of mode 0755, whatever the umask, and opens it.
pub fn make(parent: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
    mkdirat(parent, name, MODE)?;
    let directory = open(parent, name)?;
    make_plain(directory.as_fd(), MODE)?;
    Ok(directory)
}

/// Opens a directory for reading.
pub fn open(parent: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(parent, name, flags, Mode::empty())
}

/// Takes off the access control lists and the set-group-ID bit that it got from the directory
/// above, and sets its mode.
pub fn make_plain(directory: BorrowedFd<'_>, mode: Mode) -> Result<(), Errno> {
    for list in LISTS {
        match fremovexattr(directory, list) {
            Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP) => {}
            Err(errno) => return Err(errno),
        }
    }
    fchmod(directory, mode)
}
