//! gzip around an archive: several members, damage, what follows.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::build::Raw;
use super::read_all::read_all;
use crate::archive::{ArchiveError, ArchiveReader, Limits, Remark};

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn sample() -> Vec<u8> {
    let noise: Vec<u8> = (0..40_000_u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    Raw::new().file("a", &noise).file("b", b"1").end()
}

/// 33: several members are one stream, wherever they are cut.
#[test]
fn members_in_a_row_are_one_archive() {
    let bytes = sample();
    let expected = read_all(&bytes).unwrap().members;
    for pieces in [1, 2, 7, 100] {
        let length = bytes.len().div_ceil(pieces);
        let mut stored: Vec<u8> = bytes.chunks(length).flat_map(gzip).collect();
        assert_eq!(read_all(&stored).unwrap().members, expected);
        stored.splice(0..0, gzip(b""));
        stored.extend([0; 5000]);
        let read = read_all(&stored).unwrap();
        assert_eq!((read.members, read.remarks), (expected.clone(), vec![]));
    }
}

#[test]
fn bytes_behind_the_gzip_data_are_ignored_behind_a_whole_archive_only() {
    let bytes = sample();
    for garbage in [&b"g"[..], b"garbage", b"\0\0\0g", b"\x1f\x9d"] {
        let read = read_all(&[&gzip(&bytes)[..], garbage].concat()).unwrap();
        assert_eq!((read.members.len(), read.remarks), (2, vec![Remark::BehindGzip]));
        // The end is missing: what follows may have been the rest.
        let cut = gzip(&bytes[..bytes.len() - 1024]);
        let read = read_all(&[&cut[..], garbage].concat());
        assert!(matches!(read, Err(ArchiveError::BehindGzip { .. })), "{read:?}");
    }
}

#[test]
fn damage_behind_the_archives_end_shows() {
    let bytes = sample();
    let whole = gzip(&bytes);
    for at in whole.len() - 8..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(matches!(read_all(&changed), Err(ArchiveError::Gzip { .. })), "{at}");
        assert!(matches!(read_all(&whole[..at]), Err(ArchiveError::Gzip { .. })), "{at}");
    }
    for length in (1..whole.len()).step_by(997) {
        let error = read_all(&whole[..length]).unwrap_err();
        assert!(matches!(error, ArchiveError::Gzip { .. } | ArchiveError::NotTar(_)), "{error}");
    }
}

/// An input that gives a byte at a time, with a signal between any two.
struct Slow<'a>(&'a [u8], bool);

impl std::io::Read for Slow<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let length = room.len().min(1);
        self.0.read(&mut room[..length])
    }
}

#[test]
fn slow_inputs_are_read_as_fast_ones_are() {
    let bytes = Raw::new().file("a", &[b'1'; 600]).pax(&[("path", b"c")]).file("b", b"").end();
    for stored in [gzip(&bytes), bytes.clone(), [gzip(&bytes), gzip(b"")].concat()] {
        let limits = Limits::default();
        let read = super::read_all::read_within(Slow(&stored, false), limits).unwrap();
        assert_eq!(read.members, read_all(&bytes).unwrap().members);
    }
}

#[test]
fn errors_of_the_input_are_told_as_such() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from_raw_os_error(5))
        }
    }
    let bytes = Raw::new().file("a", &[b'1'; 2000]).end();
    for stored in [gzip(&bytes)[..30].to_vec(), bytes[..1500].to_vec(), vec![]] {
        let input = std::io::Read::chain(&stored[..], Failing);
        let mut reader = ArchiveReader::new(input, Limits::default());
        let error = loop {
            match reader.next_member() {
                Ok(found) => assert!(found.is_some()),
                Err(error) => break error,
            }
        };
        let ArchiveError::Input { error, .. } = error else { panic!("{error}") };
        assert_eq!(error.raw_os_error(), Some(5));
        assert!(matches!(reader.next_member(), Err(ArchiveError::AfterError { .. })));
        assert!(matches!(reader.read(&mut [0; 9]), Err(ArchiveError::AfterError { .. })));
    }
}
