//! The central directory of a zip file (PKWARE APPNOTE.TXT, 4.3.12 to 4.3.16).
//!
//! Read here and not by a library: how many entries there are is known before any is kept, and
//! each way of not being a plain archive is told apart from damage.

use std::os::fd::BorrowedFd;

use super::pread;
use super::zip64_end::{self, Wide};

/// Where the directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its first byte in the file.
    pub start: u64,
    /// Its length in bytes.
    pub size: u64,
    /// How many entries it has.
    pub entries: u64,
    /// What to add to the offsets in it: the length of what stands before the archive.
    pub shift: u64,
}

impl Directory {
    /// Whether it lies where the end record says, to the byte, before that record. Three numbers
    /// and a place that fit prove an end record, and so what does not fit it is damage. Where
    /// something stands before the archive, one of them is missing.
    pub fn is_exact(&self) -> bool {
        self.shift == 0
    }
}

/// What was found at the end of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A directory.
    Directory(Directory),
    /// No end of a central directory.
    Nothing,
    /// Something that is not understood.
    Unclear,
}

/// Length of an end record without its comment.
const END: usize = 22;

/// How far from the end it is looked for: a comment has 65535 bytes at most, and some programs
/// append more.
const FAR: u64 = 1 << 20;

/// Finds the directory of a file of a size in bytes.
pub fn find(file: BorrowedFd<'_>, size: u64) -> Found {
    let start = size.saturating_sub(FAR);
    let mut tail = vec![0; (size - start) as usize];
    if !pread::fill(file, start, &mut tail) {
        return Found::Unclear;
    }
    let Some(place) = tail.windows(4).rposition(|four| four == b"PK\x05\x06") else {
        return Found::Nothing;
    };
    let end = start + place as u64;
    let Some(record) = tail.get(place..).and_then(|record| record.first_chunk::<END>()) else {
        // The record itself is cut.
        return Found::Nothing;
    };
    read_end(file, end, record).map_or(Found::Unclear, Found::Directory)
}

fn read_end(file: BorrowedFd<'_>, end: u64, record: &[u8; END]) -> Option<Directory> {
    let (disk, start_disk) = (u16_at(record, 4)?, u16_at(record, 6)?);
    let (here, entries) = (u16_at(record, 8)?, u16_at(record, 10)?);
    let (size, offset) = (u32_at(record, 12)?, u32_at(record, 16)?);
    // Writers that do not know beforehand how much will come add a wide record even where the
    // plain one says everything: where one is, it stands between the directory and the plain one.
    match zip64_end::find(file, end) {
        Wide::Nothing if disk == 0 && start_disk == 0 && here == entries => {
            directory(end, u64::from(entries), u64::from(size), u64::from(offset))
        }
        Wide::Record(wide)
            if (entries == u16::MAX || u64::from(entries) == wide.entries)
                && (size == u32::MAX || u64::from(size) == wide.size)
                && (offset == u32::MAX || u64::from(offset) == wide.offset) =>
        {
            directory(wide.start, wide.entries, wide.size, wide.offset)
        }
        _ => None,
    }
}

/// The directory ends where the first end record begins.
fn directory(end: u64, entries: u64, size: u64, offset: u64) -> Option<Directory> {
    let start = end.checked_sub(size)?;
    let shift = start.checked_sub(offset)?;
    Some(Directory { start, size, entries, shift })
}

/// A field of two bytes at an offset.
pub fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// A field of four.
pub fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(offset..)?.first_chunk()?))
}

/// A field of eight.
pub fn u64_at(bytes: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(offset..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;

    use super::*;

    fn end(entries: u16, size: u32, offset: u32, comment: &[u8]) -> Vec<u8> {
        let mut record = b"PK\x05\x06\0\0\0\0".to_vec();
        record.extend([entries.to_le_bytes(), entries.to_le_bytes()].concat());
        record.extend([size.to_le_bytes(), offset.to_le_bytes()].concat());
        record.extend((comment.len() as u16).to_le_bytes());
        record.extend(comment);
        record
    }

    fn found(bytes: &[u8]) -> Found {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        find(file.as_fd(), bytes.len() as u64)
    }

    #[test]
    fn the_end_is_found_behind_what_may_stand_there() {
        let body = [1; 100];
        let plain = [&body[..], &end(2, 30, 70, b"comment")].concat();
        let expected = Directory { start: 70, size: 30, entries: 2, shift: 0 };
        assert_eq!(found(&plain), Found::Directory(expected));
        let shifted = [&[7; 11][..], &plain, b"signature"].concat();
        let expected = Directory { start: 81, shift: 11, ..expected };
        assert_eq!(found(&shifted), Found::Directory(expected));
    }

    #[test]
    fn nothing_and_nonsense_are_told_apart() {
        assert_eq!(found(b""), Found::Nothing);
        assert_eq!(found(&vec![3; 70_000]), Found::Nothing);
        assert_eq!(found(&end(2, 30, 70, b"")[..21]), Found::Nothing);
        assert_eq!(found(&end(2, 30, 70, b"")), Found::Unclear);
        let mut several = [vec![1; 100], end(2, 30, 70, b"")].concat();
        several[104] = 1;
        assert_eq!(found(&several), Found::Unclear);
    }

    fn wide(fields: [u64; 3]) -> Vec<u8> {
        zip64_end::tests::record(44, fields)
    }

    #[test]
    fn zip64_says_more() {
        let bytes = [vec![1; 100], wide([70_000, 30, 70]), end(u16::MAX, 30, 70, b"")].concat();
        let expected = Directory { start: 70, size: 30, entries: 70_000, shift: 0 };
        assert_eq!(found(&bytes), Found::Directory(expected));
    }

    #[test]
    fn zip64_takes_its_room_where_it_says_nothing_more() {
        let plain = [vec![1; 100], wide([2, 30, 70]), end(2, 30, 70, b"comment")].concat();
        let expected = Directory { start: 70, size: 30, entries: 2, shift: 0 };
        assert_eq!(found(&plain), Found::Directory(expected));
        let shifted = [&[7; 11][..], &plain].concat();
        let expected = Directory { start: 81, shift: 11, ..expected };
        assert_eq!(found(&shifted), Found::Directory(expected));
        let torn = [vec![1; 100], wide([2, 30, 70]), end(3, 30, 70, b"")].concat();
        assert_eq!(found(&torn), Found::Unclear);
    }
}
