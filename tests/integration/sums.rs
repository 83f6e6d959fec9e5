//! Sums as `b3sum --check` takes them, held against the real b3sum.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use scanner::FileKind;
use scanner::manifest::{Entry, write_sums};

use crate::harness::{Need, in_lab, tool};

/// A carriage return is not among them: b3sum 1.2, which Debian 12 has, does not know its escape.
const NAMES: [&[u8]; 8] =
    [b"plain", b"a  b", b" ", b"-", b"-c", b"a\\b", b"a\nb\n", "\u{202e}".as_bytes()];

fn entry(name: &[u8]) -> Entry {
    Entry {
        path: name.into(),
        kind: FileKind::Regular,
        mode: 0o644,
        uid: 0,
        gid: 0,
        size: name.len() as u64,
        modified_at: (0, 0),
        target: None,
        device: None,
        attributes: Vec::new(),
        same_file_as: None,
        hash: Some(*blake3::hash(name).as_bytes()),
        unreadable: Vec::new(),
    }
}

#[test]
fn b3sum_takes_every_line_and_sees_every_change() {
    in_lab(&[Need::Tool("b3sum")], |dir| {
        let tree = dir.folder("tree");
        for name in NAMES {
            fs::write(tree.join(OsStr::from_bytes(name)), name).unwrap();
        }
        let mut sums = Vec::new();
        let outcome = write_sums(&mut sums, NAMES.iter().map(|name| entry(name))).unwrap();
        assert_eq!((outcome.written, outcome.unsuitable), (8, 0));
        let sums = dir.file("sums", &sums);
        let check = || {
            let done = tool("b3sum").current_dir(&tree).arg("--check").arg(&sums).output().unwrap();
            let lines = String::from_utf8_lossy(&done.stdout).into_owned();
            (lines.matches(": OK").count(), lines.matches(": FAILED").count())
        };
        assert_eq!(check(), (8, 0));
        fs::write(tree.join("plain"), "changed").unwrap();
        assert_eq!(check(), (7, 1));
    });
}
