//! What files begin with that are something else than their names say: names lie. A photograph is
//! called .png, a page that says "not found" is saved under any name, and a pointer to a large file
//! (Git LFS) stands in its place. Or the first block of another file was written over their own.

use super::{gzip_header, png, sqlite_header, zip_name};

/// Said of what begins like nothing that is known here.
pub const UNKNOWN: &str = "it does not begin as its name says";

macro_rules! like {
    ($kind:literal) => {
        concat!("it does not begin as its name says, but like ", $kind)
    };
}

/// Pictures, documents, archives, programs, compressed, encrypted and saved objects.
const BEGINNINGS: [(&[u8], &str); 26] = [
    (b"version https://git-lfs", like!("a pointer of Git LFS")),
    (b"#!", like!("a script")),
    (b"%PDF-", like!("a PDF document")),
    (b"\x7fELF", like!("a program")),
    (b"\xff\xd8\xff", like!("a JPEG picture")),
    (b"GIF8", like!("a GIF picture")),
    (b"RIFF", like!("a WebP picture or a recording")),
    (b"II*\0", like!("a TIFF picture")),
    (b"MM\0*", like!("a TIFF picture")),
    (b"8BPS", like!("a Photoshop picture")),
    (b"icns", like!("an icon")),
    (b"\0\0\x01\0", like!("an icon")),
    (b"\xd0\xcf\x11\xe0", like!("a compound file, as encrypted documents do")),
    (png::SIGNATURE, like!("a PNG picture")),
    (HDF5, like!("an HDF5 file")),
    (zip_name::LOCAL, like!("a zip archive")),
    (gzip_header::START, like!("a gzip file")),
    (b"\x1f\x9d", like!("a file of compress")),
    (b"\x1f\x1e", like!("a file of pack")),
    (b"\x1f\xa0", like!("a file of compress")),
    (b"\xfd7zXZ", like!("an xz file")),
    (b"\x28\xb5\x2f\xfd", like!("a Zstandard file")),
    (b"7z\xbc\xaf\x27\x1c", like!("a 7-Zip archive")),
    (b"Rar!\x1a\x07", like!("a RAR archive")),
    (b"\0GITCRYPT\0", like!("a file of git-crypt")),
    (sqlite_header::MAGIC, like!("an SQLite database")),
];

/// Those that a text may begin with as well.
const SHORT: [(&[u8], &str); 4] = [
    (b"MZ", like!("a program")),
    (b"BM", like!("a BMP picture")),
    (b"BZh", like!("a bzip2 file")),
    (ALPINE, like!("a package of Alpine")),
];

const HDF5: &[u8] = b"\x89HDF";

const ALPINE: &[u8] = b"ADB";

/// Why a file that does not begin as its name says is not checked: what it begins like, if that is
/// known.
pub fn reason(head: &[u8]) -> &'static str {
    let among = |table: &[(&[u8], &'static str)]| {
        table.iter().find(|(start, _)| head.starts_with(start)).map(|(_, reason)| *reason)
    };
    let known = among(&BEGINNINGS);
    known
        .or_else(|| if is_text(head) { Some(like!("text")) } else { among(&SHORT) })
        .unwrap_or(UNKNOWN)
}

/// Whether it begins as those files do that share an ending with zip archives by right: lists of
/// paths, templates, pickles, HDF5, packages of Alpine.
pub fn shares_its_name(head: &[u8]) -> bool {
    is_text(head) || is_pickle(head) || head.starts_with(HDF5) || head.starts_with(ALPINE)
}

/// A pickle's first operation names the version of its protocol.
fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, ..])
}

/// Of any language: bytes that no text has are control characters.
pub fn is_text(head: &[u8]) -> bool {
    head.iter().all(|byte| !matches!(byte, 0..=8 | 14..=31 | 127))
}
