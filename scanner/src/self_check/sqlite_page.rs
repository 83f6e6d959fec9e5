//! The first b-tree page of an SQLite database, behind the header: the root of the table that
//! lists all others (sqlite.org/fileformat2.html, 1.6 and 2.6).
//!
//! A fault is what SQLite calls malformed, at the latest in `PRAGMA integrity_check`.

use std::os::fd::BorrowedFd;

use super::pread;
use super::sqlite_header::{Fault, Header};

/// Where it begins.
const START: u64 = 100;

const INTERIOR_TABLE: u8 = 0x05;
const LEAF_TABLE: u8 = 0x0d;

/// The bytes before the cell pointers; a leaf has four less.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FirstPage([u8; 12]);

impl FirstPage {
    pub fn read(file: BorrowedFd<'_>) -> Option<FirstPage> {
        let mut room = [0; 12];
        pread::fill(file, START, &mut room).then_some(FirstPage(room))
    }

    pub fn fault(&self, header: &Header) -> Option<Fault> {
        if !header.is_plain() {
            return None;
        }
        let usable = header.page()? - header.reserved();
        let [kind, _, _, cells, more_cells, content, more_content, ..] = self.0;
        let length = match kind {
            INTERIOR_TABLE => 12,
            LEAF_TABLE => 8,
            _ => return Some(Fault::new("page 1 of type 5 or 13", format!("type {kind}"))),
        };
        let cells = u16::from_be_bytes([cells, more_cells]);
        let content = match u16::from_be_bytes([content, more_content]) {
            0 => 65536,
            content => u64::from(content),
        };
        let pointers_end = START + length + 2 * u64::from(cells);
        if (pointers_end..=usable).contains(&content) {
            return None;
        }
        let expected = format!("content of page 1 behind its cell pointers, up to byte {usable}");
        let found =
            format!("{cells} cells with pointers up to {pointers_end}, content at {content}");
        Some(Fault::new(&expected, found))
    }
}
