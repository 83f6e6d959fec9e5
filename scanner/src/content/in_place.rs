//! Bytes of a large file that are looked at where the kernel holds them.
//!
//! read(2) copies what it reads, which for what is in memory takes a quarter as long as hashing it.
//! Of small files nothing is gained: to map one, and above all to have all processors forget that it
//! was mapped, takes as long. Nor of what comes from a device, which read(2) reads further ahead.

use std::ops::Range;
use std::os::fd::AsFd;

use rustix::param::page_size;

use super::open_file::OpenFile;
use super::reader::{BUFFER, ContentReader, is_zero};
use crate::system_calls::{Mapping, cached_pages};

/// Bytes that are mapped at once. Those that were looked at count as memory of this process; threads
/// that share a file look at different ones.
const WINDOW: u64 = 8 << 20;

/// The part of a file that is mapped.
#[derive(Debug)]
pub(super) struct Window<'f> {
    file: &'f OpenFile,
    mapped: Option<(Range<u64>, Mapping<'f>)>,
}

impl<'f> Window<'f> {
    /// On a file of which nothing is mapped yet.
    pub fn new(file: &'f OpenFile) -> Self {
        Window { file, mapped: None }
    }

    /// Has a range mapped that begins at a page.
    fn show(&mut self, range: &Range<u64>) -> Option<(&Mapping<'f>, &[u8])> {
        let holds = |(mapped, _): &(Range<u64>, Mapping<'_>)| {
            mapped.start <= range.start && range.end <= mapped.end
        };
        if !self.mapped.as_ref().is_some_and(holds) {
            self.mapped = None;
            let end = range.end.max(self.file.facts.size().min(range.start + WINDOW));
            let mapping = Mapping::of(self.file.descriptor.as_fd(), range.start..end).ok()?;
            self.mapped = Some((range.start..end, mapping));
        }
        let (mapped, mapping) = self.mapped.as_ref()?;
        let begin = (range.start - mapped.start) as usize;
        let length = (range.end - range.start) as usize;
        Some((mapping, mapping.bytes().get(begin..)?.get(..length)?))
    }
}

impl ContentReader<'_> {
    /// Hands out a range that is in memory, without a copy. Tells whether it was all zeros; nothing
    /// where the range is not in memory, or did not stay there: then what was handed out is worth
    /// nothing.
    pub(super) fn pass_in_place(
        &self,
        window: &mut Window<'_>,
        range: &Range<u64>,
        mut take: impl FnMut(&[u8]),
    ) -> Option<bool> {
        if self.scope.control.is_stopped() || !self.is_in_memory(window.file, range) {
            return None;
        }
        let (mapping, bytes) = window.show(range)?;
        let mut zero = true;
        for bytes in bytes.chunks(BUFFER) {
            zero = zero && is_zero(bytes);
            take(bytes);
            self.workers.current().tick();
        }
        if !mapping.is_whole() {
            window.mapped = None;
            return None;
        }
        self.scope.control.add_bytes(range.end - range.start);
        Some(zero)
    }

    fn is_in_memory(&self, file: &OpenFile, range: &Range<u64>) -> bool {
        // A server's files are asked for anew by read(2) alone, and the rate is kept to where bytes are
        // read.
        let asks = self.is_local(file) && self.limit.is_none();
        let length = range.end - range.start;
        let pages = || cached_pages(file.descriptor.as_fd(), range.start, length);
        asks && pages().is_ok_and(|pages| pages.cached >= length.div_ceil(page_size() as u64))
    }
}
