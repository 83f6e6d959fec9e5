//! What nobody can say of a tree: parts that one side did not see, and manifests that cannot be
//! believed.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use rustix::fs::{XattrFlags, setxattr};

use super::planted::{attribute, mode};
use crate::harness::{Dir, Fscan, Need, Outcome, User, chain, in_lab};

#[test]
fn no_file_is_given_for_two_purposes() {
    let dir = Dir::new();
    dir.file("tree/a", b"a");
    Fscan::new(&dir).args(["--manifest", "m.jsonl.gz", "tree"]).run().expect_code(0);
    let before = fs::read(dir.join("m.jsonl.gz")).unwrap();
    let scan = Fscan::new(&dir).args(["--baseline", "m.jsonl.gz", "--manifest", "./m.jsonl.gz"]);
    scan.arg("tree").run().expect_code(2).expect_one_error_line("two purposes");
    // A volume that is not mounted does not become the next baseline.
    dir.folder("empty");
    let scan = Fscan::new(&dir).args(["--baseline", "m.jsonl.gz", "--manifest", "after", "empty"]);
    let outcome = scan.run();
    outcome.expect_code(2).expect(outcome.stderr().contains("mounted"), "it asks");
    outcome.expect(!dir.join("after").exists(), "no manifest of nothing");
    assert_eq!(fs::read(dir.join("m.jsonl.gz")).unwrap(), before);
}

/// A folder that one of the users may not enter, and one that is left out.
#[test]
fn what_one_side_did_not_see_is_left_open_and_neither_missing_nor_added() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let top = dir.folder("tree");
        for path in ["open/a", "secret/b", "secret/deep/c", "cache/d"] {
            fs::create_dir_all(top.join(path).parent().unwrap()).unwrap();
            fs::write(top.join(path), path).unwrap();
        }
        mode(&top.join("secret"), 0o700);
        attribute(&top.join("open"));
        mode(&top.join("open/f"), 0o600);
        setxattr(top.join("open/a"), "trusted.seen-by-root", b"x", XattrFlags::empty()).unwrap();
        let manifests = dir.folder("manifests");
        mode(&manifests, 0o777);
        let write = |name: &str, user, more: &[&str]| {
            let scan = Fscan::new(dir).user(user).in_folder(&manifests).args(["--skip=kernel"]);
            scan.args(more).args(["--manifest", name]).arg(&top).run().expect_code(0);
        };
        write("root", User::Caller, &[]);
        write("nobody", User::Nobody, &[]);
        write("without", User::Caller, &["--exclude=cache"]);
        let open = |outcome: &Outcome, unchecked| {
            let report = outcome.expect_code(0).report();
            outcome.expect(report.findings.is_empty(), "nothing is told that nobody knows");
            let open = report.unchecked_count("not-reached");
            outcome.expect(open == unchecked, &format!("{unchecked} are left open, not {open}"));
        };
        for (one, other, unchecked) in
            [("root", "nobody", 5), ("root", "without", 0), ("nobody", "without", 5)]
        {
            for sides in [[one, other], [other, one]] {
                let diff = Fscan::new(dir).in_folder(&manifests).args(["diff", "--format=json"]);
                open(&diff.args(sides).run(), unchecked);
            }
        }
        let scan = Fscan::new(dir).in_folder(&manifests).args(["--format=json", "--skip=kernel"]);
        open(&scan.args(["--baseline", "without"]).arg(&top).run(), 0);
        // Elsewhere it is compared as ever.
        fs::write(top.join("open/new"), "new").unwrap();
        let scan = Fscan::new(dir).in_folder(&manifests).args(["--format=json", "--skip=kernel"]);
        let outcome = scan.args(["--baseline", "without"]).arg(&top).run();
        let added = outcome.report().findings_of("entry-added").len();
        outcome.expect(added == 1, "what is new is told");
    });
}

/// A manifest holds no path longer than 64 KiB, and says so.
#[test]
fn what_lies_too_deep_for_a_manifest_is_left_open() {
    let dir = Dir::new();
    dir.file("tree/a", b"a");
    chain(&dir.folder("tree"), 400, &["d".repeat(200).as_str()]);
    let scan = |more: &[&str]| {
        let scan = Fscan::new(&dir)
            .args(["--check=content,attributes", "--strict", "--format=json"])
            .args(more);
        scan.arg(dir.join("tree")).run()
    };
    let made = scan(&["--manifest=m", "--sums=s"]);
    for file in ["m: names are not in it", "s: names are not in it"] {
        made.expect(made.stderr().contains(file), file);
    }
    let diff = Fscan::new(&dir).args(["diff", "--strict", "--format=json", "m", "m"]);
    for outcome in [scan(&["--baseline=m"]), diff.run()] {
        let open = outcome.expect_code(3).report().unchecked_count("not-reached");
        outcome.expect(open == 1, "the directory that holds them is named");
    }
}

