//! A line between the first and the last: one name, as serde reads it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::header::readable;
use super::kind::kind_of;
use crate::inode_facts::{Device, FileKind, InodeTime};
use crate::manifest::hex::{array_from_hex, from_hex, to_hex};
use crate::manifest::{AttributeDigest, Entry};

/// What stands in JSON. Where bytes are not UTF-8 a field of the same name with `_hex` holds each
/// of them, and the text is for people. [`write_entry`](super::write_entry) writes the same.
#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    path_hex: Option<Text<'a>>,
    #[serde(borrow, default, rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<Text<'a>>,
    /// Octal, as chmod(1) takes it.
    #[serde(borrow)]
    mode: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "is_default")]
    uid: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    gid: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    size: u64,
    /// Seconds since 1970, negative before, and nanoseconds that are always added.
    mtime: InodeTime,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    target: Option<Text<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    target_hex: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<Device>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<WireAttribute<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    same_file_as: Option<Text<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    same_file_as_hex: Option<Text<'a>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    hash: Option<Text<'a>>,
    /// Pairs of the first byte and the one behind the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<(u64, u64)>,
}

/// A string that is borrowed from the line also where it is optional (serde does so of itself
/// only where it is not).
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Serialize, Deserialize)]
pub(super) struct WireAttribute<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    name_hex: Option<Text<'a>>,
    #[serde(borrow)]
    hash: Cow<'a, str>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads an entry's line. What its paths are worth is for the caller to judge.
pub fn parse_entry(line: &[u8]) -> Result<Entry, String> {
    let wire: Wire<'_> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let kind = match wire.kind {
        None => FileKind::Regular,
        Some(Text(word)) => kind_of(&word).ok_or("the type is none that a file can have")?,
    };
    Ok(Entry {
        path: bytes(wire.path, wire.path_hex)?,
        kind,
        mode: mode(&wire.mode)?,
        uid: wire.uid,
        gid: wire.gid,
        size: wire.size,
        modified_at: time(wire.mtime)?,
        target: wire.target.map(|Text(target)| bytes(target, wire.target_hex)).transpose()?,
        device: wire.device,
        attributes: wire.attributes.into_iter().map(attribute).collect::<Result<_, _>>()?,
        same_file_as: wire
            .same_file_as
            .map(|Text(path)| bytes(path, wire.same_file_as_hex))
            .transpose()?,
        hash: wire
            .hash
            .map(|Text(hex)| array_from_hex(&hex).ok_or("the hash is no hash"))
            .transpose()?,
        unreadable: wire.unreadable.into_iter().map(|(start, end)| start..end).collect(),
    })
}

fn text(bytes: &[u8]) -> (Cow<'_, str>, Option<Text<'_>>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), None),
        Err(_) => (readable(bytes).into(), Some(Text(to_hex(bytes).into()))),
    }
}

fn bytes(text: Cow<'_, str>, hex: Option<Text<'_>>) -> Result<Vec<u8>, &'static str> {
    match hex {
        Some(Text(hex)) => from_hex(&hex).ok_or("a field ending in _hex is not hexadecimal"),
        None => Ok(text.into_owned().into_bytes()),
    }
}

impl<'a> From<&'a AttributeDigest> for WireAttribute<'a> {
    fn from((name, hash): &'a AttributeDigest) -> Self {
        let (name, name_hex) = text(name);
        WireAttribute { name, name_hex, hash: to_hex(hash).into() }
    }
}

fn attribute(wire: WireAttribute<'_>) -> Result<AttributeDigest, &'static str> {
    let hash = array_from_hex(&wire.hash).ok_or("an attribute's hash is no hash")?;
    Ok((bytes(wire.name, wire.name_hex)?.into(), hash))
}

/// Octal digits of at most twelve bits.
fn mode(text: &str) -> Result<u16, &'static str> {
    let digits = text.bytes().all(|digit| digit.is_ascii_digit());
    let mode = u16::from_str_radix(text, 8).ok().filter(|mode| digits && *mode <= 0o7777);
    mode.ok_or("the mode is not octal")
}

fn time(time: InodeTime) -> Result<InodeTime, &'static str> {
    if time.1 < 1_000_000_000 { Ok(time) } else { Err("the time has too many nanoseconds") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::tests::sample::{entry, rich};
    use crate::manifest::wire::kind::word_of;
    use crate::manifest::wire::write_entry;

    fn optional_text(bytes: Option<&[u8]>) -> (Option<Text<'_>>, Option<Text<'_>>) {
        match bytes.map(text) {
            Some((text, hex)) => (Some(Text(text)), hex),
            None => (None, None),
        }
    }

    /// The line as serde writes it.
    fn line_of_serde(entry: &Entry) -> Vec<u8> {
        let (path, path_hex) = text(&entry.path);
        let (target, target_hex) = optional_text(entry.target.as_deref());
        let (same_file_as, same_file_as_hex) = optional_text(entry.same_file_as.as_deref());
        let kind = (entry.kind != FileKind::Regular).then(|| Text(word_of(entry.kind).into()));
        let wire = Wire {
            path,
            path_hex,
            kind,
            mode: format!("{:04o}", entry.mode).into(),
            uid: entry.uid,
            gid: entry.gid,
            size: entry.size,
            mtime: entry.modified_at,
            target,
            target_hex,
            device: entry.device,
            attributes: entry.attributes.iter().map(WireAttribute::from).collect(),
            same_file_as,
            same_file_as_hex,
            hash: entry.hash.as_ref().map(|hash| Text(to_hex(hash).into())),
            unreadable: entry.unreadable.iter().map(|range| (range.start, range.end)).collect(),
        };
        let mut line = serde_json::to_vec(&wire).unwrap();
        line.push(b'\n');
        line
    }

    #[test]
    fn lines_are_as_serde_writes_them() {
        let mut entries = rich();
        for byte in 0..=u8::MAX {
            let mut odd = entry(&[b'a', byte, b'b'], FileKind::Symlink);
            odd.target = Some(vec![byte; 3]);
            odd.same_file_as = Some(vec![0xc3, byte]);
            odd.attributes = vec![((*b"user.").into(), [byte; 16]), ([byte].into(), [0; 16])];
            odd.mode = u16::from(byte) << 4 | 1;
            entries.push(odd);
        }
        let texts =
            ["", "\u{7f}", "\u{80}", "\u{202e}", "\u{fffd}", "\u{10ffff}", "\\\"/\u{8}\u{c}"];
        entries.extend(texts.map(|text| entry(text.as_bytes(), FileKind::Directory)));
        for entry in entries {
            let mut line = Vec::new();
            write_entry(&entry.view(), &mut line).unwrap();
            let shown = String::from_utf8_lossy(&line);
            assert_eq!(line, line_of_serde(&entry), "{shown}");
            assert!(parse_entry(&line).is_ok_and(|parsed| parsed == entry), "{shown}");
        }
    }
}
