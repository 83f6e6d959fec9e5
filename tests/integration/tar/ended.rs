//! Ended in the midst of it, or told to leave what it made: what is left, who tells of it, and
//! who removes it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{clean, expect_names, expect_whole, scratches, tar};
use crate::harness::{Dir, Fscan, Mount, Outcome, Report, in_lab};

/// More than anybody waits for.
fn long<'a>(dir: &'a Dir, place: &Path) -> Fscan<'a> {
    Fscan::new(dir).arg("tar").arg(place).args(["--generated=300", "--rounds=1000"])
}

/// Waits until a run works in a scratch directory of its own there.
fn wait_for_scratch(place: &Path) {
    let started = Instant::now();
    while scratches(place).iter().all(|scratch| !scratch.join("npm-1/node_modules").exists()) {
        assert!(started.elapsed() < Duration::from_secs(20), "no scratch directory");
        sleep(Duration::from_millis(5));
    }
}

/// A run that was killed, and left its scratch directory.
fn kill_one(dir: &Dir, place: &Path) -> Outcome {
    let running = long(dir, place).arg("--no-control").spawn();
    wait_for_scratch(place);
    running.signal(Signal::KILL);
    let outcome = running.wait();
    outcome.expect(outcome.signal() == Some(9), "it is killed");
    outcome
}

#[test]
fn a_signal_ends_it_with_a_partial_report_and_nothing_left() {
    in_lab(&[], |dir| {
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            let place = Mount::tmpfs(&dir.join("mnt"), "size=512m");
            let control = Mount::tmpfs(&dir.join("control"), "size=512m");
            let saved = dir.join("report.json");
            let run = long(dir, place.point()).arg("--control").arg(control.point());
            let running = run.args(["--format=json", "-o"]).arg(&saved).spawn();
            wait_for_scratch(place.point());
            wait_for_scratch(control.point());
            sleep(Duration::from_millis(50));
            let sent = Instant::now();
            running.signal(signal);
            let outcome = running.wait();
            outcome.expect_code(code);
            outcome.expect(sent.elapsed() < Duration::from_secs(5), "it ends at once");
            let report: Report = serde_json::from_slice(&fs::read(&saved).unwrap()).unwrap();
            for report in [outcome.report(), report] {
                outcome.expect(!report.complete, "the report is marked incomplete");
                outcome.expect(report.findings.is_empty(), "and accuses nobody");
                outcome.expect(report.roots[0].checks[0].status == "partial", "the check too");
                let runs = report.tar.unwrap().runs;
                outcome.expect(runs.iter().any(|run| !run.complete), "and the run");
            }
            expect_names(&outcome, place.point(), &[]);
            expect_names(&outcome, control.point(), &[]);
        }
    });
}

#[test]
fn what_a_killed_run_left_is_named_and_cleaned() {
    in_lab(&[], |dir| {
        let place = Mount::tmpfs(&dir.join("mnt"), "size=512m");
        let place = place.point();
        kill_one(dir, place);
        let left = scratches(place).remove(0);
        // A later run names it, and does its own work.
        let outcome = tar(dir, place).arg("--generated=3").run();
        expect_whole(&outcome);
        outcome.expect_one_error_line(left.to_str().unwrap()).expect_one_error_line("--clean");
        outcome.expect(left.exists(), "and leaves it where it is");
        expect_whole(&tar(dir, place).args(["--generated=3", "--quiet"]).run());
        // What another process left is not what a night removes for its own step.
        let outcome = clean(dir, place).args(["--left-by", "1.2.3"]).run();
        outcome.expect_code(0).expect(left.exists() && outcome.stderr().is_empty(), "it stays");
        let outcome = clean(dir, place).run();
        outcome.expect_code(0).expect_one_error_line(left.to_str().unwrap());
        outcome.expect(outcome.stdout().is_empty(), "there is no report");
        expect_names(&outcome, place, &[]);
        // Once more there is nothing to do.
        let outcome = clean(dir, place).run();
        outcome.expect_code(0).expect_one_error_line("nothing to remove in ");
        let outcome = clean(dir, place).arg("-q").run();
        outcome.expect_code(0).expect(outcome.stderr().is_empty(), "which is not said with -q");
    });
}

