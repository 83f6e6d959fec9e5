//! Files of gzip, and what is made of them: packages, pictures, saved objects.
//!
//! Each member's CRC-32 and length stand behind its deflated data (RFC 1952, 2.3.1). Proves
//! damage anywhere in the data, and an early end; names and times in a header have no checksum.
//! Several members may follow one another, zeros may pad the end (tapes), and what follows that
//! is no member is ignored, as gzip(1) ignores it with a warning.
//!
//! Only where the name says so, too: boot images, firmware and the private files of programs
//! begin with the same bytes and go on otherwise. A file that ends just after a flush is not
//! checked: a log that is compressed while it is written looks like this until it is closed.
//! Neither is one that ends early under a name with a number behind it: rotated files and second
//! downloads have one (`log.gz.1`), and so have the pieces of a file that was split.

use crc32fast::Hasher;

use super::endings::{GZIP, GZIP_OR_OTHER, is_in};
use super::gzip_header::{self, Header};
use super::inflate::{Fault, Inflate, MOST_COMPRESSED, Progress, TOO_LONG, decoded_limit};
use super::{Chosen, Place, Surroundings, Verdict, Verifier, unfinished};

const FORMAT: &str = "gzip";

/// Longest header, in bytes; names and comments have no limit of their own.
const LONGEST_HEADER: usize = 256 << 10;

/// CRC-32 and length.
const TRAILER: usize = 8;

/// What a flush (Z_SYNC_FLUSH, Z_FULL_FLUSH) ends with: an empty stored block.
const FLUSHED: [u8; 4] = [0, 0, 0xff, 0xff];

/// For a file with such a name that begins so.
pub fn verifier(place: &Place<'_>, head: &[u8]) -> Chosen {
    if !head.starts_with(gzip_header::START) {
        return None;
    }
    let mut extension = place.extension()?;
    let is_numbered = !extension.is_empty() && extension.iter().all(u8::is_ascii_digit);
    if is_numbered {
        let name = place.name.get(..place.name.len() - extension.len() - 1)?;
        extension = Place { name, ..*place }.extension()?;
    }
    if ![GZIP, GZIP_OR_OTHER].iter().any(|endings| is_in(extension, endings)) {
        return None;
    }
    let too_large = place.size > MOST_COMPRESSED;
    let limit = if too_large { 0 } else { decoded_limit(place.size) };
    Some(Box::new(Gzip {
        state: if too_large { State::Unchecked(TOO_LONG) } else { State::Header },
        gathered: Vec::new(),
        inflate: Inflate::raw(limit),
        crc: Hasher::new(),
        length: 0,
        last: [0xaa; 4],
        is_numbered,
    }))
}

struct Gzip {
    state: State,
    /// The bytes of a header or a trailer so far.
    gathered: Vec<u8>,
    inflate: Inflate,
    crc: Hasher,
    /// Decoded bytes of this member, modulo 2^32.
    length: u32,
    /// The last bytes of the file so far.
    last: [u8; 4],
    /// Whether a number stands behind the ending of its name.
    is_numbered: bool,
}

enum State {
    Header,
    Data,
    Trailer,
    /// After a whole member; so far nothing, or zeros.
    Between,
    /// After the first bytes of what may be another member.
    Ignored,
    Unchecked(&'static str),
    Wrong {
        expected: String,
        found: String,
    },
}

impl Verifier for Gzip {
    fn takes_bytes(&self) -> bool {
        !matches!(self.state, State::Unchecked(_))
    }

    fn update(&mut self, mut bytes: &[u8]) {
        self.remember(bytes);
        while !bytes.is_empty() {
            let used = match self.state {
                State::Header => self.header(bytes),
                State::Data => self.data(bytes),
                State::Trailer => self.trailer(bytes),
                State::Between => self.between(bytes),
                State::Ignored | State::Unchecked(_) | State::Wrong { .. } => return,
            };
            bytes = bytes.get(used..).unwrap_or_default();
        }
    }

