//! Leaving the page cache as it was found: reading a large file must not push out what the
//! machine works with.

use std::os::fd::AsFd;

use rustix::fs::{Advice, fadvise};

use super::open_file::OpenFile;
use crate::system_calls::cached_pages;

/// Files below this size are left in memory, in bytes.
const LARGE: u64 = 8 << 20;

/// Bytes of a page; a wrong guess only changes what counts as half.
const PAGE: u64 = 4096;

/// Whether a file is to be dropped from memory once it was read: it is large, and less than half
/// of it is there now. Before Linux 6.5, where that cannot be asked, every large one is.
pub fn is_to_be_dropped(file: &OpenFile, keep: bool) -> bool {
    let size = file.facts.size();
    if keep || size < LARGE {
        return false;
    }
    let cached = cached_pages(file.descriptor.as_fd()).unwrap_or(0);
    cached.saturating_mul(PAGE) < size / 2
}

/// Drops it. What is not written back yet stays, so nothing is lost.
pub fn drop_pages(file: &OpenFile) {
    // It is advice; nothing depends on it.
    let _ = fadvise(file.descriptor.as_fd(), 0, None, Advice::DontNeed);
}
