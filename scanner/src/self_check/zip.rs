//! Zip files and what is made of them: jars, wheels, office documents.
//!
//! Each entry has the CRC-32 and the length of its content in the central directory at the end
//! (PKWARE APPNOTE.TXT). Proves damage in the data of entries, and a lost end: an archive that
//! begins as one and has no central directory. Names, times and the headers have no checksum, but
//! most is said twice: a directory that is not what its end record says and a local header that
//! is not where its entry says, or contradicts it, are damage, too. Something may stand before the
//! archive, as long as one local header proves where it begins. Of an entry that is encrypted or
//! compressed in a way other than deflate, nothing more is said. Only where the name says so, too.

use super::inflate::{MOST_COMPRESSED, TOO_LONG, decoded_limit};
use super::zip_base::{self, Base};
use super::zip_data::{Archive, Data};
use super::zip_directory::{self, Directory, Entries, Fault};
use super::zip_end::{self, Found};
use super::zip_entry::Entry;
use super::{Chosen, Place, Surroundings, Verdict, Verifier, pread, unfinished, zip_name};

const FORMAT: &str = "zip";

/// Most entries that are checked.
const MOST_ENTRIES: usize = 100_000;

/// For a file with such a name that begins so.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    zip_name::begins_as_named(place, head).then(|| Box::new(Zip { otherwise: None }) as _)
}

/// For a file with such a name that begins otherwise. Its end decides.
pub fn verifier_by_name(place: &Place<'_>, head: &[u8]) -> Chosen {
    let otherwise = zip_name::otherwise(place, head)?;
    Some(Box::new(Zip { otherwise: Some(otherwise) }))
}

/// Reads the archive when it was read to its end: the directory is there.
struct Zip {
    /// What is said where its end is none of an archive; none where its beginning is that of one.
    otherwise: Option<Verdict>,
}

impl Verifier for Zip {
    fn update(&mut self, _: &[u8]) {}

    fn takes_bytes(&self) -> bool {
        false
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        let is_too_long = around.size > MOST_COMPRESSED;
        match (zip_end::find(around.file, around.size), &self.otherwise) {
            (Found::Nothing, Some(otherwise)) => otherwise.clone(),
            _ if is_too_long => Verdict::NotChecked(TOO_LONG),
            (Found::Directory(directory), _) => self.check(around, &directory),
            (Found::Contradiction(expected, found), _) => unfinished(FORMAT, expected, found),
            (Found::Unclear, _) => Verdict::NotChecked(NOT_UNDERSTOOD),
            (Found::Nothing, None) => {
                let found = format!("none at the end of {} bytes", around.size);
                unfinished(FORMAT, "a central directory", found)
            }
        }
    }
}

const NOT_UNDERSTOOD: &str = "an archive that is not understood";
const TOO_MANY: &str = "an archive with more entries than are checked";

impl Zip {
    fn check(&self, around: &Surroundings<'_>, directory: &Directory) -> Verdict {
        if directory.size > zip_directory::LONGEST {
            return Verdict::NotChecked(TOO_MANY);
        }
        let mut bytes = vec![0; directory.size as usize];
        if !pread::fill(around.file, directory.start, &mut bytes) {
            return Verdict::NotChecked("an archive that is being changed");
        }
        let mut entries = Entries::of(&bytes);
        let count = entries.by_ref().count();
        if count > MOST_ENTRIES {
            return Verdict::NotChecked(TOO_MANY);
        }
        let all = Entries::of(&bytes);
        let base = match zip_base::of(around.file, directory, &all, self.otherwise.is_none()) {
            Base::At(base) => base,
            Base::Contradiction(expected, found) => return unfinished(FORMAT, expected, found),
            Base::Unclear => return Verdict::NotChecked(NOT_UNDERSTOOD),
        };
        let limit = decoded_limit(around.size);
        let end = directory.start;
        // Some data are looked at twice, by two methods.
        let unread = end.saturating_sub(base).saturating_mul(2);
        let archive = Archive { file: around.file, base, end, limit, unread };
        let verdict = check_entries(archive, all);
        if matches!(verdict, Verdict::Disagrees(_)) {
            return verdict;
        }
        match directory.fault(count as u64, entries.rest()) {
            Some(Fault::Wrong(expected, found)) => unfinished(FORMAT, expected, found),
            Some(Fault::Unclear) => {
                Verdict::NotChecked("a central directory that is not understood")
            }
            None => cut_comment(directory).unwrap_or(verdict),
        }
    }
}