    fn finish(self: Box<Self>, around: &Surroundings<'_>) -> Verdict {
        match self.state {
            State::Between | State::Ignored => Verdict::Agrees,
            // A byte or two that began as a member does.
            State::Header if !self.inflate.is_fresh() && self.gathered.len() < 3 => Verdict::Agrees,
            State::Unchecked(reason) => Verdict::NotChecked(reason),
            State::Wrong { expected, found } => unfinished(FORMAT, expected, found),
            State::Data if self.last == FLUSHED => {
                Verdict::NotChecked("flushed and not closed by its writer")
            }
            State::Header | State::Data | State::Trailer if self.is_numbered => {
                Verdict::NotChecked("ends early, and may be a piece of a file that was split")
            }
            State::Header | State::Data | State::Trailer => {
                let found = format!("the end after {} bytes", around.size);
                unfinished(FORMAT, "a whole member with its checksum", found)
            }
        }
    }
}

impl Gzip {
    fn remember(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(4);
        self.last.rotate_left(kept);
        let ends = bytes.iter().rev().take(4).zip(self.last.iter_mut().rev());
        ends.for_each(|(byte, last)| *last = *byte);
    }

    fn wrong(&mut self, expected: &str, found: String) {
        self.state = State::Wrong { expected: expected.to_owned(), found };
    }

    fn header(&mut self, bytes: &[u8]) -> usize {
        let before = self.gathered.len();
        self.gathered.extend_from_slice(bytes);
        let is_first = self.inflate.is_fresh();
        match gzip_header::read(&self.gathered) {
            Header::Whole(length) => {
                self.gathered.clear();
                self.begin_data();
                return length.saturating_sub(before);
            }
            Header::Beginning if self.gathered.len() <= LONGEST_HEADER => {}
            Header::Beginning => self.state = State::Unchecked("a header without end"),
            Header::Reserved if is_first => self.state = State::Unchecked("reserved flags"),
            Header::Damaged => self.wrong("a header with its checksum", "another one".to_owned()),
            Header::Reserved | Header::Other => self.state = State::Ignored,
        }
        bytes.len()
    }

    fn begin_data(&mut self) {
        self.inflate.restart();
        self.crc = Hasher::new();
        self.length = 0;
        self.state = State::Data;
    }

    fn data(&mut self, bytes: &[u8]) -> usize {
        let (crc, length) = (&mut self.crc, &mut self.length);
        let fed = self.inflate.feed(bytes, |decoded| {
            crc.update(decoded);
            *length = length.wrapping_add(decoded.len() as u32);
        });
        match fed {
            Ok(Progress::More) => return bytes.len(),
            Ok(Progress::Ended(used)) => {
                self.state = State::Trailer;
                return used;
            }
            Err(Fault::TooLong) => self.state = State::Unchecked(TOO_LONG),
            Err(Fault::Damaged) => {
                self.wrong("deflated data", "bytes that cannot be inflated".to_owned());
            }
        }
        bytes.len()
    }

    fn trailer(&mut self, bytes: &[u8]) -> usize {
        let wanted = TRAILER.saturating_sub(self.gathered.len()).min(bytes.len());
        self.gathered.extend_from_slice(bytes.get(..wanted).unwrap_or_default());
        if let Ok([c0, c1, c2, c3, l0, l1, l2, l3]) = <[u8; 8]>::try_from(self.gathered.as_slice())
        {
            self.gathered.clear();
            self.compare(
                u32::from_le_bytes([c0, c1, c2, c3]),
                u32::from_le_bytes([l0, l1, l2, l3]),
            );
        }
        wanted
    }

    fn compare(&mut self, crc: u32, length: u32) {
        let computed = self.crc.clone().finalize();
        if (crc, length) == (computed, self.length) {
            self.state = State::Between;
        } else {
            let expected = format!("CRC-32 {crc:08x} and {length} bytes");
            self.wrong(&expected, format!("CRC-32 {computed:08x} and {} bytes", self.length));
        }
    }

