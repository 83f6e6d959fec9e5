//! The end record of a zip file, which says where the central directory is (PKWARE APPNOTE.TXT,
//! 4.3.16).
//!
//! Its four first bytes may stand in the comment behind it, in an archive within the archive, and
//! in what a program appended. So each place at which they stand is weighed by what else fits:
//! that the directory is where the record says, and that the comment ends with the file. Among
//! equals the last one wins, as everywhere.

use std::os::fd::BorrowedFd;

use super::pread;
use super::zip_directory::{Directory, Entries, LONGEST};
use super::zip_entry;
use super::zip_fields::{u16_at, u32_at};
use super::zip64_end::{self, Wide};

/// What was found at the end of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A directory.
    Directory(Directory),
    /// An end record that says something else than the directory: what, and what is.
    Contradiction(String, String),
    /// No end of a central directory.
    Nothing,
    /// Something that is not understood.
    Unclear,
}

/// What the record begins with.
const START: &[u8] = b"PK\x05\x06";

/// Its length without its comment.
const FIXED: usize = 22;

/// How far from the end it is looked for: a comment has 65535 bytes at most, and some programs
/// append more.
const FAR: u64 = 1 << 20;

/// Most places that are weighed, from the end on: as many as a comment has room for.
const MOST: usize = 1 << 14;

/// What comes behind the end record of an archive that is stored in another one: the next local
/// header, a data descriptor, the other's directory.
const INSIDE: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x07\x08", b"PK\x01\x02"];

/// How much of a record fits, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The directory is none at its first byte, or begins before what the record says.
    Numbers,
    /// The directory is where it says; what follows is no comment.
    Directory,
    /// So is the comment.
    Whole,
}

/// A record.
struct End {
    /// Its own first byte in the file.
    place: u64,
    disks: [u16; 2],
    /// Entries on this disk and in all.
    counts: [u16; 2],
    size: u32,
    offset: u32,
    /// How many bytes of the comment that it counts are there, and how many are not.
    comment: u64,
    missing: u64,
    /// Whether nothing follows the comment.
    is_last: bool,
    /// Whether it belongs to an archive within the archive.
    is_inside: bool,
}

/// Finds the directory of a file of a size in bytes.
pub fn find(file: BorrowedFd<'_>, size: u64) -> Found {
    let start = size.saturating_sub(FAR);
    let mut tail = vec![0; (size - start) as usize];
    if !pread::fill(file, start, &mut tail) {
        return Found::Unclear;
    }
    let places = tail.windows(START.len()).enumerate().rev();
    let places = places.filter(|(_, four)| *four == START).map(|(place, _)| place);
    let mut best: Option<(Fit, Directory)> = None;
    let mut said = None;
    for end in places.take(MOST).filter_map(|place| End::read(&tail, place, start)) {
        if end.is_inside {
            continue;
        }
        let weighed = end.weigh(file);
        let better = weighed.filter(|(fit, _)| best.is_none_or(|(most, _)| *fit > most));
        best = better.or(best);
        if matches!(best, Some((Fit::Whole, _))) {
            break;
        }
        if said.as_ref().is_none_or(|said: &End| end.is_last && !said.is_last) {
            said = Some(end);
        }
    }
    match (best, said) {
        (Some((_, directory)), _) => Found::Directory(directory),
        (None, Some(end)) => end.contradiction(file).unwrap_or(Found::Unclear),
        (None, None) => Found::Nothing,
    }
}

impl End {
    /// The record at a place of the tail, which begins at `start`; none where it is cut.
    fn read(tail: &[u8], place: usize, start: u64) -> Option<End> {
        let record = tail.get(place..)?;
        let comment = usize::from(u16_at(record, 20)?);
        let rest = record.get(FIXED..)?;
        let behind = rest.get(comment..).unwrap_or_default();
        Some(End {
            place: start + place as u64,
            disks: [u16_at(record, 4)?, u16_at(record, 6)?],
            counts: [u16_at(record, 8)?, u16_at(record, 10)?],
            size: u32_at(record, 12)?,
            offset: u32_at(record, 16)?,
            comment: comment.min(rest.len()) as u64,
            missing: comment.saturating_sub(rest.len()) as u64,
            is_last: rest.len() == comment,
            is_inside: INSIDE.iter().any(|inside| behind.starts_with(inside)),
        })
    }

    /// The directory, and how much speaks for it.
    fn weigh(&self, file: BorrowedFd<'_>) -> Option<(Fit, Directory)> {
        let directory = self.directory(file)?;
        let is_placed = match directory.shift() {
            Some(0) => true,
            // An empty directory is anywhere.
            _ if directory.size == 0 => return None,
            _ if !self.is_last => return None,
            shift => shift.is_some(),
        };
        let begins = directory.size == 0 || begins_at(file, directory.start);
        match (is_placed, begins) {
            (true, true) if self.is_last => Some((Fit::Whole, directory)),
            (true, true) => Some((Fit::Directory, directory)),
            (false, true) => Some((Fit::Numbers, directory)),
            (_, false) => directory.is_exact().then_some((Fit::Numbers, directory)),
        }
    }

    /// What it says of the directory. Writers that do not know beforehand how much will come add
    /// a wide record even where the plain one says everything: where one is, it stands between
    /// the directory and the plain one.
    fn directory(&self, file: BorrowedFd<'_>) -> Option<Directory> {
        let counts = self.counts.map(u64::from);
        let [size, offset] = [self.size, self.offset].map(u64::from);
        let (end, counts, size, offset) = match zip64_end::find(file, self.place) {
            Wide::Nothing if self.disks == [0, 0] => (self.place, counts, size, offset),
            Wide::Record(wide)
                if (self.counts[1] == u16::MAX || counts[1] == wide.entries)
                    && (self.size == u32::MAX || size == wide.size)
                    && (self.offset == u32::MAX || offset == wide.offset) =>
            {
                (wide.start, [wide.entries; 2], wide.size, wide.offset)
            }
            _ => return None,
        };
        let is_wide = end != self.place;
        let start = end.checked_sub(size)?;
        let missing = self.missing;
        Some(Directory { start, size, counts, is_wide, offset, comment: self.comment, missing })
    }

