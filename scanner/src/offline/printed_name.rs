//! Names as e2fsck prints them: a control byte as `^X`, a byte above 128 as `M-` and what the
//! byte less 128 would be (e2fsprogs e2fsck/message.c). A name that holds such signs itself
//! prints alike, so a name is taken back to its bytes only where it then is UTF-8 beyond ASCII
//! without a control character, which no name spells by chance.

use std::borrow::Cow;

/// The bytes of a printed path, and whether some of them may stand for others.
pub(super) fn read(printed: &str) -> (Vec<u8>, bool) {
    if !printed.contains('^') && !printed.contains("M-") {
        return (printed.as_bytes().to_vec(), false);
    }
    let decoded = decode(printed.as_bytes());
    match std::str::from_utf8(&decoded) {
        Ok(text) if !text.chars().any(char::is_control) && !text.is_ascii() => (decoded, false),
        _ => (printed.as_bytes().to_vec(), true),
    }
}

fn decode(printed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(printed.len());
    let mut rest = printed;
    while !rest.is_empty() {
        let (high, after) = match rest {
            [b'M', b'-', after @ ..] if !after.is_empty() => (0x80, after),
            _ => (0, rest),
        };
        match after {
            [b'^', sign @ b'?'..=b'_', after @ ..] => {
                bytes.push(high | (sign ^ 0x40));
                rest = after;
            }
            [byte, after @ ..] => {
                bytes.push(high | byte);
                rest = after;
            }
            [] => break,
        }
    }
    bytes
}

/// The path of `name` in the directory at `folder`.
pub(super) fn join<'a>(folder: &'a str, name: &str) -> Cow<'a, str> {
    match folder.strip_suffix('/') {
        Some(bare) => format!("{bare}/{name}").into(),
        None => format!("{folder}/{name}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_is_read_back_and_what_is_doubtful_stays_as_printed() {
        for (printed, bytes, doubtful) in [
            ("/plain", "/plain", false),
            ("/GrM-CM-<M-CM-^_e", "/Grüße", false),
            ("/badM-^?", "/badM-^?", true),
            ("/ATM-card", "/ATM-card", true),
            ("/new^Jline", "/new^Jline", true),
            ("/a^", "/a^", true),
            ("/M-", "/M-", true),
            ("/M-CM-<^[[2J", "/M-CM-<^[[2J", true),
        ] {
            assert_eq!(read(printed), (bytes.as_bytes().to_vec(), doubtful), "{printed}");
        }
    }

    #[test]
    fn a_name_joins_its_folder_with_one_slash() {
        assert_eq!(join("/", "a"), "/a");
        assert_eq!(join("/d", "a"), "/d/a");
    }
}