    fn between(&mut self, bytes: &[u8]) -> usize {
        match bytes.iter().position(|byte| *byte != 0) {
            None => bytes.len(),
            Some(zeros) => {
                self.state = State::Header;
                zeros
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use flate2::{Compression, GzBuilder};

    use super::super::testing::Lab;
    use super::*;

    const PATH: &str = "a.tar.gz";

    fn member(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn any_change_of_the_data_shows() {
        let content = b"some text that repeats, some text that repeats, and ends\n";
        let bytes = member(content);
        let lab = Lab::new();
        for path in [PATH, "a.TGZ", "a-1.0.0.crate", "a.svgz", "a.tpz", "a.vcf.bgz", "a.log.gz.12"]
        {
            lab.agrees(path, &bytes);
        }
        let mut silent = 0;
        for place in 10..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x10;
            silent += usize::from(lab.verdict(PATH, &changed) == Some(Verdict::Agrees));
        }
        // The last bits of the deflated data belong to nobody.
        assert!(silent <= 1, "{silent}");
        for length in 3..bytes.len() {
            lab.disagrees(PATH, &bytes[..length]);
        }
    }

    #[test]
    fn legal_variants_agree() {
        let (a, b) = (member(b"one"), member(b""));
        let mut full = GzBuilder::new()
            .filename("name")
            .comment("comment")
            .extra(vec![1; 30])
            .mtime(7)
            .write(Vec::new(), Compression::none());
        full.write_all(&vec![7; 100_000]).unwrap();
        let full = full.finish().unwrap();
        let lab = Lab::new();
        lab.agrees(PATH, &full);
        lab.agrees(PATH, &b);
        lab.agrees(PATH, &[&a[..], &full, &b].concat());
        lab.agrees(PATH, &[&a[..], &[0; 10_240]].concat());
        lab.agrees(PATH, &[&a[..], &[0; 100], &b].concat());
        lab.agrees(PATH, &[&a[..], b"trailing garbage"].concat());
        lab.agrees(PATH, &[&a[..], b"\x1f\x9d"].concat());
        lab.agrees(PATH, &[&a[..], b"\x1f\x8b"].concat());
    }

    #[test]
    fn damage_in_a_later_member_shows() {
        let mut bytes = [member(b"one"), member(b"two, a little longer")].concat();
        let place = bytes.len() - 6;
        let first = member(b"one").len();
        let lab = Lab::new();
        for length in first + 3..bytes.len() {
            lab.disagrees(PATH, &bytes[..length]);
        }
        bytes[place] ^= 1;
        lab.disagrees(PATH, &bytes);
    }

    #[test]
    fn what_is_flushed_and_open_is_not_checked() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"a line of a log\n").unwrap();
        encoder.flush().unwrap();
        let bytes = encoder.get_ref().clone();
        assert!(bytes.ends_with(&FLUSHED));
        let lab = Lab::new();
        lab.not_checked("access.log.gz", &bytes);
        lab.disagrees("access.log.gz", &bytes[..bytes.len() - 1]);
    }

    #[test]
    fn behind_a_number_damage_shows_and_an_early_end_does_not() {
        let bytes = member(b"a line of a log, and another line of a log\n");
        let lab = Lab::new();
        for length in 3..bytes.len() {
            lab.not_checked("access.log.gz.1", &bytes[..length]);
        }
        let mut changed = bytes.clone();
        changed[bytes.len() - 6] ^= 1;
        lab.disagrees("access.log.gz.1", &changed);
        lab.not_ours("access.log.1", &bytes);
        lab.not_ours("a.gz.1a", &bytes);
        lab.not_ours("gz.1", &bytes);
    }

    #[test]
    fn a_bomb_is_not_checked() {
        let lab = Lab::new();
        let bytes = member(&vec![0; 65 << 20]);
        lab.not_checked(PATH, &bytes);
    }

    #[test]
    fn what_is_no_gzip_is_let_be() {
        let lab = Lab::new();
        lab.not_ours("vmlinuz", &member(b"a"));
        lab.not_ours("a.rds", b"plain text");
        lab.not_ours("a.gz", b"");
    }
}
