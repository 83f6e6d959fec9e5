//! SQLite databases.
//!
//! The header says how large a page is (bytes 16 and 17) and how many the file has (28 to 31);
//! the latter holds where the change counter (24 to 27) is the version that it is valid for (92
//! to 95) (sqlite.org/fileformat2.html, 1.3). A file that is shorter has lost its end. A longer
//! one has not: SQLite grows files in steps where it is told to (SQLITE_FCNTL_CHUNK_SIZE).
//!
//! What the header and the first page say of themselves must be what SQLite opens. Pages carry no
//! checksum, so nothing else is proven. A journal or a write-ahead log beside it means that the
//! database is in use or waits to be recovered: not checked.

use rustix::fs::fstat;

use super::endings::{GZIP, PNG, ZIP, has};
use super::siblings::is_absent;
use super::sqlite_header::{Header, MAGIC};
use super::sqlite_page::FirstPage;
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees};

const FORMAT: &str = "SQLite database";

/// For a database of any name, but for those of other formats that are checked: a page of a
/// database that was written over their beginning would vouch for them.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    if !head.starts_with(MAGIC) || [ZIP, GZIP, PNG].iter().any(|other| has(place, other)) {
        return None;
    }
    Some(Box::new(Database))
}

/// Looks at the file when it was read: a header that was read before may be older than the size.
struct Database;

impl Verifier for Database {
    fn has_checksum(&self) -> bool {
        false
    }

    fn update(&mut self, _: &[u8]) {}

    fn takes_bytes(&self) -> bool {
        false
    }

    fn needs_directory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        let Some(header) = Header::read(around.file) else {
            return Verdict::NotChecked("a database without a whole header");
        };
        if !header.is_one() {
            return Verdict::NotChecked("a file that only begins like a database");
        }
        if header.is_newer() {
            return Verdict::NotChecked("a database of a newer format");
        }
        if let Some(reason) = in_use(around) {
            return Verdict::NotChecked(reason);
        }
        let first = FirstPage::read(around.file);
        let verdict = judge(&header, first.as_ref(), around.size);
        let size = fstat(around.file).map_or(0, |facts| facts.st_size as u64);
        let now = (Header::read(around.file), FirstPage::read(around.file), size);
        if now != (Some(header), first, around.size) {
            return Verdict::NotChecked("a database that is being written");
        }
        verdict
    }
}

/// Why what stands beside it keeps it from being judged.
fn in_use(around: &Surroundings<'_>) -> Option<&'static str> {
    let Some(directory) = around.directory else {
        return Some("a directory that cannot be opened any more");
    };
    let beside = |suffix: &[u8]| [around.name.to_bytes(), suffix].concat();
    let alone = [&b"-journal"[..], b"-wal"].iter().all(|it| is_absent(directory, &beside(it)));
    (!alone).then_some("a database with a journal beside it")
}

fn judge(header: &Header, first: Option<&FirstPage>, size: u64) -> Verdict {
    if let Some(fault) = header.fault() {
        return disagrees(FORMAT, fault.expected, fault.found);
    }
    match header.size() {
        None => {
            return Verdict::NotChecked("a database whose header does not say how long it is");
        }
        Some(expected) if size < expected => {
            return disagrees(
                FORMAT,
                format!("at least {expected} bytes"),
                format!("{size} bytes"),
            );
        }
        Some(_) => {}
    }
    match first.and_then(|first| first.fault(header)) {
        Some(fault) => disagrees(FORMAT, fault.expected, fault.found),
        None => Verdict::Agrees,
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
        bytes[18..24].copy_from_slice(&[1, 1, 0, 64, 32, 32]);
        bytes[92..96].copy_from_slice(&7_u32.to_be_bytes());
        bytes[96..100].copy_from_slice(&3_040_001_u32.to_be_bytes());
        bytes[100] = 13;
        bytes[105..107].copy_from_slice(&if page == 1 { 0 } else { page }.to_be_bytes());
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

    fn changed(changes: &[(usize, u8)]) -> Vec<u8> {
        let mut bytes = database(512, 2);
        changes.iter().for_each(|(place, value)| bytes[*place] = *value);
        bytes
    }

    #[test]
    fn what_sqlite_does_not_open_shows() {
        let lab = Lab::new();
        for (changes, found) in [
            (&[(16, 3)][..], "768 bytes"),
            (&[(16, 0)], "0 bytes"),
            (&[(16, 1)], "256 bytes"),
            (&[(17, 1)], "513 bytes"),
            (&[(19, 3)], "read version 3, write version 1"),
            (&[(20, 33)], "33 of 512 bytes reserved"),
            (&[(21, 0)], "0, 32, 32"),
            (&[(22, 33)], "64, 33, 32"),
            (&[(23, 160)], "64, 32, 160"),
            (&[(47, 5)], "schema format 5"),
            (&[(35, 2)], "0 free pages, the first of them 2"),
            (&[(39, 1)], "1 free pages, the first of them 0"),
            (&[(35, 3), (39, 1)], "1 free pages, the first of them 3"),
            (&[(35, 2), (39, 2)], "2 free pages, the first of them 2"),
            (&[(100, 0)], "type 0"),
            (&[(100, 10)], "type 10"),
            (&[(104, 203)], "203 cells with pointers up to 514, content at 512"),
            (&[(106, 1)], "0 cells with pointers up to 108, content at 513"),
            (&[(105, 0), (106, 107)], "0 cells with pointers up to 108, content at 107"),
            (&[(105, 0)], "0 cells with pointers up to 108, content at 65536"),
            (&[(20, 32)], "0 cells with pointers up to 108, content at 512"),
        ] {
            assert_eq!(lab.disagrees("a.db", &changed(changes)).found, found, "{changes:?}");
        }
    }

    #[test]
    fn what_sqlite_opens_agrees() {
        let lab = Lab::new();
        for changes in [
            &[(18, 2), (19, 2)][..],
            &[(18, 0), (19, 0)],
            &[(18, 3)],
            &[(20, 32), (105, 1), (106, 224)],
            &[(43, 9), (47, 4), (59, 3), (63, 5), (71, 9)],
            &[(44, 128), (47, 4)],
            &[(35, 2), (39, 1)],
            &[(59, 7)],
            &[(72, 1), (91, 1)],
            &[(100, 5), (111, 2)],
            &[(104, 9), (105, 0), (106, 126)],
        ] {
            lab.agrees("a.db", &changed(changes));
        }
    }

    #[test]
    fn what_another_program_wrote_is_not_judged() {
        let lab = Lab::new();
        let newer = [(18, 3), (19, 3)];
        lab.not_checked("a.db", &changed(&newer));
        let (encrypted, mut cipher) = (32..512, database(512, 1));
        cipher[encrypted].fill(0xa7);
        cipher[92] = 0;
        lab.not_checked("a.db", &cipher);
        let unknown_release = [(97, 0), (100, 0)];
        lab.agrees("a.db", &changed(&unknown_release));
        let mut begins_alike = vec![0; 512];
        begins_alike[..16].copy_from_slice(MAGIC);
        lab.not_checked("a.db", &begins_alike);
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
        for (place, value) in [(27, 8), (95, 8), (31, 0)] {
            lab.not_checked("a.db", &change(place, value));
        }
        lab.not_checked("a.db", MAGIC);
        lab.not_ours("a.db", b"SQLite format 2");
        lab.not_ours("a.db", b"");
    }
}
