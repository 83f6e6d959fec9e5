//! A directory in which tests put a file, read it as a scan does, and see what is said of it.

use std::ffi::{CString, OsStr};
use std::fs::{self, File};
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Disagreement, Place, Surroundings, Verdict, verifier_for};

/// The directory.
pub struct Lab {
    directory: tempfile::TempDir,
}

impl Lab {
    pub fn new() -> Lab {
        Lab { directory: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join(path)
    }

    /// Writes a file, and the directories above it.
    pub fn put(&self, path: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// What is said of a file with this content; none where no format claims it. That the
    /// pieces in which it is read make no difference is seen on the way.
    pub fn verdict(&self, path: &str, bytes: &[u8]) -> Option<Verdict> {
        let path = self.put(path, bytes);
        let whole = judge(&path, 1 << 20);
        assert_eq!(judge(&path, 7), whole, "read in pieces");
        whole
    }

    #[track_caller]
    pub fn agrees(&self, path: &str, bytes: &[u8]) {
        assert_eq!(self.verdict(path, bytes), Some(Verdict::Agrees), "{path}");
    }

    #[track_caller]
    pub fn disagrees(&self, path: &str, bytes: &[u8]) -> Disagreement {
        match self.verdict(path, bytes) {
            Some(Verdict::Disagrees(disagreement)) => disagreement,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[track_caller]
    pub fn not_checked(&self, path: &str, bytes: &[u8]) -> &'static str {
        match self.verdict(path, bytes) {
            Some(Verdict::NotChecked(reason)) => reason,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[track_caller]
    pub fn not_ours(&self, path: &str, bytes: &[u8]) {
        assert_eq!(self.verdict(path, bytes), None, "{path}");
    }

    /// Changes one bit at a time, at each place.
    #[track_caller]
    pub fn every_flip_disagrees(&self, path: &str, bytes: &[u8], places: Range<usize>) {
        for place in places {
            for bit in [0x01, 0x80] {
                let mut changed = bytes.to_vec();
                changed[place] ^= bit;
                let verdict = self.verdict(path, &changed);
                let proven = matches!(verdict, Some(Verdict::Disagrees(_)));
                assert!(proven, "{path}: bit {bit:#x} of byte {place}: {verdict:?}");
            }
        }
    }

    /// Leaves away the end, at each place.
    #[track_caller]
    pub fn every_cut_disagrees(&self, path: &str, bytes: &[u8]) {
        for length in 0..bytes.len() {
            let verdict = self.verdict(path, &bytes[..length]);
            let proven = matches!(verdict, Some(Verdict::Disagrees(_)));
            assert!(proven, "{path}: {length} of {} bytes: {verdict:?}", bytes.len());
        }
    }
}

/// Reads a file in pieces of a length and says what its verifier says.
pub fn judge(path: &Path, piece: usize) -> Option<Verdict> {
    let bytes = fs::read(path).unwrap();
    let names: Vec<&[u8]> = path.iter().rev().map(OsStr::as_bytes).collect();
    let size = bytes.len() as u64;
    let parents = &names[1..names.len().min(15)];
    let place = Place { name: names[0], parents, on_mount: parents.len(), size };
    let mut verifier = verifier_for(&place, &bytes[..bytes.len().min(64)])?;
    bytes.chunks(piece).for_each(|piece| verifier.update(piece));
    let file = File::open(path).unwrap();
    let directory = File::open(path.parent().unwrap()).unwrap();
    let name = CString::new(names[0]).unwrap();
    let (file, directory) = (file.as_fd(), directory.as_fd());
    let around = Surroundings { file, directory: Some(directory), name: &name, size };
    Some(verifier.finish(&around)).filter(|verdict| *verdict != Verdict::NotOurs)
}
