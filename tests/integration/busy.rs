//! A tree that writers keep changing at full speed during the whole scan: nothing may be found.
//!
//! Each test scans for a few seconds. `FSCAN_BUSY_SECONDS` and `FSCAN_BUSY_ROUNDS` make it longer;
//! each round has other writers:
//! `FSCAN_BUSY_SECONDS=30 FSCAN_BUSY_ROUNDS=10 cargo test --test integration busy`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};
use std::{env, fs};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::harness::{Dir, Image, Mount, Need, User, Work, Writers, content, files, in_lab};
use crate::healthy::expect_healthy_as;

const EXT4: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("e2fsck"), Need::Tool("setpriv")];

const NAMES: &[Work] = &[Work::Names, Work::Names];
const DATA: &[Work] = &[Work::Data, Work::Data];
const BOTH: &[Work] = &[Work::Names, Work::Data];

/// A number from the environment.
fn setting(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |value| value.parse().expect(name))
}

/// Scans again and again while writers work.
fn expect_healthy_while_written(dir: &Dir, top: &Path, work: &[Work]) {
    for folder in ["quiet/one", "quiet/two", "quiet/two/three"] {
        files(&top.join(folder), 1000);
    }
    content(&top.join("quiet"));
    let long = Duration::from_secs(setting("FSCAN_BUSY_SECONDS", 2));
    for round in 0..setting("FSCAN_BUSY_ROUNDS", 1) {
        let writers = Writers::start(&top.join("busy"), work, 100 * round);
        let started = Instant::now();
        for user in [User::Caller, User::Nobody].iter().cycle() {
            let outcome = expect_healthy_as(*user, dir, top);
            let files = outcome.report().totals.files;
            outcome.expect(files >= 3000, "the quiet files are all seen");
            if started.elapsed() > long && *user == User::Nobody {
                break;
            }
        }
        // One operation may take longer than a scan: fsync waits for what all others wrote.
        assert!(writers.operations() > 10, "the writers worked meanwhile");
    }
}

/// An ext4 that is written to; e2fsck finds it sound afterwards.
fn ext4(mib: u64, mkfs: &'static [&'static str], mount: &'static str, work: &'static [Work]) {
    in_lab(EXT4, move |dir| {
        let image = Image::ext4(dir, mib, mkfs);
        {
            let mount = image.mount(mount);
            expect_healthy_while_written(dir, mount.point(), work);
        }
        assert!(!image.fsck_finds_damage(), "e2fsck");
    });
}

#[test]
fn ext4_with_writers_of_names() {
    ext4(64, &[], "rw", NAMES);
}

#[test]
fn ext4_with_writers_of_data() {
    ext4(400, &[], "rw", DATA);
}

#[test]
fn ext4_with_writers_of_names_and_data() {
    ext4(200, &["-b", "4096"], "rw", BOTH);
}

/// Small blocks, small groups, little space: blocks change hands all the time.
#[test]
fn ext4_with_writers_and_little_space() {
    ext4(48, &["-b", "1024", "-g", "2048"], "rw", BOTH);
}

#[test]
fn ext4_of_clusters_with_writers_of_data() {
    ext4(400, &["-O", "bigalloc", "-C", "16384"], "rw", DATA);
}

// Not with inline_data: a kernel (6.18) that writes inline files out while it commits may begin a
// transaction in its own commit thread, which then waits for itself for ever
// (jbd2_journal_commit_transaction, ext4_do_writepages, __jbd2_log_wait_for_space).

#[test]
fn ext4_without_extents_and_with_writers_of_data() {
    ext4(400, &["-O", "^extents,^64bit"], "rw", DATA);
}

#[test]
fn ext4_with_data_journal_and_writers_of_data() {
    ext4(400, &[], "data=journal", DATA);
}

/// A filesystem that a mkfs program makes, with writers of both kinds.
fn made_by(mkfs: &'static str, kind: &'static str) {
    let needs = [Need::Loop, Need::Tool(mkfs), Need::Filesystem(kind), Need::Tool("setpriv")];
    in_lab(&needs, move |dir| {
        let image = Image::made_by(mkfs, dir, 400, &["-q", "-K"]);
        expect_healthy_while_written(dir, image.mount("rw").point(), BOTH);
    });
}

#[test]
fn xfs_with_writers_at_work() {
    made_by("mkfs.xfs", "xfs");
}

#[test]
fn btrfs_with_writers_at_work() {
    made_by("mkfs.btrfs", "btrfs");
}

#[test]
fn tmpfs_with_writers_at_work() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=200m");
        expect_healthy_while_written(dir, mount.point(), BOTH);
    });
}

#[test]
fn overlay_with_writers_at_work() {
    in_lab(&[Need::Filesystem("overlay"), Need::Tool("setpriv")], |dir| {
        let layers = Mount::tmpfs(&dir.join("layers"), "size=200m");
        for layer in ["lower", "upper", "work"] {
            files(&layers.join(layer), 0);
        }
        files(&layers.join("lower/below"), 500);
        let [lower, upper, work] = ["lower", "upper", "work"].map(|layer| layers.join(layer));
        let mount = Mount::overlay(&dir.join("mnt"), &lower, &upper, &work);
        expect_healthy_while_written(dir, mount.point(), BOTH);
    });
}

/// Directories that swap places with all that is in them: one can be missed by a walk, but is not
/// lost.
#[test]
fn ext4_with_directories_that_change_places() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 200, &["-b", "1024", "-N", "20000"]);
        let mount = image.mount("rw");
        for job in 0..500 {
            files(&mount.join(&format!("current/job-{job}/x/y")), 8);
        }
        // So that what is not moved has not changed since the scan began.
        sleep(Duration::from_millis(1100));
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                let place = |n: u64| mount.join(&format!("current/job-{}", n % 500));
                for n in (0..).take_while(|_| !stop.load(Ordering::Relaxed)) {
                    let (one, other) = (place(n * 7919), place(n * 104_729 + 1));
                    let _ = renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE);
                    if n % 5 == 0 {
                        // However fast it goes, inodes do not run out.
                        let _ = fs::write(mount.join(&format!("other-{}", n % 10_000)), "");
                    }
                }
            });
            let long = Duration::from_secs(setting("FSCAN_BUSY_SECONDS", 3));
            let started = Instant::now();
            let scanned = catch_unwind(AssertUnwindSafe(|| {
                while started.elapsed() < long {
                    expect_healthy_as(User::Caller, dir, mount.point());
                }
            }));
            stop.store(true, Ordering::Relaxed);
            scanned.unwrap_or_else(|failure| resume_unwind(failure));
        });
    });
}
