//! Any bytes at all: one clear error or a result, and never a panic.

use super::build::{Raw, RawBlock};
use super::compression::gzip;
use super::read_all::{read_all, read_within};
use crate::archive::{ArchiveError, Limits};

/// SplitMix64: the same numbers for the same seed, next year as well.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

fn sample() -> Vec<u8> {
    let sparse: [(&str, &[u8]); 4] = [
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"sparse"),
        ("GNU.sparse.realsize", b"99999"),
    ];
    let old = RawBlock::gnu(b'S', b"old").put(386, b"00000000000\x0000000000003\0");
    Raw::new()
        .header(RawBlock::new(b'5', b"d/"))
        .file("d/file", &[b'1'; 700])
        .pax(&[("path", b"d/pax"), ("mtime", b"1.5"), ("size", b"3")])
        .file("x", b"abc")
        .long(b'L', &[b'n'; 600])
        .long(b'K', b"d/file")
        .symlink("l", b"d/file")
        .hard_link("h", b"d/file")
        .pax(&sparse)
        .file("x", &[&b"1\n5\n3\n"[..], &[0; 506], b"abc"].concat())
        .entry(old.put(483, b"00000000010\0"), b"abc")
        .end()
}

#[test]
fn random_bytes_are_no_archive() {
    let mut numbers = Numbers(1);
    for length in [1, 511, 512, 513, 10_000] {
        let bytes: Vec<u8> = (0..length).map(|_| numbers.next() as u8 | 0x20).collect();
        let error = read_all(&bytes).unwrap_err();
        assert!(matches!(error, ArchiveError::NotTar(_)), "{error}");
        assert!(error.to_string().contains("not a tar archive"));
    }
    let after_magic: Vec<u8> = (0..5000).map(|_| numbers.next() as u8).collect();
    let bytes = [&b"\x1f\x8b\x08\0\0\0\0\0\0\0"[..], &after_magic].concat();
    assert!(matches!(read_all(&bytes), Err(ArchiveError::Gzip { .. })));
}

#[test]
fn a_damaged_header_is_told_with_its_place() {
    let mut bytes = sample();
    bytes[512] ^= 1;
    assert!(matches!(read_all(&bytes), Err(ArchiveError::Checksum { offset: 512 })));
}

#[test]
fn sums_of_signed_bytes_are_right_too() {
    let header = RawBlock::new(b'0', b"\xff\xfe").done();
    let sum = 8 * 32 + header.iter().map(|byte| i64::from(byte.cast_signed())).sum::<i64>()
        - header[148..156].iter().map(|byte| i64::from(*byte)).sum::<i64>();
    let mut block = header;
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert_ne!(block, header);
    assert_eq!(read_all(&Raw(block.to_vec()).end()).unwrap().members.len(), 1);
}

/// Changes, some with the checksum mended so that they reach what lies behind it.
#[test]
fn two_thousand_mutated_samples_do_not_panic() {
    let limits = Limits { bytes: 1 << 22, ..Limits::default() };
    let sample = sample();
    assert_eq!(read_all(&sample).unwrap().members.len(), 7);
    let mut numbers = Numbers(2);
    let mut read_well = 0;
    for round in 0..2000 {
        let mut bytes = sample.clone();
        for _ in 0..=numbers.below(3) {
            mutate(&mut bytes, &mut numbers);
        }
        if round % 10 == 0 {
            bytes = gzip(&bytes);
            let at = numbers.below(bytes.len());
            bytes[at] ^= 1 << numbers.below(8);
        }
        read_well += usize::from(read_within(&bytes[..], limits).is_ok());
    }
    assert!((100..1900).contains(&read_well), "{read_well}");
}

fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len());
    match numbers.below(4) {
        0 => bytes.truncate(at.max(600)),
        1 => {
            let length = numbers.below(600).min(bytes.len() - at);
            let piece = bytes[at..at + length].to_vec();
            let to = numbers.below(bytes.len());
            bytes.splice(to..to, piece);
        }
        _ => {
            // Digits and the like are what fields are made of.
            let words = b"\0 019=\n,-\x80\xff/.gxLKS";
            bytes[at] = words[numbers.below(words.len())];
            mend(bytes, at - at % 512);
        }
    }
}

/// Gives a block that was a header a right checksum again.
fn mend(bytes: &mut [u8], at: usize) {
    let Some(block) = bytes.get_mut(at..at + 512) else { return };
    if &block[257..262] == b"ustar" {
        let mended = RawBlock::gnu(0, b"").put(0, block).done();
        block.copy_from_slice(&mended);
    }
}
