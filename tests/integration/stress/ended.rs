//! Ended in the midst of it: by a signal, by a target that goes away, turns read-only or is full;
//! what is told then, and what is left.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use faultfs::{Fault, Mounted, Rule, Script};
use rustix::process::Signal;

use super::{expect_empty, scratches, stress};
use crate::harness::{Dir, Fscan, Image, Mount, Need, in_lab};

/// More than anybody waits for.
fn long<'a>(dir: &'a Dir, place: &Path) -> Fscan<'a> {
    stress(dir, "x", place).args(["--seed=1", "--duration=5m", "--max-bytes=32M"])
}

/// Waits until a run works in a tree of its own there.
fn wait_for_world(place: &Path) {
    let started = Instant::now();
    let works = |place: &Path| scratches(place).iter().any(|s| s.join("lane-0/world/f0").exists());
    while !works(place) {
        assert!(started.elapsed() < Duration::from_secs(20), "nobody works there");
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_signal_ends_it_with_a_full_report_and_nothing_left() {
    in_lab(&[], |dir| {
        let place = Mount::tmpfs(&dir.join("mnt"), "size=512m");
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            let running = long(dir, place.point()).args(["--threads=2"]).spawn();
            wait_for_world(place.point());
            sleep(Duration::from_millis(300));
            let sent = Instant::now();
            running.signal(signal);
            let outcome = running.wait();
            outcome.expect_code(code);
            outcome.expect(sent.elapsed() < Duration::from_secs(2), "it ends at once");
            let report = outcome.report();
            outcome.expect(!report.complete, "the report is marked incomplete");
            outcome.expect(report.codes().is_empty(), "and accuses nobody");
            let told = report.stress.unwrap();
            outcome.expect(told.targets[0].ended == "stopped", "why it ended");
            outcome.expect(told.targets[0].operations > 0, "what was done");
            outcome.expect(!told.coverage.is_empty(), "and how it came out");
            expect_empty(&outcome, place.point());
        }
    });
}

#[test]
fn a_signal_ends_minimising_and_the_sequence_is_told_as_it_is() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let below = Mount::tmpfs(&dir.join("below"), "size=512m");
        let point = dir.folder("mnt");
        let script = Script::new([Rule::new(Fault::FlippedBit(5))]);
        let mounted = Mounted::new(below.point(), &point, script).unwrap();
        let running = long(dir, &point).arg("--until-divergence").spawn();
        let started = Instant::now();
        // More than what a first read meets: by then sequences are tried.
        while mounted.fired()[0] < 8 {
            assert!(started.elapsed() < Duration::from_secs(30), "nothing fires");
            sleep(Duration::from_millis(1));
        }
        let sent = Instant::now();
        running.signal(Signal::INT);
        let outcome = running.wait();
        outcome.expect_code(130);
        outcome.expect(sent.elapsed() < Duration::from_secs(2), "it ends at once");
        let told = outcome.report().stress.unwrap();
        outcome.expect(told.divergences.len() == 1, "the divergence is told");
        outcome.expect(told.divergences[0].minimised == "not-tried", "as it is");
        outcome.expect(!told.divergences[0].reproducer.is_empty(), "with what showed it");
        expect_empty(&outcome, &point);
        mounted.unmount().unwrap();
    });
}

/// What a run leaves in a place that is killed.
fn killed(dir: &Dir, place: &Path) -> PathBuf {
    let running = long(dir, place).spawn();
    wait_for_world(place);
    running.signal(Signal::KILL);
    running.wait();
    scratches(place).remove(0)
}

#[test]
fn what_a_killed_run_left_is_named_and_cleaned() {
    in_lab(&[], |dir| {
        let place = Mount::tmpfs(&dir.join("mnt"), "size=512m");
        let place = place.point();
        let left = killed(dir, place);
        let outcome = stress(dir, "x", place).args(["--ops=500", "--max-bytes=32M"]).run();
        outcome.expect_code(0).expect_one_error_line(left.to_str().unwrap());
        outcome.expect_one_error_line("--clean");
        outcome.expect(left.exists(), "it is left where it is");
        let outcome = Fscan::new(dir).args(["stress", "--clean"]).arg(place).run();
        outcome.expect_code(0).expect_one_error_line(left.to_str().unwrap());
        expect_empty(&outcome, place);
        let outcome = Fscan::new(dir).args(["stress", "--clean"]).arg(place).run();
        outcome.expect_code(0).expect_one_error_line("nothing to remove in ");
        let outcome = Fscan::new(dir).args(["stress", "--clean", "-q"]).arg(place).run();
        outcome.expect_code(0).expect(outcome.stderr().is_empty(), "which is not said with -q");
    });
}

#[test]
fn what_a_killed_run_left_in_a_usual_place_is_named_and_cleaned() {
    in_lab(&[], |dir| {
        let home = Mount::tmpfs(&dir.join("home"), "size=512m");
        let home = home.point();
        let left = killed(dir, home);
        let left = left.to_str().unwrap();
        let clean = || Fscan::new(dir).args(["stress", "--clean"]).temporary(home).run();
        let outcome = clean();
        outcome.expect_code(0).expect(outcome.stderr().contains(left), "it is named");
        expect_empty(&outcome, home);
        let outcome = clean();
        outcome.expect_code(0).expect(!outcome.stderr().contains(left), "it is gone");
    });
}

