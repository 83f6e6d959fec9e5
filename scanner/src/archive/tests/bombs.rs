//! 30, CVE-2026-59873: little that expands to much.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzEncoder;

use super::build::{Raw, RawBlock};
use super::read_all::read_within;
use crate::archive::{ArchiveError, ArchiveReader, Limit, Limits};

/// The members are skipped, not kept.
fn error_of(input: impl Read, limits: Limits) -> (ArchiveError, u64) {
    let mut reader = ArchiveReader::new(input, limits);
    let mut members = 0;
    loop {
        match reader.next_member() {
            Ok(Some(_)) => members += 1,
            Ok(None) => panic!("the end after {members}"),
            Err(error) => return (error, members),
        }
    }
}

#[test]
fn ten_gigabytes_of_zeros_end_at_the_ratio() {
    let size = 10 << 30;
    let header = Raw::new().header(RawBlock::gnu(b'0', b"zeros").put(124, &base_256(size))).0;
    let tar = io::Cursor::new(header).chain(io::repeat(0).take(size));
    let begun = Instant::now();
    let (error, _) = error_of(GzEncoder::new(tar, Compression::best()), Limits::default());
    let ArchiveError::TooMuch { offset, limit: Limit::Ratio(200) } = error else {
        panic!("{error}");
    };
    assert!((16 << 20..64 << 20).contains(&offset), "{offset}");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn the_limit_of_bytes_holds_for_what_is_not_compressed_too() {
    let limits = Limits { bytes: 1 << 20, ..Limits::default() };
    let (error, members) = error_of(Endless::new(RawBlock::new(b'5', b"d")), limits);
    assert!(matches!(error, ArchiveError::TooMuch { limit: Limit::Bytes(_), .. }), "{error}");
    assert!(members <= (1 << 20) / 512);
}

/// Refused members and records that belong to none count, too.
#[test]
fn a_million_entries_end_at_their_limit() {
    for flag in *b"06gV" {
        let archive = Endless::new(RawBlock::gnu(flag, b"d")).take(512 * 1_000_000);
        let limits = Limits { entries: 100_000, ..Limits::default() };
        let (error, members) = error_of(archive, limits);
        let ArchiveError::TooMuch { offset, limit: Limit::Entries(100_000) } = error else {
            panic!("{error}");
        };
        assert_eq!(offset, 512 * 100_000);
        assert!(members <= 100_000);
    }
}

#[test]
fn holes_count_as_bytes() {
    let sparse = RawBlock::gnu(b'S', b"hole").put(483, &base_256(1 << 40));
    let archive = Raw::new().header(sparse).end();
    let read = read_within(&archive[..], Limits { bytes: 1 << 39, ..Limits::default() });
    let error = read.unwrap_err();
    assert!(matches!(error, ArchiveError::TooMuch { limit: Limit::Bytes(_), .. }), "{error}");
}

fn base_256(size: u64) -> [u8; 12] {
    let mut field = [0; 12];
    field[0] = 0x80;
    field[4..].copy_from_slice(&size.to_be_bytes());
    field
}

/// The same header without end.
struct Endless {
    block: [u8; 512],
    at: usize,
}

impl Endless {
    fn new(header: RawBlock) -> Self {
        Endless { block: header.done(), at: 0 }
    }
}

impl Read for Endless {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let read = (&self.block[self.at..]).read(room)?;
        self.at = (self.at + read) % 512;
        Ok(read)
    }
}
