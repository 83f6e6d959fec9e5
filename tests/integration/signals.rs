//! Stopped in the midst of a scan: the report says so, nothing is left behind.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, Report, files, in_lab};

const STOPS: [(Signal, i32); 3] = [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)];

/// The exit code of the signal, a report that is marked incomplete, no temporary file.
fn expect_stopped(outcome: &Outcome, code: i32, output: &Path) {
    outcome.expect_code(code);
    let report = fs::read(output).unwrap_or_else(|e| outcome.fail(&format!("no report: {e}")));
    let report: Report = serde_json::from_slice(&report).unwrap();
    outcome.expect(!report.complete, "the report is marked incomplete");
    outcome.expect(report.codes().is_empty(), "what was not seen is no damage");
    let mut checks = report.roots.iter().flat_map(|root| &root.checks);
    let partial = checks.any(|check| check.status == "partial");
    let listed = report.unchecked_count("interrupted") > 0;
    outcome.expect(partial || listed, "and says what was not examined");
    outcome.expect(!outcome.stdout().is_empty(), "the summary is printed");
    let left: Vec<_> = fs::read_dir(output.parent().unwrap()).unwrap().collect();
    outcome.expect(left.len() == 1, "no temporary file is left");
}

#[test]
fn a_signal_during_the_walk_ends_it_with_a_partial_report() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=0");
        for folder in 0..150 {
            files(&mount.join(&format!("folder-{folder}")), 2000);
        }
        for (signal, code) in STOPS {
            let output = dir.folder("out").join("report.json");
            let scan = Fscan::new(dir).args(["--quick", "--threads", "1", "-o"]).arg(&output);
            let mut running = scan.arg(mount.point()).spawn();
            running.wait_for_thread("walk-0");
            let sent = Instant::now();
            running.signal(signal);
            let outcome = running.wait();
            outcome.expect(sent.elapsed() < Duration::from_secs(3), "it stops at once");
            expect_stopped(&outcome, code, &output);
            fs::remove_file(&output).unwrap();
        }
    });
}

/// A thread that the kernel does not let go must not keep the others from reporting.
#[test]
fn a_signal_while_a_mount_hangs_ends_it_with_a_partial_report() {
    in_lab(&[Need::Filesystem("fuse")], |dir| {
        let sound = dir.folder("sound");
        files(&sound, 5);
        let hung = Mount::hung(&dir.join("hung"));
        for (signal, code) in STOPS {
            let output = dir.folder("out").join("report.json");
            let scan = Fscan::new(dir).args(["--quick", "--skip", "kernel", "-o"]).arg(&output);
            let scan = scan.args(["--stat-timeout", "30"]).args([&sound, hung.point()]);
            let running = scan.within(Duration::from_secs(20)).spawn();
            std::thread::sleep(Duration::from_millis(500));
            running.signal(signal);
            let outcome = running.wait();
            expect_stopped(&outcome, code, &output);
            fs::remove_file(&output).unwrap();
        }
    });
}

/// As with `fscan ... | head -1`: no panic, no noise.
#[test]
fn stdout_closed_early_is_no_error() {
    let dir = Dir::new();
    files(&dir.folder("tree"), 3);
    for format in ["text", "json"] {
        let scan =
            Fscan::new(&dir).args(["--quick", "--skip", "kernel", "--format", format, "tree"]);
        let outcome = scan.run_with_closed_stdout();
        let broken_pipe = outcome.signal() == Some(13) || matches!(outcome.code(), Some(0 | 141));
        outcome.expect(broken_pipe, "exit code 0 or that of SIGPIPE");
        outcome.expect(outcome.stderr().is_empty(), "nothing on stderr");
    }
}

/// Of a long scan the walk is over in a moment and the reading goes on for hours.
#[test]
fn damage_that_was_seen_before_the_end_is_told() {
    let tools = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];
    in_lab(&tools, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill(|top| {
            files(&top.join("names"), 20);
            fs::hard_link(top.join("names/name-000000"), top.join("other")).unwrap();
            let holes = fs::File::create(top.join("holes")).unwrap();
            holes.set_len(900 << 30).unwrap();
        });
        image.debugfs(&["clri /names/name-000003", "sif /other links_count 1"]);
        let mount = image.mount("errors=continue");
        let scan = Fscan::new(dir).args(["--max-duration", "1", "--format", "json", "-q"]);
        let outcome = scan.args(["--read-only", "--skip", "environment"]).arg(mount.point()).run();
        outcome.expect_code(1);
        let report = outcome.report();
        outcome.expect(!report.complete, "the reading was not done");
        outcome.expect(report.codes().contains("dirent-bad-inode"), "it was seen by the walk");
        outcome.expect(report.totals.volatile == 0, "what nobody could look at is not explained");
    });
}

#[test]
fn a_time_limit_that_lets_nothing_be_seen_is_no_success() {
    let dir = Dir::new();
    dir.file("a", b"a");
    // On a busy machine the scan may be ahead of its clock.
    let mut outcomes = (0..20)
        .map(|_| Fscan::new(&dir).args(["--max-duration", "0.000001", "."]).run())
        .filter(|outcome| outcome.stdout().starts_with("NOTHING EXAMINED"));
    outcomes.next().expect("what the code says").expect_code(2);
}
