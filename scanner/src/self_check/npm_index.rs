//! The index of npm's cache: `_cacache/index-v5/aa/bb/…`.
//!
//! A file is lines of `<SHA-1 of the JSON>\t<JSON>`, each appended with the "\n" before it
//! (cacache, lib/entry-index.js); npm passes over a line whose hash is wrong. A writer that was
//! killed leaves the beginning of a line, and the next one appends behind it: such a torn line
//! is no damage. Followed by another line it is past and gone, and passed over; a file that ends in one
//! is not checked: npm no longer finds what it led to, and a lost end leaves the same. So a line is
//! proof if it is not what was written and no
//! beginning of it either: a whole JSON value with another hash, bytes that cannot go on as
//! JSON, no hash and tab where there should be, the right hash with one other byte near its end, where
//! a lost quote or bracket makes the JSON seem to go on.

use serde::de::IgnoredAny;

use super::hash::{Algorithm, Hasher, hex_of};
use super::place::is_hex;
use super::{Chosen, Place, Surroundings, Verdict, Verifier, disagrees};

/// Longest line that is kept, in bytes. It holds a request's headers, a few thousand bytes.
const LONGEST: usize = 4 << 20;

/// The digits of a line's hash.
const DIGITS: usize = 40;

/// For a file of the index.
pub fn verifier(place: &Place<'_>, _: &[u8]) -> Chosen {
    if place.parent(2) != b"index-v5" || place.name.len() != 60 || !is_hex(place.name) {
        return None;
    }
    let hex = |name: &[u8]| name.len() == 2 && is_hex(name);
    if !hex(place.parent(0)) || !hex(place.parent(1)) {
        return None;
    }
    Some(Box::new(Index { line: Vec::new(), lines: 0, too_long: false, verdict: Verdict::Agrees }))
}

struct Index {
    line: Vec<u8>,
    lines: u64,
    too_long: bool,
    verdict: Verdict,
}

impl Index {
    fn take(&mut self, part: &[u8]) {
        if self.line.len() + part.len() > LONGEST {
            self.too_long = true;
            self.line.clear();
        }
        if !self.too_long {
            self.line.extend_from_slice(part);
        }
    }

    fn end_line(&mut self, is_last: bool) {
        self.lines += 1;
        let verdict = if self.too_long {
            Verdict::NotChecked("a line is longer than any that npm writes")
        } else {
            match judge(&self.line, self.lines) {
                Line::Wrong(verdict) => verdict,
                Line::Torn if is_last => Verdict::NotChecked("its last line is cut off"),
                Line::Torn | Line::Whole => Verdict::Agrees,
            }
        };
        // The first damaged line says it for all; one that is not checked gives way to it.
        let settled = matches!(self.verdict, Verdict::Disagrees(_));
        if !settled && verdict != Verdict::Agrees {
            self.verdict = verdict;
        }
        self.line.clear();
        self.too_long = false;
    }
}

impl Verifier for Index {
    fn update(&mut self, bytes: &[u8]) {
        let mut parts = bytes.split(|byte| *byte == b'\n');
        self.take(parts.next().unwrap_or_default());
        for part in parts {
            self.end_line(false);
            self.take(part);
        }
    }

    fn finish(mut self: Box<Self>, _: &Surroundings<'_>) -> Verdict {
        self.end_line(true);
        self.verdict
    }
}

/// What a line is.
enum Line {
    /// What was written, or empty.
    Whole,
    /// The beginning of it.
    Torn,
    /// Neither.
    Wrong(Verdict),
}

