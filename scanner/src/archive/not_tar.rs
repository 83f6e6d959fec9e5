//! What a file that is no archive seems to be.

use super::blocks::Block;

/// How other files begin.
const BEGINNINGS: [(&[u8], &str); 8] = [
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; expand it first"),
    (b"\xfd7zXZ\0", "compressed with xz; expand it first"),
    (b"BZh", "compressed with bzip2; expand it first"),
    (b"\x04\x22\x4d\x18", "compressed with lz4; expand it first"),
    (b"PK\x03\x04", "a zip archive"),
    (b"070701", "a cpio archive"),
    (b"{", "JSON"),
    (b"<", "HTML or XML"),
];

/// The words for a first block whose checksum is wrong.
pub fn seems_to_be(block: &Block) -> &'static str {
    let known = BEGINNINGS.iter().find(|(beginning, _)| block.starts_with(beginning));
    known.map_or("something else, or has a damaged first header", |(_, name)| name)
}
