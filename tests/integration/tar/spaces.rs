//! Where there is no room, or nothing may be written: refused up front, or told as such.

use std::fs;
use std::path::PathBuf;

use super::{clean, expect_names, only_run, package, tar};
use crate::harness::{Dir, Fscan, Image, Mount, Need, User, in_lab};

const EXT4: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4")];

/// Archives of so many small files each.
fn small_files(dir: &Dir, archives: usize, files: usize) -> Vec<PathBuf> {
    let names: Vec<String> = (0..files).map(|n| format!("lib/file-{n}.js")).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), b"small".as_slice())).collect();
    (0..archives).map(|n| package(dir, &format!("small-{n}"), &files)).collect()
}

/// Generated packages are known beforehand: a filesystem that they would fill is left alone.
#[test]
fn what_would_fill_the_filesystem_is_refused() {
    in_lab(&[], |dir| {
        for (options, what) in [("nr_inodes=300", "inodes"), ("size=2m", "MiB are free")] {
            let mount = Mount::tmpfs(&dir.join("mnt"), options);
            let outcome = tar(dir, mount.point()).arg("--generated=100").run();
            outcome.expect_code(2).expect_one_error_line(what);
            outcome.expect_one_error_line(mount.point().to_str().unwrap());
            outcome.expect_one_error_line("--generated N");
            outcome.expect(outcome.stdout().is_empty(), "there is no report");
            expect_names(&outcome, mount.point(), &[]);
        }
    });
}

/// The control arm needs room as well: one that was asked for and cannot be had ends it.
#[test]
fn a_control_without_room_is_refused() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=300");
        let place = dir.folder("place");
        let run = Fscan::new(dir).arg("tar").arg(&place).args(["--format=json", "--pattern=npm"]);
        let outcome = run.args(["--generated=100", "--control"]).arg(mount.point()).run();
        outcome.expect_code(2).expect_one_error_line("--control: ");
        outcome.expect_one_error_line("inodes");
        expect_names(&outcome, mount.point(), &[]);
        expect_names(&outcome, &place, &[]);
    });
}

#[test]
fn inodes_that_run_out_are_no_damage() {
    in_lab(&[], |dir| {
        let archives = small_files(dir, 4, 100);
        for pattern in super::PATTERNS {
            let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=300");
            let run = tar(dir, mount.point()).args(["--pattern", pattern, "--archive"]);
            let outcome = run.args(&archives).run();
            let report = outcome.expect_code(0).report();
            let classes = &only_run(&outcome).by_classification;
            let alone = classes.len() == 1 && classes[0].classification == "no-space";
            outcome.expect(alone && classes[0].count > 10, "inodes run out, and that is all");
            let errors = only_run(&outcome).errors;
            outcome
                .expect(errors.iter().all(|error| error.errno == "ENOSPC"), "the kernel says so");
            outcome.expect(report.verdict == "at-risk", "it is a risk");
            outcome
                .expect(errors[0].evidence.iter().any(|e| e.contains("inodes")), "it is counted");
            expect_names(&outcome, mount.point(), &[]);
        }
    });
}

/// Packages that come one after the other, on tmpfs that has no inode left for the later ones,
/// wherever the last one goes.
fn run_out_between_packages(patterns: &'static [&'static str]) {
    in_lab(&[], move |dir| {
        let archives = small_files(dir, 60, 6);
        for pattern in patterns {
            for inodes in [200, 203] {
                let mount = Mount::tmpfs(&dir.join("mnt"), &format!("nr_inodes={inodes}"));
                let run = tar(dir, mount.point()).args(["--pattern", pattern, "--archive"]);
                let outcome = run.args(&archives).run();
                let run = only_run(&outcome);
                outcome.expect(run.differing == 0, "what is there is as it was written");
                outcome.expect(run.left_behind == 0, "and can be removed");
                let mut classes = run.by_classification.iter().map(|row| &row.classification);
                outcome.expect(classes.all(|class| class == "no-space"), "that is all");
                outcome.expect_code(0);
                expect_names(&outcome, mount.point(), &[]);
            }
        }
    });
}

#[test]
fn inodes_that_run_out_between_packages_are_no_damage() {
    run_out_between_packages(&["pnpm", "sequential"]);
}

/// What an earlier install left of a package cannot be made, and then not be retired; or it is
/// retired, and nothing can be made in its place.
#[test]
fn inodes_that_run_out_between_packages_that_are_retired_are_no_damage() {
    run_out_between_packages(&["npm", "npm-cached"]);
}

