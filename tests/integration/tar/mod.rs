//! `fscan tar`: archives extracted as npm, pnpm and tar do it, on sound filesystems, on broken
//! ones, and beside the real tools.

mod archives;
mod busy;
mod churn;
mod collisions;
mod damaged;
mod ended;
mod faults;
mod healthy;
mod in_scan;
mod npm;
mod npm_cache;
mod spaces;
mod strace;
mod unusable;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Dir, Fscan, Outcome, TarRun, TarTrips, tool};

/// Every way of extracting, in the order in which a run goes through them.
const PATTERNS: [&str; 4] = ["npm", "npm-cached", "pnpm", "sequential"];

/// What the names of scratch directories begin with.
const SCRATCH: &str = ".fscan-tar-";

/// `fscan tar PLACE --format json --no-control`.
fn tar<'a>(dir: &'a Dir, place: &Path) -> Fscan<'a> {
    Fscan::new(dir).arg("tar").arg(place).args(["--format=json", "--no-control"])
}

/// `fscan tar PLACE --clean`.
fn clean<'a>(dir: &'a Dir, place: &Path) -> Fscan<'a> {
    Fscan::new(dir).arg("tar").arg(place).args(["--clean", "--no-control"])
}

/// `NAME.tgz` with these files below `package/`, packed by the system's tar in this order.
fn package(dir: &Dir, name: &str, files: &[(&str, &[u8])]) -> PathBuf {
    let above = dir.folder(format!("packed/{name}"));
    let names: Vec<String> = files.iter().map(|(name, _)| format!("package/{name}")).collect();
    for (name, (_, content)) in names.iter().zip(files) {
        let path = above.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let archive = dir.join(format!("{name}.tgz"));
    succeed(tool("tar").arg("czf").arg(&archive).arg("-C").arg(&above).args(names));
    archive
}

/// Runs a command that must do its work, and hands back what it printed.
#[track_caller]
fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The report's `tar`.
#[track_caller]
fn trips(outcome: &Outcome) -> TarTrips {
    outcome.report().tar.unwrap_or_else(|| outcome.fail("the report has a section `tar`"))
}

/// The run of the one pattern that was asked for.
#[track_caller]
fn only_run(outcome: &Outcome) -> TarRun {
    let mut runs = trips(outcome).runs;
    outcome.expect(runs.len() == 1, "there is one run");
    runs.remove(0)
}

/// Exit code 0, a healthy verdict, no finding, and every run extracted and compared all there is.
#[track_caller]
fn expect_whole(outcome: &Outcome) {
    let report = outcome.expect_code(0).report();
    outcome.expect(report.complete && report.verdict == "healthy", "all is done, and healthy");
    outcome.expect(report.findings.is_empty(), "nothing is found");
    outcome.expect(report.unchecked.is_empty(), "nothing is left out");
    let trips = trips(outcome);
    outcome.expect(trips.refused.is_empty(), "nothing is refused");
    for run in trips.runs {
        let clean = run.errors.is_empty() && run.differing == 0 && run.left_behind == 0;
        outcome.expect(clean, "nothing failed and nothing differs");
        let all = run.complete && run.entries > 0 && run.verified == run.entries;
        outcome.expect(all, "all is extracted and compared");
    }
}

/// A folder holds what it held before: nothing but these names.
#[track_caller]
fn expect_names(outcome: &Outcome, folder: &Path, names: &[&str]) {
    let mut there = listed(folder);
    there.retain(|name| !names.contains(&name.as_str()) && name != "lost+found");
    outcome.expect(there.is_empty(), &format!("{there:?} is left in {}", folder.display()));
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut names: Vec<_> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The scratch directories in a folder.
fn scratches(folder: &Path) -> Vec<PathBuf> {
    let names = listed(folder).into_iter().filter(|name| name.starts_with(SCRATCH));
    names.map(|name| folder.join(name)).collect()
}