/// In both places.
#[test]
fn what_a_killed_run_left_in_the_control_directory_is_cleaned() {
    in_lab(&[], |dir| {
        let mounted = Mount::tmpfs(&dir.join("control"), "size=512m");
        let (place, control) = (dir.folder("place"), mounted.point().to_owned());
        let running = long(dir, &place).arg("--control").arg(&control).spawn();
        wait_for_scratch(&place);
        wait_for_scratch(&control);
        running.signal(Signal::KILL);
        running.wait();
        // That one of them is not there keeps the other one from nothing.
        let aside = dir.join("aside");
        fs::rename(&place, &aside).unwrap();
        let clean =
            || Fscan::new(dir).arg("tar").arg(&place).arg("--clean").arg("--control").arg(&control);
        let outcome = clean().run();
        let is_told = outcome.stderr().contains("place: open says ENOENT");
        outcome.expect_code(2).expect(is_told, "which place");
        expect_names(&outcome, &control, &[]);
        fs::rename(&aside, &place).unwrap();
        let outcome = clean().run();
        outcome.expect_code(0);
        expect_names(&outcome, &place, &[]);
        expect_names(&outcome, &control, &[]);
    });
}

/// What is called alike and is somebody else's stays, and so does what lies behind a link.
#[test]
fn nothing_else_is_cleaned() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        let precious = dir.file("outside/precious", b"precious");
        kill_one(dir, &place);
        let left = scratches(&place).remove(0);
        symlink(dir.join("outside"), left.join("link")).unwrap();
        symlink(dir.join("outside"), place.join(".fscan-tar-0123456789abcdef")).unwrap();
        dir.file("place/.fscan-tar-fedcba9876543210", b"a file");
        dir.file("place/.fscan-tar-mine/file", b"mine");
        dir.file("place/fscan-tar-0123456789abcdef/file", b"mine");
        dir.file("place/node_modules/foo/package.json", b"{}");
        let before = super::listed(&place);
        let outcome = clean(dir, &place).run();
        outcome.expect_code(0);
        outcome.expect(!left.exists(), "what was left is gone");
        let mut kept = super::listed(&place);
        kept.push(left.file_name().unwrap().to_str().unwrap().to_owned());
        kept.sort();
        outcome.expect(kept == before, "and nothing else");
        outcome.expect(fs::read(precious).unwrap() == b"precious", "nor what a link leads to");
        outcome.expect(place.join(".fscan-tar-mine/file").exists(), "nor what is in it");
    });
}

#[test]
fn what_is_to_be_kept_is_kept_and_named() {
    in_lab(&[], |dir| {
        let mounted = Mount::tmpfs(&dir.join("control"), "size=512m");
        let (place, control) = (dir.folder("place"), mounted.point().to_owned());
        let run = Fscan::new(dir).arg("tar").arg(&place).args(["--format=json", "--keep"]);
        let run = run.args(["--generated=3", "--rounds=2", "--control"]).arg(&control);
        let outcome = run.run();
        expect_whole(&outcome);
        for folder in [&place, &control] {
            let [kept] = &scratches(folder)[..] else { outcome.fail("one is kept") };
            outcome.expect(outcome.stderr().contains(kept.to_str().unwrap()), "it is named");
            for pattern in super::PATTERNS {
                for round in [1, 2] {
                    let modules = kept.join(format!("{pattern}-{round}/node_modules"));
                    outcome.expect(modules.is_dir(), &format!("{} is there", modules.display()));
                }
            }
            expect_whole(&tar(dir, folder).args(["--generated=2", "--quiet"]).run());
            outcome.expect(scratches(folder).len() == 1, "another run leaves it");
        }
    });
}

#[test]
fn a_run_at_work_is_not_cleaned() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        let running = long(dir, &place).args(["--no-control", "--format=json"]).spawn();
        wait_for_scratch(&place);
        let at_work = scratches(&place).remove(0);
        let outcome = clean(dir, &place).run();
        outcome.expect_code(0).expect(at_work.join("npm-1").exists(), "it is still there");
        outcome.expect_one_error_line("nothing to remove in ");
        // Nor is it one for another run.
        let outcome = tar(dir, &place).arg("--generated=2").run();
        expect_whole(&outcome);
        outcome.expect(outcome.stderr().is_empty(), "nothing is named");
        running.signal(Signal::INT);
        let outcome = running.wait();
        outcome.expect_code(130);
        outcome.expect(outcome.report().findings.is_empty(), "it was not disturbed");
        expect_names(&outcome, &place, &[]);
    });
}
