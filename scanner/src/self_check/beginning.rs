//! Files that do not begin as their name says: the formats' own checks go by the first bytes, so
//! that what destroys these would silence them.
//!
//! Proves a lost first block (zero bytes on the disk where a signature belongs), a signature with
//! few wrong bits, and a picture of which only the end is there. Names lie: a photograph is often
//! called .png, and a page that says "not found" is saved under any name. So of what else begins
//! otherwise nothing is said but that it could not be checked, and what it begins like.

use super::endings::{self, GZIP, PNG, SQLITE, SQLITE_OR_OTHER};
use super::other_formats::{UNKNOWN, is_text, reason};
use super::siblings::is_absent;
use super::sqlite_header::{self, MAGIC};
use super::{
    Chosen, Place, Surroundings, Verdict, Verifier, disagrees, gzip_header, png, unfinished,
};
use crate::first_hole::first_hole;

/// A format that is checked by its first bytes.
struct Format {
    name: &'static str,
    endings: &'static [&'static str],
    /// Endings that many other formats have as well: only a signature that is almost right tells.
    shared: &'static [&'static str],
    signature: &'static [u8],
    /// So many wrong bits make it no other one (MNG's differs from PNG's in six, JNG's in four).
    most_wrong_bits: u32,
    /// Whether its programs write into files that are there, one of which nobody is ever done with.
    is_kept_open: bool,
    /// Whether a file that does not begin as one shows by its end that it was one.
    lacks_its_beginning: fn(&Surroundings<'_>) -> bool,
}

const FORMATS: [Format; 3] = [
    Format {
        name: "gzip",
        endings: GZIP,
        shared: &[],
        signature: gzip_header::START,
        most_wrong_bits: 1,
        is_kept_open: false,
        lacks_its_beginning: |_| false,
    },
    Format {
        name: "PNG",
        endings: PNG,
        shared: &[],
        signature: png::SIGNATURE,
        most_wrong_bits: 2,
        is_kept_open: false,
        lacks_its_beginning: png::lacks_its_beginning,
    },
    Format {
        name: "SQLite database",
        endings: SQLITE,
        shared: SQLITE_OR_OTHER,
        signature: MAGIC,
        most_wrong_bits: 2,
        is_kept_open: true,
        lacks_its_beginning: |_| false,
    },
];

/// The fewest zero bytes that stand for something lost: a sector. Also the smallest page of a
/// database.
const LEAST_ZEROS: u64 = 512;

/// For a file with the ending of a format whose own check does not take it; none for an empty one.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    let is_shared = |format: &Format| endings::has(place, format.shared);
    let is_of = |format: &&Format| endings::has(place, format.endings) || is_shared(format);
    let format = FORMATS.iter().find(is_of).filter(|_| !head.is_empty() && !is_choice(place))?;
    let is_shared = is_shared(format);
    let beginning = if head.iter().all(|byte| *byte == 0) {
        Beginning::Zeros { length: 0, is_over: false, is_shared }
    } else {
        let signature = head.get(..format.signature.len());
        let found = signature.unwrap_or(head).escape_ascii().to_string();
        let is_almost = signature.is_some_and(|found| format.is_almost_begun_by(found));
        if is_almost && !is_text(head) {
            Beginning::Almost(found)
        } else {
            Beginning::Other(found, reason(head))
        }
    };
    let is_ours = match beginning {
        Beginning::Zeros { .. } => {
            place.size >= LEAST_ZEROS && place.size.is_multiple_of(LEAST_ZEROS)
        }
        Beginning::Almost(_) => true,
        Beginning::Other(..) => false,
    };
    (is_ours || !is_shared).then(|| Box::new(Misnamed { format, beginning }) as _)
}

/// Whether a file is a note of update-alternatives on which manual page is in use, and named like
/// that.
fn is_choice(place: &Place<'_>) -> bool {
    place.parent(0) == b"alternatives"
}

impl Format {
    /// Whether so many bytes as its signature has are that but for few bits.
    fn is_almost_begun_by(&self, found: &[u8]) -> bool {
        let wrong = found.iter().zip(self.signature).map(|(a, b)| (a ^ b).count_ones());
        wrong.sum::<u32>() <= self.most_wrong_bits
    }
}

struct Misnamed {
    format: &'static Format,
    beginning: Beginning,
}

