//! The corruption lab: real ext4 images, damaged with debugfs, mounted, scanned.
//!
//! Each row of the table in `rows.rs` is a test. Its image is filled through a mount, unmounted,
//! damaged and then scanned as root and as nobody, on a fresh mount and fresh bytes each time:
//! a scan of damage changes the error counters in the superblock. e2fsck has to agree that the
//! image is damaged. Mounted with `errors=continue`, so that damage met stops nothing.

mod rows;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::harness::{Dir, Fscan, Image, Need, Outcome, User, files, in_lab};

/// Findings that any damage may bring along: the kernel noticed it too.
const KERNEL_CODES: &[&str] =
    &["kernel-errors-recorded", "kernel-errors-during-scan", "mount-errors-continue"];

/// A row of the table.
#[derive(Clone, Copy)]
struct Row {
    /// Options for mkfs.ext4.
    mkfs: &'static [&'static str],
    /// Adds to the tree of [`sound_tree`].
    extra: fn(&Path),
    /// Does the damage, on the unmounted image.
    damage: fn(&Image),
    /// Codes that must be found, as root and as nobody.
    codes: &'static [&'static str],
    /// Codes that may be found besides, because the same damage shows there too.
    also: &'static [&'static str],
    /// Where the finding with the first code is: one of these paths or below it.
    at: &'static [&'static str],
    /// The verdict as root.
    verdict: &'static str,
    /// The verdict as nobody, who cannot look into lost+found.
    verdict_as_nobody: &'static str,
    /// Whether e2fsck calls it damage.
    fsck: bool,
}

/// What most rows have in common.
const ROW: Row = Row {
    mkfs: &["-b", "4096"],
    extra: |_| (),
    damage: |_| (),
    codes: &[],
    also: &[],
    at: &[],
    verdict: "corrupt",
    verdict_as_nobody: "corrupt",
    fsck: true,
};

/// For rows that patch bytes of directory blocks, whose checksums would tell.
const NO_CHECKSUMS: &[&str] = &["-b", "4096", "-O", "^metadata_csum,^metadata_csum_seed"];

const LAB: &[Need] = &[
    Need::Loop,
    Need::Tool("mkfs.ext4"),
    Need::Tool("debugfs"),
    Need::Tool("e2fsck"),
    Need::Tool("setpriv"),
];

/// The tree that the rows damage.
fn sound_tree(top: &Path) {
    for folder in ["d/sub", "other/sub"] {
        fs::create_dir_all(top.join(folder)).unwrap();
    }
    for (name, size) in [("plain", 10_000), ("victim", 5000), ("d/sub/deep", 1)] {
        fs::write(top.join(name), vec![b'v'; size]).unwrap();
    }
    for name in ["d/twin_a", "d/twin_b"] {
        fs::write(top.join(name), name).unwrap();
    }
    fs::write(top.join("h1"), "linked").unwrap();
    fs::hard_link(top.join("h1"), top.join("h2")).unwrap();
    symlink("t".repeat(20), top.join("fast")).unwrap();
    symlink("t".repeat(200), top.join("slow")).unwrap();
}

/// A directory that is large enough to be indexed.
fn indexed_directory(top: &Path) {
    files(&top.join("big"), 500);
}

fn check(row: Row) {
    in_lab(LAB, move |dir| {
        let image = Image::ext4(dir, 16, row.mkfs);
        image.fill_and_age(|top| {
            sound_tree(top);
            (row.extra)(top);
        });
        assert!(!image.fsck_finds_damage(), "damaged before the damage was done");
        (row.damage)(&image);
        assert_eq!(image.fsck_finds_damage(), row.fsck, "e2fsck's opinion");
        image.save();
        for user in [User::Caller, User::Nobody] {
            image.restore();
            scan(&row, dir, &image, user);
        }
    });
}

fn scan(row: &Row, dir: &Dir, image: &Image, user: User) {
    let mount = image.mount("errors=continue");
    let outcome = Fscan::quick(dir).arg(mount.point()).user(user).run();
    let report = outcome.expect_code(1).report();
    let verdict = match user {
        User::Caller => row.verdict,
        User::Nobody => row.verdict_as_nobody,
    };
    outcome.expect(report.verdict == verdict, &format!("as {user:?} the verdict is {verdict}"));
    expect_codes(row, &outcome, user);
    expect_place(row, &outcome, mount.point());
}

/// Exactly the row's codes, and those that may come along.
fn expect_codes(row: &Row, outcome: &Outcome, user: User) {
    let report = outcome.report();
    let codes = report.codes();
    for code in row.codes {
        outcome.expect(codes.contains(code), &format!("as {user:?} {code} has to be found"));
    }
    let expected = [row.codes, row.also, KERNEL_CODES].concat();
    for code in codes {
        outcome.expect(expected.contains(&code), &format!("as {user:?} {code} is no part of it"));
    }
}

/// A finding of the first code names the place of the damage.
fn expect_place(row: &Row, outcome: &Outcome, top: &Path) {
    let report = outcome.report();
    let findings = report.findings_of(row.codes[0]);
    let mut paths = findings.iter().filter_map(|finding| finding.subject.path.as_deref());
    let here = paths.any(|path| row.at.iter().any(|at| Path::new(path).starts_with(top.join(at))));
    let due = || format!("{} has to name one of {:?}", row.codes[0], row.at);
    outcome.expect(here || row.at.is_empty(), &due());
}
