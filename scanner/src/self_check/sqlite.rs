//! SQLite databases.
//!
//! The header says how large a page is (bytes 16 and 17) and how many the file has (28 to 31);
//! the latter holds where the change counter (24 to 27) is the version that it is valid for (92
//! to 95) (sqlite.org/fileformat2.html, 1.3). A file that is shorter has lost its end. A longer
//! one has not: SQLite grows files in steps where it is told to (SQLITE_FCNTL_CHUNK_SIZE).
//!
//! Pages carry no checksum, so nothing else is proven. A journal or a write-ahead log beside it
//! means that the database is in use or waits to be recovered: not checked.

use std::os::fd::BorrowedFd;

use rustix::fs::fstat;

use super::siblings::is_absent;
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees, pread};

const FORMAT: &str = "SQLite database";
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// For a database of any name.
pub fn verifier(_: &Place<'_>, head: &[u8]) -> Chosen {
    if !head.starts_with(MAGIC) {
        return None;
    }
    Some(Box::new(Database))
}

/// Looks at the file when it was read: a header that was read before may be older than the size.
struct Database;

impl Verifier for Database {
    fn update(&mut self, _: &[u8]) {}

    fn needs_directory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        let Some(header) = Header::read(around.file) else {
            return Verdict::NotChecked("a database without a whole header");
        };
        let Some(expected) = header.size() else {
            return Verdict::NotChecked("a database whose header does not say how long it is");
        };
        let Some(directory) = around.directory else {
            return Verdict::NotChecked("a directory that cannot be opened any more");
        };
        for suffix in [&b"-journal"[..], b"-wal"] {
            let beside = [around.name.to_bytes(), suffix].concat();
            if !is_absent(directory, &beside) {
                return Verdict::NotChecked("a database with a journal beside it");
            }
        }
        let size = fstat(around.file).map_or(0, |facts| facts.st_size as u64);
        if Header::read(around.file) != Some(header) || size != around.size {
            return Verdict::NotChecked("a database that is being written");
        }
        if size >= expected {
            return Verdict::Agrees;
        }
        disagrees(FORMAT, format!("at least {expected} bytes"), format!("{size} bytes"))
    }
}

/// The first 100 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Header([u8; 100]);

impl Header {
    fn read(file: BorrowedFd<'_>) -> Option<Header> {
        let mut room = [0; 100];
        pread::fill(file, 0, &mut room).then_some(Header(room))
    }

    /// The size in bytes that it says the file has; none where it says none that is valid.
    fn size(&self) -> Option<u64> {
        let page = match u16::from_be_bytes(self.field(16)?) {
            1 => 65536,
            size if size >= 512 && size.is_power_of_two() => u64::from(size),
            _ => return None,
        };
        let pages = u32::from_be_bytes(self.field(28)?);
        let valid = pages > 0 && self.field::<4>(24)? == self.field::<4>(92)?;
        valid.then_some(u64::from(pages) * page)
    }

    fn field<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.0.get(offset..)?.first_chunk().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    /// A database of so many pages; 1 stands for 65536 bytes a page.
    fn database(page: u16, pages: u32) -> Vec<u8> {
        let size = if page == 1 { 65536 } else { usize::from(page) };
        let mut bytes = vec![0; size * pages as usize];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..18].copy_from_slice(&page.to_be_bytes());
        bytes[24..28].copy_from_slice(&7_u32.to_be_bytes());
        bytes[28..32].copy_from_slice(&pages.to_be_bytes());
        bytes[92..96].copy_from_slice(&7_u32.to_be_bytes());
        bytes
    }

    #[test]
    fn a_lost_end_shows() {
        for page in [512, 4096, 32768, 1] {
            let bytes = database(page, 3);
            let lab = Lab::new();
            lab.agrees("a.db", &bytes);
            for lost in [1, 100, 512, bytes.len() - 100] {
                lab.disagrees("a.db", &bytes[..bytes.len() - lost]);
            }
            lab.agrees("a.db", &[&bytes[..], &[0; 8192]].concat());
        }
    }

    #[test]
    fn more_pages_than_there_are_show() {
        let mut bytes = database(512, 2);
        bytes[31] ^= 4;
        Lab::new().disagrees("places.sqlite", &bytes);
    }

    #[test]
    fn a_database_in_use_is_not_checked() {
        for suffix in ["-journal", "-wal"] {
            let lab = Lab::new();
            lab.put(&format!("a.db{suffix}"), b"");
            lab.not_checked("a.db", &database(512, 2)[..600]);
        }
    }

    #[test]
    fn a_header_that_says_nothing_is_not_checked() {
        let lab = Lab::new();
        let change = |place: usize, value: u8| {
            let mut bytes = database(512, 2);
            bytes[place] = value;
            bytes.truncate(600);
            bytes
        };
        lab.disagrees("a.db", &change(99, 0));
        for (place, value) in [(16, 3), (27, 8), (95, 8), (31, 0)] {
            lab.not_checked("a.db", &change(place, value));
        }
        lab.not_checked("a.db", MAGIC);
        lab.not_ours("a.db", b"SQLite format 2");
        lab.not_ours("a.db", b"");
    }
}
