//! File names, which are bytes that anybody may choose.
//!
//! A name reaches people escaped and machines without loss: two names that differ in one byte
//! that is not UTF-8 stay two names in a report (tools that replace such bytes merge them:
//! fclones#102, fclones#107).

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A path as bytes; serialised as `path` (text), with `path_hex` (every byte) beside it where
/// the bytes are not UTF-8, and `path_elided` (bytes left out) where it was shortened.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "Wire", from = "Wire")]
#[schemars(with = "Wire")]
pub struct PathName {
    bytes: Vec<u8>,
    elided: u64,
}

/// What stands in JSON.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Wire {
    /// The path; bytes that are not UTF-8 stand as `\xNN`.
    path: String,
    /// Every byte of the path in hexadecimal, where the bytes are not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// How many bytes were left out of the middle of an overlong path.
    #[serde(default, skip_serializing_if = "is_zero")]
    path_elided: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl PathName {
    /// Paths longer than this many bytes are shortened in the middle: a chain of 100,000
    /// directories has a path of many megabytes, and a report must stay small enough to attach.
    pub const SHOWN_WHOLE: usize = 8192;

    /// How much of each end a shortened path keeps, in bytes.
    pub const KEPT_END: usize = 1024;

    /// Takes a path's bytes; one longer than 8 KiB keeps its first and last KiB.
    pub fn new(bytes: Vec<u8>) -> Self {
        if bytes.len() > Self::SHOWN_WHOLE {
            Self::shortened(&bytes, &bytes, bytes.len())
        } else {
            PathName { bytes, elided: 0 }
        }
    }

    /// A path of `length` bytes of which only the beginning and the end are at hand, each of them
    /// 1 KiB or more.
    pub fn shortened(beginning: &[u8], end: &[u8], length: usize) -> Self {
        let head = beginning.get(..Self::KEPT_END).unwrap_or(beginning);
        let tail = end.get(end.len().saturating_sub(Self::KEPT_END)..).unwrap_or(end);
        let elided = length.saturating_sub(head.len() + tail.len()) as u64;
        let gap = format!("...[{elided} bytes left out]...");
        PathName { bytes: [head, gap.as_bytes(), tail].concat(), elided }
    }

    /// The path's bytes (shortened where it was overlong).
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the middle of an overlong path was left out, so that it leads nowhere.
    pub fn is_shortened(&self) -> bool {
        self.elided > 0
    }

    /// The path for people: see [`escape`].
    pub fn escaped(&self) -> String {
        escape(&self.bytes)
    }
}

impl From<&Path> for PathName {
    fn from(path: &Path) -> Self {
        PathName::new(path.as_os_str().as_bytes().to_vec())
    }
}

impl From<PathName> for Wire {
    fn from(name: PathName) -> Wire {
        let (path, path_hex) = match String::from_utf8(name.bytes) {
            Ok(text) => (text, None),
            Err(not_utf8) => {
                let bytes = not_utf8.into_bytes();
                (escape_invalid_utf8(&bytes), Some(to_hex(&bytes)))
            }
        };
        Wire { path, path_hex, path_elided: name.elided }
    }
}

impl From<Wire> for PathName {
    fn from(wire: Wire) -> PathName {
        let bytes = wire.path_hex.as_deref().and_then(from_hex);
        PathName {
            bytes: bytes.unwrap_or_else(|| wire.path.into_bytes()),
            elided: wire.path_elided,
        }
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) {
        return None;
    }
    hex.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

fn escape_invalid_utf8(bytes: &[u8]) -> String {
    bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        push_hex_escapes(&mut text, chunk.invalid());
        text
    })
}

fn push_hex_escapes(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "\\x{byte:02x}");
    }
}

/// A name as people may see it: no control character, no escape sequence, no character that
/// reorders or breaks a line (bidi controls, U+2028, U+2029) and no bytes that are not UTF-8
/// reach a terminal. Backslashes are doubled, so the form is unambiguous.
pub fn escape(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                c if is_unsafe_to_show(c) => {
                    let _ = write!(text, "\\u{{{:x}}}", c as u32);
                }
                c => text.push(c),
            }
        }
        push_hex_escapes(&mut text, chunk.invalid());
    }
    text
}

/// Prose that holds words of the system (a device, a mount option, evidence) as people may see
/// it. As [`escape`], but a backslash stays one: what was escaped already keeps its form.
pub fn escape_prose(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe_to_show(c) {
            shown.push_str(&escape(c.encode_utf8(&mut [0; 4]).as_bytes()));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character can move the cursor, hide or reorder what stands beside it.
pub(crate) fn is_unsafe_to_show(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(bytes: &[u8]) -> PathName {
        let json = serde_json::to_string(&PathName::new(bytes.to_vec())).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn every_byte_survives_json() {
        for byte in 0..=255u8 {
            let name = [b'a', byte, b'\\', b'x', b'4', b'1'];
            assert_eq!(round_trip(&name).as_bytes(), name, "byte {byte:#x}");
        }
    }

    #[test]
    fn names_that_are_not_utf8_stay_two_names() {
        assert_ne!(round_trip(b"a\xff"), round_trip(b"a\xfe"));
        assert_ne!(round_trip(b"a\xff"), round_trip(b"a\\xff"));
    }

    #[test]
    fn nothing_that_moves_a_cursor_is_shown() {
        let hostile = "a\u{1b}[2J\r\n\u{9b}31m\u{2028}\u{202e}b\u{7f}".as_bytes();
        let shown = escape(hostile);
        assert!(shown.is_ascii(), "{shown}");
        assert!(!shown.bytes().any(|b| b < 0x20 || b == 0x7f), "{shown}");
        assert_eq!(escape(b"a\xffb"), "a\\xffb");
        assert_eq!(escape("Grüße".as_bytes()), "Grüße");
    }

    #[test]
    fn escaping_prose_twice_changes_nothing() {
        let once = escape_prose("a\\040b\u{1b}[2J\n\u{202e}");
        assert_eq!(once, "a\\040b\\u{1b}[2J\\n\\u{202e}");
        assert_eq!(escape_prose(&once), once);
    }

    #[test]
    fn an_overlong_path_keeps_both_ends() {
        let long = [b"/head".as_slice(), &b"/d".repeat(50_000), b"/tail"].concat();
        let name = PathName::new(long.clone());
        assert!(name.as_bytes().len() < PathName::SHOWN_WHOLE);
        assert!(name.as_bytes().starts_with(b"/head/d") && name.as_bytes().ends_with(b"/d/tail"));
        assert!(name.is_shortened() && !PathName::new(b"/short".into()).is_shortened());
        assert_eq!(name.elided as usize, long.len() - 2 * PathName::KEPT_END);
        assert_eq!(serde_json::to_value(&name).unwrap()["path_elided"], name.elided);
    }
}
