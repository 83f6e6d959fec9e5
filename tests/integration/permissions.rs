//! What may not be looked at is said, and is no finding.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::harness::{Dir, Fscan, Need, User, in_lab};

/// A tree with a folder that only its owner may enter, and one that others may only list.
fn partly_locked(dir: &Dir) -> PathBuf {
    let tree = dir.folder("tree");
    for (folder, mode) in [("open", 0o755), ("locked", 0o700), ("listed", 0o744)] {
        dir.file(format!("tree/{folder}/file"), b"content");
        let path = tree.join(folder);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    tree
}

#[test]
fn an_unreadable_folder_is_unchecked_and_no_finding() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let tree = partly_locked(dir);
        let outcome = Fscan::quick_tree(dir).arg(&tree).user(User::Nobody).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.codes().is_empty(), "a lock is no damage");
        let examples = report.unchecked_examples("permission-denied");
        for path in [tree.join("locked"), tree.join("listed/file")] {
            let path = path.to_str().unwrap();
            outcome.expect(examples.contains(&path), &format!("{path} is unchecked"));
        }
    });
}

#[test]
fn strict_makes_an_unreadable_folder_exit_code_3() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let tree = partly_locked(dir);
        let strict = || Fscan::quick_tree(dir).arg("--strict").arg(&tree);
        strict().user(User::Nobody).run().expect_code(3);
        strict().user(User::Caller).run().expect_code(0);
    });
}

#[test]
fn the_text_says_what_was_not_examined() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let tree = partly_locked(dir);
        let scan = Fscan::new(dir).args(["--quick", "--skip", "kernel"]).arg(&tree);
        let outcome = scan.user(User::Nobody).run();
        let stdout = outcome.expect_code(0).stdout();
        outcome.expect(stdout.contains("permission denied"), "the reason");
        outcome.expect(stdout.contains("locked"), "and the place");
    });
}

#[test]
fn an_unreadable_root_is_one_clear_error() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let locked = partly_locked(dir).join("locked");
        let inside = locked.join("file");
        let outcome = Fscan::quick_tree(dir).arg(&inside).user(User::Nobody).run();
        outcome.expect_code(2).expect_one_error_line(inside.to_str().unwrap());
    });
}
