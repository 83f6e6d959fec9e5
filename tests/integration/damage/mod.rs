//! The corruption lab: real ext4 images, damaged with debugfs, mounted, scanned.
//!
//! Each row of the tables in `rows_*.rs` is a test. Its image is filled through a mount, unmounted,
//! damaged and then scanned as root and as nobody, on a fresh mount and fresh bytes each time:
//! a scan of damage changes the error counters in the superblock. Some rows are scanned in parts, too.
//! e2fsck has to agree that the image is damaged. Mounted with `errors=continue`, so that damage met
//! stops nothing.

/// Makes a test of each row.
macro_rules! rows {
    ($($name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        $(
            #[test]
            fn $name() {
                check(Row { $($field: $value,)* ..ROW });
            }
        )*
    };
}

mod hidden_space;
mod rows_allocation;
mod rows_attributes;
mod rows_directories;
mod rows_extents;
mod rows_inodes;
mod rows_maps;
mod rows_names;
mod rows_noise;

use std::fs;
use std::os::unix::fs::{FileExt, symlink};
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate};

use crate::harness::{Dir, Fscan, Image, Need, Outcome, Shards, User, files, in_lab};

/// Findings that any damage may bring along: the kernel noticed it too.
const KERNEL_CODES: &[&str] = &[
    "kernel-errors-recorded",
    "kernel-errors-during-scan",
    "mount-errors-continue",
    // Groups with broken bitmaps give no blocks and inodes.
    "space-low",
    "inodes-low",
];

/// What handles and the sums of the whole filesystem say when files have lost their names.
const LOST: &[&str] = &["inode-unattached", "free-inodes-mismatch", "used-blocks-mismatch"];

/// What the count of subdirectories says when one of them cannot be looked at or has two names.
const SUBDIRECTORIES: &str = "directory-link-count-wrong";

/// A row of the table.
#[derive(Clone, Copy)]
struct Row {
    /// Options for mkfs.ext4.
    mkfs: &'static [&'static str],
    /// Options of the mount that is scanned.
    mount: &'static str,
    /// Adds to the tree of [`sound_tree`].
    extra: fn(&Path),
    /// Does the damage, on the unmounted image.
    damage: fn(&Image),
    /// Codes that must be found.
    codes: &'static [&'static str],
    /// Codes that nobody must find, where they are others; an empty list: nobody sees nothing.
    codes_as_nobody: Option<&'static [&'static str]>,
    /// Codes that may be found besides, because the same damage shows there too.
    also: &'static [&'static str],
    /// Whether files lose their names, so that [`LOST`] may be found as well.
    lost: bool,
    /// Where the finding with the first code is: one of these paths or below it.
    at: &'static [&'static str],
    /// The verdict as root.
    verdict: &'static str,
    /// The verdict as nobody, who cannot look into lost+found.
    verdict_as_nobody: &'static str,
    /// Whether a second look sees something else although nobody writes.
    shifts: bool,
    /// Whether e2fsck calls it damage.
    fsck: bool,
}

/// What most rows have in common.
const ROW: Row = Row {
    mkfs: &["-b", "4096"],
    mount: "errors=continue",
    extra: |_| (),
    damage: |_| (),
    codes: &[],
    codes_as_nobody: None,
    also: &[],
    lost: false,
    at: &[],
    verdict: "corrupt",
    verdict_as_nobody: "corrupt",
    shifts: false,
    fsck: true,
};

/// For rows that patch bytes of blocks whose checksums would tell.
const NO_CHECKSUMS: &[&str] = &["-b", "4096", "-O", "^metadata_csum,^metadata_csum_seed"];

/// Extent trees hold blocks that the kernel checks against its own only with `block_validity`.
const UNGUARDED: &str = "errors=continue,noblock_validity";

/// Files mapped by block numbers and indirect blocks, as in ext2 and ext3.
const BLOCK_MAPPED: &[&str] =
    &["-b", "4096", "-O", "^extents,^64bit,^metadata_csum,^metadata_csum_seed"];

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

/// A file of `count` blocks with a hole before each but the first, so none joins the one before.
fn scattered(path: &Path, count: u64) {
    let file = fs::File::create(path).unwrap();
    for n in 0..count {
        file.write_all_at(&[b's'; 4096], n * 8192).unwrap();
    }
}

