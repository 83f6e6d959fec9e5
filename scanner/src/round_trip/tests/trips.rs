//! Whole round trips in a directory of the machine that the tests run on.

use std::fs;
use std::path::Path;

use reports::{Severity, TarClassification, TarPattern};

use crate::Control;
use crate::round_trip::{RoundTrips, Size, Source, TripOptions, run};
use crate::scratch::{Kind, Leftover, Scratch, clean};

fn leftovers(place: &Path) -> Vec<Leftover> {
    crate::scratch::leftovers(place, Kind::Tar).unwrap()
}

pub fn options(directory: &Path, source: Source) -> TripOptions {
    TripOptions {
        directory: directory.to_owned(),
        patterns: TarPattern::ALL.to_vec(),
        source,
        jobs: None,
        rounds: 1,
        churn: false,
        control: None,
        keep: false,
        force: false,
        all_findings: true,
        most: Size::UNLIMITED,
    }
}

fn trip(options: &TripOptions) -> RoundTrips {
    run(options, &Control::new(|_| ())).unwrap()
}

fn generated(packages: usize) -> Source {
    Source::Generated { packages, seed: 3 }
}

#[test]
fn every_pattern_brings_all_entries_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let done = trip(&TripOptions { rounds: 2, ..options(dir.path(), generated(12)) });
    assert!(done.complete && !done.unusable);
    assert!(done.findings.into_rows().is_empty());
    for run in &done.trips.runs {
        assert!(run.is_whole() && run.is_clean(), "{run:?}");
        assert_eq!((run.packages, run.rounds), (24, 2));
        assert!(run.entries > 100, "{run:?}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn a_competing_installer_is_told_of_and_accuses_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let options = TripOptions {
        churn: true,
        rounds: 5,
        patterns: vec![TarPattern::NpmCached],
        ..options(dir.path(), generated(60))
    };
    let done = trip(&options);
    let run = &done.trips.runs[0];
    assert!(run.count(TarClassification::ParentRemoved) > 0, "{run:?}");
    let other = done.findings.clone().into_rows();
    let other: Vec<_> = other.iter().filter(|row| row.severity > Severity::Info).collect();
    assert!(other.is_empty(), "{other:#?}");
    assert_eq!(run.count(TarClassification::ParentRemoved), run.error_count(), "{:?}", run.errors);
    assert_eq!((run.differing, run.left_behind), (0, 0), "{:?}", done.findings);
    assert!(!run.accuses_filesystem());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn the_directory_keeps_its_time() {
    let dir = tempfile::tempdir().unwrap();
    let before = fs::metadata(dir.path()).unwrap().modified().unwrap();
    trip(&options(dir.path(), generated(1)));
    assert_eq!(fs::metadata(dir.path()).unwrap().modified().unwrap(), before);
}

#[test]
fn what_is_kept_is_named_and_can_be_cleaned() {
    let dir = tempfile::tempdir().unwrap();
    let done = trip(&TripOptions { keep: true, ..options(dir.path(), generated(2)) });
    let [kept] = &done.kept[..] else { panic!("{:?}", done.kept) };
    assert!(kept.join("npm-1/node_modules").is_dir());
    let [leftover] = &leftovers(dir.path())[..] else { panic!("{:?}", leftovers(dir.path())) };
    assert_eq!(leftover.path, kept.canonicalize().unwrap());
    clean(leftover).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn a_scratch_directory_in_use_is_no_leftover() {
    let dir = tempfile::tempdir().unwrap();
    let scratch = Scratch::make(dir.path(), Kind::Tar).unwrap();
    assert_eq!(leftovers(dir.path()), []);
    drop(scratch);
    // Such a name with other digits, or a file, is somebody else's.
    fs::create_dir(dir.path().join(format!("{}mine", Kind::Tar.prefix()))).unwrap();
    fs::write(dir.path().join(format!("{}0123456789abcdef", Kind::Tar.prefix())), "").unwrap();
    assert_eq!(leftovers(dir.path()), []);
}

#[test]
fn a_panic_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_owned();
    let panicked = std::thread::spawn(move || {
        let scratch = Scratch::make(&path, Kind::Tar).unwrap();
        fs::write(scratch.path.join("file"), "x").unwrap();
        panic!("as expected");
    });
    assert!(panicked.join().is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
}

#[test]
fn a_stop_ends_it_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let control = Control::new(|_| ());
    control.stop();
    let done = run(&options(dir.path(), generated(5)), &control).unwrap();
    assert!(!done.complete);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
}

/// tree -> tar -> gz -> tree.
#[test]
fn a_tree_comes_back_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let tree = dir.path().join("tree");
    fs::create_dir_all(tree.join("node_modules/@s/foo/lib")).unwrap();
    fs::create_dir_all(tree.join("empty")).unwrap();
    fs::write(tree.join("node_modules/@s/foo/lib/a.js"), "a").unwrap();
    fs::write(tree.join("file"), vec![7; 100_000]).unwrap();
    fs::hard_link(tree.join("file"), tree.join("other")).unwrap();
    std::os::unix::fs::symlink("file", tree.join("link")).unwrap();
    let place = dir.path().join("place");
    fs::create_dir(&place).unwrap();
    let done = trip(&options(&place, Source::Tree(tree)));
    assert!(done.findings.into_rows().is_empty());
    for run in &done.trips.runs {
        assert!(run.is_whole() && run.is_clean() && run.packages == 2, "{run:?}");
    }
    // Directories but the roots, files, and what is a link or another name.
    assert_eq!(done.trips.runs[3].entries, 8, "{:?}", done.trips.runs[3]);
}
