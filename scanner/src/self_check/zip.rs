//! Zip files and what is made of them: jars, wheels, office documents.
//!
//! Each entry has the CRC-32 and the length of its content in the central directory at the end
//! (PKWARE APPNOTE.TXT). Proves damage in the data of entries, and a lost end: an archive that
//! begins as one and has no central directory. Names, times and the headers have no checksum, but
//! most is said twice: where nothing stands before the archive, a directory without the entries
//! that it counts and a local header that contradicts its entry are damage, too. Of an entry that
//! is encrypted or compressed in a way other than deflate, nothing more is said. Only where the name
//! says so, too; `.crx` is not among them, it has a header of its own in front.

use std::os::fd::BorrowedFd;

use super::inflate::{MOST_COMPRESSED, TOO_LONG, decoded_limit};
use super::zip_directory::{self, Directory, Found};
use super::zip_entry::{self, Data, Entry};
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees, pread, unfinished};

const FORMAT: &str = "zip";

/// Packages, office documents, and what programs keep as zip files.
const EXTENSIONS: [&[u8]; 57] = [
    b"zip", b"zipx", b"jar", b"war", b"ear", b"aar", b"hpi", b"jpi", b"whl", b"egg", b"conda",
    b"pyz", b"pyzw", b"pex", b"nupkg", b"snupkg", b"vsix", b"xpi", b"apk", b"apks", b"aab", b"ipa",
    b"docx", b"docm", b"dotx", b"dotm", b"xlsx", b"xlsm", b"xlsb", b"xltx", b"xltm", b"pptx",
    b"pptm", b"potx", b"ppsx", b"vsdx", b"odt", b"ods", b"odp", b"odg", b"odf", b"ott", b"ots",
    b"otp", b"oxt", b"epub", b"cbz", b"kmz", b"3mf", b"usdz", b"mxl", b"kra", b"ora", b"npz",
    b"pt", b"pth", b"keras",
];

/// Archives that lines for an interpreter may stand before.
const SCRIPTS: [&[u8]; 4] = [b"pyz", b"pyzw", b"pex", b"jar"];

/// Most entries that are checked.
const MOST_ENTRIES: u64 = 100_000;

/// Longest central directory that is read, in bytes.
const LONGEST_DIRECTORY: u64 = 32 << 20;

/// For a file with such a name that begins so.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    let begins_as_one = head.starts_with(b"PK\x03\x04");
    if !begins_as_one && !head.starts_with(b"#!") {
        return None;
    }
    let extension = place.extension()?;
    let known = |list: &[&[u8]]| list.iter().any(|known| extension.eq_ignore_ascii_case(known));
    let chosen = if begins_as_one { known(&EXTENSIONS) } else { known(&SCRIPTS) };
    chosen.then(|| Box::new(Zip { begins_as_one }) as _)
}

/// Reads the archive when it was read to its end: the directory is there.
struct Zip {
    begins_as_one: bool,
}

impl Verifier for Zip {
    fn update(&mut self, _: &[u8]) {}

    fn takes_bytes(&self) -> bool {
        false
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        if around.size > MOST_COMPRESSED {
            return Verdict::NotChecked(TOO_LONG);
        }
        match zip_directory::find(around.file, around.size) {
            Found::Directory(directory) => check(around, &directory),
            Found::Unclear => Verdict::NotChecked("an archive that is not understood"),
            Found::Nothing if !self.begins_as_one => Verdict::NotChecked("a script, it seems"),
            Found::Nothing => {
                let found = format!("none at the end of {} bytes", around.size);
                unfinished(FORMAT, "a central directory", found)
            }
        }
    }
}

fn check(around: &Surroundings<'_>, directory: &Directory) -> Verdict {
    if directory.entries > MOST_ENTRIES || directory.size > LONGEST_DIRECTORY {
        return Verdict::NotChecked("an archive with more entries than are checked");
    }
    let mut bytes = vec![0; directory.size as usize];
    if !pread::fill(around.file, directory.start, &mut bytes) {
        return Verdict::NotChecked("an archive that is being changed");
    }
    let mut limit = decoded_limit(around.size);
    let mut verdict = Verdict::Agrees;
    let mut rest = bytes.as_slice();
    for number in 1..=directory.entries {
        let Some(entry) = Entry::read(rest) else {
            return no_entry(directory, number, rest);
        };
        match check_entry(&entry, around.file, directory, &mut limit) {
            Verdict::Agrees => {}
            Verdict::NotChecked(reason) => verdict = Verdict::NotChecked(reason),
            differs @ (Verdict::Disagrees(_) | Verdict::Disbelieved) => return differs,
        }
        rest = rest.get(entry.length..).unwrap_or_default();
    }
    verdict
}

/// A directory that ends with a whole entry may have been counted wrong; what is whole and not
/// understood is another version's.
fn no_entry(directory: &Directory, number: u64, rest: &[u8]) -> Verdict {
    if !directory.is_exact() || rest.is_empty() || zip_entry::is_whole(rest) {
        return Verdict::NotChecked("a central directory that is not understood");
    }
    let expected = format!("entry {number} of {} in the central directory", directory.entries);
    let found = format!("none at byte {}", directory.start + directory.size - rest.len() as u64);
    disagrees(FORMAT, expected, found)
}

