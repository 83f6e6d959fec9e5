//! PNG pictures.
//!
//! A signature of eight bytes, then chunks of length, type, data and the CRC-32 of type and data
//! (W3C PNG, 5.2 and 5.3). Proves damage in any byte after the signature up to IEND, and an early
//! end. Bytes after IEND belong to whoever put them there. Only where the name ends in .png or
//! .apng: files of other formats that begin in the same way are nobody's pictures.

use crc32fast::Hasher;
use memchr::memmem;

use super::inflate::MOST_COMPRESSED;
use super::{Chosen, Place, Surroundings, Verdict, Verifier, endings, pread, unfinished};

const FORMAT: &str = "PNG";

/// What each picture begins with.
pub const SIGNATURE: &[u8; 8] = b"\x89PNG\r\n\x1a\n";

/// What each ends with: a chunk IEND, which has no data.
const END: &[u8; 12] = b"\0\0\0\0IEND\xaeB`\x82";

/// What PNG and its relatives MNG and JNG begin with, which end alike.
const FAMILY: [&[u8; 8]; 3] = [SIGNATURE, b"\x8aMNG\r\n\x1a\n", b"\x8bJNG\r\n\x1a\n"];

/// Largest length of a chunk (5.3).
const LONGEST: u32 = (1 << 31) - 1;

/// For a picture.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    if !head.starts_with(SIGNATURE) || !endings::has(place, endings::PNG) {
        return None;
    }
    Some(Box::new(Png { part: Part::Signature, gathered: Vec::with_capacity(8), fault: None }))
}

/// Whether a file that does not begin as a picture ends as one, and has lost its beginning: icons
/// and saved answers of servers hold a whole picture behind something else.
pub fn lacks_its_beginning(around: &Surroundings<'_>) -> bool {
    let mut end = [0; END.len()];
    let Some(place) = around.size.checked_sub(end.len() as u64) else { return false };
    // Nobody can stop this, so it must not last.
    if around.size > MOST_COMPRESSED || !pread::fill(around.file, place, &mut end) || end != *END {
        return false;
    }
    let mut seen = Vec::new();
    let mut is_whole = false;
    let was_read = pread::pieces(around.file, 0, around.size, |piece| {
        seen.extend_from_slice(piece);
        is_whole = FAMILY.iter().any(|start| memmem::find(&seen, *start).is_some());
        // A signature may stand on the border of two pieces.
        seen.drain(..seen.len().saturating_sub(SIGNATURE.len() - 1));
        !is_whole
    });
    was_read && !is_whole
}

struct Png {
    part: Part,
    /// The bytes of the part so far, where it has to be whole to be read.
    gathered: Vec<u8>,
    fault: Option<(String, String)>,
}

enum Part {
    Signature,
    /// Length and type.
    Header,
    Data {
        kind: [u8; 4],
        left: u32,
        crc: Hasher,
    },
    Checksum {
        kind: [u8; 4],
        computed: u32,
    },
    /// After IEND, or after a fault.
    Done,
}

impl Verifier for Png {
    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let used = match &mut self.part {
                Part::Done => return,
                Part::Data { kind, left, crc } => {
                    let (data, _) = bytes.split_at(bytes.len().min(*left as usize));
                    crc.update(data);
                    *left -= data.len() as u32;
                    if *left == 0 {
                        let computed = crc.clone().finalize();
                        self.part = Part::Checksum { kind: *kind, computed };
                    }
                    data.len()
                }
                Part::Signature => self.gather::<8>(bytes, |png, _| png.part = Part::Header),
                Part::Header => self.gather::<8>(bytes, Png::begin_chunk),
                Part::Checksum { .. } => self.gather::<4>(bytes, Png::end_chunk),
            };
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        match (self.fault, self.part) {
            (Some((expected, found)), _) => unfinished(FORMAT, expected, found),
            (None, Part::Done) => Verdict::Agrees,
            (None, _) => {
                let found = format!("the end after {} bytes", around.size);
                unfinished(FORMAT, "chunks up to IEND", found)
            }
        }
    }
}

impl Png {
    /// Takes bytes until there are N, and hands those on; says how many it took.
    fn gather<const N: usize>(&mut self, bytes: &[u8], then: fn(&mut Png, [u8; N])) -> usize {
        let wanted = N.saturating_sub(self.gathered.len()).min(bytes.len());
        self.gathered.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        if let Ok(whole) = <[u8; N]>::try_from(self.gathered.as_slice()) {
            self.gathered.clear();
            then(self, whole);
        }
        wanted
    }

    fn begin_chunk(&mut self, [l0, l1, l2, l3, kind @ ..]: [u8; 8]) {
        let length = u32::from_be_bytes([l0, l1, l2, l3]);
        if length > LONGEST || !kind.iter().all(u8::is_ascii_alphabetic) {
            let found = format!("{length} bytes of type {}", kind.escape_ascii());
            return self.fail("a chunk".to_owned(), found);
        }
        let mut crc = Hasher::new();
        crc.update(&kind);
        self.part = match length {
            0 => Part::Checksum { kind, computed: crc.finalize() },
            left => Part::Data { kind, left, crc },
        };
    }

    fn end_chunk(&mut self, stored: [u8; 4]) {
        let Part::Checksum { kind, computed } = self.part else { return };
        let stored = u32::from_be_bytes(stored);
        if stored != computed {
            let expected = format!("a chunk {} with CRC-32 {stored:08x}", kind.escape_ascii());
            return self.fail(expected, format!("CRC-32 {computed:08x}"));
        }
        self.part = if &kind == b"IEND" { Part::Done } else { Part::Header };
    }

    fn fail(&mut self, expected: String, found: String) {
        self.fault = Some((expected, found));
        self.part = Part::Done;
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::testing::Lab;
    use super::*;

    fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
        let body = [&kind[..], data].concat();
        let crc = crc32fast::hash(&body).to_be_bytes();
        [&(data.len() as u32).to_be_bytes()[..], &body, &crc].concat()
    }

    pub fn picture() -> Vec<u8> {
        let header = [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0];
        let chunks = [
            chunk(*b"IHDR", &header),
            chunk(*b"teXt", b""),
            chunk(*b"IDAT", b"not looked into"),
            chunk(*b"IEND", b""),
        ];
        [&SIGNATURE[..], &chunks.concat()].concat()
    }

    #[test]
    fn any_change_shows() {
        let picture = picture();
        for path in ["a.png", "A.PNG", "b.apng"] {
            let lab = Lab::new();
            lab.agrees(path, &picture);
            lab.every_flip_disagrees(path, &picture, 8..picture.len());
            for length in 8..picture.len() {
                lab.disagrees(path, &picture[..length]);
            }
        }
    }

    #[test]
    fn what_follows_the_end_is_let_be() {
        let lab = Lab::new();
        lab.agrees("a.png", &[picture(), b"appended".to_vec()].concat());
        lab.agrees("a.png", &[picture(), picture()[..20].to_vec()].concat());
        let apple = chunk(*b"CgBI", &[0x50, 0, 0x20, 2]);
        lab.agrees("a.png", &[&picture()[..8], &apple, &picture()[8..]].concat());
    }

    #[test]
    fn what_is_no_png_is_let_be() {
        let lab = Lab::new();
        lab.not_ours("a.png", b"");
        lab.not_ours("a.bin", &picture());
    }
}
