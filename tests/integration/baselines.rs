//! Manifests that must outlive what is done beside them, and comparisons that did not take place.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, in_lab};

/// Scans, writes nothing but what is asked for.
fn scan(dir: &Dir, tree: &Path, arguments: &[&str]) -> Outcome {
    let scan = Fscan::new(dir).args(["--read-only", "--skip", "kernel,environment"]).arg(tree);
    scan.args(arguments).in_folder(dir.path()).run()
}

/// The same where a file may be written into the tree.
fn scan_within(dir: &Dir, tree: &Path, arguments: &[&str]) -> Outcome {
    let scan = Fscan::new(dir).args(["--skip", "kernel,environment,tar"]).arg(tree);
    scan.args(arguments).in_folder(dir.path()).run()
}

#[test]
fn a_tree_that_is_not_mounted_makes_no_healthy_report() {
    let dir = Dir::new();
    dir.file("full/a", b"a");
    let (full, empty) = (dir.join("full"), dir.folder("empty"));
    scan(&dir, &full, &["--manifest", "m"]).expect_code(0);

    let refused = scan(&dir, &empty, &["--baseline", "m", "-o", "report.json"]);
    refused.expect_code(2).expect(refused.stdout().starts_with("NOTHING COMPARED  "), "headline");
    refused.expect(refused.stderr().contains("is nothing mounted here?"), "why");
    let again = |format: &str| {
        Fscan::new(&dir).args(["report"]).arg(dir.join("report.json")).arg(format).run()
    };
    let line = again("--npd");
    line.expect_code(2).expect(line.stdout().contains("unknown: nothing was compared"), "line");
    let metrics = again("--format=prometheus").stdout();
    assert!(
        metrics.lines().any(|line| line.starts_with("fscan_scan_complete") && line.ends_with(" 0"))
    );
    let junit = again("--format=junit").stdout();
    assert!(junit.contains("<error"), "{junit}");
    let saved = again("--format=json");
    let open = saved.report();
    saved.expect(open.unchecked_examples("not-compared") == [empty.to_str().unwrap()], "JSON");
}

/// Nothing can be missing afterwards.
#[test]
fn a_manifest_of_nothing_is_doubted() {
    let dir = Dir::new();
    dir.file("full/a", b"a");
    let (full, empty) = (dir.join("full"), dir.folder("empty"));
    let made = scan(&dir, &empty, &["--manifest", "m"]);
    made.expect_code(0).expect(made.stderr().contains("is the volume mounted?"), "at once");
    let compared = scan(&dir, &full, &["--baseline", "m"]);
    let told = compared.expect_code(0).stdout();
    compared.expect(told.contains("holds nothing but its root"), "and later");
    let made = scan(&dir, &full, &["--manifest", "n"]);
    made.expect(!made.stderr().contains("mounted"), "not of a tree");
}

#[test]
fn the_manifest_of_another_tree_is_not_replaced() {
    let dir = Dir::new();
    dir.file("one/a", b"a");
    dir.file("copy/a", b"A");
    let (one, copy) = (dir.join("one"), dir.join("copy"));
    scan(&dir, &one, &["--manifest", "before.gz"]).expect_code(0);
    let before = fs::read(dir.join("before.gz")).unwrap();

    let refused = scan(&dir, &copy, &["--manifest", "before.gz"]);
    refused.expect_code(2).expect_one_error_line("is the manifest of another tree");
    refused.expect(refused.stderr().contains(one.to_str().unwrap()), "whose it is");
    assert_eq!(fs::read(dir.join("before.gz")).unwrap(), before);

    std::os::unix::fs::symlink(&one, dir.join("link")).unwrap();
    scan(&dir, &dir.join("link"), &["--manifest", "before.gz"]).expect_code(0);
    for (name, bytes) in [("notes", &b"mine"[..]), ("one/a", b"a")] {
        fs::write(dir.join(name), bytes).unwrap();
        let refused = scan_within(&dir, &one, &["--manifest", name]);
        refused.expect_code(2).expect_one_error_line("it is no manifest, and would be replaced");
        assert_eq!(fs::read(dir.join(name)).unwrap(), bytes);
    }
    // What mktemp(1) makes is there to be written.
    fs::write(dir.join("fresh"), b"").unwrap();
    scan(&dir, &copy, &["--manifest", "fresh"]).expect_code(0);

    scan(&dir, &one, &["--shard", "0/1", "--facts", "facts", "--manifest", "part"]).expect_code(0);
    let refused = scan(&dir, &copy, &["--manifest", "part"]);
    refused.expect_code(2).expect_one_error_line("is the manifest of another tree");
    for cannot_be_read in [r#"{"fscan_manifest":99}"#, r#"{"fscan_manifest":1,"root"#] {
        fs::write(dir.join("unread"), format!("{cannot_be_read}\n")).unwrap();
        let refused = scan(&dir, &one, &["--manifest", "unread"]);
        refused.expect_code(2).expect_one_error_line("may be a manifest that cannot be read");
    }
}

