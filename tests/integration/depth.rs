//! Trees deep and wide: no recursion on the stack, no descriptor a level, no path as a whole.

use std::time::Duration;

use crate::harness::{Dir, Fscan, Mount, Need, Outcome, User, chain, files, in_lab};

fn expect_folders(outcome: &Outcome, folders: u64) {
    let report = outcome.expect_code(0).report();
    outcome.expect(report.totals.directories == folders, &format!("{folders} folders"));
    outcome.expect(report.codes().is_empty(), "depth is no damage");
    // tmpfs has no extents and no map of space.
    let all = report.unchecked.iter().all(|row| row.reason == "unsupported");
    outcome.expect(all, "all of it was examined that can be");
    outcome.expect(report.complete, "the scan came to its end");
}

#[test]
fn a_path_beyond_path_max() {
    let dir = Dir::new();
    let long = "n".repeat(255);
    chain(&dir.folder("tree"), 100, &[&long]);
    for threads in ["1", "2"] {
        let scan = Fscan::quick_tree(&dir).args(["--threads", threads, "tree"]);
        expect_folders(&scan.run(), 101);
    }
}

#[test]
fn a_chain_of_100_000_folders() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=0");
        chain(mount.point(), 100_000, &["d"]);
        for threads in ["1", "2"] {
            let scan = Fscan::quick(dir).args(["--threads", threads]).arg(mount.point());
            expect_folders(&scan.within(Duration::from_secs(100)).run(), 100_001);
        }
    });
}

#[test]
fn a_chain_of_folders_with_few_descriptors() {
    let dir = Dir::new();
    chain(&dir.folder("tree"), 3000, &["a", "b"]);
    for threads in ["1", "8"] {
        let scan = Fscan::quick_tree(&dir).args(["--threads", threads, "tree"]);
        expect_folders(&scan.descriptors(64).run(), 6001);
    }
}

/// A finding costs the same at any depth, and so does asking whether a path is left out.
#[test]
fn findings_and_exclusions_far_down_take_no_longer() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=0");
        chain(mount.point(), 50_000, &["\u{1}"]);
        let scan = Fscan::quick(dir).args(["--exclude", "a/b"]).arg(mount.point());
        let outcome = scan.within(Duration::from_secs(30)).run();
        let report = outcome.expect_code(0).report();
        let told: u64 = report.findings_of("name-unsafe").iter().map(|f| f.occurrences).sum();
        outcome.expect(told == 50_000, "each of them is counted");
    });
}

/// Something beneath a path that no system call takes still has a path in the report.
#[test]
fn an_unreadable_folder_far_down_is_named_in_a_report_of_bounded_size() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=0");
        chain(mount.point(), 20_000, &["deep"]);
        let bottom =
            "cd \"$0\" && i=0; while cd deep 2>/dev/null; do :; done; mkdir -m 0700 locked";
        let shell =
            std::process::Command::new("sh").args(["-c", bottom]).arg(mount.point()).status();
        assert!(shell.unwrap().success());
        let outcome = Fscan::quick(dir).arg(mount.point()).user(User::Nobody).run();
        let report = outcome.expect_code(0).report();
        let examples = report.unchecked_examples("permission-denied");
        let named = examples.len() == 1
            && examples[0].starts_with(mount.point().to_str().unwrap())
            && examples[0].ends_with("/deep/locked");
        outcome.expect(named, "both ends of the path are shown");
        outcome.expect(outcome.stdout_bytes().len() < 1024 * 1024, "the report stays small");
    });
}

#[test]
fn a_directory_of_200_000_names() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=0");
        files(mount.point(), 200_000);
        for threads in ["1", "2"] {
            let scan = Fscan::quick(dir).args(["--threads", threads]).arg(mount.point());
            let outcome = scan.run();
            expect_folders(&outcome, 1);
            outcome.expect(outcome.report().totals.files == 200_000, "200,000 files");
        }
    });
}
