//! The header of an SQLite database, its first 100 bytes (sqlite.org/fileformat2.html, 1.3).
//!
//! A fault is what no SQLite writes and every SQLite refuses to open; of the list of free pages,
//! what `PRAGMA integrity_check` calls out. Other values that the format
//! forbids are none: a text encoding above 3, reserved bytes that are not zero and a write version
//! above 2 are read by SQLite all the same, and say nothing of damage where another program uses
//! them.

use std::os::fd::BorrowedFd;

use super::pread;

pub const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Bytes of the header.
pub const LENGTH: u64 = 100;

const FRACTIONS: [u8; 3] = [64, 32, 32];

/// Of a page, without the bytes that are reserved at its end.
const LEAST_USABLE: u64 = 480;

const LAST_SCHEMA_FORMAT: u8 = 4;

/// The releases of SQLite that write the last two fields: 3.7.0 and later.
const RELEASES: std::ops::Range<u32> = 3_007_000..4_000_000;

/// What is there in place of what must be.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub expected: String,
    pub found: String,
}

impl Fault {
    pub fn new(expected: &str, found: String) -> Fault {
        Fault { expected: expected.to_owned(), found }
    }
}

/// The bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Header([u8; LENGTH as usize]);

impl Header {
    pub fn read(file: BorrowedFd<'_>) -> Option<Header> {
        let mut room = [0; LENGTH as usize];
        pread::fill(file, 0, &mut room).then_some(Header(room))
    }

    /// Whether more than the magic number is that of a database: a test's file may stop there.
    pub fn is_one(&self) -> bool {
        self.page().is_some() || self.fractions() == FRACTIONS
    }

    /// Whether a newer program than any that is known here says that older ones cannot read it.
    pub fn is_newer(&self) -> bool {
        let (write, read) = (self.0[18], self.0[19]);
        read > 2 && write >= read
    }

    pub fn fault(&self) -> Option<Fault> {
        let Some(page) = self.page() else {
            let found = u16::from_be_bytes(self.field(16));
            return Some(Fault::new(
                "pages of 512 to 65536 bytes, a power of two",
                format!("{found} bytes"),
            ));
        };
        let (write, read) = (self.0[18], self.0[19]);
        if read > 2 && !self.is_newer() {
            let found = format!("read version {read}, write version {write}");
            return Some(Fault::new("read version 1 or 2", found));
        }
        if page - self.reserved() < LEAST_USABLE {
            let found = format!("{} of {page} bytes reserved", self.reserved());
            return Some(Fault::new("480 bytes or more of a page in use", found));
        }
        if self.fractions() != FRACTIONS {
            let [most, least, leaf] = self.fractions();
            return Some(Fault::new(
                "payload fractions 64, 32, 32",
                format!("{most}, {least}, {leaf}"),
            ));
        }
        // SQLite takes no more than the last byte of the number.
        let schema = self.0[47];
        if self.is_plain() && schema > LAST_SCHEMA_FORMAT {
            return Some(Fault::new("schema format 0 to 4", format!("schema format {schema}")));
        }
        if self.is_plain() { self.free_pages_fault() } else { None }
    }

    /// Pages that are free form a list, and page 1 is none of them.
    fn free_pages_fault(&self) -> Option<Fault> {
        let [pages, first, count] = [28, 32, 36].map(|offset| self.number(offset));
        if (first == 0) == (count == 0) && first <= pages && count < pages {
            return None;
        }
        let found = format!("{count} free pages, the first of them {first}");
        Some(Fault::new(&format!("free pages that are among {pages} pages"), found))
    }

    /// Bytes of a page; none where it says none that is valid.
    pub fn page(&self) -> Option<u64> {
        match u16::from_be_bytes(self.field(16)) {
            1 => Some(65536),
            size if size >= 512 && size.is_power_of_two() => Some(u64::from(size)),
            _ => None,
        }
    }

    /// Bytes at the end of each page that extensions keep for themselves.
    pub fn reserved(&self) -> u64 {
        u64::from(self.0[20])
    }

    /// The size in bytes that it says the file has; none where it says none that is valid.
    pub fn size(&self) -> Option<u64> {
        let pages = self.number(28);
        let valid = pages > 0 && self.number(24) == self.number(92);
        valid.then_some(u64::from(pages) * self.page()?)
    }

    /// Whether what is behind the first fields can be judged. Encryption leaves some of these
    /// readable and nothing else (SQLCipher's `cipher_plaintext_header_size`).
    pub fn is_plain(&self) -> bool {
        self.size().is_some() && RELEASES.contains(&self.number(96))
    }

    fn fractions(&self) -> [u8; 3] {
        self.field(21)
    }

    fn number(&self, offset: usize) -> u32 {
        u32::from_be_bytes(self.field(offset))
    }

    /// All offsets are constants far enough before the end.
    fn field<const N: usize>(&self, offset: usize) -> [u8; N] {
        let field = self.0.get(offset..).and_then(|rest| rest.first_chunk());
        field.copied().unwrap_or([0; N])
    }
}
