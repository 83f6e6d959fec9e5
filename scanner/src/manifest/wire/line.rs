//! How an entry's line is written: byte for byte what serde would write of the form in
//! [`entry`](super::entry), whose test holds both together, in a third of the time.

use super::entry::WireAttribute;
use super::header::readable;
use super::kind::word_of;
use crate::inode_facts::FileKind;
use crate::manifest::EntryView;
use crate::manifest::hex::push_hex;

/// Writes an entry's line, its newline included. What few entries have is left to serde.
pub fn write_entry(entry: &EntryView<'_>, line: &mut Vec<u8>) -> serde_json::Result<()> {
    push_text(br#"{"path":"#, br#","path_hex":""#, entry.path, line)?;
    if entry.kind != FileKind::Regular {
        push_all(&[br#","type":""#, word_of(entry.kind).as_bytes(), b"\""], line);
    }
    push_mode(entry.mode, line);
    let numbers = [
        (&br#","uid":"#[..], u64::from(entry.uid)),
        (br#","gid":"#, u64::from(entry.gid)),
        (br#","size":"#, entry.size),
    ];
    for (name, number) in numbers.iter().filter(|(_, number)| *number != 0) {
        push_all(&[name, itoa::Buffer::new().format(*number).as_bytes()], line);
    }
    let (seconds, nanoseconds) = entry.modified_at;
    push_all(&[br#","mtime":["#, itoa::Buffer::new().format(seconds).as_bytes(), b","], line);
    push_all(&[itoa::Buffer::new().format(nanoseconds).as_bytes(), b"]"], line);
    if let Some(target) = entry.target {
        push_text(br#","target":"#, br#","target_hex":""#, target, line)?;
    }
    if let Some(device) = entry.device {
        line.extend_from_slice(br#","device":"#);
        serde_json::to_writer(&mut *line, &device)?;
    }
    if !entry.attributes.is_empty() {
        line.extend_from_slice(br#","attributes":"#);
        let attributes: Vec<WireAttribute> = entry.attributes.iter().map(Into::into).collect();
        serde_json::to_writer(&mut *line, &attributes)?;
    }
    if let Some(first) = entry.same_file_as {
        push_text(br#","same_file_as":"#, br#","same_file_as_hex":""#, first, line)?;
    }
    if let Some(hash) = entry.hash {
        line.extend_from_slice(br#","hash":""#);
        push_hex(hash, line);
        line.push(b'"');
    }
    if !entry.unreadable.is_empty() {
        line.extend_from_slice(br#","unreadable":"#);
        let pairs: Vec<_> = entry.unreadable.iter().map(|range| (range.start, range.end)).collect();
        serde_json::to_writer(&mut *line, &pairs)?;
    }
    line.extend_from_slice(b"}\n");
    Ok(())
}

/// A field that holds any bytes, and behind it the one in hexadecimal where they are not UTF-8.
fn push_text(
    name: &[u8],
    name_hex: &[u8],
    bytes: &[u8],
    line: &mut Vec<u8>,
) -> serde_json::Result<()> {
    line.extend_from_slice(name);
    if is_plain(bytes) {
        push_all(&[b"\"", bytes, b"\""], line);
        return Ok(());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return serde_json::to_writer(line, text);
    }
    serde_json::to_writer(&mut *line, &readable(bytes))?;
    line.extend_from_slice(name_hex);
    push_hex(bytes, line);
    line.push(b'"');
    Ok(())
}

/// Whether bytes stand for themselves in JSON. All are looked at, since that goes 32 at a time.
fn is_plain(bytes: &[u8]) -> bool {
    let plain = |byte: u8| matches!(byte, 0x20..0x80) && byte != b'"' && byte != b'\\';
    bytes.iter().fold(true, |all, byte| all & plain(*byte))
}

/// Twelve bits as four octal digits.
fn push_mode(mode: u16, line: &mut Vec<u8>) {
    let digits = [9, 6, 3, 0].map(|shift| b'0' + (mode >> shift & 7) as u8);
    push_all(&[br#","mode":""#, &digits, b"\""], line);
}

fn push_all(parts: &[&[u8]], line: &mut Vec<u8>) {
    parts.iter().for_each(|part| line.extend_from_slice(part));
}
