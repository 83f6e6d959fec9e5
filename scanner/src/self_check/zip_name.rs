//! Which files are zip archives, by their names and first bytes.
//!
//! A name alone is enough where only zip archives bear it: an archive whose first bytes were
//! destroyed must not pass for something else, and a program or a script may stand before one. So
//! its end decides. Names lie, too: of what begins otherwise and does not end as an archive, no
//! more is said than that.

use super::other_formats::{reason, shares_its_name};
use super::{Place, Verdict, endings};

/// What a local header begins with.
pub const LOCAL: &[u8] = b"PK\x03\x04";

/// Whether a file is named as a zip archive and begins like one.
pub fn begins_as_named(place: &Place<'_>, head: &[u8]) -> bool {
    head.starts_with(LOCAL) && endings::has(place, endings::ZIP)
}

/// What is said of a file that is named as a zip archive, and does not begin like one, if it does
/// not end like one either. None where its name says something else, and for an empty file.
pub fn otherwise(place: &Place<'_>, head: &[u8]) -> Option<Verdict> {
    let extension = place.extension().filter(|_| !head.is_empty())?;
    let is_named = endings::is_in(extension, endings::ZIP);
    let is_omni = extension == b"ja" && is_directory_first(head);
    if !is_named && !is_omni {
        return None;
    }
    let is_other = shares_its_name(head) && endings::is_in(extension, endings::ZIP_OR_OTHER);
    Some(if is_other { Verdict::NotOurs } else { Verdict::NotChecked(reason(head)) })
}

/// Firefox's `omni.ja`: how much is to be read ahead, and the central directory.
fn is_directory_first(head: &[u8]) -> bool {
    head.get(4..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02"))
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
            ("a.pt", &b"\x80\x02}q\0."[..]),
            ("a.keras", b"\x89HDF\r\n\x1a\n"),
            ("page.pt", "<p tal:content=\"x\">ü</p>".as_bytes()),
            ("site.pth", b"import site\n"),
            ("a.apk", b"ADB\x64"),
            ("fonts.ja", b"sequence.allfonts=x"),
            ("a.zip", b""),
            ("a.bin", b"\0\0\0\0PK\x01\x02"),
        ] {
            lab.not_ours(path, head);
        }
    }

    #[test]
    fn what_only_its_name_calls_a_zip_is_not_checked() {
        let lab = Lab::new();
        let said = "it does not begin as its name says";
        for content in [&b"\x01\x02\x03"[..], b"PK\x03", &[0; 5000]] {
            assert_eq!(lab.not_checked("a.zip", content), said);
        }
        for (path, head, like) in [
            (
                "a.docx",
                &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..],
                "a compound file, as encrypted documents do",
            ),
            ("a.cbz", b"Rar!\x1a\x07\0", "a RAR archive"),
            ("page.zip", b"<!DOCTYPE html>", "text"),
            (
                "pointer.whl",
                b"version https://git-lfs.github.com/spec/v1\n",
                "a pointer of Git LFS",
            ),
            ("a.pyz", b"#!/bin/sh\n", "a script"),
            ("old.zip", b"SQLite format 3\0 and so on", "an SQLite database"),
        ] {
            assert_eq!(lab.not_checked(path, head), format!("{said}, but like {like}"), "{path}");
        }
        lab.not_checked("omni.ja", b"\0\0\0\0PK\x01\x02 and more");
    }
}
