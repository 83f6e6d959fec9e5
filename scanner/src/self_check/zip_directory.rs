//! The central directory of a zip file: its place, and what it says that contradicts itself
//! (PKWARE APPNOTE.TXT, 4.3.12 and 4.3.13).
//!
//! Read here and not by a library: how many entries there are is known before any is kept, and
//! each way of not being a plain archive is told apart from damage.

use super::zip_entry::{self, Entry};

/// Longest directory that is read, in bytes.
pub const LONGEST: u64 = 32 << 20;

/// Where the directory is, as the end record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Its first byte in the file, by its length and the place of the end record.
    pub start: u64,
    /// Its length in bytes.
    pub size: u64,
    /// How many entries it has: on the last disk, and in all.
    pub counts: [u64; 2],
    /// Whether the counts have eight bytes each.
    pub is_wide: bool,
    /// Its first byte in the archive, which something may stand before.
    pub offset: u64,
    /// The length of the comment behind it, as far as it is there, in bytes.
    pub comment: u64,
    /// How many bytes more the comment should have.
    pub missing: u64,
}

/// What may be said of a directory that does not hold what its end record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What it should be, and what it is.
    Wrong(String, String),
    /// It may be another version's.
    Unclear,
}

impl Directory {
    /// The length of what stands before the archive; none where the directory begins before the
    /// place that the end record gives.
    pub fn shift(&self) -> Option<u64> {
        self.start.checked_sub(self.offset)
    }

    /// Whether it lies where the end record says, to the byte, before that record. Three numbers
    /// and a place that fit prove an end record, and so what does not fit it is damage.
    pub fn is_exact(&self) -> bool {
        self.start == self.offset
    }

    /// What contradicts the end record, when `count` entries were read and `rest` stands behind
    /// them.
    pub fn fault(&self, count: u64, rest: &[u8]) -> Option<Fault> {
        let [here, counted] = self.counts;
        let goes_on = !rest.is_empty() && !rest.starts_with(SIGNATURE);
        if goes_on && zip_entry::is_whole(rest) {
            return Some(Fault::Unclear);
        }
        let place = self.start + self.size - rest.len() as u64;
        if goes_on && count < counted {
            let expected = format!("entry {} of {counted} in the central directory", count + 1);
            return Some(Fault::Wrong(expected, format!("none at byte {place}")));
        }
        if goes_on {
            let expected = format!("{counted} entries in {} bytes", self.size);
            return Some(Fault::Wrong(expected, format!("no entry at byte {place}")));
        }
        let wrong = [counted, here].into_iter().find(|told| !self.is_same_count(*told, count))?;
        let told = |count| format!("{count} entries in the central directory");
        Some(Fault::Wrong(told(wrong), told(count)))
    }

    /// Some writers of more than 65535 entries count on from zero.
    fn is_same_count(&self, told: u64, count: u64) -> bool {
        told == count || (!self.is_wide && count & 0xffff == told)
    }
}

/// What a digital signature behind the entries begins with.
const SIGNATURE: &[u8] = b"PK\x05\x05";

/// The entries of a directory, one after the other, up to the first that is none.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Entries<'a> {
    /// Those in the bytes of a directory.
    pub fn of(bytes: &'a [u8]) -> Self {
        Entries { rest: bytes }
    }

    /// What stands behind the last one that was read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let entry = Entry::read(self.rest)?;
        self.rest = self.rest.get(entry.length..)?;
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::super::zip_testing::{PATH, archive, at, end_of, start_of_directory};
    use super::*;

    #[test]
    fn a_count_that_the_directory_does_not_bear_out_shows() {
        let lab = Lab::new();
        let bytes = archive().finish(b"");
        let end = end_of(&bytes);
        for (place, value) in [(8, 2), (8, 4), (10, 2), (10, 4), (10, 0), (11, 1)] {
            let said = lab.disagrees(PATH, &at(&bytes, end + place, value));
            assert_eq!(said.found, "3 entries in the central directory", "{place} {value}");
        }
    }

    #[test]
    fn a_directory_that_does_not_end_with_an_entry_shows() {
        let lab = Lab::new();
        let bytes = archive().finish(b"");
        let last = end_of(&bytes) - "deflated".len();
        // Its name is one byte shorter, its comment is longer.
        lab.disagrees(PATH, &at(&bytes, last - 18, 7));
        lab.disagrees(PATH, &at(&bytes, last - 14, 7));
        lab.disagrees(PATH, &at(&bytes, start_of_directory(&bytes), 0));
        let mut more = archive();
        more.directory.extend(b"more");
        let said = lab.disagrees(PATH, &more.finish(b""));
        assert!(said.found.starts_with("no entry at byte"), "{said:?}");
    }

    /// Its length is said to be in an extra field, of which there is none.
    #[test]
    fn a_whole_entry_that_is_not_understood_is_another_version_s() {
        let mut bytes = archive().finish(b"");
        let entry = start_of_directory(&bytes);
        bytes[entry + 24..entry + 28].fill(0xff);
        Lab::new().not_checked(PATH, &bytes);
    }

    #[test]
    fn a_signature_behind_the_entries_is_part_of_it() {
        let mut signed = archive();
        signed.directory.extend(b"PK\x05\x05\x02\0ab");
        Lab::new().agrees(PATH, &signed.finish(b""));
    }

    #[test]
    fn a_directory_of_another_length_than_its_end_says_shows() {
        let lab = Lab::new();
        let bytes = archive().finish(b"");
        let end = end_of(&bytes);
        let size = end - start_of_directory(&bytes);
        for wrong in [size ^ 1, size ^ 0x40, size ^ 0x4000] {
            let changed = at(&at(&bytes, end + 12, wrong as u8), end + 13, (wrong >> 8) as u8);
            let said = lab.disagrees(PATH, &changed);
            assert_eq!(said.found, format!("a central directory of {size} bytes"));
        }
    }

    #[test]
    fn counts_may_go_on_from_zero() {
        let counts = [1; 2];
        let narrow = Directory {
            start: 9,
            size: 9,
            counts,
            is_wide: false,
            offset: 9,
            comment: 0,
            missing: 0,
        };
        assert_eq!(narrow.fault(65537, b""), None);
        let wide = Directory { is_wide: true, ..narrow };
        assert!(matches!(wide.fault(65537, b""), Some(Fault::Wrong(..))));
    }
}
