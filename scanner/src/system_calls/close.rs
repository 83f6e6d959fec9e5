//! close(2) without the detour through libc, which makes it a point where a thread may be
//! cancelled (pthread_setcanceltype(3)): 1 % of a scan that opens every file.

use std::os::fd::{IntoRawFd, OwnedFd};

use rustix::io::Errno;

/// Closes a descriptor that was only read through, so that no error is to be told.
#[inline]
pub fn close(descriptor: OwnedFd) {
    // SAFETY: the descriptor was owned, so nobody else uses it, and it is given up here.
    unsafe { rustix::io::close(descriptor.into_raw_fd()) };
}

/// Closes a descriptor that was written through: a server that writes at close tells of errors
/// only here (close(2)).
pub fn close_written(descriptor: OwnedFd) -> Result<(), Errno> {
    // SAFETY: the descriptor was owned, so nobody else uses it, and it is given up here.
    unsafe { rustix::io::try_close(descriptor.into_raw_fd()) }
}
