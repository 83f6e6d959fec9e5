//! Leaving the page cache as it was found: reading a large file must not push out what the
//! machine works with.

use std::os::fd::AsFd;

use rustix::fs::{Advice, fadvise};

use super::open_file::OpenFile;
use crate::stamp::Moment;
use crate::system_calls::cached_pages;

/// Files below this size are left in memory, in bytes.
const LARGE: u64 = 8 << 20;

/// Seconds after which a dirty page was written back.
const LONG_ENOUGH: i64 = 120;

/// Bytes of a page; a wrong guess only changes what counts as half.
const PAGE: u64 = 4096;

/// Whether a file is to be dropped from memory once it was read: it is large, and less than half
/// of it is there now. Before Linux 6.5, where that cannot be asked, every large one is.
pub fn is_to_be_dropped(file: &OpenFile, keep: bool) -> bool {
    let size = file.facts.size();
    if keep || size < LARGE {
        return false;
    }
    let cached = cached_pages(file.descriptor.as_fd(), 0, 0).map_or(0, |pages| pages.cached);
    cached.saturating_mul(PAGE) < size / 2
}

/// Whether all that is in memory of a file was written back, so that a later store to a mapped page
/// changes its times. Before Linux 6.5, where that cannot be asked, an inode that did not change
/// for long enough tells it (dirty pages are written after 30 seconds).
pub fn is_written_back(file: &OpenFile, now: Moment) -> bool {
    match cached_pages(file.descriptor.as_fd(), 0, 0) {
        Ok(pages) => pages.dirty == 0 && pages.writeback == 0,
        Err(_) => now.seconds().saturating_sub(file.facts.changed_at().0) > LONG_ENOUGH,
    }
}

/// Drops it. What is not written back yet stays, so nothing is lost.
pub fn drop_pages(file: &OpenFile) {
    // It is advice; nothing depends on it.
    let _ = fadvise(file.descriptor.as_fd(), 0, None, Advice::DontNeed);
}
