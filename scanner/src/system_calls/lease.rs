//! Whether somebody has a file open for writing, which a lease tells (fcntl(2), "Leases").

use std::os::fd::{AsRawFd, BorrowedFd};

/// `F_SETSIG` (include/uapi/asm-generic/fcntl.h).
const SET_SIGNAL: libc::c_int = 10;

/// Whether a file, open here for reading alone, is open for writing anywhere; false where that cannot be
/// asked: leases are for the owner of a file and for CAP_LEASE, and not every filesystem knows them.
///
/// The lease lasts for no longer than the question. Who opens the file for writing in that moment waits
/// for so long, or fails where it would not wait (O_NONBLOCK).
pub fn is_open_for_writing(file: BorrowedFd<'_>) -> bool {
    let ask = |operation, argument: libc::c_int| {
        // SAFETY: these operations take a number and touch no memory of this process.
        unsafe { libc::fcntl(file.as_raw_fd(), operation, argument) == 0 }
    };
    // Who breaks a lease has its holder sent SIGIO, which would end this process.
    if !ask(SET_SIGNAL, libc::SIGURG) {
        return false;
    }
    if ask(libc::F_SETLEASE, libc::F_RDLCK) {
        ask(libc::F_SETLEASE, libc::F_UNLCK);
        return false;
    }
    let refused = std::io::Error::last_os_error();
    refused.raw_os_error() == Some(libc::EAGAIN)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    #[test]
    fn who_writes_is_seen_until_it_closes_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        let writer = File::create(&path).unwrap();
        let read = File::open(&path).unwrap();
        assert!(is_open_for_writing(read.as_fd()));
        drop(writer);
        assert!(!is_open_for_writing(read.as_fd()));
        // Nothing is left behind that a writer would wait for.
        let flags = libc::O_NONBLOCK;
        assert!(File::options().append(true).custom_flags(flags).open(&path).is_ok());
        assert!(!is_open_for_writing(read.as_fd()));
    }
}
