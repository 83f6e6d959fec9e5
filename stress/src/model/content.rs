//! What is in a file: pages, and holes between them.

use std::collections::BTreeMap;

use crate::data::pattern;

/// Bytes in a page.
pub const PAGE: u64 = 4096;

/// The content of a file. It takes memory for what was written, not for holes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    size: u64,
    pages: BTreeMap<u64, Box<[u8]>>,
}

impl Content {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that it takes, in whole pages.
    pub fn allocated(&self) -> u64 {
        self.pages.len() as u64 * PAGE
    }

    /// The first bytes of pages that hold something, in order.
    pub fn pages(&self) -> impl Iterator<Item = u64> {
        self.pages.keys().map(|page| page * PAGE)
    }

    /// At most `length` bytes from `at` on.
    pub fn read(&self, at: u64, length: u64) -> Vec<u8> {
        let length = length.min(self.size.saturating_sub(at));
        let mut bytes = vec![0; length as usize];
        let end = at + length;
        for (page, data) in self.pages.range(at / PAGE..end.div_ceil(PAGE)) {
            let start = page * PAGE;
            let (from, to) = (start.max(at), (start + PAGE).min(end));
            let source = data.get((from - start) as usize..(to - start) as usize);
            let target = bytes.get_mut((from - at) as usize..(to - at) as usize);
            if let (Some(source), Some(target)) = (source, target) {
                target.copy_from_slice(source);
            }
        }
        bytes
    }

    /// Writes, and grows where that is needed.
    pub fn write(&mut self, at: u64, bytes: &[u8]) {
        let mut at = at;
        let mut rest = bytes;
        while !rest.is_empty() {
            let within = (at % PAGE) as usize;
            let count = rest.len().min(PAGE as usize - within);
            let (now, later) = rest.split_at(count);
            let page = self.pages.entry(at / PAGE).or_insert_with(empty_page);
            if let Some(target) = page.get_mut(within..within + count) {
                target.copy_from_slice(now);
            }
            (at, rest) = (at + count as u64, later);
        }
        if !bytes.is_empty() {
            self.size = self.size.max(at);
        }
    }

    /// Writes `length` bytes of a pattern.
    pub fn write_pattern(&mut self, at: u64, length: u64, fill: u8) {
        let mut bytes = vec![0; length as usize];
        pattern(fill, at, &mut bytes);
        self.write(at, &bytes);
    }

    /// Cuts it, or grows it with a hole.
    pub fn resize(&mut self, size: u64) {
        if size < self.size {
            self.clear(size, self.size - size);
        }
        self.size = size;
    }

    /// Makes it at least so long.
    pub fn grow(&mut self, size: u64) {
        self.size = self.size.max(size);
    }

    /// Makes a range zeros; the size stays.
    pub fn clear(&mut self, at: u64, length: u64) {
        let end = at.saturating_add(length);
        let whole = at.div_ceil(PAGE)..end / PAGE;
        if whole.start < whole.end {
            let drop: Vec<u64> = self.pages.range(whole).map(|(page, _)| *page).collect();
            for page in drop {
                self.pages.remove(&page);
            }
        }
        for page in [at / PAGE, end / PAGE] {
            let start = page * PAGE;
            let (from, to) = (start.max(at), (start + PAGE).min(end));
            if from < to
                && let Some(data) = self.pages.get_mut(&page)
                && let Some(bytes) = data.get_mut((from - start) as usize..(to - start) as usize)
            {
                bytes.fill(0);
            }
        }
    }

    /// Takes a range of whole pages out; what is behind it moves up.
    pub fn collapse(&mut self, at: u64, length: u64) {
        let behind = self.pages.split_off(&(at / PAGE));
        let moved = behind.into_iter().filter(|(page, _)| *page >= (at + length) / PAGE);
        self.pages.extend(moved.map(|(page, data)| (page - length / PAGE, data)));
        self.size -= length;
    }

    /// Puts a range of whole pages of zeros in; what is behind it moves down.
    pub fn insert(&mut self, at: u64, length: u64) {
        let behind = self.pages.split_off(&(at / PAGE));
        self.pages.extend(behind.into_iter().map(|(page, data)| (page + length / PAGE, data)));
        self.size += length;
    }
}

fn empty_page() -> Box<[u8]> {
    vec![0; PAGE as usize].into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same done to a plain vector.
    #[derive(Default)]
    struct Plain(Vec<u8>);

    impl Plain {
        fn write(&mut self, at: usize, bytes: &[u8]) {
            self.0.resize(self.0.len().max(at + bytes.len()), 0);
            self.0[at..at + bytes.len()].copy_from_slice(bytes);
        }
    }

    #[track_caller]
    fn same(content: &Content, plain: &Plain) {
        assert_eq!(content.size(), plain.0.len() as u64);
        assert!(content.read(0, u64::from(u32::MAX)) == plain.0);
        assert!(
            content.read(5000, 100) == plain.0[5000.min(plain.0.len())..5100.min(plain.0.len())]
        );
    }

    #[test]
    fn content_is_that_of_a_plain_array() {
        let (mut content, mut plain) = (Content::default(), Plain::default());
        for (at, length) in [(0, 10), (4090, 20), (20_000, 9000), (8192, 4096)] {
            let mut bytes = vec![0; length];
            pattern(at as u8, at as u64, &mut bytes);
            content.write(at as u64, &bytes);
            plain.write(at, &bytes);
            same(&content, &plain);
        }
        for (at, length) in [(5, 3), (4096, 8192), (20_001, 5000), (0, 1)] {
            content.clear(at as u64, length as u64);
            plain.0[at..at + length].fill(0);
            same(&content, &plain);
        }
        content.collapse(4096, 8192);
        plain.0.drain(4096..12_288);
        same(&content, &plain);
        content.insert(8192, 4096);
        plain.0.splice(8192..8192, [0; 4096]);
        same(&content, &plain);
        for size in [15_000, 4097, 60_000, 0] {
            content.resize(size);
            plain.0.resize(size as usize, 0);
            same(&content, &plain);
        }
        assert_eq!(content.allocated(), 0);
    }

    #[test]
    fn holes_take_no_memory() {
        let mut content = Content::default();
        content.resize(1 << 44);
        content.write((1 << 43) + 1, b"x");
        assert_eq!(content.allocated(), PAGE);
        assert_eq!(content.pages().collect::<Vec<_>>(), [1 << 43]);
        assert_eq!(content.read((1 << 43) - 1, 4), [0, 0, b'x', 0]);
    }

    #[test]
    fn what_grew_behind_a_cut_is_zeros() {
        let mut content = Content::default();
        content.write_pattern(0, 6000, 3);
        content.resize(4100);
        content.resize(6000);
        assert!(content.read(4100, 1900).iter().all(|byte| *byte == 0));
    }
}