/// The first damage; else why one of them cannot be judged.
fn check_entries(mut archive: Archive<'_>, entries: Entries<'_>) -> Verdict {
    let mut verdict = Verdict::Agrees;
    for entry in entries {
        match archive.check(&entry) {
            Data::Sound => {}
            Data::Unclear(reason) => verdict = Verdict::NotChecked(reason),
            Data::Wrong(expected, found) => return differs(&entry, &expected, &found),
        }
    }
    verdict
}

fn differs(entry: &Entry, expected: &str, found: &str) -> Verdict {
    let name = reports::escape(&entry.name);
    unfinished(FORMAT, format!("{name}: {expected}"), format!("{name}: {found}"))
}

/// A comment that ends with the file before it has its length.
fn cut_comment(directory: &Directory) -> Option<Verdict> {
    let Directory { comment, missing, .. } = directory;
    let expected = format!("a comment of {} bytes", comment + missing);
    (*missing > 0).then(|| unfinished(FORMAT, &expected, format!("{comment} bytes of it")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::super::zip_testing::{Archive, PATH, TEXT, archive, at, end_of, start_of_directory};

    /// Whose data are read again for each of them, so that a small file takes hours.
    #[test]
    fn entries_that_share_their_data_are_not_all_read() {
        let mut shared = Archive::default().with("a", TEXT, 8);
        shared.directory = shared.directory.repeat(9);
        shared.entries = 9;
        let reason = Lab::new().not_checked(PATH, &shared.finish(b""));
        assert_eq!(reason, "an archive whose entries overlap");
    }

    #[test]
    fn any_change_of_the_data_shows() {
        let bytes = archive().finish(b"");
        let lab = Lab::new();
        for path in [PATH, "a.JAR", "a-1-py3-none-any.whl", "a.docx", "a.xlsm", "a.pth", "a.pyz"] {
            lab.agrees(path, &bytes);
        }
        let stored = bytes.windows(TEXT.len()).position(|part| part == TEXT).unwrap();
        lab.every_flip_disagrees(PATH, &bytes, stored..stored + TEXT.len());
        let deflated = stored + TEXT.len() + 30 + "deflated".len();
        let end = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        // The last bits of the deflated data belong to nobody.
        lab.every_flip_disagrees(PATH, &bytes, deflated..end - 1);
        let disagreement = lab.disagrees(PATH, &{
            let mut changed = bytes.clone();
            changed[deflated + 5] ^= 4;
            changed
        });
        assert!(disagreement.expected.starts_with("deflated: CRC-32 "), "{disagreement:?}");
    }

    /// Headers have no checksum: a change there shows or is not understood, and never panics.
    #[test]
    fn a_lost_end_shows_and_other_changes_are_survived() {
        let bytes = archive().finish(b"");
        let lab = Lab::new();
        for length in 4..bytes.len() {
            lab.disagrees(PATH, &bytes[..length]);
        }
        for place in 4..bytes.len() {
            for value in [0, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[place] = value;
                lab.verdict(PATH, &changed);
            }
        }
    }

    #[test]
    fn legal_variants_agree() {
        let lab = Lab::new();
        lab.agrees(PATH, &archive().finish(b"a comment that says PK"));
        lab.agrees(PATH, &[archive().finish(b""), b"appended".to_vec()].concat());
        // Local entries that the directory does not know, and an archive behind another.
        let behind = [archive().finish(b""), archive().finish(b"")].concat();
        lab.agrees(PATH, &behind);
        let large: Vec<u8> =
            (0..300_000_u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        let archive = Archive::default().with("a", &large, 8).with("b", &large, 0);
        lab.agrees(PATH, &archive.finish(b""));
    }

    #[test]
    fn what_is_not_understood_is_not_checked() {
        let lab = Lab::new();
        let encrypted = Archive { flags: 1, ..Archive::default() };
        lab.not_checked(PATH, &encrypted.with("a", b"secret", 0).finish(b""));
        lab.not_checked(PATH, &Archive::default().with("a", b"lzma", 14).finish(b""));
        let bomb = Archive::default().with("a", &vec![0; 65 << 20], 8);
        lab.not_checked(PATH, &bomb.finish(b""));
    }

    #[test]
    fn a_script_s_line_may_stand_before_an_archive_that_is_named_so() {
        let lab = Lab::new();
        let bytes = [b"#!/usr/bin/python3\n"[..].to_vec(), archive().finish(b"")].concat();
        lab.agrees("a.pyz", &bytes);
        lab.agrees("a.jar", &bytes);
        let place = bytes.windows(TEXT.len()).position(|part| part == TEXT).unwrap();
        lab.disagrees("a.pyz", &at(&bytes, place, 0));
        lab.not_checked("a.pyz", &bytes[..60]);
        lab.agrees(PATH, &bytes);
        lab.not_ours("a.sh", &bytes);
    }

    #[test]
    fn a_directory_that_contradicts_itself_or_the_local_headers_shows() {
        let bytes = archive().finish(b"");
        let lab = Lab::new();
        let entry = start_of_directory(&bytes);
        let second = entry + 46 + "a/".len();
        let local = 30 + "a/".len();
        for (place, found) in [
            (entry, format!("none at byte {entry}")),
            (second + 3, format!("none at byte {second}")),
            (second + 28, "name a/stored".to_owned()),
            (second + 31, format!("none at byte {second}")),
            (second + 42, "a/stored: none".to_owned()),
            (local, "a/stored: none".to_owned()),
            (second + 47, "name a/stored".to_owned()),
            (local + 30, "name".to_owned()),
            (local + 8, "a/stored: method 9".to_owned()),
            (local + 14, "CRC-32".to_owned()),
            (local + 18, "a/stored: compressed bytes 9".to_owned()),
            (local + 22, "a/stored: bytes 9".to_owned()),
        ] {
            let said = lab.disagrees(PATH, &at(&bytes, place, 9));
            assert!(said.found.contains(&found), "byte {place}: {said:?}");
        }
        let mut block = bytes.clone();
        block[second..second + 40].fill(0);
        lab.disagrees(PATH, &block);
    }

    #[test]
    fn an_archive_whose_beginning_is_lost_shows() {
        let lab = Lab::new();
        let bytes = archive().finish(b"");
        for path in [PATH, "a.jar", "a.whl", "a.apk", "a.docx", "a.odt", "a.epub", "a.npz", "a.pt"]
        {
            lab.every_flip_disagrees(path, &bytes, 0..4);
        }
        let large: Vec<u8> = (0..9000_u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        for first in [&b"small"[..], &large] {
            let archive = Archive::default().with("a", first, 0).with("b", &large, 8);
            let mut bytes = archive.finish(b"");
            bytes[..4096].fill(0);
            let said = lab.disagrees(PATH, &bytes);
            assert_eq!(said.expected, "a: a local header at byte 0");
        }
    }

    /// Its end proves what it is, whatever was written over its beginning.
    #[test]
    fn an_archive_that_begins_with_another_file_s_block_shows() {
        let lab = Lab::new();
        let large: Vec<u8> = (0..9000_u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
        let bytes = Archive::default().with("a", &large, 0).with("b", TEXT, 8).finish(b"");
        for head in [
            &b"GNU GENERAL PUBLIC LICENSE"[..],
            b"#!/usr/bin/env node\n",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"SQLite format 3\0",
            b"\x80\x02}q\0.",
        ] {
            let mut block = head.repeat(4096 / head.len() + 1);
            block.truncate(4096);
            let changed = [&block, &bytes[4096..]].concat();
            for path in [PATH, "a.jar", "a.docx", "a.pt", "a.pth", "a.apk", "a.msix", "a.xapk"] {
                let said = lab.disagrees(path, &changed);
                assert_eq!(said.expected, "a: a local header at byte 0", "{path} {head:?}");
            }
        }
    }

    #[test]
    fn something_may_stand_before_an_archive() {
        let lab = Lab::new();
        let bytes = archive().finish(b"");
        for stub in [
            &b"MZ a program"[..],
            b"\x7fELF a program",
            b"Cr24\x03\0\0\0",
            b"PK\x03\x04 before",
            b"text\n",
        ] {
            let bytes = [stub, &bytes].concat();
            lab.agrees(PATH, &bytes);
            lab.agrees("a.crx", &bytes);
            let text = bytes.windows(TEXT.len()).position(|part| part == TEXT).unwrap();
            let entry = start_of_directory(&bytes);
            for place in [text, stub.len(), entry + 46 + 2, entry + 46 + 2 + 42] {
                lab.disagrees(PATH, &at(&bytes, place, 9));
            }
        }
    }

    #[test]
    fn offsets_may_count_from_what_stands_before() {
        let lab = Lab::new();
        let stub = b"MZ a program";
        let fixed = Archive { bytes: stub.to_vec(), ..Archive::default() };
        let bytes = fixed.with("a", TEXT, 0).with("b", TEXT, 8).finish(b"");
        lab.agrees(PATH, &bytes);
        lab.disagrees(PATH, &at(&bytes, stub.len(), 0));
        let none = Archive { bytes: stub.to_vec(), ..Archive::default() }.finish(b"");
        lab.agrees(PATH, &none);
    }

    #[test]
    fn an_empty_archive_agrees() {
        let lab = Lab::new();
        lab.agrees(PATH, &Archive::default().finish(b""));
        lab.agrees(PATH, &Archive::default().finish(b"PK\x05\x06"));
    }

    #[test]
    fn an_end_record_that_is_wrong_about_the_place_shows() {
        let lab = Lab::new();
        let bytes = archive().finish(b"");
        let (end, start) = (end_of(&bytes), start_of_directory(&bytes));
        for wrong in [start ^ 1, start ^ 0x80, start ^ 0x4000, 0] {
            let changed = at(&at(&bytes, end + 16, wrong as u8), end + 17, (wrong >> 8) as u8);
            let said = lab.disagrees(PATH, &changed);
            assert_eq!(said.found, format!("a central directory at byte {start}"), "{wrong}");
        }
        // Nothing of it fits any more: another archive's.
        lab.not_checked(PATH, &at(&at(&bytes, end + 16, 1), end + 12, 1));
    }

    #[test]
    fn a_comment_that_ends_early_shows() {
        let lab = Lab::new();
        let bytes = archive().finish(b"a comment");
        let said = lab.disagrees(PATH, &bytes[..bytes.len() - 1]);
        assert!(said.may_be_unfinished && said.found == "8 bytes of it", "{said:?}");
    }

    /// A writer to a pipe, and careless ones.
    #[test]
    fn what_is_no_claim_is_no_contradiction() {
        let lab = Lab::new();
        let local = 30 + "a/".len();
        let mut zeros = archive().finish(b"");
        zeros[local + 14..local + 26].fill(0);
        lab.agrees(PATH, &zeros);
        let mut ones = archive().finish(b"");
        ones[local + 18..local + 26].fill(0xff);
        lab.agrees(PATH, &ones);
        let mut streamed = Archive { flags: 8, ..Archive::default() }.with("a", TEXT, 8);
        streamed.bytes[14] ^= 1;
        lab.agrees(PATH, &streamed.finish(b""));
    }

    #[test]
    fn damage_shows_beside_what_is_not_checked() {
        let mut archive = Archive::default().with("a", b"lzma", 14).with("b", TEXT, 0);
        let last = archive.bytes.len() - 1;
        archive.bytes[last] ^= 1;
        Lab::new().disagrees(PATH, &archive.finish(b""));
    }
}