fn check_entry(
    entry: &Entry,
    file: BorrowedFd<'_>,
    directory: &Directory,
    limit: &mut u64,
) -> Verdict {
    match entry.check(file, directory, limit) {
        Data::Sound => Verdict::Agrees,
        Data::Unclear(reason) => Verdict::NotChecked(reason),
        Data::Wrong(expected, found) => {
            let name = reports::escape(&entry.name);
            disagrees(FORMAT, format!("{name}: {expected}"), format!("{name}: {found}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::super::Verdict;
    use super::super::testing::Lab;

    const PATH: &str = "a.zip";

    /// An archive in the making, of stored and deflated entries.
    #[derive(Default)]
    struct Archive {
        bytes: Vec<u8>,
        directory: Vec<u8>,
        entries: u16,
        flags: u16,
    }

    impl Archive {
        fn with(mut self, name: &str, content: &[u8], method: u16) -> Archive {
            let mut data = content.to_vec();
            if method == 8 {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(content).unwrap();
                data = encoder.finish().unwrap();
            }
            let fields = [crc32fast::hash(content), data.len() as u32, content.len() as u32];
            let mut common = [20, self.flags, method, 0, 0].map(u16::to_le_bytes).concat();
            common.extend(fields.map(u32::to_le_bytes).concat());
            common.extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
            let offset = self.bytes.len() as u32;
            self.bytes.extend([b"PK\x03\x04", &common[..], name.as_bytes(), &data].concat());
            let rest = [&[0; 10][..], &offset.to_le_bytes(), name.as_bytes()].concat();
            self.directory.extend([b"PK\x01\x02\x14\0", &common[..], &rest].concat());
            self.entries += 1;
            self
        }

        fn finish(self, comment: &[u8]) -> Vec<u8> {
            let counts = [0, 0, self.entries, self.entries].map(u16::to_le_bytes).concat();
            let sizes = [self.directory.len() as u32, self.bytes.len() as u32];
            let sizes = sizes.map(u32::to_le_bytes).concat();
            let length = (comment.len() as u16).to_le_bytes();
            let end = [b"PK\x05\x06", &counts[..], &sizes, &length, comment].concat();
            [self.bytes, self.directory, end].concat()
        }
    }

    const TEXT: &[u8] = b"a text, a text, a text that is long enough to be deflated, a text";

    fn archive() -> Archive {
        Archive::default().with("a/", b"", 0).with("a/stored", TEXT, 0).with("deflated", TEXT, 8)
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
        lab.disagrees("a.pyz", &with_byte(&bytes, place, 0));
        lab.not_checked("a.pyz", &bytes[..60]);
        lab.not_ours("a.zip", &bytes);
        lab.not_ours("a.sh", &bytes);
    }

    fn start_of_directory(bytes: &[u8]) -> usize {
        bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap()
    }

    fn with_byte(bytes: &[u8], place: usize, value: u8) -> Vec<u8> {
        let mut changed = bytes.to_vec();
        changed[place] = value;
        changed
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
            let said = lab.disagrees(PATH, &with_byte(&bytes, place, 9));
            assert!(said.found.contains(&found), "byte {place}: {said:?}");
        }
        let mut block = bytes.clone();
        block[second..second + 40].fill(0);
        lab.disagrees(PATH, &block);
    }

    #[test]
    fn of_an_archive_behind_something_the_data_alone_are_judged() {
        let lab = Lab::new();
        let bytes = [b"PK\x03\x04 before"[..].to_vec(), archive().finish(b"")].concat();
        lab.agrees(PATH, &bytes);
        let entry = start_of_directory(&bytes);
        for place in [entry, entry + 46 + 2 + 42, entry + 46 + 2 + 47] {
            let verdict = lab.verdict(PATH, &with_byte(&bytes, place, 9)).unwrap();
            assert!(!matches!(verdict, Verdict::Disagrees(_)), "byte {place}: {verdict:?}");
        }
    }

    /// A writer to a pipe, careless ones, and one that counted wrong.
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
        let mut miscounted = archive();
        miscounted.entries += 1;
        lab.not_checked(PATH, &miscounted.finish(b""));
    }

    #[test]
    fn damage_shows_beside_what_is_not_checked() {
        let mut archive = Archive::default().with("a", b"lzma", 14).with("b", TEXT, 0);
        let last = archive.bytes.len() - 1;
        archive.bytes[last] ^= 1;
        Lab::new().disagrees(PATH, &archive.finish(b""));
    }

    #[test]
    fn what_is_no_zip_is_let_be() {
        let lab = Lab::new();
        lab.not_ours("a.bin", &archive().finish(b""));
        lab.not_ours("a.zip", &Archive::default().finish(b""));
        lab.not_ours("a.docx", b"\xd0\xcf\x11\xe0 an older document");
    }
}
