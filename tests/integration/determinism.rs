//! The report of a quiet tree is the same to the byte for any number of threads, times aside.

use serde_json::Value;

use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, in_lab, realistic};

const THREADS: [&str; 3] = ["1", "2", "8"];

/// What is found in the damaged image below.
const DAMAGE_CODES: [&str; 6] = [
    "dirent-dangling",
    "dirent-bad-inode",
    "link-count-wrong",
    "directory-link-count-wrong",
    "directory-multiply-linked",
    "symlink-invalid",
];

/// The report's text without what tells of time: field by field, so that order counts.
pub(crate) fn without_times(outcome: &Outcome) -> String {
    let mut report: Value = serde_json::from_slice(outcome.stdout_bytes())
        .unwrap_or_else(|error| outcome.fail(&format!("no JSON: {error}")));
    let top = report.as_object_mut().unwrap();
    for field in ["started_at", "finished_at", "duration_seconds"] {
        assert!(top.remove(field).is_some(), "{field} is missing");
    }
    assert!(top["tool"].as_object_mut().unwrap().remove("command").is_some());
    for finding in top["findings"].as_array_mut().unwrap() {
        assert!(finding.as_object_mut().unwrap().remove("first_seen").is_some());
    }
    serde_json::to_string_pretty(&report).unwrap()
}

/// The scan of a tree, the name of its loop device made the same for all.
fn scan(dir: &Dir, mount: &Mount, threads: &str) -> (String, Outcome) {
    let arguments = ["--skip", "environment,kernel", "--all-findings", "--threads", threads];
    let outcome = Fscan::quick(dir).args(arguments).arg(mount.point()).run();
    let text = without_times(&outcome);
    let device = outcome.report().roots[0].device.clone();
    let short = device.trim_start_matches("/dev/").to_owned();
    (text.replace(&device, "DEVICE").replace(&short, "DEVICE"), outcome)
}

#[test]
fn a_healthy_tree_gives_the_same_report_for_any_number_of_threads() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        realistic(mount.point());
        let (first, _) = scan(dir, &mount, "1");
        for threads in THREADS {
            let (text, outcome) = scan(dir, &mount, threads);
            outcome.expect_code(0);
            outcome.expect(text == first, &differing(&first, &text, threads));
        }
    });
}

#[test]
fn a_damaged_filesystem_gives_the_same_report_for_any_number_of_threads() {
    let needs = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];
    in_lab(&needs, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "4096"]);
        image.fill_and_age(realistic);
        image.debugfs(&[
            "set_super_value hash_seed 11111111-2222-3333-4444-555555555555",
            "clri /empty.txt",
            "sif /linked links_count 1",
            "sif /a/b links_count 9",
            "sif /symlinks/slow size 400",
            "link /a/b/c /empty/again",
        ]);
        image.save();
        let mut first = None;
        for threads in THREADS {
            image.restore();
            let mount = image.mount("errors=continue");
            let (text, outcome) = scan(dir, &mount, threads);
            let report = outcome.expect_code(1).report();
            for code in DAMAGE_CODES {
                outcome.expect(report.codes().contains(code), &format!("{code} is found"));
            }
            let first = first.get_or_insert_with(|| text.clone());
            outcome.expect(text == *first, &differing(first, &text, threads));
        }
    });
}

/// The first lines that are not the same.
fn differing(first: &str, other: &str, threads: &str) -> String {
    let mut lines = first.lines().zip(other.lines());
    let pair = lines.find(|(one, other)| one != other);
    format!("with {threads} threads the report differs, first in {pair:?}")
}
