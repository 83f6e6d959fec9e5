//! Filesystems that are made for it: all that can be made, and nothing that stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::scratches;
use crate::harness::{Dir, Fscan, Need, Outcome, User, in_lab};

/// Images are attached to these.
fn loop_devices() -> Vec<PathBuf> {
    let devices = fs::read_dir("/sys/block").unwrap().map(|entry| entry.unwrap().path());
    let backing =
        devices.filter_map(|device| fs::read_to_string(device.join("loop/backing_file")).ok());
    let ours = backing.filter(|file| file.contains(".fscan-stress-"));
    ours.map(|file| file.trim().into()).collect()
}

fn run<'a>(dir: &'a Dir, user: User) -> Fscan<'a> {
    let run = Fscan::new(dir).args(["stress", "--provision", "--seed=3", "--format=json"]);
    run.user(user).within(Duration::from_mins(3))
}

/// What was there before: others may be at work on this machine.
struct Before {
    scratches: Vec<PathBuf>,
    mounts: String,
}

fn mounts() -> String {
    let table = fs::read_to_string("/proc/thread-self/mounts").unwrap();
    let ours = table.lines().filter(|line| line.contains(".fscan-stress-"));
    ours.collect::<Vec<_>>().join("\n")
}

impl Before {
    fn note() -> Self {
        Before { scratches: scratches(Path::new("/tmp")), mounts: mounts() }
    }

    fn new_scratches(&self) -> Vec<PathBuf> {
        let now = scratches(Path::new("/tmp")).into_iter();
        now.filter(|scratch| !self.scratches.contains(scratch)).collect()
    }

    fn expect_no_mounts(&self, outcome: &Outcome) {
        outcome.expect(mounts() == self.mounts, "no mount is left");
        // The kernel lets go of them a little later.
        let started = Instant::now();
        while loop_devices().iter().any(|file| !self.scratches.iter().any(|s| file.starts_with(s)))
        {
            let patience = started.elapsed() < Duration::from_secs(5);
            outcome.expect(patience, &format!("no loop device is left: {:?}", loop_devices()));
            sleep(Duration::from_millis(20));
        }
    }
}

fn judge(outcome: &Outcome, before: &Before) -> (Vec<String>, Vec<String>) {
    outcome.expect_code(0);
    let report = outcome.report();
    outcome.expect(report.codes().is_empty(), "known defects are facts");
    let told = report.stress.unwrap();
    outcome.expect(told.divergences.is_empty(), "nothing differs");
    for target in &told.targets {
        outcome.expect(target.operations >= 1000, &format!("{} is worked on", target.name));
        outcome.expect(target.ended == "completed", "to the end");
    }
    for out in &told.not_provided {
        outcome.expect(out.why.len() > 10, &format!("why {} is not there", out.name));
    }
    outcome.expect(before.new_scratches().is_empty(), "no directory is left");
    before.expect_no_mounts(outcome);
    let made = told.targets.into_iter().map(|target| target.name);
    (made.collect(), told.not_provided.into_iter().map(|out| out.name).collect())
}

const NEEDS: &[Need] = &[
    Need::Tool("mkfs.ext4"),
    Need::Tool("mkfs.xfs"),
    Need::Tool("mkfs.btrfs"),
    Need::Filesystem("xfs"),
    Need::Filesystem("btrfs"),
    Need::Filesystem("overlay"),
    Need::Loop,
];

#[test]
fn what_is_made_is_worked_on_and_goes_away() {
    in_lab(NEEDS, |dir| {
        let before = Before::note();
        let outcome = run(dir, User::Caller).arg("--ops=1000").run();
        let (made, left_out) = judge(&outcome, &before);
        outcome.expect(made.len() == 12 && left_out.is_empty(), &format!("all twelve: {made:?}"));
        for plain in ["ext4", "xfs", "btrfs", "tmpfs"] {
            outcome.expect(made.iter().any(|name| name == plain), plain);
        }
        // As somebody without rights: what needs no loop device and no trusted attributes.
        let outcome = run(dir, User::Nobody).arg("--ops=1000").run();
        let (made, left_out) = judge(&outcome, &before);
        outcome.expect(made.len() + left_out.len() == 12, "everything is told of");
        outcome.expect(made.iter().any(|name| name == "tmpfs"), "there is a tmpfs");
        outcome.expect(made.iter().any(|name| name.contains("userxattr")), "and overlays");
        for plain in ["ext4", "xfs", "btrfs"] {
            outcome.expect(left_out.iter().any(|name| name == plain), plain);
        }
    });
}

#[test]
fn a_killed_run_leaves_an_empty_directory() {
    in_lab(NEEDS, |dir| {
        for user in [User::Caller, User::Nobody] {
            let before = Before::note();
            let running = run(dir, user).arg("--duration=5m").spawn();
            let started = Instant::now();
            while before.new_scratches().is_empty() {
                assert!(started.elapsed() < Duration::from_secs(20), "nothing is made");
                sleep(Duration::from_millis(5));
            }
            sleep(Duration::from_secs(2));
            running.signal(Signal::KILL);
            let outcome = running.wait();
            before.expect_no_mounts(&outcome);
            let left = before.new_scratches();
            outcome.expect(left.len() == 1, "one directory is left");
            let clean = Fscan::new(dir).args(["stress", "--clean", "/tmp"]).run();
            clean.expect_code(0).expect_one_error_line(left[0].to_str().unwrap());
            clean.expect(before.new_scratches().is_empty(), "until it is removed");
        }
    });
}
