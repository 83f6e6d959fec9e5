//! Filesystems that are made for it: all that can be made, and nothing that stays.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{expect_empty, scratches};
use crate::harness::{Dir, Fscan, Need, Outcome, User, in_lab};

/// A folder that everything is made in.
struct Room<'a> {
    dir: &'a Dir,
    folder: PathBuf,
}

impl<'a> Room<'a> {
    fn of(dir: &'a Dir) -> Self {
        let folder = dir.folder("room");
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        Room { dir, folder }
    }

    fn run(&self, user: User) -> Fscan<'a> {
        let run = Fscan::new(self.dir).args(["stress", "--provision", "--seed=3"]);
        let run = run.arg("--format=json").temporary(&self.folder);
        run.user(user).within(Duration::from_mins(3))
    }

    fn is_in(&self, text: &str) -> bool {
        text.contains(self.folder.to_str().unwrap())
    }

    fn expect_no_mounts(&self, outcome: &Outcome) {
        let table = fs::read_to_string("/proc/thread-self/mounts").unwrap();
        outcome.expect(!self.is_in(&table), "no mount is left");
        // The kernel lets go of loop devices a little later.
        let started = Instant::now();
        while self.has_loop_device() {
            let patience = started.elapsed() < Duration::from_secs(5);
            outcome.expect(patience, "no loop device is left");
            sleep(Duration::from_millis(20));
        }
    }

    /// Whether an image in it is attached.
    fn has_loop_device(&self) -> bool {
        let devices = fs::read_dir("/sys/block").unwrap().map(|entry| entry.unwrap().path());
        let files = devices.map(|device| fs::read_to_string(device.join("loop/backing_file")));
        files.flatten().any(|file| file.contains(".fscan-stress-") && self.is_in(&file))
    }
}

/// What was made, and what was left out and why.
fn judge(outcome: &Outcome, room: &Room<'_>) -> (Vec<String>, Vec<(String, String)>) {
    outcome.expect_code(0);
    let report = outcome.report();
    outcome.expect(report.codes().is_empty(), "known defects are facts");
    let told = report.stress.unwrap();
    outcome.expect(told.divergences.is_empty(), "nothing differs");
    for target in &told.targets {
        outcome.expect(target.operations >= 3000, &format!("{} is worked on", target.name));
        outcome.expect(target.ended == "completed", "to the end");
    }
    for out in &told.not_provided {
        outcome.expect(out.why.len() > 10, &format!("why {} is not there", out.name));
    }
    expect_empty(outcome, &room.folder);
    room.expect_no_mounts(outcome);
    let made = told.targets.into_iter().map(|target| target.name);
    let left_out = told.not_provided.into_iter().map(|out| (out.name, out.why));
    (made.collect(), left_out.collect())
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
        let room = Room::of(dir);
        let outcome = room.run(User::Caller).arg("--ops=3000").run();
        let (made, left_out) = judge(&outcome, &room);
        let all = made.len() == 12 && left_out.is_empty();
        outcome.expect(all, &format!("all twelve: {made:?}, not {left_out:?}"));
        for plain in ["ext4", "xfs", "btrfs", "tmpfs"] {
            outcome.expect(made.iter().any(|name| name == plain), plain);
        }
        // As somebody without rights: what needs no loop device and no trusted attributes.
        let outcome = room.run(User::Nobody).arg("--ops=3000").run();
        let (made, left_out) = judge(&outcome, &room);
        outcome.expect(made.len() + left_out.len() == 12, "everything is told of");
        outcome.expect(made.iter().any(|name| name == "tmpfs"), "there is a tmpfs");
        outcome.expect(made.iter().any(|name| name.contains("userxattr")), "and overlays");
        for plain in ["ext4", "xfs", "btrfs"] {
            outcome.expect(left_out.iter().any(|(name, _)| name == plain), plain);
        }
    });
}

#[test]
fn a_killed_run_leaves_an_empty_directory() {
    in_lab(NEEDS, |dir| {
        for user in [User::Caller, User::Nobody] {
            let room = Room::of(dir);
            let running = room.run(user).arg("--duration=5m").spawn();
            let started = Instant::now();
            while scratches(&room.folder).is_empty() {
                assert!(started.elapsed() < Duration::from_secs(20), "nothing is made");
                sleep(Duration::from_millis(5));
            }
            sleep(Duration::from_secs(2));
            running.signal(Signal::KILL);
            let outcome = running.wait();
            room.expect_no_mounts(&outcome);
            let [left] = &scratches(&room.folder)[..] else {
                outcome.fail("one directory is left")
            };
            let clean = Fscan::new(dir).args(["stress", "--clean"]).arg(&room.folder).run();
            clean.expect_code(0).expect_one_error_line(left.to_str().unwrap());
            expect_empty(&clean, &room.folder);
        }
    });
}