#[test]
fn space_that_runs_out_is_no_damage() {
    in_lab(&[], |dir| {
        // Noise, so that the archive is no smaller than what it holds.
        let noise: Vec<u8> = (0..400_000_u32).map(|n| (n.wrapping_mul(n) >> 7) as u8).collect();
        let files: [(&str, &[u8]); 2] = [("one.bin", &noise), ("two.bin", &noise)];
        let archives: Vec<_> = (0..4).map(|n| package(dir, &format!("big-{n}"), &files)).collect();
        for pattern in ["npm", "npm-cached"] {
            let mount = Mount::tmpfs(&dir.join("mnt"), "size=1500k");
            let run = tar(dir, mount.point()).args(["--pattern", pattern, "--archive"]);
            let outcome = run.args(&archives).run();
            outcome.expect_code(0);
            let run = only_run(&outcome);
            let alone = run.errors.iter().all(|e| e.classification == "no-space");
            outcome.expect(alone && !run.errors.is_empty(), "space runs out, and that is all");
            let written = run.errors.iter().any(|error| error.syscall == "write");
            outcome.expect(written, "in the midst of a file");
            expect_names(&outcome, mount.point(), &[]);
        }
        // One after the other, they are given up before others have no space left.
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=1500k");
        let outcome = tar(dir, mount.point()).args(["--pattern=sequential", "--archive"]);
        let outcome = outcome.args(&archives).run();
        let run = only_run(outcome.expect_code(0));
        outcome.expect(run.errors.is_empty() && run.entries > 0, "space does not run out");
        let left_out = outcome.report().unchecked_count("archive-damaged");
        outcome.expect(left_out == 3, "the rest is left out, and said");
    });
}

#[test]
fn where_nothing_can_be_written_nothing_is_done() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let read_only = Mount::tmpfs(&dir.join("read-only"), "ro");
        dir.folder("others");
        dir.file("file", b"no directory");
        let table = [
            ("read-only", User::Caller, "EROFS|Read-only file system"),
            ("others", User::Nobody, "EACCES|Permission denied"),
            ("missing", User::Caller, "ENOENT|No such file or directory"),
            ("file", User::Caller, "ENOTDIR|Not a directory"),
            ("file/below", User::Caller, "ENOTDIR|Not a directory"),
        ];
        for (name, user, why) in table {
            let place = dir.join(name);
            let outcome = tar(dir, &place).arg("--generated=3").user(user).run();
            outcome.expect_code(2).expect_one_error_line(place.to_str().unwrap());
            let stderr = outcome.stderr();
            outcome.expect(why.split('|').any(|why| stderr.contains(why)), why);
            outcome.expect(outcome.stdout().is_empty(), "there is no report");
            // There is nothing to clean either, and nowhere to look for it.
            let there = matches!(name, "read-only" | "others");
            clean(dir, &place).user(user).run().expect_code(if there { 0 } else { 2 });
        }
        drop(read_only);
    });
}

/// The image is sound: a node must not panic for a test.
#[test]
fn errors_panic_is_refused_without_force() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 32, &[]);
        let mount = image.mount("errors=panic");
        let run = || tar(dir, mount.point()).args(["--generated=3", "--pattern=npm"]);
        let outcome = run().run();
        outcome.expect_code(2).expect_one_error_line("errors=panic");
        outcome.expect_one_error_line(mount.point().to_str().unwrap());
        outcome.expect_one_error_line("--force");
        expect_names(&outcome, mount.point(), &[]);
        super::expect_whole(&run().arg("--force").run());
        // Nor is it done beside it unasked.
        let place = dir.folder("place");
        let beside =
            Fscan::new(dir).arg("tar").arg(&place).args(["--format=json", "--generated=3"]);
        let outcome = beside.arg("--control").arg(mount.point()).run();
        outcome.expect_code(2).expect_one_error_line("errors=panic");
    });
}

/// A filesystem that turned read-only is no place to write in.
#[test]
fn errors_remount_ro_is_said_beforehand() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 32, &[]);
        let mount = image.mount("errors=remount-ro");
        let outcome = tar(dir, mount.point()).args(["--generated=3", "--pattern=npm"]).run();
        outcome.expect_code(0).expect_one_error_line("errors=remount-ro");
        fs::metadata(mount.point()).unwrap();
    });
}

/// Descriptors that run out are this process's own affair.
#[test]
fn descriptors_that_run_out_are_no_damage() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        let run = tar(dir, &place).args(["--generated=30", "--pattern=npm-cached"]);
        let outcome = run.descriptors(16).run();
        let refused = outcome.code() == Some(2);
        let accuses = || outcome.report().verdict == "corrupt" || outcome.code() == Some(1);
        outcome.expect(refused || !accuses(), "the filesystem has nothing to do with it");
        expect_names(&outcome, &place, &[]);
    });
}