#[test]
fn what_a_manifest_left_out_is_not_proven_to_be_there() {
    let dir = Dir::new();
    dir.file("one/a", b"a");
    dir.file("one/b.md", b"b");
    dir.file("copy/a", b"a");
    let (one, copy) = (dir.join("one"), dir.join("copy"));
    scan(&dir, &one, &["--manifest", "part", "--exclude", "*.md"]).expect_code(0);
    scan(&dir, &one, &["--manifest", "all"]).expect_code(0);
    let strict = ["--strict", "--ignore", "mtime"];
    let compared = |baseline: &str, more: &[&str]| {
        scan(&dir, &copy, &[&["--baseline", baseline], &strict[..], more].concat())
    };
    let open = |outcome: &Outcome| {
        let told = outcome.stdout();
        outcome.expect(told.contains("NOT ALL COMPARED") && !told.contains("intact:"), "open");
        outcome.expect(told.contains("left out when a manifest was made"), "why");
    };
    open(compared("part", &[]).expect_code(3));
    compared("part", &["--exclude", "*.md"]).expect_code(0);
    compared("all", &["--exclude", "*.md"]).expect_code(0);
    compared("all", &[]).expect_code(1);
    let diff = |before: &str, after: &str| {
        Fscan::new(&dir)
            .arg("diff")
            .args([before, after])
            .arg("--strict")
            .in_folder(dir.path())
            .run()
    };
    open(diff("part", "all").expect_code(3));
    let lost = diff("all", "part");
    open(lost.expect_code(3));
    lost.expect(lost.stdout().contains("b.md"), "the one that is not known");
}

#[test]
fn only_a_manifest_replaces_a_manifest() {
    let dir = Dir::new();
    dir.file("one/a", b"a");
    let one = dir.join("one");
    scan(&dir, &one, &["--manifest", "before"]).expect_code(0);
    let before = fs::read(dir.join("before")).unwrap();
    for option in ["-o", "--sums"] {
        let refused = scan(&dir, &one, &[option, "before"]);
        refused.expect_code(2).expect(refused.stderr().contains("it is a manifest"), option);
        fs::write(dir.join("newer"), "{\"fscan_manifest\":99}\n").unwrap();
        scan(&dir, &one, &[option, "newer"]).expect_code(2);
    }
    assert_eq!(fs::read(dir.join("before")).unwrap(), before);
}

/// Run once more, at a path where nothing is mounted any more.
#[test]
fn the_manifest_of_a_volume_outlives_its_unmounting() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &["-b", "4096"]);
        let home = image.mount("rw");
        let point = home.point().to_owned();
        fs::write(point.join("a"), b"a").unwrap();
        scan(dir, &point, &["--manifest", "before"]).expect_code(0);
        scan(dir, &point, &["--manifest", "before"]).expect_code(0);
        let before = fs::read(dir.join("before")).unwrap();
        drop(home);
        let refused = scan(dir, &point, &["--manifest", "before"]);
        refused.expect_code(2).expect(refused.stderr().contains("is the volume mounted?"), "why");
        refused.expect(refused.stdout().is_empty(), "before it looks at anything");
        assert_eq!(fs::read(dir.join("before")).unwrap(), before);
        fs::write(point.join("a"), b"what is below").unwrap();
        let compared = scan(dir, &point, &["--baseline", "before"]);
        let said = compared.expect_code(1).stderr();
        compared.expect(said.contains("not made anew, is it mounted?"), "why it differs");
        scan(dir, &point, &["--manifest", "before", "--force"]).expect_code(0);
    });
}

/// A tmpfs has no identity: there an empty tree is what gives it away.
#[test]
fn a_tree_of_nothing_does_not_replace_the_manifest_of_a_full_one() {
    in_lab(&[], |dir| {
        let home = Mount::tmpfs(&dir.folder("home"), "");
        let point = home.point().to_owned();
        fs::write(point.join("a"), b"a").unwrap();
        for manifest in [&["--manifest", "all"][..], PART] {
            scan(dir, &point, manifest).expect_code(0);
        }
        fs::remove_file(point.join("a")).unwrap();
        for manifest in [&["--manifest", "all"][..], PART] {
            let refused = scan(dir, &point, manifest);
            refused.expect_code(2).expect(refused.stderr().contains("here is nothing"), "why");
        }
    });
}

const PART: &[&str] = &["--manifest", "part", "--shard", "0/1", "--facts", "facts"];

#[test]
fn a_manifest_inside_its_tree_explains_the_time_of_its_folder() {
    let dir = Dir::new();
    dir.file("tree/a", b"a");
    dir.file("tree/deep/b", b"b");
    let tree = dir.join("tree");
    for place in ["tree/m.gz", "tree/deep/m.gz"] {
        let made = scan_within(&dir, &tree, &["--manifest", place]);
        made.expect_code(0).expect(made.stderr().contains("it lies in the tree"), "a warning");
        std::thread::sleep(Duration::from_millis(20));
        let compared = scan_within(&dir, &tree, &["--baseline", place, "--fail-on", "warning"]);
        compared.expect_code(0).expect(compared.stdout().contains("intact:"), "nothing differs");
        fs::remove_file(dir.join(place)).unwrap();
    }
    // What the scan did not do is told.
    scan_within(&dir, &tree, &["--manifest", "tree/m.gz"]).expect_code(0);
    fs::File::open(dir.join("tree/deep")).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    let compared = scan_within(&dir, &tree, &["--baseline", "tree/m.gz", "--fail-on", "warning"]);
    compared.expect_code(1).expect(compared.stdout().contains("tree/deep"), "the other folder");
}
