//! cachestat(2): how much of a file is in memory. Linux 6.5.

use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

/// `struct cachestat_range`.
#[repr(C)]
struct Range {
    offset: u64,
    length: u64,
}

/// `struct cachestat`, in pages.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct CachedPages {
    /// In memory.
    pub cached: u64,
    /// Of these, not written back yet.
    pub dirty: u64,
    /// Of these, just being written back.
    pub writeback: u64,
    /// No longer in memory.
    pub evicted: u64,
    /// The same, not long ago.
    pub recently_evicted: u64,
}

/// The same number on every architecture but alpha (include/uapi/asm-generic/unistd.h).
const CACHESTAT: libc::c_long = 451;

/// Which pages of an open file are in memory, of those from a byte on; a length of 0 stands for all
/// that follow.
pub fn cached_pages(file: BorrowedFd<'_>, offset: u64, length: u64) -> Result<CachedPages, Errno> {
    let range = Range { offset, length };
    let mut pages = CachedPages::default();
    let (range, into): (*const Range, *mut CachedPages) = (&raw const range, &raw mut pages);
    // SAFETY: both structures are laid out as the kernel's and outlive the call.
    let failed = unsafe { libc::syscall(CACHESTAT, file.as_raw_fd(), range, into, 0) };
    if failed != 0 {
        let error = std::io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn what_was_just_written_is_in_memory() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![1; 1 << 20]).unwrap();
        let pages = cached_pages(file.as_fd(), 0, 0).map(|pages| pages.cached);
        assert!(matches!(pages, Ok(1..) | Err(Errno::NOSYS | Errno::PERM | Errno::OPNOTSUPP)));
    }
}