enum Beginning {
    /// Zero bytes, so many up to now; whether the name may be that of another format.
    Zeros { length: u64, is_over: bool, is_shared: bool },
    /// Almost the signature.
    Almost(String),
    /// Something else: its first bytes, and what is said of it.
    Other(String, &'static str),
}

impl Verifier for Misnamed {
    fn update(&mut self, bytes: &[u8]) {
        let Beginning::Zeros { length, is_over, .. } = &mut self.beginning else { return };
        if !*is_over {
            let zeros = bytes.iter().position(|byte| *byte != 0);
            *length += zeros.unwrap_or(bytes.len()) as u64;
            *is_over = zeros.is_some();
        }
    }

    fn takes_bytes(&self) -> bool {
        matches!(self.beginning, Beginning::Zeros { .. })
    }

    fn needs_directory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        let found = match self.beginning {
            Beginning::Other(found, _) if (self.format.lacks_its_beginning)(around) => {
                format!("\"{found}\" at its beginning, and the end of one")
            }
            Beginning::Other(_, reason) => return Verdict::NotChecked(reason),
            Beginning::Almost(found) => format!("{found} at its beginning"),
            Beginning::Zeros { length, is_over, is_shared } => {
                let is_hole = first_hole(around.file) == Some(0);
                match zeros(length, is_over, is_shared, is_hole) {
                    Some(verdict) => return verdict,
                    None => format!("{length} zero bytes at its beginning"),
                }
            }
        };
        if let Some(reason) = is_under_way(around) {
            return Verdict::NotChecked(reason);
        }
        let expected = format!("{} at its beginning", self.format.signature.escape_ascii());
        let told = if self.format.is_kept_open { disagrees } else { unfinished };
        told(self.format.name, expected, found)
    }
}

/// Why zero bytes at the beginning prove nothing; none where they do.
fn zeros(length: u64, is_over: bool, is_shared: bool, is_hole: bool) -> Option<Verdict> {
    // Nobody has written to it yet, or it is another format's.
    if is_shared && (length < sqlite_header::LENGTH || (is_hole && !is_over)) {
        return Some(Verdict::NotOurs);
    }
    let reason = match (is_over, is_hole) {
        (false, _) => "zero bytes and nothing else",
        (true, _) if length < LEAST_ZEROS && !is_shared => UNKNOWN,
        (true, true) => "a hole at its beginning, as in a download under way",
        (true, false) if is_shared => "zero bytes where a database has its header, if it is one",
        (true, false) => return None,
    };
    Some(Verdict::NotChecked(reason))
}

