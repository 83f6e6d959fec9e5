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
    /// How many bytes may still be decoded.
    pub limit: u64,
}

impl Archive<'_> {
    /// Looks at one entry: reads the data and compares their checksum.
    pub fn check(&mut self, entry: &Entry) -> Data {
        // Of an entry on another disk nothing is where it says.
        let is_sure = entry.disk == 0;
        let place = self.base.checked_add(entry.offset);
        let Some(local) = place.and_then(|place| Local::read(self.file, place)) else {
            return if is_sure { no_header(place) } else { Data::Unclear(ELSEWHERE) };
        };
        if entry.flags & (ENCRYPTED | MASKED) != 0 {
            return Data::Unclear(SECRET);
        }
        match local.contradiction(entry).filter(|_| is_sure) {
            Some((expected, found)) => Data::Wrong(expected, found),
            None => self.check_data(entry, local.data),
        }
    }

    fn check_data(&mut self, entry: &Entry, start: u64) -> Data {
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
const SECRET: &str = "an encrypted archive";
const TWO_SIZES: &str = "an entry of two sizes";
const UNKNOWN: &str = "an unknown method of compression";
const UNREADABLE: &str = "an entry reaches beyond the file";