/// Nor are they to root in another user namespace, as in a container without rights.
#[test]
fn attributes_that_a_user_namespace_hides_are_left_open() {
    in_lab(&[Need::Tool("unshare")], |dir| {
        let top = dir.file("tree/a", b"a").parent().unwrap().to_owned();
        let named = top.join("a");
        setxattr(&named, "trusted.of-root", b"x", XattrFlags::empty()).unwrap();
        let scan = |namespace: &[&str], arguments: &[&str]| {
            let scan = Fscan::new(dir).in_folder(dir.path()).within_namespace(namespace);
            let checks = ["--read-only", "--check=content,attributes"];
            scan.args(checks).args(["--format=json", "--strict"]).args(arguments).arg(&top).run()
        };
        let (own, first) = (&["-Ur"][..], &["-m"][..]);
        scan(first, &["--manifest=first"]).expect_code(0);
        scan(own, &["--manifest=own"]).expect_code(0);
        for (namespace, arguments, open) in [
            (own, ["--baseline=first"], 1),
            (own, ["--baseline=own"], 0),
            (first, ["--baseline=own"], 1),
        ] {
            let outcome = scan(namespace, &arguments);
            let report = outcome.expect_code(if open == 0 { 0 } else { 3 }).report();
            outcome.expect(report.findings.is_empty(), "nothing differs that both can see");
            let unchecked = report.unchecked_count("permission-denied");
            outcome.expect(unchecked == open, "the file with such an attribute is not compared");
            outcome.expect(outcome.stdout().contains("named trusted.*"), "what is open");
        }
        let outcome = scan(first, &["--baseline=first"]);
        outcome.expect(!outcome.stdout().contains("named trusted.*"), "nothing is open");
    });
}

#[test]
fn a_header_that_was_edited_is_told() {
    let dir = Dir::new();
    dir.file("tree/a", b"a");
    Fscan::new(&dir).args(["--manifest=m", "--exclude=b", "tree"]).run().expect_code(0);
    let manifest = fs::read_to_string(dir.join("m")).unwrap();
    fs::write(dir.join("m"), manifest.replacen("/tree\"", "/tres\"", 1)).unwrap();
    let outcome = Fscan::new(&dir).args(["--baseline=m", "tree"]).run();
    outcome.expect_code(2).expect_one_error_line("the hash of the first line");
}

/// So many names that they are not told one by one are left out by their glob alone.
#[test]
fn what_is_lost_beside_many_excluded_names_is_told() {
    let dir = Dir::new();
    let top = dir.folder("tree");
    for n in 0..10_050 {
        File::create(top.join(format!("{n}.tmp"))).unwrap();
    }
    fs::write(top.join("kept"), "kept").unwrap();
    fs::write(top.join("lost"), "lost").unwrap();
    let write = |name: &str| {
        let scan = Fscan::new(&dir).args(["--skip=kernel", "--exclude=*.tmp", "--manifest", name]);
        scan.arg(&top).run().expect_code(0);
    };
    write("before");
    fs::remove_file(top.join("lost")).unwrap();
    write("after");
    let compared = [
        Fscan::new(&dir).args(["diff", "before", "after", "--format=json"]).run(),
        Fscan::new(&dir)
            .args(["--skip=kernel", "--format=json", "--baseline=before"])
            .arg(&top)
            .run(),
    ];
    for outcome in compared {
        let report = outcome.expect_code(1).report();
        outcome.expect(report.codes() == ["entry-missing"].into(), "it is told");
    }
}

/// What neither side saw may be lost.
#[test]
fn what_neither_side_saw_is_not_said_to_be_intact() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let top = dir.folder("tree");
        dir.file("tree/open", b"open");
        dir.file("tree/secret/a", b"a");
        mode(&top.join("secret"), 0o700);
        let manifests = dir.folder("manifests");
        mode(&manifests, 0o777);
        for name in ["before", "after"] {
            let scan = Fscan::new(dir).user(User::Nobody).in_folder(&manifests);
            scan.args(["--skip=kernel", "--manifest", name]).arg(&top).run().expect_code(0);
        }
        let diff = Fscan::new(dir).in_folder(&manifests).args(["diff", "before", "after"]);
        let outcome = diff.arg("--strict").run();
        outcome
            .expect_code(3)
            .expect(outcome.stdout().contains("intact as far as known"), "so far");
        outcome.expect(outcome.stdout().contains("secret"), "and names what is not known");
    });
}

/// What was not read may hold other bytes, and that its time is another one was told.
#[test]
fn a_file_that_was_not_read_and_differs_is_not_said_to_be_intact() {
    let dir = Dir::new();
    dir.file("tree/keep", b"k");
    let unread = File::create(dir.join("tree/huge")).unwrap();
    unread.set_len(1 << 41).unwrap();
    let scan = |options: &[&str]| {
        let scan = Fscan::new(&dir).args(["--check=content,attributes"]).args(options);
        scan.arg(dir.join("tree")).run()
    };
    scan(&["--manifest=before"]).expect_code(0);
    unread.write_at(b"q", 1_000_000).unwrap();
    let outcome = scan(&["--baseline=before", "--strict"]);
    let words = outcome.stdout().split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "different: 1 difference among 1 entry that could not be wholly compared";
    outcome.expect(words.starts_with("DIFFERENT") && words.contains(told), "it differs");
    outcome.expect(!words.contains("intact"), "and is not intact");
}
