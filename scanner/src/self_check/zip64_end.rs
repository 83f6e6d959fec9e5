//! Zip64's end record and the locator behind it (PKWARE APPNOTE.TXT, 4.3.14 and 4.3.15).
//!
//! The locator stands right before the plain end record. Where it says the wide record is does
//! not hold if something was put before the archive; that the record ends where the locator
//! begins does.

use std::os::fd::BorrowedFd;

use super::pread;
use super::zip_fields::u64_at;

const LOCATOR: usize = 20;
const RECORD: usize = 56;

/// What the record says of its own length, which leaves away its first twelve bytes. A longer
/// one, of version 2, goes with a directory that is encrypted or compressed.
const SAID: u64 = 44;

/// What stands before the plain end record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wide {
    /// A record.
    Record(Record),
    /// No locator.
    Nothing,
    /// A locator without a record that is understood.
    Unclear,
}

/// What the record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its own first byte in the file.
    pub start: u64,
    /// How many entries the directory has.
    pub entries: u64,
    /// The directory's length in bytes.
    pub size: u64,
    /// Where the directory begins, from the archive's own beginning.
    pub offset: u64,
}

/// Looks before the plain end record, which begins at `end`.
pub fn find(file: BorrowedFd<'_>, end: u64) -> Wide {
    let mut locator = [0; LOCATOR];
    let Some(place) = end.checked_sub(LOCATOR as u64) else { return Wide::Nothing };
    if !pread::fill(file, place, &mut locator) || !locator.starts_with(b"PK\x06\x07") {
        return Wide::Nothing;
    }
    read(file, place).map_or(Wide::Unclear, Wide::Record)
}

fn read(file: BorrowedFd<'_>, locator: u64) -> Option<Record> {
    let start = locator.checked_sub(RECORD as u64)?;
    let mut record = [0; RECORD];
    if !pread::fill(file, start, &mut record) || !record.starts_with(b"PK\x06\x06") {
        return None;
    }
    let one_disk = u64_at(&record, 16)? == 0 && u64_at(&record, 24)? == u64_at(&record, 32)?;
    let [entries, size, offset] = [32, 40, 48].map(|field| u64_at(&record, field));
    let found = Record { start, entries: entries?, size: size?, offset: offset? };
    (one_disk && u64_at(&record, 4)? == SAID).then_some(found)
}

#[cfg(test)]
pub mod tests {
    use std::io::Write;
    use std::os::fd::AsFd;

    use super::*;

    /// A record of so many bytes behind the first twelve, and its locator.
    pub fn record(said: u64, fields: [u64; 3]) -> Vec<u8> {
        let mut record = [b"PK\x06\x06", &said.to_le_bytes()[..], &[0; 12]].concat();
        for field in [fields[0], fields[0], fields[1], fields[2]] {
            record.extend(field.to_le_bytes());
        }
        record.resize(12 + said as usize, 0);
        [&record[..], b"PK\x06\x07", &[0; 16]].concat()
    }

    fn found(bytes: &[u8]) -> Wide {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        find(file.as_fd(), bytes.len() as u64)
    }

    #[test]
    fn a_record_is_found_before_its_locator() {
        let bytes = [vec![1; 9], record(44, [2, 30, 70])].concat();
        let expected = Record { start: 9, entries: 2, size: 30, offset: 70 };
        assert_eq!(found(&bytes), Wide::Record(expected));
        assert_eq!(found(&bytes[..bytes.len() - 1]), Wide::Nothing);
        assert_eq!(found(b""), Wide::Nothing);
    }

    #[test]
    fn what_is_not_understood_is_told_from_nothing() {
        assert_eq!(found(&[vec![1; 9], record(60, [2, 30, 70])].concat()), Wide::Unclear);
        for (place, value) in [(9, 0), (9 + 4, 45), (9 + 16, 1), (9 + 20, 1), (9 + 24, 1)] {
            let mut changed = [vec![1; 9], record(44, [2, 30, 70])].concat();
            changed[place] = value;
            assert_eq!(found(&changed), Wide::Unclear, "byte {place}");
        }
        let alone = [&b"PK\x06\x07"[..], &[0; 16]].concat();
        assert_eq!(found(&alone), Wide::Unclear);
    }
}
