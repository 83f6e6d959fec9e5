//! The endings of names that say what a file is, a list a format: for the formats' own checks, and
//! for which files never hold zero bytes alone.

use super::Place;

/// Packages, office documents, and what programs keep as zip files.
#[rustfmt::skip]
pub const ZIP: &[&str] = &[
    "zip", "zipx", "jar", "war", "ear", "aar", "hpi", "jpi", "whl", "egg", "conda", "pyz", "pyzw",
    "pex", "nupkg", "snupkg", "vsix", "xpi", "crx", "apk", "apks", "xapk", "aab", "ipa", "msix",
    "appx", "docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xlsb", "xltx", "xltm", "pptx", "pptm",
    "potx", "ppsx", "vsdx", "odt", "ods", "odp", "odg", "odf", "ott", "ots", "otp", "oxt", "epub",
    "cbz", "kmz", "3mf", "usdz", "mxl", "kra", "ora", "npz", "pt", "pth", "keras",
];

/// Those of them that other formats without a checksum bear by right: lists of paths, templates and
/// pickles, HDF5, packages of Alpine.
pub const ZIP_OR_OTHER: &[&str] = &["pt", "pth", "keras", "apk"];

/// Beside gzip's own: packages of Rust, pictures, blocked gzip.
pub const GZIP: &[&str] = &["gz", "gzip", "tgz", "taz", "bgz", "crate", "svgz", "emz"];

/// What is mostly gzip, and by right another format as well: packages of Alpine or Android, skins
/// of players, saved objects of R, books.
pub const GZIP_OR_OTHER: &[&str] = &["apk", "wmz", "rds", "rda", "tpz"];

/// Pictures.
pub const PNG: &[&str] = &["png", "apng"];

/// Databases of SQLite. That most of the files that end in `.db` are, too, says nothing of one of
/// them.
pub const SQLITE: &[&str] = &["sqlite", "sqlite3", "sqlitedb", "db3", "s3db", "gpkg", "mbtiles"];

/// The ending that SQLite shares with many others.
pub const SQLITE_OR_OTHER: &[&str] = &["db"];

/// Whether a file has one of these endings.
pub fn has(place: &Place<'_>, endings: &[&str]) -> bool {
    place.extension().is_some_and(|found| is_in(found, endings))
}

/// Whether an ending, in letters of any case, is one of a list.
pub fn is_in(ending: &[u8], endings: &[&str]) -> bool {
    endings.iter().any(|known| ending.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether it is the ending of files that begin with something else than zero bytes in all formats
/// that bear it.
pub fn is_signed(ending: &str) -> bool {
    [ZIP, GZIP, GZIP_OR_OTHER, PNG, SQLITE].iter().any(|list| is_in(ending.as_bytes(), list))
}
