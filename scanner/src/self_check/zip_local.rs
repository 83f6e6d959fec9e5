//! The local header of a zip entry, which stands before its data (PKWARE APPNOTE.TXT, 4.3.7).
//!
//! It repeats what the central directory says. A writer to a pipe leaves away what it does not
//! know yet, and so do careless ones without saying so: zeros and all ones are no claim. Neither
//! are the name where the two sides call its encoding differently, and times, attributes and
//! extra fields, which differ in healthy archives.

use std::os::fd::BorrowedFd;

use super::pread;
use super::zip_entry::{ENCRYPTED, Entry, is_known};
use super::zip_fields::{u16_at, u32_at};
use super::zip_name;

/// Its length without what varies.
const FIXED: usize = 30;

/// Bytes of a name that are read whatever the directory says.
const SHOWN: usize = 255;

/// Bits 3 and 11: what is not known yet stands behind the data; the name is UTF-8.
const STREAMED: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;

/// What it says.
pub struct Local {
    /// Its general purpose bits.
    pub flags: u16,
    /// How its data are compressed.
    pub method: u16,
    /// CRC-32, compressed and original size.
    numbers: [u32; 3],
    /// Its name.
    pub name: Vec<u8>,
    /// Where the data begin.
    pub data: u64,
}

impl Local {
    /// Reads the one at an offset, and of its name so much as can be that of `entry` and is fit to be
    /// shown; none where none is.
    pub fn read(file: BorrowedFd<'_>, offset: u64, entry: &Entry) -> Option<Local> {
        let mut fixed = [0; FIXED];
        if !pread::fill(file, offset, &mut fixed) || !fixed.starts_with(zip_name::LOCAL) {
            return None;
        }
        let (named, extra) = (u16_at(&fixed, 26)?, u16_at(&fixed, 28)?);
        let mut name = vec![0; usize::from(named).min(entry.name.len().max(SHOWN) + 1)];
        let after = offset.checked_add(FIXED as u64)?;
        if !pread::fill(file, after, &mut name) {
            return None;
        }
        Some(Local {
            flags: u16_at(&fixed, 6)?,
            method: u16_at(&fixed, 8)?,
            numbers: [u32_at(&fixed, 14)?, u32_at(&fixed, 18)?, u32_at(&fixed, 22)?],
            name,
            data: after.checked_add(u64::from(named) + u64::from(extra))?,
        })
    }

    /// What the central directory says, and what stands here in contradiction to it.
    pub fn contradiction(&self, entry: &Entry) -> Option<(String, String)> {
        if (self.flags ^ entry.flags) & UTF8 == 0 && self.name != entry.name {
            let [there, here] = [&entry.name, &self.name].map(|name| reports::escape(name));
            return Some(told("name", &there, &here));
        }
        if (self.flags ^ entry.flags) & ENCRYPTED != 0 {
            let [there, here] =
                [entry.flags, self.flags].map(|flags| (flags & ENCRYPTED).to_string());
            return Some(told("encryption bit", &there, &here));
        }
        // Who encrypts may leave away what would tell of the content.
        if (self.flags | entry.flags) & ENCRYPTED != 0 {
            return None;
        }
        let streamed = (self.flags | entry.flags) & STREAMED != 0;
        // Who writes to a pipe may find out that deflate gains nothing, but names no third method.
        let is_open = streamed && (is_known(self.method) || !is_known(entry.method));
        if self.method != entry.method && !is_open {
            return Some(self.other_method(entry));
        }
        if streamed {
            return None;
        }
        let [crc, compressed, size] = self.numbers;
        if is_claim(crc) && crc != entry.crc {
            let [there, here] = [entry.crc, crc].map(|crc| format!("{crc:08x}"));
            return Some(told("CRC-32", &there, &here));
        }
        [(compressed, entry.compressed, "compressed bytes"), (size, entry.size, "bytes")]
            .into_iter()
            .find(|(here, there, _)| is_claim(*here) && u64::from(*here) != *there)
            .map(|(here, there, what)| told(what, &there.to_string(), &here.to_string()))
    }

    /// That the directory names another method.
    pub fn other_method(&self, entry: &Entry) -> (String, String) {
        told("method", &entry.method.to_string(), &self.method.to_string())
    }

    /// Whether it says the same two sizes as the directory.
    pub fn repeats_sizes(&self, entry: &Entry) -> bool {
        let [_, compressed, size] = self.numbers.map(u64::from);
        (compressed, size) == (entry.compressed, entry.size)
    }
}

fn is_claim(number: u32) -> bool {
    !matches!(number, 0 | u32::MAX)
}

fn told(what: &str, there: &str, here: &str) -> (String, String) {
    (format!("{what} {there} in its local header"), format!("{what} {here}"))
}