    /// A directory that begins where the record says, and whose entries go on right up to it,
    /// has another length than it says.
    fn contradiction(&self, file: BorrowedFd<'_>) -> Option<Found> {
        let (start, counted) = (u64::from(self.offset), u64::from(self.counts[1]));
        let size = self.place.checked_sub(start).filter(|size| *size <= LONGEST)?;
        let is_plain = zip64_end::find(file, self.place) == Wide::Nothing;
        if !is_plain || !self.is_last || self.disks != [0, 0] || counted == 0 {
            return None;
        }
        if !begins_at(file, start) {
            return None;
        }
        let mut bytes = vec![0; size as usize];
        if !pread::fill(file, start, &mut bytes) {
            return None;
        }
        let mut entries = Entries::of(&bytes);
        let fits = entries.by_ref().count() as u64 == counted && entries.rest().is_empty();
        let told = |size: u64| format!("a central directory of {size} bytes");
        fits.then(|| Found::Contradiction(told(u64::from(self.size)), told(size)))
    }
}

/// Whether an entry of a directory begins at a place.
fn begins_at(file: BorrowedFd<'_>, place: u64) -> bool {
    let mut start = [0; zip_entry::START.len()];
    pread::fill(file, place, &mut start) && start == *zip_entry::START
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

    /// Seventy bytes, and thirty that begin like a directory.
    fn body() -> Vec<u8> {
        [&[1; 70][..], zip_entry::START, &[1; 26]].concat()
    }

    fn plain() -> Directory {
        let counts = [2; 2];
        Directory {
            start: 70,
            size: 30,
            counts,
            is_wide: false,
            offset: 70,
            comment: 0,
            missing: 0,
        }
    }

    fn found(bytes: &[u8]) -> Found {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        find(file.as_fd(), bytes.len() as u64)
    }

    #[test]
    fn the_end_is_found_behind_what_may_stand_there() {
        let bytes = [body(), end(2, 30, 70, b"comment")].concat();
        let expected = Directory { comment: 7, ..plain() };
        assert_eq!(found(&bytes), Found::Directory(expected));
        let appended = [&bytes, &b"signature"[..]].concat();
        assert_eq!(found(&appended), Found::Directory(expected));
        let shifted = [&[7; 11][..], &bytes].concat();
        assert_eq!(found(&shifted), Found::Directory(Directory { start: 81, ..expected }));
        assert_eq!(Directory { start: 81, ..expected }.shift(), Some(11));
    }

    #[test]
    fn what_begins_like_an_end_in_a_comment_is_none() {
        let decoy = end(0, 0, 0, b"");
        for comment in [
            &b"hello PK\x05\x06 comment"[..],
            &b"PK\x05\x06".repeat(16000),
            &[&b"PK\x05\x06"[..], &[1; 60]].concat(),
            &decoy,
            &[&decoy[..], b"PK\x05\x06"].concat(),
        ] {
            let bytes = [body(), end(2, 30, 70, comment)].concat();
            let told = format!("a comment of {} bytes", comment.len());
            let comment = comment.len() as u64;
            assert_eq!(found(&bytes), Found::Directory(Directory { comment, ..plain() }), "{told}");
        }
    }

    #[test]
    fn the_end_of_an_archive_within_is_none() {
        let inner = [body(), end(2, 30, 70, b"")].concat();
        for behind in INSIDE {
            assert_eq!(found(&[&b"header"[..], &inner, behind, &[1; 90]].concat()), Found::Nothing);
        }
        assert_eq!(found(&[&b"header"[..], &inner, b"checksum"].concat()), Found::Unclear);
    }

    #[test]
    fn nothing_and_nonsense_are_told_apart() {
        assert_eq!(found(b""), Found::Nothing);
        assert_eq!(found(&vec![3; 70_000]), Found::Nothing);
        assert_eq!(found(&end(2, 30, 70, b"")[..21]), Found::Nothing);
        assert_eq!(found(&end(2, 30, 70, b"")), Found::Unclear);
        let mut several = [body(), end(2, 30, 70, b"")].concat();
        several[104] = 1;
        assert_eq!(found(&several), Found::Unclear);
        let empty = [body(), end(0, 0, 0, b"")].concat();
        assert_eq!(found(&empty), Found::Unclear);
    }

    fn wide(fields: [u64; 3]) -> Vec<u8> {
        zip64_end::tests::record(44, fields)
    }

    #[test]
    fn zip64_says_more() {
        let bytes = [body(), wide([70_000, 30, 70]), end(u16::MAX, 30, 70, b"")].concat();
        let expected = Directory { counts: [70_000; 2], is_wide: true, ..plain() };
        assert_eq!(found(&bytes), Found::Directory(expected));
    }

    #[test]
    fn zip64_takes_its_room_where_it_says_nothing_more() {
        let bytes = [body(), wide([2, 30, 70]), end(2, 30, 70, b"comment")].concat();
        let expected = Directory { is_wide: true, comment: 7, ..plain() };
        assert_eq!(found(&bytes), Found::Directory(expected));
        let shifted = [&[7; 11][..], &bytes].concat();
        assert_eq!(found(&shifted), Found::Directory(Directory { start: 81, ..expected }));
        let torn = [body(), wide([2, 30, 70]), end(3, 30, 70, b"")].concat();
        assert_eq!(found(&torn), Found::Unclear);
    }
}
