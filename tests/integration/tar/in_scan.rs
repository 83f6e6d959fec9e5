//! The small round trip of a plain scan: where it is made, where it is left out, and that it leaves
//! nothing.

use std::fs;
use std::path::Path;

use super::{SCRATCH, expect_names};
use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, User, in_lab};

const EXT4: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4")];

fn scan<'a>(dir: &'a Dir, path: &Path) -> Fscan<'a> {
    Fscan::new(dir).arg("--format=json").arg(path)
}

/// How far the check came, and why no further.
fn check(outcome: &Outcome) -> (String, String) {
    let report = outcome.report();
    let check = report.roots[0].checks.iter().find(|check| check.name == "tar").unwrap();
    (check.status.clone(), check.reason.clone().unwrap_or_default())
}

#[test]
fn it_is_made_within_its_bounds_and_leaves_nothing() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        let mount = image.mount("rw");
        let outcome = scan(dir, mount.point()).run();
        assert_eq!(check(outcome.expect_code(0)), ("ran".to_owned(), String::new()));
        let runs = outcome.report().tar.unwrap().runs;
        let patterns: Vec<_> = runs.iter().map(|run| run.pattern.clone()).collect();
        assert_eq!(patterns, ["npm", "sequential"]);
        let (entries, bytes) = runs.iter().fold((0, 0), |(entries, bytes), run| {
            assert!(run.complete && run.verified == run.entries, "{run:?}");
            (entries + run.entries, bytes + run.bytes)
        });
        assert!((200..=2000).contains(&entries) && bytes <= 64 << 20, "{entries}, {bytes}");
        expect_names(&outcome, mount.point(), &["lost+found"]);
    });
}

#[test]
fn it_is_left_out_and_that_is_said() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let read_only = Mount::tmpfs(&dir.join("read-only"), "ro");
        let few = Mount::tmpfs(&dir.join("few"), "nr_inodes=100");
        let small = Mount::tmpfs(&dir.join("small"), "size=1m");
        let place = dir.folder("place");
        dir.file("file", b"a file");
        let table: [(&Path, User, &[&str], &str); 8] = [
            (read_only.point(), User::Caller, &[], "read-only"),
            (few.point(), User::Caller, &[], "too few inodes"),
            (small.point(), User::Caller, &[], "too little space"),
            (&place, User::Nobody, &[], "may not write"),
            (&place, User::Caller, &["--quick"], "not asked for"),
            (&place, User::Caller, &["--read-only"], "not asked for"),
            (&place, User::Caller, &["--skip=tar"], "not asked for"),
            (&dir.join("file"), User::Caller, &[], "not a directory"),
        ];
        for (path, user, options, why) in table {
            let outcome = scan(dir, path).args(options).user(user).run();
            let (status, reason) = check(outcome.expect_code(0));
            outcome.expect(status == "skipped" && reason.contains(why), why);
            outcome.expect(outcome.report().tar.is_none(), "nothing was extracted");
        }
    });
}

/// What is proven damaged is not written to, whichever of the roots it was found in.
#[test]
fn nothing_is_written_where_damage_is_proven() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")], |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill(|top| {
            for folder in ["damaged", "sound"] {
                fs::create_dir(top.join(folder)).unwrap();
                fs::write(top.join(folder).join("file"), folder).unwrap();
            }
        });
        image.debugfs(&["clri /damaged/file"]);
        let mount = image.mount("errors=continue");
        let roots = ["damaged", "sound"].map(|folder| mount.join(folder));
        let outcome = scan(dir, &roots[0]).arg(&roots[1]).run();
        let report = outcome.expect_code(1).report();
        for root in &report.roots {
            let check = root.checks.iter().find(|check| check.name == "tar").unwrap();
            let reason = check.reason.as_deref().unwrap_or_default();
            outcome.expect(check.status == "skipped" && reason.contains("damage"), reason);
        }
        outcome.expect(report.tar.is_none(), "nothing was extracted");
    });
}

/// The directory that it lies in is as it was, for whoever compares.
#[test]
fn a_comparison_sees_nothing_of_it() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        let mount = image.mount("rw");
        fs::write(mount.join("file"), "content").unwrap();
        let manifest = dir.join("manifest.jsonl");
        scan(dir, mount.point()).arg("--manifest").arg(&manifest).run().expect_code(0);
        let again = scan(dir, mount.point()).arg("--fail-on=warning").arg("--baseline");
        let outcome = again.arg(&manifest).run();
        assert_eq!(check(outcome.expect_code(0)).0, "ran");
        let totals = outcome.report().diff.unwrap().totals;
        outcome.expect(totals.changed.entries + totals.metadata.entries == 0, "intact");
    });
}

/// What a killed run left is named by a scan as well.
#[test]
fn what_was_left_is_named() {
    in_lab(&[], |dir| {
        let place = dir.folder("place");
        let left = place.join(format!("{SCRATCH}0123456789abcdef"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("in-use"), "").unwrap();
        let outcome = scan(dir, &place).run();
        outcome.expect_code(0).expect_one_error_line(left.to_str().unwrap());
        outcome.expect_one_error_line("--clean");
    });
}