/// A file of `count` blocks.
fn blocks(path: &Path, count: usize) {
    fs::write(path, vec![b'b'; count * 4096]).unwrap();
}

/// A file of so many blocks that were reserved and never written.
fn preallocated(path: &Path, count: u64) {
    let file = fs::File::create(path).unwrap();
    fallocate(&file, FallocateFlags::empty(), 0, count * 4096).unwrap();
}

/// A directory that is large enough to be indexed.
fn indexed_directory(top: &Path) {
    files(&top.join("big"), 500);
}

fn check(row: Row) {
    let in_parts = is_scanned_in_parts(&row);
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
            scan(&row, dir, &image, user, all_parts());
        }
        if in_parts {
            image.restore();
            scan(&row, dir, &image, User::Caller, Some(PARTS));
        }
    });
}

fn scan(row: &Row, dir: &Dir, image: &Image, user: User, parts: Option<u32>) {
    let mount = image.mount(row.mount);
    let outcome = match parts {
        None => Fscan::quick(dir).arg(mount.point()).user(user).run(),
        Some(count) => {
            let arguments = ["--quick", "--skip", "environment"];
            let shards = Shards::new(dir, mount.point(), count, &arguments).user(user);
            shards.scan();
            shards.merge().run()
        }
    };
    let (codes, verdict) = match (user, row.codes_as_nobody) {
        (User::Caller, _) => (row.codes, row.verdict),
        (User::Nobody, codes) => (codes.unwrap_or(row.codes), row.verdict_as_nobody),
    };
    let report = outcome.expect_code(i32::from(verdict != "healthy")).report();
    outcome.expect(report.verdict == verdict, &format!("as {user:?} the verdict is {verdict}"));
    let quiet = row.shifts || report.totals.volatile == 0;
    outcome.expect(quiet, "nobody writes, so nothing is explained by a change");
    let lost = if row.lost { LOST } else { &[] };
    expect_codes(codes, &[row.also, lost].concat(), &outcome, user);
    if let Some(first) = codes.first() {
        expect_place(first, row.at, &outcome, mount.point());
    }
}

/// In how many parts to scan every row, where `FSCAN_LAB_SHARDS` says so: damage must be found in parts
/// as well.
fn all_parts() -> Option<u32> {
    std::env::var("FSCAN_LAB_SHARDS").ok().map(|count| count.parse().unwrap())
}

/// Parts that some rows are always scanned in besides.
const PARTS: u32 = 3;

/// One of so many rows is scanned in parts whatever its damage.
const SAMPLED: u32 = 12;

/// What no part sees alone.
const OF_SEVERAL_PARTS: &[&str] =
    &["link-count-wrong", "directory-multiply-linked", "extent-overlap", SUBDIRECTORIES];

/// Whether a row is scanned in parts as well: those whose damage lies between parts, and a sample of
/// the others, by the names of their tests.
fn is_scanned_in_parts(row: &Row) -> bool {
    let between = |code: &&&str| OF_SEVERAL_PARTS.contains(code);
    let test = std::thread::current();
    let name = test.name().unwrap_or_default().bytes();
    let number = name.fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let multiple = row.also.contains(&"directory-multiply-linked");
    all_parts().is_none()
        && (multiple || row.codes.iter().any(|code| between(&code)) || number % SAMPLED == 0)
}

/// Exactly these codes, and those that may come along.
fn expect_codes(due: &[&str], also: &[&str], outcome: &Outcome, user: User) {
    let report = outcome.report();
    let codes = report.codes();
    for code in due {
        outcome.expect(codes.contains(code), &format!("as {user:?} {code} has to be found"));
    }
    let expected = [due, also, KERNEL_CODES].concat();
    for code in codes {
        outcome.expect(expected.contains(&code), &format!("as {user:?} {code} is no part of it"));
    }
}

/// A finding of this code names the place of the damage.
fn expect_place(code: &str, at: &[&str], outcome: &Outcome, top: &Path) {
    let report = outcome.report();
    let findings = report.findings_of(code);
    let mut paths = findings.iter().filter_map(|finding| finding.subject.path.as_deref());
    let here = paths.any(|path| at.iter().any(|at| Path::new(path).starts_with(top.join(at))));
    outcome.expect(here || at.is_empty(), &format!("{code} has to name one of {at:?}"));
}
