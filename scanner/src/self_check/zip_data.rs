//! The data of a zip entry, and its local header before them: whether they are what the central
//! directory says.
//!
//! Where the two say different things, that is told; how an entry is encrypted or compressed in
//! a way other than deflate is not known here, and of its content nothing is said.

use std::os::fd::BorrowedFd;

use crc32fast::Hasher;

use super::inflate::{Fault, Inflate, Progress, TOO_LONG};
use super::pread;
use super::zip_entry::{DEFLATED, ENCRYPTED, Entry, MASKED, STORED};
use super::zip_local::Local;

/// What the data of an entry are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// What was stored.
    Sound,
    /// What was to be, and what is.
    Wrong(String, String),
    /// Not to be said.
    Unclear(&'static str),
}

/// An archive whose entries are looked at.
pub struct Archive<'a> {
    /// The file.
    pub file: BorrowedFd<'a>,
    /// The archive's first byte in it.
    pub base: u64,
    /// Where the data of entries end and the central directory begins.
    pub end: u64,
    /// How many bytes may still be decoded.
    pub limit: u64,
    /// How many bytes of data may still be read: those of a sound archive do not overlap.
    pub unread: u64,
}

impl Archive<'_> {
    /// Looks at one entry: reads the data and compares their checksum.
    pub fn check(&mut self, entry: &Entry) -> Data {
        // Of an entry on another disk nothing is where it says.
        let is_sure = entry.disk == 0;
        let place = self.base.checked_add(entry.offset);
        let Some(local) = place.and_then(|place| Local::read(self.file, place, entry)) else {
            return if is_sure { no_header(place) } else { Data::Unclear(ELSEWHERE) };
        };
        if (entry.flags | local.flags) & MASKED != 0 {
            return Data::Unclear(SECRET);
        }
        let contradiction = local.contradiction(entry).or_else(|| self.excess(entry, &local));
        if let Some((expected, found)) = contradiction.filter(|_| is_sure) {
            return Data::Wrong(expected, found);
        }
        if (entry.flags | local.flags) & ENCRYPTED != 0 {
            return Data::Unclear(SECRET);
        }
        match self.check_data(entry, local.data) {
            Data::Unclear(TWO_SIZES) if is_sure && !local.repeats_sizes(entry) => {
                let (compressed, size) = (entry.compressed, entry.size);
                let expected = format!("{size} stored bytes");
                Data::Wrong(expected, format!("{compressed} bytes of data"))
            }
            Data::Unclear(UNKNOWN) if is_sure && self.is_of_local_method(entry, &local) => {
                let (expected, found) = local.other_method(entry);
                Data::Wrong(expected, found)
            }
            judged => judged,
        }
    }

    /// Data that reach into the central directory, or beyond the file.
    fn excess(&self, entry: &Entry, local: &Local) -> Option<(String, String)> {
        let end = self.end;
        let reached = local.data.checked_add(entry.compressed);
        reached.is_none_or(|reached| reached > end).then(|| {
            let (start, length) = (local.data, entry.compressed);
            let found = format!("{length} bytes from byte {start} on");
            (format!("data before the central directory at byte {end}"), found)
        })
    }

    /// Whether the data are right by the method that the local header names and the directory
    /// does not.
    fn is_of_local_method(&mut self, entry: &Entry, local: &Local) -> bool {
        let method = local.method;
        let as_there = Entry { method, ..entry.clone() };
        method != entry.method && self.check_data(&as_there, local.data) == Data::Sound
    }

    fn check_data(&mut self, entry: &Entry, start: u64) -> Data {
        let Some(left) = self.unread.checked_sub(entry.compressed) else {
            return Data::Unclear(OVERLAPPING);
        };
        self.unread = left;
        match entry.method {
            STORED if entry.compressed != entry.size => Data::Unclear(TWO_SIZES),
            STORED => self.check_stored(entry, start),
            DEFLATED => self.check_deflated(entry, start),
            _ => Data::Unclear(UNKNOWN),
        }
    }

    fn check_stored(&mut self, entry: &Entry, start: u64) -> Data {
        let Some(left) = self.limit.checked_sub(entry.size) else {
            return Data::Unclear(TOO_LONG);
        };
        self.limit = left;
        let mut crc = Hasher::new();
        let read = pread::pieces(self.file, start, entry.size, |piece| {
            crc.update(piece);
            true
        });
        if read { compare(entry, crc, entry.size) } else { Data::Unclear(UNREADABLE) }
    }

    fn check_deflated(&mut self, entry: &Entry, start: u64) -> Data {
        let mut inflate = Inflate::raw(self.limit);
        let mut crc = Hasher::new();
        let mut size = 0;
        let mut progress = Ok(Progress::More);
        let read = pread::pieces(self.file, start, entry.compressed, |piece| {
            progress = inflate.feed(piece, |decoded| {
                crc.update(decoded);
                size += decoded.len() as u64;
            });
            progress == Ok(Progress::More)
        });
        self.limit = inflate.left();
        match progress {
            _ if !read => Data::Unclear(UNREADABLE),
            Ok(Progress::Ended(_)) => compare(entry, crc, size),
            Ok(Progress::More) => wrong(entry, "deflated data without their end".to_owned()),
            Err(Fault::Damaged) => wrong(entry, "bytes that cannot be inflated".to_owned()),
            Err(Fault::TooLong) => Data::Unclear(TOO_LONG),
        }
    }
}

