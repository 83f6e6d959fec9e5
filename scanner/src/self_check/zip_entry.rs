//! One entry of a zip file (PKWARE APPNOTE.TXT, 4.3.7 and 4.3.12).

use std::os::fd::BorrowedFd;

use crc32fast::Hasher;

use super::inflate::{Fault, Inflate, Progress, TOO_LONG};
use super::pread;
use super::zip_directory::{Directory, u16_at, u32_at, u64_at};
use super::zip_local::Local;

/// What an entry of the central directory begins with.
pub const START: &[u8] = b"PK\x01\x02";

/// Length of an entry of the central directory without what varies.
pub const FIXED: usize = 46;

/// Bits 0, 6 and 13: encrypted, strongly encrypted, central directory encrypted.
const ENCRYPTED: u16 = 0x2041;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// What the central directory says of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its general purpose bits.
    pub flags: u16,
    /// How its data are compressed.
    pub method: u16,
    /// The CRC-32 of its content.
    pub crc: u32,
    /// The length of its data in bytes.
    pub compressed: u64,
    /// The length of its content in bytes.
    pub size: u64,
    /// The part of the archive in which it begins.
    disk: u16,
    /// Where its local header is, before the archive's own shift.
    offset: u64,
    /// Its name, as it stands there.
    pub name: Vec<u8>,
    /// Its length in the directory, in bytes.
    pub length: usize,
}

/// What its data are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// What was stored.
    Sound,
    /// What was to be, and what is.
    Wrong(String, String),
    /// Not to be said.
    Unclear(&'static str),
}

/// Whether `bytes` begin with an entry and hold all of it.
pub fn is_whole(bytes: &[u8]) -> bool {
    let length = lengths(bytes).map(|varies| FIXED + varies.iter().sum::<usize>());
    bytes.starts_with(START) && length.is_some_and(|length| length <= bytes.len())
}

/// Those of the name, the extra fields and the comment.
fn lengths(bytes: &[u8]) -> Option<[usize; 3]> {
    let [name, extra, comment] = [28, 30, 32].map(|offset| u16_at(bytes, offset));
    Some([name?, extra?, comment?].map(usize::from))
}

impl Entry {
    /// Reads the entry at the beginning of `bytes`; none where none is.
    pub fn read(bytes: &[u8]) -> Option<Entry> {
        if !bytes.starts_with(START) {
            return None;
        }
        let [name, extra, comment] = lengths(bytes)?;
        let mut entry = Entry {
            flags: u16_at(bytes, 8)?,
            method: u16_at(bytes, 10)?,
            crc: u32_at(bytes, 16)?,
            compressed: u64::from(u32_at(bytes, 20)?),
            size: u64::from(u32_at(bytes, 24)?),
            disk: u16_at(bytes, 34)?,
            offset: u64::from(u32_at(bytes, 42)?),
            name: bytes.get(FIXED..FIXED + name)?.to_vec(),
            length: FIXED + name + extra + comment,
        };
        let extra = bytes.get(FIXED + name..FIXED + name + extra)?;
        entry.widen(extra)?;
        Some(entry)
    }

    /// Zip64 (4.5.3): of what is all ones, the wide value stands in an extra field, in order.
    fn widen(&mut self, mut extra: &[u8]) -> Option<()> {
        const NARROW: u64 = u32::MAX as u64;
        let wide = [&mut self.size, &mut self.compressed, &mut self.offset];
        let mut wide = wide.into_iter().filter(|value| **value == NARROW).peekable();
        while wide.peek().is_some() {
            let (id, length) = (u16_at(extra, 0)?, usize::from(u16_at(extra, 2)?));
            let field = extra.get(4..4 + length)?;
            extra = extra.get(4 + length..)?;
            if id == 1 {
                for (value, offset) in wide.by_ref().zip((0..).step_by(8)) {
                    *value = u64_at(field, offset)?;
                }
            }
        }
        Some(())
    }

    /// Reads the data and compares their checksum. `limit` counts down what may be decoded.
    pub fn check(&self, file: BorrowedFd<'_>, directory: &Directory, limit: &mut u64) -> Data {
        if self.flags & ENCRYPTED != 0 {
            return Data::Unclear("an encrypted archive");
        }
        let offset = self.offset.checked_add(directory.shift);
        let local = offset.and_then(|offset| Local::read(file, offset));
        let is_sure = directory.is_exact() && self.disk == 0;
        match local {
            None if is_sure => {
                let expected = format!("a local header at byte {}", self.offset);
                Data::Wrong(expected, "none".to_owned())
            }
            None => Data::Unclear("an entry is not where the directory says"),
            Some(local) => match local.contradiction(self).filter(|_| is_sure) {
                Some((expected, found)) => Data::Wrong(expected, found),
                None => self.check_data(file, local.data, limit),
            },
        }
    }

