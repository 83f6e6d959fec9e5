//! A seal is given where every byte in front of the footer is as it was written, else not.

use std::fs;

use super::sample::{rich, written};
use crate::manifest::{Compression, read_seal};

#[test]
fn a_whole_file_has_one_and_a_changed_one_has_not() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("manifest");
    for compression in [Compression::None, Compression::Gzip] {
        let (bytes, summary) = written(&rich(), compression);
        fs::write(&path, &bytes).unwrap();
        let seal = read_seal(&path).unwrap();
        assert_eq!((seal.digest, seal.counts), (summary.digest, summary.counts));
        let header_ends = bytes.iter().position(|byte| *byte == b'\n').unwrap_or_default();
        for place in (header_ends + 1..bytes.len()).step_by(7) {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            fs::write(&path, &damaged).unwrap();
            let same = read_seal(&path).is_none_or(|found| found == seal);
            let in_front = place < bytes.len() - 600;
            assert!(same && !(in_front && read_seal(&path).is_some()), "byte {place}");
            fs::write(&path, &bytes[..place]).unwrap();
            assert_eq!(read_seal(&path), None, "cut off at {place}");
        }
    }
}
