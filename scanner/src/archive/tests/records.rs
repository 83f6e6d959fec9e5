//! PAX records and long names: malformed ones, doubled ones, endless ones.

use super::build::{Raw, RawBlock, record};
use super::read_all::{read_all, read_within};
use crate::archive::{ArchiveError, Limit, Limits};

/// 24: a tool that passes over what it cannot read sees another archive.
#[test]
fn malformed_pax_records_are_errors() {
    for bytes in [
        &b"999 path=a\n"[..],
        b"x path=a\n",
        b"9 path=ab\n",
        b"7 patha\n",
        b"9 path=aX",
        b"9 path=a\n\0\0\0",
        b"5 a=b\n9 path=a\n",
        b"13 size=-5000\n",
        b"14 mtime=never\n",
    ] {
        for flag in *b"xg" {
            let archive = Raw::new().entry(RawBlock::new(flag, b"p"), bytes).file("b", b"").end();
            let read = read_all(&archive);
            assert!(matches!(read, Err(ArchiveError::Pax { offset: 0, .. })), "{read:?}");
        }
    }
}

#[test]
fn values_may_hold_line_feeds() {
    let value = b"1\n9 path=b\n11 size=99\n";
    let archive = Raw::new().pax(&[("comment", value), ("path", b"x\ny")]).file("a", b"1").end();
    assert_eq!(read_all(&archive).unwrap().contents(), [("x\ny", &b"1"[..])]);
}

/// 29, CVE-2022-2879: nothing as long is read into memory.
#[test]
fn giant_records_are_not_read() {
    let limits = Limits { extension: 1000, ..Limits::default() };
    for flag in *b"xgLK" {
        let claimed = Raw::new().header(RawBlock::gnu(flag, b"p").size(1 << 32)).0;
        let real = Raw::new().entry(RawBlock::gnu(flag, b"p"), &[b'1'; 1001]).file("a", b"").end();
        for archive in [claimed, real] {
            let error = read_within(&archive[..], limits).unwrap_err();
            let limit = Limit::Extension(1000);
            assert!(
                matches!(error, ArchiveError::TooMuch { limit: l, .. } if l == limit),
                "{error}"
            );
        }
    }
    let longest = [b'1'; 999];
    let archive = Raw::new().long(b'L', &longest).file("a", b"").end();
    assert_eq!(read_within(&archive[..], limits).unwrap().members.len(), 1);
}

#[test]
fn two_records_of_a_kind_are_an_error() {
    for archive in [
        Raw::new().long(b'L', b"a").long(b'L', b"b"),
        Raw::new().long(b'K', b"a").long(b'L', b"c").long(b'K', b"b"),
        Raw::new().pax(&[("path", b"a")]).pax(&[("path", b"b")]),
    ] {
        let read = read_all(&archive.file("c", b"").end());
        assert!(matches!(read, Err(ArchiveError::Twice { .. })), "{read:?}");
    }
    // For two members they are two.
    let archive = Raw::new().long(b'L', b"a").file("x", b"").long(b'L', b"b").file("x", b"").end();
    assert_eq!(read_all(&archive).unwrap().contents(), [("a", &b""[..]), ("b", b"")]);
}

#[test]
fn names_that_tools_choose_differently_are_an_error() {
    let named = |pax: &[u8], long: &[u8]| {
        let raw = Raw::new().pax(&[("path", pax)]).long(b'L', long);
        read_all(&raw.file("c", b"").end()).map(|read| read.members.len())
    };
    assert_eq!(named(b"same", b"same").unwrap(), 1);
    assert!(matches!(named(b"a", b"b"), Err(ArchiveError::Ambiguous { .. })));
}

#[test]
fn records_without_a_member_are_an_error() {
    for raw in [
        Raw::new().long(b'L', b"a"),
        Raw::new().long(b'K', b"a"),
        Raw::new().file("a", b"").pax(&[("path", b"a")]),
        Raw::new().long(b'L', b"a").header(RawBlock::gnu(b'V', b"label")),
    ] {
        for archive in [raw.clone().end(), raw.0] {
            assert!(matches!(read_all(&archive), Err(ArchiveError::NoMember { .. })));
        }
    }
}

/// As git writes one before all members; it says nothing about any of them.
#[test]
fn global_records_are_ignored_unless_they_decide_what_is_read() {
    let global = |key: &str, value: &[u8]| {
        let header = RawBlock::new(b'g', b"pax_global_header");
        let raw = Raw::new().entry(header, &record(key, value)).file("a", b"1");
        read_all(&raw.end()).map(|read| read.members)
    };
    for (key, value) in [("comment", &b"0123"[..]), ("mtime", b"7"), ("uid", b"0")] {
        let members = global(key, value).unwrap();
        assert_eq!(members[0].0.mtime, (10, 0));
    }
    for (key, value) in
        [("path", &b"b"[..]), ("size", b"0"), ("linkpath", b"b"), ("GNU.sparse.major", b"1")]
    {
        assert!(matches!(global(key, value), Err(ArchiveError::Ambiguous { .. })), "{key}");
    }
}

#[test]
fn solaris_records_are_an_error() {
    let archive = Raw::new().entry(RawBlock::new(b'X', b"p"), b"9 path=b\n").file("a", b"").end();
    assert!(matches!(read_all(&archive), Err(ArchiveError::Ambiguous { .. })));
}