/// Why what stands beside it explains a beginning that is not there yet.
fn is_under_way(around: &Surroundings<'_>) -> Option<&'static str> {
    let Some(directory) = around.directory else {
        return Some("a directory that cannot be opened any more");
    };
    let beside = |ending: &[u8]| [around.name.to_bytes(), ending].concat();
    let is_there = |ending: &&[u8]| !is_absent(directory, &beside(ending));
    [&b"-wal"[..], b"-journal"].iter().any(is_there).then_some("its writer is not done with it")
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::FileExt;

    use super::super::testing::{Lab, judge};
    use super::*;

    /// What no format begins with.
    fn noise(length: usize) -> Vec<u8> {
        (0..length).map(|n| (n * 37 + 5) as u8).collect()
    }

    #[test]
    fn a_lost_first_block_is_found() {
        let lab = Lab::new();
        for name in ["a.tar.gz", "b.tgz", "c.png", "d.sqlite", "e.SQLITE3", "f.crate"] {
            for zeros in [512, 4096] {
                let said = lab.disagrees(name, &[vec![0; zeros], noise(6000)].concat());
                assert_eq!(said.found, format!("{zeros} zero bytes at its beginning"), "{name}");
            }
            let short = lab.not_checked(name, &[vec![0; 100], noise(900)].concat());
            assert_eq!(short, "it does not begin as its name says");
            assert_eq!(lab.not_checked(name, &[0; 9000]), "zero bytes and nothing else");
        }
        lab.not_ours("a.txt", &[vec![0; 4096], noise(9)].concat());
    }

    #[test]
    fn what_is_not_written_out_yet_has_no_beginning() {
        let lab = Lab::new();
        lab.put("new.sqlite-wal", b"log");
        let bytes = [vec![0; 4096], noise(9)].concat();
        assert_eq!(lab.not_checked("new.sqlite", &bytes), "its writer is not done with it");
        let path = lab.path("part.tgz");
        let part = File::create(&path).unwrap();
        part.set_len(1 << 20).unwrap();
        part.write_all_at(b"the end", 900_000).unwrap();
        let said = judge(&path, 1 << 20);
        let reason = "a hole at its beginning, as in a download under way";
        assert_eq!(said, Some(Verdict::NotChecked(reason)));
    }

    #[test]
    fn a_flipped_bit_of_a_signature_is_found() {
        let lab = Lab::new();
        for (name, signature) in [
            ("a.gz", &gzip_header::START[..]),
            ("b.png", png::SIGNATURE),
            ("c.sqlite", MAGIC),
            ("d.db", MAGIC),
            ("e.gpkg", MAGIC),
        ] {
            lab.every_flip_disagrees(name, &[signature, &noise(90)].concat(), 0..signature.len());
        }
    }

    #[test]
    fn names_may_lie_and_that_is_told() {
        let lab = Lab::new();
        for (name, head, like) in [
            ("photograph.png", &b"\xff\xd8\xff\xe0 a photograph"[..], "a JPEG picture"),
            ("page.tgz", "<!doctype html>\n<title>404: ничего</title>".as_bytes(), "text"),
            (
                "pointer.png",
                b"version https://git-lfs.github.com/spec/v1\n",
                "a pointer of Git LFS",
            ),
            ("packed.gz", b"\xfd7zXZ\0 what xz makes, called by another name", "an xz file"),
            ("a.sqlite3", b"\x1f\x8b\x08\0 and so on", "a gzip file"),
            ("a.tgz", b"SQLite format 3\0 and so on", "an SQLite database"),
            ("manual.sqlite", b"SQLite format 3 is what this text is about.", "text"),
            ("short.png", b"x", "text"),
        ] {
            let reason = format!("{UNKNOWN}, but like {like}");
            assert_eq!(lab.not_checked(name, head), reason, "{name}");
        }
        for (name, head) in [
            ("animated.png", &b"\x8aMNG\r\n\x1a\n and so on"[..]),
            ("shaded.png", b"\x8bJNG\r\n\x1a\n and so on"),
            ("mangled.png", b"\x89PNG\n\x1a\n and so on"),
            ("later.sqlite", b"SQLite format 4\0\x01\x02\x03"),
            ("encrypted.gz", &noise(200)),
            ("encrypted.gz", b"\x1f\x8b\x55\xee\0 and so on"),
            ("short.gz", b"\x1f"),
        ] {
            assert_eq!(lab.not_checked(name, head), UNKNOWN, "{name}");
        }
        lab.not_ours("empty.png", b"");
        lab.not_ours("dpkg/alternatives/builtins.7.gz", b"auto\n/usr/share/man/man7/builtins.7.gz");
        lab.not_ours("other.db", &noise(4096));
        lab.not_ours("other.db", b"text");
    }

    #[test]
    fn a_picture_of_which_only_the_end_is_there_is_found() {
        let lab = Lab::new();
        let picture = png::tests::picture();
        let (_, rest) = picture.split_at(20);
        for block in [&b"a text of twenty chars"[..], b"\xff\xd8\xff\xe0 photograph", b"\0\x02"] {
            let said = lab.disagrees("a.PNG", &[block, rest].concat());
            assert!(said.found.ends_with(" at its beginning, and the end of one"), "{said:?}");
            assert!(said.may_be_unfinished);
        }
        lab.not_checked("a.png", &[b"text", &rest[..rest.len() - 1]].concat());
        for before in [&b"\0\0\x01\0 an icon"[..], b"HTTP/1.1 200 OK\r\n\r\n", &noise(65530)] {
            lab.not_checked("a.png", &[before, &picture].concat());
        }
        lab.not_checked("a.png", &[b"\x8bJNG\r\n\x1a\n", rest].concat());
    }

    #[test]
    fn the_lost_first_page_of_what_may_be_a_database_is_told() {
        let lab = Lab::new();
        for zeros in [100, 512, 4096] {
            let bytes = [vec![0; zeros], noise(8192 - zeros)].concat();
            let reason = "zero bytes where a database has its header, if it is one";
            assert_eq!(lab.not_checked("a.DB", &bytes), reason);
            lab.not_ours("a.db", &bytes[..8191]);
        }
        assert_eq!(lab.not_checked("a.db", &[0; 512]), "zero bytes and nothing else");
        lab.not_ours("a.db", &[vec![0; 99], noise(413)].concat());
        lab.not_ours("a.db", &[0; 256]);
        let path = lab.path("hole.db");
        File::create(&path).unwrap().set_len(1 << 20).unwrap();
        assert_eq!(judge(&path, 1 << 20), None, "nobody wrote to it");
    }
}
