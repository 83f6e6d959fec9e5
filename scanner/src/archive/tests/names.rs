//! Names that lead elsewhere. The numbers are those of the list of cases that real tools got wrong.

use super::build::{Raw, RawBlock};
use super::read_all::read_all;
use crate::archive::{ArchiveReader, Found, Limits, Refusal};

/// Each archive holds one such file, and a good one behind it that must still be read.
#[test]
fn names_that_lead_outside_are_refused_and_the_reading_goes_on() {
    let long = "a/".repeat(100_000) + "x";
    for (case, name, why) in [
        ("1: CVE-2007-4559", "../x", Refusal::ParentInName),
        ("1: CVE-2007-4559", "a/../../x", Refusal::ParentInName),
        ("1", "..", Refusal::ParentInName),
        ("1", "a/..", Refusal::ParentInName),
        ("1", "./../x", Refusal::ParentInName),
        ("2", "/x", Refusal::AbsoluteName),
        ("2: CVE-2021-32804", "////x", Refusal::AbsoluteName),
        ("3: CVE-2026-29786", "package/../x", Refusal::ParentInName),
        ("16: CVE-2025-4517", &"x".repeat(5000), Refusal::LongName),
        ("31: GHSA-f5x3-32g6-xq36", &long, Refusal::Deep),
        ("an empty name", "", Refusal::EmptyName),
        ("the root as a file", "./", Refusal::SlashedFile),
    ] {
        let pax = Raw::new().pax(&[("path", name.as_bytes())]).file("harmless", b"evil");
        let gnu = Raw::new().long(b'L', name.as_bytes()).file("harmless", b"evil");
        let plain = Raw::new().file(name.get(..100).unwrap_or(name), b"evil");
        // PAX knows no empty name; what fits no header is not cut off to fit one.
        let forms = [(!name.is_empty(), pax), (true, gnu), (name.len() <= 100, plain)];
        for (_, archive) in forms.into_iter().filter(|(applies, _)| *applies) {
            let read = read_all(&archive.file("good", b"well").end()).unwrap();
            assert_eq!(read.reasons(), [why], "{case}");
            assert_eq!(read.contents(), [("good", &b"well"[..])], "{case}");
        }
    }
}

#[test]
fn a_name_is_given_as_it_was_written_when_it_is_refused() {
    let read = read_all(&Raw::new().file("a/../b", b"").end()).unwrap();
    assert_eq!(read.refused, [(b"a/../b".to_vec(), Refusal::ParentInName)]);
    assert_eq!(Refusal::UnknownType(b'Z').to_string(), "its type 'Z' is unknown");
}

#[test]
fn a_prefix_is_part_of_the_name_that_is_judged() {
    let hostile = RawBlock::new(b'0', b"x").put(345, b"/etc");
    let other = RawBlock::new(b'0', b"x").put(345, b"a/..");
    let good = RawBlock::new(b'0', b"x").put(345, b"a/b");
    // GNU tar goes by the magic and not by the version.
    let odd = RawBlock::new(b'0', b"x").put(263, b"\0\0").put(345, b"/etc");
    let archive = Raw::new().header(hostile).header(other).header(odd).header(good).end();
    let read = read_all(&archive).unwrap();
    let absolute = Refusal::AbsoluteName;
    assert_eq!(read.reasons(), [absolute, Refusal::ParentInName, absolute]);
    assert_eq!(read.contents(), [("a/b/x", &b""[..])]);
}

#[test]
fn names_are_normalised() {
    let archive = Raw::new()
        .header(RawBlock::new(b'5', b"./"))
        .header(RawBlock::new(b'5', b"./a//b/"))
        .header(RawBlock::new(b'0', b"a/c/"))
        .header(RawBlock::new(0, b"d/."))
        .file("./a/./f", b"1")
        .end();
    let read = read_all(&archive).unwrap();
    let contents = [("", &b""[..]), ("a/b", b""), ("a/c", b""), ("d", b""), ("a/f", b"1")];
    assert_eq!(read.contents(), contents);
    let files: Vec<bool> = read.members.iter().map(|(member, _)| member.is_file()).collect();
    assert_eq!(files, [false, false, false, false, true], "a slash makes a directory");
}

/// 25, CVE-2026-59875: tools that cut a name off at its NUL see another one.
#[test]
fn nul_in_a_name_is_refused() {
    let archive = Raw::new()
        .pax(&[("path", b"good\0/../../evil")])
        .file("a", b"")
        .pax(&[("linkpath", b"a\0b")])
        .symlink("b", b"a")
        .long(b'L', b"c\0d")
        .file("c", b"")
        .long(b'K', b"a\0d")
        .hard_link("d", b"a")
        .end();
    let read = read_all(&archive).unwrap();
    assert_eq!(read.reasons(), [Refusal::Nul; 4]);
    assert!(read.members.is_empty());
}

/// 26, CVE-2026-59871.
#[test]
fn a_path_that_looks_like_a_number_stays_a_string() {
    let archive = Raw::new().pax(&[("path", b"0123")]).file("a", b"1").end();
    assert_eq!(read_all(&archive).unwrap().contents(), [("0123", &b"1"[..])]);
}

/// 32: devices and FIFOs are refused, set-user-id bits masked.
#[test]
fn only_files_directories_and_links_are_handed_on() {
    let archive = Raw::new()
        .header(RawBlock::new(b'3', b"null"))
        .header(RawBlock::new(b'4', b"sda"))
        .header(RawBlock::new(b'6', b"pipe"))
        .entry(RawBlock::gnu(b'M', b"rest"), b"of a file")
        .entry(RawBlock::new(b'Z', b"what"), b"ever")
        .header(RawBlock::gnu(b'V', b"a label"))
        .header(RawBlock::new(b'0', b"su").mode(0o106_755))
        .end();
    let read = read_all(&archive).unwrap();
    let device = Refusal::Device;
    let unknown = Refusal::UnknownType(b'Z');
    assert_eq!(read.reasons(), [device, device, Refusal::Fifo, Refusal::Continued, unknown]);
    assert_eq!(read.members[0].0.mode, 0o755);
    assert_eq!(read.members.len(), 1);
}

/// 20, CVE-2025-4435: what a caller does not read is skipped and never becomes something else.
#[test]
fn what_is_not_read_is_skipped() {
    let inner = Raw::new().file("inner", b"smuggled").end();
    let archive = Raw::new().file("a", &inner).file("b", b"1").end();
    let mut reader = ArchiveReader::new(&archive[..], Limits::default());
    let mut paths = Vec::new();
    while let Some(found) = reader.next_member().unwrap() {
        let Found::Member(member) = found else { panic!("{found:?}") };
        paths.push(member.path.as_bytes().to_vec());
        let _ = reader.read(&mut [0; 7]).unwrap();
    }
    assert_eq!(paths, [b"a", b"b"]);
}