fn judge(line: &[u8], number: u64) -> Line {
    const FORMAT: &str = "npm cache index";
    let hash = line.get(..DIGITS).unwrap_or(line);
    if line.is_empty() {
        return Line::Whole;
    }
    if is_hex(hash) && line.len() <= DIGITS {
        return Line::Torn;
    }
    let json = line.get(DIGITS..).and_then(|rest| rest.strip_prefix(b"\t"));
    let Some(json) = json.filter(|_| is_hex(hash)) else {
        let expected = format!("line {number}: a SHA-1, a tab and JSON");
        return Line::Wrong(disagrees(FORMAT, expected, "something else".to_owned()));
    };
    let found = hex_of(Algorithm::Sha1, json);
    if found.as_bytes() == hash {
        return Line::Whole;
    }
    if is_torn(json) && !is_a_byte_from(json, hash) {
        return Line::Torn;
    }
    let expected = format!("line {number}: SHA-1 {}", String::from_utf8_lossy(hash));
    Line::Wrong(disagrees(FORMAT, expected, format!("SHA-1 {found}")))
}

/// Whether the JSON has this hash once a byte is another one, of those at its end.
fn is_a_byte_from(json: &[u8], hash: &[u8]) -> bool {
    const LAST: usize = 64;
    (json.len().saturating_sub(LAST)..json.len()).any(|at| {
        let (before, behind) = json.split_at(at);
        let mut begun = Hasher::new(Algorithm::Sha1);
        begun.update(before);
        (0..=u8::MAX).any(|byte| {
            let mut hasher = begun.clone();
            hasher.update(&[byte]);
            hasher.update(behind.get(1..).unwrap_or_default());
            hasher.hex().as_bytes() == hash
        })
    })
}

/// Whether it may be the beginning of JSON.
fn is_torn(json: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(json).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::*;

    const PATH: &str =
        "_cacache/index-v5/0a/1b/23456789012345678901234567890123456789012345678901234567890a";

    fn line(json: &str) -> String {
        format!("\n{}\t{json}", hex_of(Algorithm::Sha1, json.as_bytes()))
    }

    fn entries() -> [String; 2] {
        let json = r#"{"key":"make-fetch:a","integrity":"sha512-x","metadata":{"n":[1,"}",2]}}"#;
        [line(json), line(r#"{"key":"make-fetch:b","integrity":null,"time":1,"title":"é"}"#)]
    }

    #[test]
    fn whole_files_agree() {
        let lab = Lab::new();
        let [a, b] = entries();
        lab.agrees(PATH, b"");
        lab.agrees(PATH, b"\n");
        lab.agrees(PATH, a.as_bytes());
        lab.agrees(PATH, (a.clone() + &b).as_bytes());
        lab.agrees(PATH, &(a + &b).as_bytes()[1..]);
    }

    #[test]
    fn a_torn_line_is_no_damage_and_told_where_the_file_ends_in_it() {
        let lab = Lab::new();
        let [a, b] = entries();
        for length in 2..b.len() {
            let torn = &b.as_bytes()[..length];
            let why = lab.not_checked(PATH, &[a.as_bytes(), torn].concat());
            assert_eq!(why, "its last line is cut off");
            lab.agrees(PATH, &[torn, a.as_bytes()].concat());
        }
        lab.agrees(PATH, &[a.as_bytes(), b"\n"].concat());
        lab.disagrees(PATH, &[b"\nx", a.as_bytes(), &b.as_bytes()[..50]].concat());
    }

    #[test]
    fn a_changed_line_shows() {
        let lab = Lab::new();
        let [a, b] = entries();
        let bytes = (a.clone() + &b).into_bytes();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 0x80;
            lab.disagrees(PATH, &changed);
        }
        let mut zeroed = bytes.clone();
        zeroed[60..90].fill(0);
        let disagreement = lab.disagrees(PATH, &zeroed);
        assert!(disagreement.expected.starts_with("line 2: SHA-1 "), "{disagreement:?}");
    }

    #[test]
    fn what_is_no_index_is_let_be() {
        let lab = Lab::new();
        lab.not_ours(&PATH.replace("v5", "v6"), b"x");
        lab.not_ours(&format!("{PATH}.tmp"), b"x");
    }
}
