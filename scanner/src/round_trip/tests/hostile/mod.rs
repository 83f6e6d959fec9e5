//! Archives that real tools got wrong, extracted in each way: nothing outside the scratch
//! directory is touched, nothing accuses the filesystem, and what is sound is extracted.

mod damage;
mod links;
mod names;
mod records;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use reports::{Severity, TarPattern, TarRun};
use walkdir::WalkDir;

use super::trips::options;
use crate::Control;
use crate::archive::tests::build::Raw;
use crate::round_trip::{RoundTrips, Size, Source, TripOptions, run};

/// A case: archives that are extracted one after the other, what is said of them, and how many
/// entries each of the patterns brings.
struct Case {
    name: &'static str,
    archives: Vec<Vec<u8>>,
    /// Words of a reason that must be given.
    why: &'static str,
    /// By npm and npm-cached, which take no links.
    npm: u64,
    /// By pnpm, which takes no directories either.
    pnpm: u64,
    /// By sequential.
    sequential: u64,
}

fn case(name: &'static str, raw: Raw, why: &'static str, npm: u64, sequential: u64) -> Case {
    Case { name, archives: vec![raw.end()], why, npm, pnpm: npm, sequential }
}

/// What lies outside: names, modes, times and contents.
fn outside(dir: &Path) -> BTreeMap<String, (u32, i64, i64, Vec<u8>)> {
    let entries = WalkDir::new(dir.join("outside")).into_iter().map(Result::unwrap);
    entries
        .map(|entry| {
            let metadata = entry.metadata().unwrap();
            let content = fs::read(entry.path()).unwrap_or_default();
            let times = (metadata.mtime(), metadata.mtime_nsec());
            (entry.path().display().to_string(), (metadata.mode(), times.0, times.1, content))
        })
        .collect()
}

fn judge(case: &Case, dir: &Path, patterns: &[TarPattern]) -> RoundTrips {
    judge_within(case, dir, patterns, Size::UNLIMITED)
}

fn judge_within(case: &Case, dir: &Path, patterns: &[TarPattern], most: Size) -> RoundTrips {
    let place = dir.join("place");
    let paths: Vec<_> = (0..case.archives.len()).map(|n| dir.join(format!("{n}/a.tgz"))).collect();
    for (path, archive) in paths.iter().zip(&case.archives) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, archive).unwrap();
    }
    let before = outside(dir);
    let options = TripOptions {
        patterns: patterns.to_vec(),
        most,
        ..options(&place, Source::Archives(paths))
    };
    let done = run(&options, &Control::new(|_| ())).unwrap();
    assert_eq!(outside(dir), before, "{}: outside", case.name);
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "{}: nothing is left", case.name);
    let rows = done.findings.clone().into_rows();
    let accusing: Vec<_> = rows.iter().filter(|row| row.severity > Severity::Info).collect();
    assert!(accusing.is_empty(), "{}: {accusing:?}", case.name);
    let whys: Vec<_> = done.trips.refused.iter().map(|refused| refused.why.as_str()).collect();
    if case.why.is_empty() {
        assert!(whys.is_empty(), "{}: {whys:?}", case.name);
    } else {
        assert!(whys.iter().any(|why| why.contains(case.why)), "{}: {whys:?}", case.name);
    }
    done
}

fn verified(run: &TarRun) -> u64 {
    assert_eq!((run.differing, run.left_behind), (0, 0), "{run:?}");
    run.verified
}

/// A directory with something precious outside, and a place to extract in.
fn with_outside(test: impl FnOnce(&Path)) {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["outside/folder", "place"] {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
    }
    fs::write(dir.path().join("outside/precious"), "precious").unwrap();
    test(dir.path());
}

fn judge_all(cases: impl FnOnce(&Path) -> Vec<Case>) {
    with_outside(|dir| {
        for case in cases(dir) {
            let done = judge(&case, dir, &TarPattern::ALL);
            let found: Vec<_> = done.trips.runs.iter().map(verified).collect();
            let expected = [case.npm, case.npm, case.pnpm, case.sequential];
            assert_eq!(found, expected, "{}: {:?}", case.name, done.trips);
        }
    });
}

/// A path upwards that is long enough to reach the outside directory from anywhere below.
fn up(dir: &Path, file: &str) -> String {
    let depth = dir.components().count() + 12;
    format!("{}{}/outside/{file}", "../".repeat(depth), dir.strip_prefix("/").unwrap().display())
}
