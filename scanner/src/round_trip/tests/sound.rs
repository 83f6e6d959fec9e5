//! Odd archives that say nothing of the filesystem that they are extracted on.

use std::fs;

use reports::Severity;

use super::trips::options;
use crate::Control;
use crate::archive::tests::build::{Raw, RawBlock};
use crate::round_trip::{Source, run};

/// Extracts an archive in every way.
fn accuses_nobody(name: &str, archive: Raw) {
    let dir = tempfile::tempdir().unwrap();
    let (file, place) = (dir.path().join("foo.tar"), dir.path().join("place"));
    fs::write(&file, archive.end()).unwrap();
    fs::create_dir(&place).unwrap();
    let options = options(&place, Source::Archives(vec![file]));
    let done = run(&options, &Control::new(|_| ())).unwrap();
    let rows = done.findings.into_rows();
    assert!(rows.iter().all(|row| row.severity < Severity::Suspect), "{name}: {rows:#?}");
}

#[test]
fn members_that_want_the_same_name() {
    let directory = |name: &str| RawBlock::new(b'5', name.as_bytes()).mode(0o755);
    let file = || Raw::new().file("package/a", b"a");
    let table = [
        (
            "a file, a directory of that name, and what is in it",
            file().header(directory("package/a/")).file("package/a/b", b"b"),
        ),
        ("a file and a hard link to itself", file().hard_link("package/a", b"package/a")),
    ];
    for (name, archive) in table {
        accuses_nobody(name, archive);
    }
}
