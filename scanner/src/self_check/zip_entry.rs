//! One entry of a zip file's central directory (PKWARE APPNOTE.TXT, 4.3.12).

use super::zip_fields::{u16_at, u32_at, u64_at};

/// What an entry begins with.
pub const START: &[u8; 4] = b"PK\x01\x02";

/// Its length without what varies.
pub const FIXED: usize = 46;

/// Bit 0: its data are encrypted.
pub const ENCRYPTED: u16 = 1;

/// Bits 6 and 13: strongly encrypted, and values in its local header masked.
pub const MASKED: u16 = 0x2040;

/// Methods of compression.
pub const STORED: u16 = 0;
pub const DEFLATED: u16 = 8;

/// Whether data of this method are checked.
pub fn is_known(method: u16) -> bool {
    matches!(method, STORED | DEFLATED)
}

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
    pub disk: u16,
    /// Where its local header is in the archive.
    pub offset: u64,
    /// Its name, as it stands there.
    pub name: Vec<u8>,
    /// Its length in the directory, in bytes.
    pub length: usize,
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
    /// Reads the entry at the beginning of `bytes`; none where none is, or not all of it.
    pub fn read(bytes: &[u8]) -> Option<Entry> {
        if !is_whole(bytes) {
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
}

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
