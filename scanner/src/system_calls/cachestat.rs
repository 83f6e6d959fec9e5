//! cachestat(2): how much of a file is in memory. Linux 6.5.

use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

/// `struct cachestat_range`; a length of 0 stands for all that follows.
#[repr(C)]
struct Range {
    offset: u64,
    length: u64,
}

/// `struct cachestat`, in pages.
#[derive(Default)]
#[repr(C)]
struct Pages {
    cached: u64,
    dirty: u64,
    writeback: u64,
    evicted: u64,
    recently_evicted: u64,
}

/// The same number on every architecture but alpha (include/uapi/asm-generic/unistd.h).
const CACHESTAT: libc::c_long = 451;

/// How many pages of an open file are cached.
pub fn cached_pages(file: BorrowedFd<'_>) -> Result<u64, Errno> {
    let range = Range { offset: 0, length: 0 };
    let mut pages = Pages::default();
    let (range, into): (*const Range, *mut Pages) = (&raw const range, &raw mut pages);
    // SAFETY: both structures are laid out as the kernel's and outlive the call.
    let failed = unsafe { libc::syscall(CACHESTAT, file.as_raw_fd(), range, into, 0) };
    if failed != 0 {
        let error = std::io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
    }
    Ok(pages.cached)
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
        let pages = cached_pages(file.as_fd());
        assert!(matches!(pages, Ok(1..) | Err(Errno::NOSYS | Errno::PERM | Errno::OPNOTSUPP)));
    }
}
