//! Files that do not begin as their name says: the formats' own checks go by the first bytes, so that
//! what destroys these would silence them.
//!
//! Proves a lost first block (zero bytes on the disk where a signature belongs) and a signature with
//! few wrong bits. Names lie: a photograph is often called .png, and a page that says "not found" is
//! saved under any name. So other formats and text are let be, and of what else begins otherwise
//! nothing is said but that it could not be checked.

use super::other_formats::{is_other, is_text};
use super::siblings::is_absent;
use super::sqlite_header::MAGIC;
use super::{
    Chosen, Place, Surroundings, Verdict, Verifier, disagrees, gzip_header, png, unfinished,
};
use crate::first_hole::first_hole;

/// A format that is checked by its first bytes.
struct Format {
    name: &'static str,
    endings: &'static [&'static [u8]],
    signature: &'static [u8],
    /// So many wrong bits make it no other one (MNG's differs from PNG's in six, JNG's in four).
    most_wrong_bits: u32,
    /// An ending that many other formats have as well: only a signature that is almost right tells.
    shared: &'static [u8],
    /// Whether its programs write into files that are there, one of which nobody is ever done with.
    is_kept_open: bool,
}

/// Of gzip those endings that nothing else has.
const FORMATS: [Format; 3] = [
    Format {
        name: "gzip",
        endings: &[b"gz", b"gzip", b"tgz", b"taz", b"bgz", b"crate", b"svgz"],
        signature: gzip_header::START,
        most_wrong_bits: 1,
        shared: b"",
        is_kept_open: false,
    },
    Format {
        name: "PNG",
        endings: &[b"png", b"apng"],
        signature: png::SIGNATURE,
        most_wrong_bits: 2,
        shared: b"",
        is_kept_open: false,
    },
    Format {
        name: "SQLite database",
        endings: &[b"sqlite", b"sqlite3", b"sqlitedb", b"db3", b"s3db", b"gpkg", b"mbtiles", b"db"],
        signature: MAGIC,
        most_wrong_bits: 2,
        shared: b"db",
        is_kept_open: true,
    },
];

/// The fewest zero bytes that stand for something lost: a sector.
const LEAST_ZEROS: u64 = 512;

/// For a file with the ending of a format whose own check does not take it.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    let ending = place.extension()?;
    let is_of = |format: &&Format| format.endings.iter().any(|e| ending.eq_ignore_ascii_case(e));
    let format = FORMATS.iter().find(is_of)?;
    let signature = head.get(..format.signature.len())?;
    let is_almost = wrong_bits(signature, format.signature) <= format.most_wrong_bits;
    if !is_almost && ending.eq_ignore_ascii_case(format.shared) {
        return None;
    }
    let beginning = if head.iter().all(|byte| *byte == 0) {
        Beginning::Zeros { length: 0, is_over: false }
    } else if is_text(head) {
        return None;
    } else if is_almost {
        Beginning::Almost(signature.escape_ascii().to_string())
    } else if is_other(head) {
        return None;
    } else {
        Beginning::Other
    };
    Some(Box::new(Misnamed { format, beginning }))
}

fn wrong_bits(found: &[u8], expected: &[u8]) -> u32 {
    found.iter().zip(expected).map(|(a, b)| (a ^ b).count_ones()).sum()
}

struct Misnamed {
    format: &'static Format,
    beginning: Beginning,
}

enum Beginning {
    /// Zero bytes, so many up to now.
    Zeros { length: u64, is_over: bool },
    /// Almost the signature.
    Almost(String),
    /// Something else.
    Other,
}

impl Verifier for Misnamed {
    fn update(&mut self, bytes: &[u8]) {
        let Beginning::Zeros { length, is_over } = &mut self.beginning else { return };
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
        let expected = self.format.signature.escape_ascii();
        let found = match self.beginning {
            Beginning::Other => return Verdict::NotChecked("it does not begin as its name says"),
            Beginning::Almost(found) => format!("{found} at its beginning"),
            Beginning::Zeros { is_over: false, .. } => {
                return Verdict::NotChecked("zero bytes and nothing else");
            }
            Beginning::Zeros { length, .. } if length < LEAST_ZEROS => {
                return Verdict::NotChecked("it does not begin as its name says");
            }
            Beginning::Zeros { .. } if first_hole(around.file) == Some(0) => {
                return Verdict::NotChecked("a hole at its beginning, as in a download under way");
            }
            Beginning::Zeros { length, .. } => format!("{length} zero bytes at its beginning"),
        };
        if let Some(reason) = is_under_way(around) {
            return Verdict::NotChecked(reason);
        }
        let expected = format!("{expected} at its beginning");
        let told = if self.format.is_kept_open { disagrees } else { unfinished };
        told(self.format.name, expected, found)
    }
}

/// Why what stands beside it explains a beginning that is not there yet.
fn is_under_way(around: &Surroundings<'_>) -> Option<&'static str> {
    let Some(directory) = around.directory else {
        return Some("a directory that cannot be opened any more");
    };
    let beside = |ending: &[u8]| [around.name.to_bytes(), ending].concat();
    let is_there = |ending: &&[u8]| !is_absent(directory, &beside(ending));
    [&b".aria2"[..], b"-wal", b"-journal"]
        .iter()
        .any(is_there)
        .then_some("its writer is not done with it")
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
    fn what_is_being_fetched_has_no_beginning_yet() {
        let lab = Lab::new();
        let bytes = [vec![0; 4096], noise(9)].concat();
        lab.put("fetched.tgz.aria2", b"control");
        assert_eq!(lab.not_checked("fetched.tgz", &bytes), "its writer is not done with it");
        lab.put("new.sqlite-wal", b"log");
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
    fn names_may_lie() {
        let lab = Lab::new();
        lab.not_ours("photograph.png", b"\xff\xd8\xff\xe0 and what is a photograph");
        lab.not_ours(
            "page.tgz",
            "<!doctype html>\n<title>404: ничего</title> and so on".as_bytes(),
        );
        lab.not_ours("pointer.png", b"version https://git-lfs.github.com/spec/v1\n");
        lab.not_ours("packed.gz", b"\xfd7zXZ\0 what xz makes, called by another name");
        for (name, head) in [
            ("animated.png", &b"\x8aMNG\r\n\x1a\n and so on"[..]),
            ("shaded.png", b"\x8bJNG\r\n\x1a\n and so on"),
            ("later.sqlite", b"SQLite format 4\0\x01\x02\x03"),
        ] {
            let verdict = lab.verdict(name, head);
            assert!(!matches!(verdict, Some(Verdict::Disagrees(_))), "{name}: {verdict:?}");
        }
        lab.not_ours("other.db", &[0; 4096]);
        lab.not_ours("other.db", &noise(4096));
        lab.not_ours("short.gz", b"\0\0");
        lab.not_ours("empty.png", b"");
        lab.not_ours("manual.sqlite", b"SQLite format 3 is what this text is about.");
        for bytes in [noise(200), [&b"\x1f\x8b\x55\xee"[..], &noise(200)].concat()] {
            let reason = lab.not_checked("encrypted.gz", &bytes);
            assert_eq!(reason, "it does not begin as its name says");
        }
    }
}
