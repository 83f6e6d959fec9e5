//! Which files are zip archives, by their names and first bytes.
//!
//! A name alone is enough where only zip archives bear it: an archive whose first bytes were
//! destroyed must not pass for something else. What begins like another known format is that,
//! whatever its name: password-protected office documents are compound files, Alpine's packages
//! are gzip, older models pickles.

use super::Place;
use super::other_formats::is_other;

/// Packages, office documents, and what programs keep as zip files.
const EXTENSIONS: [&[u8]; 58] = [
    b"zip", b"zipx", b"jar", b"war", b"ear", b"aar", b"hpi", b"jpi", b"whl", b"egg", b"conda",
    b"pyz", b"pyzw", b"pex", b"nupkg", b"snupkg", b"vsix", b"xpi", b"crx", b"apk", b"apks", b"aab",
    b"ipa", b"docx", b"docm", b"dotx", b"dotm", b"xlsx", b"xlsm", b"xlsb", b"xltx", b"xltm",
    b"pptx", b"pptm", b"potx", b"ppsx", b"vsdx", b"odt", b"ods", b"odp", b"odg", b"odf", b"ott",
    b"ots", b"otp", b"oxt", b"epub", b"cbz", b"kmz", b"3mf", b"usdz", b"mxl", b"kra", b"ora",
    b"npz", b"pt", b"pth", b"keras",
];

/// What a local header begins with.
pub const LOCAL: &[u8] = b"PK\x03\x04";

/// Whether a file is named as a zip archive and begins like one.
pub fn begins_as_named(place: &Place<'_>, head: &[u8]) -> bool {
    head.starts_with(LOCAL) && place.extension().is_some_and(|found| is_in(&EXTENSIONS, found))
}

/// Whether its name says so and its beginning, which is not a local header, says nothing else.
pub fn is_named(place: &Place<'_>, head: &[u8]) -> bool {
    let Some(extension) = place.extension().filter(|_| !head.is_empty()) else { return false };
    if is_directory_first(head) && extension == b"ja" {
        return true;
    }
    // A script may stand before an archive, and "PK" is what a damaged one has left of its beginning.
    let may_be_one = head.starts_with(b"#!") || head.starts_with(b"PK");
    let is_other = !may_be_one && (is_other(head) || is_pickle(head) || head.starts_with(b"ADB"));
    is_in(&EXTENSIONS, extension) && !is_other
}

fn is_in(list: &[&[u8]], extension: &[u8]) -> bool {
    list.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// Firefox's `omni.ja`: how much is to be read ahead, and the central directory.
fn is_directory_first(head: &[u8]) -> bool {
    head.get(4..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02"))
}

/// A pickle's first operation names the version of its protocol.
fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, ..])
}

#[cfg(test)]
mod tests {
    use super::super::testing::Lab;
    use super::super::zip_testing::archive;

    #[test]
    fn what_is_no_zip_is_let_be() {
        let lab = Lab::new();
        lab.not_ours("a.bin", &archive().finish(b""));
        for (path, head) in [
            ("a.docx", &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 encrypted"[..]),
            ("a.cbz", b"Rar!\x1a\x07\0"),
            ("a.pt", b"\x80\x02}q\0."),
            ("a.keras", b"\x89HDF\r\n\x1a\n"),
            ("page.pt", "<p tal:content=\"x\">ü</p>".as_bytes()),
            ("site.pth", b"import site\n"),
            ("fonts.ja", b"sequence.allfonts=x"),
            ("a.zip", b""),
            ("page.zip", b"<!DOCTYPE html>"),
            ("pointer.whl", b"version https://git-lfs.github.com/spec/v1\n"),
            ("a.bin", b"\0\0\0\0PK\x01\x02"),
        ] {
            lab.not_ours(path, head);
        }
    }

    #[test]
    fn what_only_its_name_calls_a_zip_is_not_checked() {
        let lab = Lab::new();
        for content in [&b"\x01\x02\x03"[..], b"PK", &[0; 5000], b"#!/bin/sh\n"] {
            let reason = lab.not_checked("a.zip", content);
            assert_eq!(reason, "named as a zip archive, and does not begin like one");
        }
        lab.not_checked("omni.ja", b"\0\0\0\0PK\x01\x02 and more");
    }
}
