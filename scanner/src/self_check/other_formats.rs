//! What files begin with that are something else than their names say: names lie. A photograph is
//! called .png, a page that says "not found" is saved under any name, and a pointer to a large file
//! (Git LFS) stands in its place.

/// Pictures, documents, archives, compressed, encrypted and saved objects.
const BEGINNINGS: [&[u8]; 25] = [
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"8BPS",
    b"icns",
    b"\0\0\x01\0",
    b"%PDF-",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\x89HDF",
    b"PK",
    b"\x1f\x8b\x08",
    b"\x1f\x9d",
    b"\x1f\x1e",
    b"\x1f\xa0",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\0GITCRYPT\0",
    b"SQLite format",
];

/// Whether a file begins like one of another known format, or as text.
pub fn is_other(head: &[u8]) -> bool {
    is_text(head) || BEGINNINGS.iter().any(|other| head.starts_with(other))
}

/// Of any language: bytes that no text has are control characters.
pub fn is_text(head: &[u8]) -> bool {
    head.iter().all(|byte| !matches!(byte, 0..=8 | 14..=31 | 127))
}