fn no_header(place: Option<u64>) -> Data {
    let place = place.unwrap_or(u64::MAX);
    Data::Wrong(format!("a local header at byte {place}"), "none".to_owned())
}

fn compare(entry: &Entry, crc: Hasher, size: u64) -> Data {
    match crc.finalize() {
        crc if (crc, size) == (entry.crc, entry.size) => Data::Sound,
        crc => wrong(entry, format!("CRC-32 {crc:08x} and {size} bytes")),
    }
}

fn wrong(entry: &Entry, found: String) -> Data {
    Data::Wrong(format!("CRC-32 {:08x} and {} bytes", entry.crc, entry.size), found)
}

const ELSEWHERE: &str = "an entry is not where the directory says";
const OVERLAPPING: &str = "an archive whose entries overlap";
const SECRET: &str = "an encrypted archive";
const TWO_SIZES: &str = "an entry of two sizes";
const UNKNOWN: &str = "an unknown method of compression";
const UNREADABLE: &str = "an entry reaches beyond the file";

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::super::zip_testing::{Archive as Made, PATH, TEXT, at, start_of_directory};

    /// One entry whose local header leaves its numbers to what stands behind the data.
    fn streamed(method: u16) -> Vec<u8> {
        Made { flags: 8, ..Made::default() }.with("a", TEXT, method).finish(b"")
    }

    #[test]
    fn data_that_reach_into_the_directory_show() {
        let bytes = streamed(8);
        let (lab, entry) = (Lab::new(), start_of_directory(&bytes));
        let said = lab.disagrees(PATH, &at(&bytes, entry + 22, 1));
        assert!(said.expected.starts_with("a: data before the central directory"), "{said:?}");
        lab.disagrees(PATH, &at(&bytes, 29, 0x80));
        let secret = Made { flags: 9, ..Made::default() }.with("a", TEXT, 0).finish(b"");
        lab.disagrees(PATH, &at(&secret, entry_length(&secret), 1));
    }

    /// The highest byte of the length of an entry's data.
    fn entry_length(bytes: &[u8]) -> usize {
        start_of_directory(bytes) + 23
    }

    #[test]
    fn two_sizes_of_a_stored_entry_show_unless_it_says_so_twice() {
        let lab = Lab::new();
        let bytes = streamed(0);
        let entry = start_of_directory(&bytes);
        let said = lab.disagrees(PATH, &at(&bytes, entry + 24, 9));
        assert_eq!(said.expected, "a: 9 stored bytes");
        let twice = at(&at(&bytes, entry + 24, 9), 22, 9);
        lab.not_checked(PATH, &twice);
    }

    #[test]
    fn encryption_on_one_side_shows() {
        let lab = Lab::new();
        let bytes = Made::default().with("a", TEXT, 8).finish(b"");
        let entry = start_of_directory(&bytes);
        for place in [6, entry + 8] {
            let said = lab.disagrees(PATH, &at(&bytes, place, 1));
            assert!(said.expected.starts_with("a: encryption bit"), "{said:?}");
        }
        // Encrypted on both sides, and strongly.
        for bits in [1, 0x41] {
            lab.not_checked(PATH, &at(&at(&bytes, 6, bits), entry + 8, bits));
        }
        lab.not_checked(PATH, &at(&bytes, entry + 8, 0x41));
    }

    #[test]
    fn of_an_encrypted_entry_the_header_is_looked_at() {
        let lab = Lab::new();
        let bytes = Made { flags: 1, ..Made::default() }.with("a", TEXT, 0).finish(b"");
        lab.not_checked(PATH, &bytes);
        lab.disagrees(PATH, &at(&bytes, 0, 0));
        lab.disagrees(PATH, &at(&bytes, 30, b'b'));
    }

    #[test]
    fn a_method_that_the_data_do_not_bear_out_shows() {
        let lab = Lab::new();
        for method in [0, 8] {
            let bytes = streamed(method);
            let entry = start_of_directory(&bytes);
            // An unknown one here or there, and stored where deflate gained nothing.
            lab.disagrees(PATH, &at(&bytes, entry + 10, 14));
            lab.disagrees(PATH, &at(&bytes, 8, 14));
            lab.agrees(PATH, &at(&bytes, 8, 8 - method as u8));
            lab.not_checked(PATH, &at(&at(&bytes, 8, 14), entry + 10, 14));
        }
    }
}
