//! 33: where an archive ends, and where it was cut off.

use super::build::{Raw, RawBlock};
use super::read_all::read_all;
use crate::archive::{ArchiveError, Remark};

/// A member of every form, with the places where an end is one.
fn sample() -> (Vec<u8>, Vec<usize>) {
    let mut borders = Vec::new();
    let mut raw = Raw::new();
    let mut add = |raw: &mut Raw, next: &dyn Fn(Raw) -> Raw| {
        *raw = next(std::mem::take(raw));
        borders.push(raw.0.len());
    };
    add(&mut raw, &|raw| raw.header(RawBlock::new(b'5', b"d/")));
    add(&mut raw, &|raw| raw.file("d/empty", b""));
    add(&mut raw, &|raw| raw.file("d/file", &[7; 1000]));
    add(&mut raw, &|raw| raw.pax(&[("path", b"d/pax"), ("mtime", b"1.5")]).file("x", &[8; 512]));
    add(&mut raw, &|raw| raw.long(b'L', &[b'n'; 600]).file("x", b"abc"));
    add(&mut raw, &|raw| raw.symlink("l", b"d/file"));
    add(&mut raw, &|raw| raw.entry(RawBlock::new(b'Z', b"z"), &[9; 600]));
    (raw.0, borders)
}

#[test]
fn truncation_is_an_error_wherever_a_member_is_not_whole() {
    let (bytes, borders) = sample();
    for border in (512..=bytes.len()).step_by(512) {
        for length in [border - 512 + 1, border - 256, border - 1, border] {
            let read = read_all(&bytes[..length]);
            match borders.iter().position(|end| *end == length) {
                Some(members) => {
                    let read = read.unwrap();
                    assert_eq!(read.members.len() + read.refused.len(), members + 1);
                    assert_eq!(read.remarks, [Remark::NoEnd]);
                }
                None if length < 512 => assert!(matches!(read, Err(ArchiveError::NotTar(_)))),
                None => {
                    let error = read.unwrap_err();
                    let (ArchiveError::Truncated { offset } | ArchiveError::NoMember { offset }) =
                        error
                    else {
                        panic!("{length}: {error}");
                    };
                    assert_eq!(offset, length as u64);
                }
            }
        }
    }
}

#[test]
fn one_block_of_zeros_is_an_end_with_a_remark() {
    let (mut bytes, _) = sample();
    let whole = bytes.len();
    bytes.extend([0; 1024]);
    assert_eq!(read_all(&bytes).unwrap().remarks, []);
    for length in whole..=bytes.len() {
        let read = read_all(&bytes[..length]);
        match length - whole {
            0 => assert_eq!(read.unwrap().remarks, [Remark::NoEnd]),
            512 => assert_eq!(read.unwrap().remarks, [Remark::LoneZeroBlock]),
            1024 => assert_eq!(read.unwrap().remarks, []),
            _ => assert!(matches!(read, Err(ArchiveError::Truncated { .. })), "{length}"),
        }
    }
}

#[test]
fn a_zeroed_header_is_no_end() {
    let archive = Raw::new().file("a", b"").data(&[0; 512]).file("b", b"").end();
    assert!(matches!(read_all(&archive), Err(ArchiveError::LoneZeroBlock { offset: 512 })));
}

#[test]
fn what_stands_behind_the_end_is_ignored() {
    let (raw, _) = sample();
    let whole = Raw(raw).end();
    let members = read_all(&whole).unwrap().members;
    let padded = [&whole[..], &[0; 9000]].concat();
    let read = read_all(&padded).unwrap();
    assert_eq!((read.members, read.remarks), (members.clone(), vec![]));
    for garbage in [&b"garbage"[..], &[0xff; 5000], &Raw::new().file("smuggled", b"").0] {
        let read = read_all(&[&whole[..], garbage].concat()).unwrap();
        assert_eq!((read.members, read.remarks), (members.clone(), vec![Remark::BehindEnd]));
    }
}

#[test]
fn an_archive_of_nothing_and_no_archive_at_all() {
    assert!(read_all(&[0; 10_240]).unwrap().members.is_empty());
    assert!(matches!(read_all(b""), Err(ArchiveError::Empty)));
    assert!(matches!(read_all(&[0; 512]), Err(ArchiveError::NotTar(_))));
    assert!(matches!(read_all(b"hello"), Err(ArchiveError::NotTar(_))));
    let text = [b'x'; 4000];
    assert!(matches!(read_all(&text), Err(ArchiveError::NotTar(_))));
    let zstd = [&b"\x28\xb5\x2f\xfd"[..], &text].concat();
    let error = read_all(&zstd).unwrap_err().to_string();
    assert!(error.contains("zstd"), "{error}");
}