#[test]
fn a_target_that_turns_read_only_is_lost() {
    in_lab(&[Need::Tool("mkfs.ext4"), Need::Loop], |dir| {
        let place = Image::ext4(dir, 160, &["-N40000"]).mount("errors=remount-ro");
        // Without fsync, which may meet the error itself.
        let run = long(dir, place.point()).arg("--operations=create,unlink,mkdir,rename,stat");
        let running = run.spawn();
        wait_for_world(place.point());
        let source = place.source();
        let device = source.file_name().unwrap().to_str().unwrap();
        fs::write(format!("/sys/fs/ext4/{device}/trigger_fs_error"), "a test of fscan").unwrap();
        let outcome = running.wait();
        outcome.expect_code(1);
        let report = outcome.report();
        outcome.expect(report.findings_of("stress-target-lost").len() == 1, "it is lost");
        let told = report.stress.unwrap();
        outcome.expect(told.divergences.is_empty(), "and accused of nothing else");
        outcome.expect(told.targets[0].ended == "lost", "the target says so");
        let why = told.targets[0].ended_because.clone().unwrap_or_default();
        outcome.expect(why.contains("EROFS"), "and why");
    });
}

#[test]
fn a_target_that_is_unmounted_lazily_is_lost() {
    in_lab(&[], |dir| {
        let place = Mount::tmpfs(&dir.join("mnt"), "size=512m");
        let running = long(dir, place.point()).spawn();
        wait_for_world(place.point());
        place.unmount_lazily();
        let outcome = running.wait();
        outcome.expect_code(1);
        let report = outcome.report();
        outcome.expect(report.findings_of("stress-target-lost").len() == 1, "it is lost");
        let told = report.stress.unwrap();
        outcome.expect(told.divergences.is_empty(), "and accused of nothing else");
        let why = told.targets[0].ended_because.clone().unwrap_or_default();
        outcome.expect(why.contains("its path leads elsewhere"), "and why");
    });
}

#[test]
fn a_target_whose_server_died_is_lost() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let below = Mount::tmpfs(&dir.join("below"), "size=512m");
        let point = dir.folder("mnt");
        let _mounted = Mounted::new(below.point(), &point, Script::default()).unwrap();
        let running = long(dir, &point).spawn();
        wait_for_world(&point);
        let device = fs::metadata(&point).unwrap().dev();
        let control = Mount::fuse_control(&dir.join("control"));
        fs::write(control.join(&device.to_string()).join("abort"), "1").unwrap();
        let outcome = running.wait();
        outcome.expect_code(1);
        let report = outcome.report();
        outcome.expect(report.findings_of("stress-target-lost").len() == 1, "it is lost");
        let told = report.stress.unwrap();
        outcome.expect(told.divergences.is_empty(), "and accused of nothing else");
        outcome.expect(told.targets[0].ended == "lost", "the target says so");
    });
}

#[test]
fn a_filesystem_that_others_fill_is_an_outcome() {
    in_lab(&[Need::Tool("mkfs.ext4"), Need::Loop], |dir| {
        let place = Image::ext4(dir, 160, &["-m0", "-N40000"]).mount("rw");
        let running = stress(dir, "x", place.point())
            .args(["--seed=1", "--duration=6s", "--max-bytes=32M", "--profile=data"])
            .spawn();
        wait_for_world(place.point());
        let mut filler = File::create(place.join("filler")).unwrap();
        let megabyte = vec![1; 1 << 20];
        while filler.write_all(&megabyte).is_ok() {}
        let outcome = running.wait();
        outcome.expect_code(0);
        let report = outcome.report();
        outcome.expect(report.codes().is_empty(), "nobody is accused");
        let told = report.stress.unwrap();
        outcome.expect(told.divergences.is_empty(), "of nothing");
        let ended = told.targets[0].ended.as_str();
        outcome.expect(matches!(ended, "no-space" | "completed"), "the target says how it ended");
        outcome.expect(told.targets[0].no_space > 0, "and how often there was no space");
        outcome.expect(fs::remove_file(place.join("filler")).is_ok(), "what others wrote stays");
    });
}

#[test]
fn no_more_is_written_than_allowed() {
    const MOST: u64 = 2 << 20;
    in_lab(&[], |dir| {
        let place = Mount::tmpfs(&dir.join("mnt"), "size=512m");
        let used = || {
            let space = rustix::fs::statvfs(place.point()).unwrap();
            (space.f_blocks - space.f_bfree) * space.f_frsize
        };
        let run = stress(dir, "x", place.point()).args(["--seed=1", "--duration=4s"]);
        let run = run.args(["--max-bytes=2M", "--profile=data", "--threads=2"]);
        let started = Instant::now();
        let running = run.spawn();
        let mut most = 0;
        while started.elapsed() < Duration::from_secs(4) {
            most = most.max(used());
            sleep(Duration::from_millis(1));
        }
        let outcome = running.wait();
        outcome.expect_code(0);
        outcome.expect(most > MOST / 4, &format!("much is written: {most}"));
        outcome.expect(most <= MOST, &format!("and no more than allowed: {most}"));
    });
}

#[test]
fn a_tenth_stays_free() {
    in_lab(&[], |dir| {
        let place = Mount::tmpfs(&dir.join("mnt"), "size=100m");
        let outcome = stress(dir, "x", place.point()).args(["--ops=10", "--max-bytes=95M"]).run();
        outcome.expect_code(2).expect_one_error_line("--max-bytes");
        expect_empty(&outcome, place.point());
        let outcome = stress(dir, "x", place.point()).args(["--ops=10", "--max-bytes=85M"]).run();
        outcome.expect_code(0);
    });
}
