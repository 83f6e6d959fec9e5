//! The PATHs of a scan: missing, a file, given twice, nested, vanishing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::harness::{Dir, Fscan, Mount, Totals, User, files, in_lab, realistic};

fn totals(dir: &Dir, paths: &[&Path]) -> Totals {
    let outcome = Fscan::quick_tree(dir).args(paths).run();
    let report = outcome.expect_code(0).report();
    outcome.expect(report.codes().is_empty(), "nothing is found twice");
    report.totals
}

#[test]
fn a_missing_path_is_one_clear_line() {
    let dir = Dir::new();
    let missing = dir.join("missing");
    let outcome = Fscan::quick_tree(&dir).arg(&missing).run();
    outcome.expect_code(2).expect_one_error_line(missing.to_str().unwrap());
    let outcome = Fscan::new(&dir).arg(dir.file("file", b"").join("below")).run();
    outcome.expect_code(2).expect_one_error_line("file/below");
}

#[test]
fn a_file_is_a_tree_of_one() {
    let dir = Dir::new();
    let file = dir.file("file", b"content");
    let totals = totals(&dir, &[&file]);
    assert_eq!((totals.entries, totals.files, totals.directories), (1, 1, 0));
    assert_eq!(totals.bytes_apparent, 7);
}

#[test]
fn an_empty_folder_is_healthy() {
    let dir = Dir::new();
    let totals = totals(&dir, &[&dir.folder("empty")]);
    assert_eq!((totals.entries, totals.directories), (1, 1));
}

/// With hard links in the tree: a name seen twice must not count as two.
#[test]
fn paths_given_twice_or_nested_count_once() {
    let dir = Dir::new();
    let tree = dir.folder("tree");
    realistic(&tree);
    let nested = tree.join("a/b/c");
    let roundabout = tree.join("many/../../tree/./a");
    let once = totals(&dir, &[&tree]);
    for paths in [
        [tree.as_path(), &tree],
        [&tree, &nested],
        [&nested, &tree],
        [&tree, &roundabout],
        [Path::new("tree"), &tree],
    ] {
        assert_eq!(totals(&dir, &paths), once, "{paths:?}");
    }
}

#[test]
fn two_trees_are_added_up() {
    let dir = Dir::new();
    let (one, two) = (dir.folder("one"), dir.folder("two"));
    files(&one, 3);
    files(&two, 4);
    let outcome = Fscan::quick_tree(&dir).args([&one, &two]).run();
    let report = outcome.expect_code(0).report();
    outcome.expect(report.totals.files == 7, "both are counted");
    let roots: Vec<&str> = report.roots.iter().map(|root| root.path.as_str()).collect();
    outcome.expect(roots == [one.to_str().unwrap(), two.to_str().unwrap()], "both are named");
}

/// What could be scanned is reported, what could not has its row.
#[test]
fn a_missing_path_beside_a_sound_one_leaves_a_row() {
    let dir = Dir::new();
    let (tree, missing) = (dir.folder("tree"), dir.join("missing"));
    files(&tree, 3);
    let outcome = Fscan::quick_tree(&dir).args([&missing, &tree]).run();
    let report = outcome.expect_code(2).report();
    outcome.expect(report.totals.files == 3, "the other one is scanned");
    outcome.expect(report.unchecked_count("not-found") == 1, "the missing one is said");
    let roots: Vec<&str> = report.roots.iter().map(|root| root.path.as_str()).collect();
    let given = [missing.to_str().unwrap(), tree.to_str().unwrap()];
    outcome.expect(roots == given, "both in the order given");
    let text = Fscan::new(&dir).args(["--quick", "--skip", "kernel"]).arg(&missing).run();
    text.expect(!text.stdout().contains("HEALTHY"), "nothing seen is not healthy");
}

/// A path within another one is scanned by itself where the other scan does not come to it.
#[test]
fn a_nested_path_that_is_excluded_or_hidden_is_scanned() {
    let dir = Dir::new();
    let (tree, nested) = (dir.folder("tree"), dir.folder("tree/nested"));
    files(&nested, 3);
    let scan = Fscan::quick_tree(&dir).args(["--exclude", "nested"]).args([&tree, &nested]);
    let outcome = scan.run();
    outcome.expect(outcome.report().totals.files == 3, "the excluded one was asked for by name");

    let hidden = dir.folder("locked/inner");
    files(&hidden, 4);
    let locked = dir.join("locked");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o711)).unwrap();
    let scan = Fscan::quick_tree(&dir).user(User::Nobody).args([&locked, &hidden]);
    let outcome = scan.run();
    outcome.expect(outcome.report().totals.files == 4, "it can be read though its folder cannot");
}

/// Removed, or renamed away, while the scan is in it.
#[test]
fn a_root_that_vanishes_during_the_scan_is_no_damage() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "nr_inodes=0");
        for round in 0..6_u64 {
            let tree = mount.join(&format!("tree-{round}"));
            for folder in 0..60 {
                files(&tree.join(format!("{folder}")), 500);
            }
            let running = Fscan::quick(dir).args(["--threads", "1"]).arg(&tree).spawn();
            thread::sleep(Duration::from_millis(5 + 10 * round));
            match round % 2 {
                0 => fs::remove_dir_all(&tree).unwrap(),
                _ => fs::rename(&tree, mount.join("away")).unwrap(),
            }
            let outcome = running.wait();
            // Gone before it began: 2. Gone in the midst of it: nothing is damaged.
            outcome.expect(matches!(outcome.code(), Some(0 | 2)), "exit code 0 or 2");
            if outcome.code() == Some(0) {
                outcome.expect(outcome.report().codes().is_empty(), "no damage");
            }
            let _ = fs::remove_dir_all(mount.join("away"));
        }
    });
}

#[test]
fn excluded_names_are_left_out_and_listed() {
    let dir = Dir::new();
    for (folder, count) in
        [("tree/kept", 3), ("tree/node_modules", 5), ("tree/kept/node_modules", 7)]
    {
        files(&dir.folder(folder), count);
    }
    dir.file("tree/kept/scratch.tmp", b"");
    let scan = Fscan::quick_tree(&dir).args(["--exclude", "node_modules", "--exclude", "*.tmp"]);
    let outcome = scan.args(["--strict", "tree"]).run();
    let report = outcome.expect_code(0).report();
    outcome.expect(report.totals.files == 3, "what is left in");
    outcome.expect(report.unchecked_count("excluded") == 3, "what is left out");
    let left_out = dir.join("tree/node_modules");
    let examples = report.unchecked_examples("excluded");
    outcome.expect(examples.contains(&left_out.to_str().unwrap()), "and its names");
}

/// An exclusion that matches subfolders must not make their parent's link count look wrong.
#[test]
fn exclusions_do_not_raise_false_alarms() {
    let dir = Dir::new();
    let tree = dir.folder("tree");
    realistic(&tree);
    let scan = Fscan::quick_tree(&dir).args(["--exclude", "c", "--exclude", "link-1*"]);
    let outcome = scan.arg(&tree).run();
    outcome.expect(outcome.expect_code(0).report().codes().is_empty(), "no damage");
}
