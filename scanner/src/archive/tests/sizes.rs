//! Sizes that hide members from one tool and show them to another.

use super::build::{Raw, RawBlock};
use super::read_all::{read_all, read_within};
use crate::archive::{ArchiveError, Limit, Limits};

/// 21, CVE-2025-62518: with the size of the header the content would be read as members.
#[test]
fn the_pax_size_counts_where_the_header_says_zero() {
    let inner = Raw::new().file("smuggled", b"evil").0;
    let size = inner.len().to_string();
    let archive = Raw::new()
        .pax(&[("size", size.as_bytes())])
        .header(RawBlock::new(b'0', b"outer"))
        .data(&inner)
        .file("behind", b"1")
        .end();
    let read = read_all(&archive).unwrap();
    assert_eq!(read.contents(), [("outer", &inner[..]), ("behind", b"1")]);
}

/// 22, CVE-2026-33055.
#[test]
fn the_pax_size_counts_where_both_differ() {
    let archive = Raw::new()
        .pax(&[("size", b"3")])
        .header(RawBlock::new(b'0', b"a").size(2000))
        .data(b"abc")
        .file("b", b"1")
        .end();
    assert_eq!(read_all(&archive).unwrap().contents(), [("a", &b"abc"[..]), ("b", b"1")]);
}

/// 23, GHSA-3cv2-h65g-fgmm: the size is the file's and not that of the long-name record.
#[test]
fn pax_records_before_a_long_name_are_the_files() {
    let inner = Raw::new().file("smuggled", b"evil").0;
    let size = inner.len().to_string();
    for order in [true, false] {
        let pax = |raw: Raw| raw.pax(&[("size", size.as_bytes()), ("mtime", b"7.5")]);
        let name = |raw: Raw| raw.long(b'L', &[b'n'; 300]);
        let raw = if order { name(pax(Raw::new())) } else { pax(name(Raw::new())) };
        let archive = raw.header(RawBlock::gnu(b'0', b"outer")).data(&inner).end();
        let read = read_all(&archive).unwrap();
        assert_eq!(read.contents(), [("n".repeat(300).as_str(), &inner[..])]);
        assert_eq!(read.members[0].0.mtime, (7, 500_000_000));
    }
}

/// 27, CVE-2026-59874.
#[test]
fn a_negative_size_is_an_error_and_no_loop() {
    for (size, what) in [
        ([0xff; 12], "negative"),
        (*b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\0", "negative"),
        (*b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", "too large"),
        (*b"\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "too large"),
        (*b"-0000000001\0", "no number"),
        (*b"0000000001\x002", "no number"),
    ] {
        for flag in *b"05xLgZ" {
            let header = RawBlock::gnu(flag, b"a").put(124, &size);
            let archive = Raw::new().header(header).file("b", b"").end();
            let error = read_all(&archive).unwrap_err();
            let ArchiveError::Number { offset: 0, field: "size", what: found } = error else {
                panic!("{error}");
            };
            assert_eq!(found, what);
        }
    }
}

#[test]
fn sizes_beyond_the_limit_are_not_believed() {
    let archive = Raw::new().header(RawBlock::new(b'0', b"a").size(1 << 31)).end();
    assert!(matches!(read_all(&archive), Err(ArchiveError::Truncated { .. })));
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let too_much = |archive: &[u8]| match read_within(archive, limits) {
        Err(ArchiveError::TooMuch { limit: Limit::Bytes(most), .. }) => most == limits.bytes,
        other => panic!("{other:?}"),
    };
    assert!(too_much(&archive));
    let largest = RawBlock::new(b'0', b"a").put(124, b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
    assert!(too_much(&Raw::new().header(largest.clone()).end()));
    assert!(too_much(&Raw::new().header(largest.put(156, b"Z")).end()));
    let many = (0..3).fold(Raw::new(), |raw, _| raw.file("a", &vec![0; 400 << 10]));
    assert!(too_much(&many.end()));
}