    fn check_data(&self, file: BorrowedFd<'_>, start: u64, limit: &mut u64) -> Data {
        match self.method {
            STORED if self.compressed != self.size => Data::Unclear("an entry of two sizes"),
            STORED => self.check_stored(file, start, limit),
            DEFLATED => self.check_deflated(file, start, limit),
            _ => Data::Unclear("an unknown method of compression"),
        }
    }

    fn check_stored(&self, file: BorrowedFd<'_>, start: u64, limit: &mut u64) -> Data {
        let Some(left) = limit.checked_sub(self.size) else { return Data::Unclear(TOO_LONG) };
        *limit = left;
        let mut crc = Hasher::new();
        let read = pread::pieces(file, start, self.size, |piece| {
            crc.update(piece);
            true
        });
        if read { self.compare(crc, self.size) } else { Data::Unclear(UNREADABLE) }
    }

    fn check_deflated(&self, file: BorrowedFd<'_>, start: u64, limit: &mut u64) -> Data {
        let mut inflate = Inflate::raw(*limit);
        let mut crc = Hasher::new();
        let mut size = 0;
        let mut progress = Ok(Progress::More);
        let read = pread::pieces(file, start, self.compressed, |piece| {
            progress = inflate.feed(piece, |decoded| {
                crc.update(decoded);
                size += decoded.len() as u64;
            });
            progress == Ok(Progress::More)
        });
        *limit = inflate.left();
        match progress {
            _ if !read => Data::Unclear(UNREADABLE),
            Ok(Progress::Ended(_)) => self.compare(crc, size),
            Ok(Progress::More) => self.wrong("deflated data without their end".to_owned()),
            Err(Fault::Damaged) => self.wrong("bytes that cannot be inflated".to_owned()),
            Err(Fault::TooLong) => Data::Unclear(TOO_LONG),
        }
    }

    fn compare(&self, crc: Hasher, size: u64) -> Data {
        match crc.finalize() {
            crc if (crc, size) == (self.crc, self.size) => Data::Sound,
            crc => self.wrong(format!("CRC-32 {crc:08x} and {size} bytes")),
        }
    }

    fn wrong(&self, found: String) -> Data {
        Data::Wrong(format!("CRC-32 {:08x} and {} bytes", self.crc, self.size), found)
    }
}

const UNREADABLE: &str = "an entry reaches beyond the file";

#[cfg(test)]
mod tests {
    use super::*;

    fn central(fields: [u32; 3], extra: &[u8]) -> Vec<u8> {
        let [compressed, size, offset] = fields;
        let mut bytes = vec![0; FIXED];
        bytes[..4].copy_from_slice(b"PK\x01\x02");
        bytes[20..24].copy_from_slice(&compressed.to_le_bytes());
        bytes[24..28].copy_from_slice(&size.to_le_bytes());
        bytes[28] = 1;
        bytes[30] = extra.len() as u8;
        bytes[42..46].copy_from_slice(&offset.to_le_bytes());
        bytes.push(b'n');
        bytes.extend(extra);
        bytes
    }

    fn read(bytes: &[u8]) -> Option<(u64, u64, u64)> {
        Entry::read(bytes).map(|entry| (entry.compressed, entry.size, entry.offset))
    }

    #[test]
    fn wide_values_stand_in_order_for_what_is_all_ones() {
        let values = [5_u64 << 32, 6 << 32].map(u64::to_le_bytes).concat();
        let extra = [&[7, 0, 1, 0, 9][..], &[1, 0, 16, 0], &values].concat();
        assert_eq!(read(&central([1, 2, 3], &[])), Some((1, 2, 3)));
        assert_eq!(read(&central([u32::MAX, 2, u32::MAX], &extra)), Some((5 << 32, 2, 6 << 32)));
        assert_eq!(read(&central([u32::MAX, 2, 3], &[])), None);
        assert_eq!(read(&central([u32::MAX; 3], &extra)), None);
    }

    #[test]
    fn a_cut_entry_is_none() {
        let bytes = central([1, 2, 3], &[7, 0, 1, 0, 9]);
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length]), None);
        }
    }
}
