//! Other filesystems below the root, and filesystems that store nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Dir, Fscan, Image, Mount, Need, files, in_lab};

/// A tree of 3 files with a tmpfs of 5 files mounted on a folder that hides 2 more.
fn tree_with_mount(dir: &Dir) -> (PathBuf, Mount) {
    let tree = dir.folder("tree");
    files(&tree.join("here"), 3);
    files(&tree.join("mounted"), 2);
    let mount = Mount::tmpfs(&tree.join("mounted"), "size=1m");
    files(&mount.join("there"), 5);
    (tree, mount)
}

#[test]
fn a_mount_point_is_not_crossed_and_that_is_said() {
    in_lab(&[], |dir| {
        let (tree, mount) = tree_with_mount(dir);
        let outcome = Fscan::quick_tree(dir).arg(&tree).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.totals.files == 3, "only what is on the root's filesystem");
        outcome.expect(report.codes().is_empty(), "a mount is no damage");
        let examples = report.unchecked_examples("other-filesystem");
        outcome.expect(examples == [mount.point().to_str().unwrap()], "it is named");
    });
}

#[test]
fn a_mount_point_is_crossed_when_asked_for() {
    in_lab(&[], |dir| {
        let (tree, _mount) = tree_with_mount(dir);
        let outcome = Fscan::quick_tree(dir).arg("--cross-mounts").arg(&tree).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.totals.files == 8, "both filesystems");
        outcome.expect(report.unchecked_count("other-filesystem") == 0, "nothing is left out");
        outcome.expect(report.codes().is_empty(), "a mount is no damage");
    });
}

/// A mount in the root of ext4 covers a folder: link counts and inode numbers there say nothing.
#[test]
fn a_covered_folder_of_ext4_raises_no_false_alarm() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        image.fill_and_age(|top| {
            files(&top.join("covered/below"), 10);
            fs::write(top.join("linked"), "linked").unwrap();
            fs::hard_link(top.join("linked"), top.join("covered/linked")).unwrap();
        });
        let mount = image.mount("rw");
        let _covering = Mount::tmpfs(&mount.join("covered"), "size=1m");
        for options in [&[][..], &["--cross-mounts"]] {
            let outcome = Fscan::quick(dir).args(options).arg(mount.point()).run();
            outcome.expect(outcome.expect_code(0).report().codes().is_empty(), "no damage");
        }
    });
}

/// The same folder under two paths: names seen twice are no link too many.
#[test]
fn a_bind_mount_below_the_root_raises_no_false_alarm() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        let mount = image.mount("rw");
        files(&mount.join("real/sub"), 10);
        fs::hard_link(mount.join("real/sub/name-000001"), mount.join("real/linked")).unwrap();
        let _bound = Mount::bind(&mount.join("real"), &mount.join("bound"));
        for options in [&[][..], &["--cross-mounts"]] {
            let outcome = Fscan::quick(dir).args(options).arg(mount.point()).run();
            outcome.expect(outcome.expect_code(0).report().codes().is_empty(), "no damage");
        }
    });
}

/// As a subPath volume of a pod: the root of the scan is not the root of the filesystem.
#[test]
fn a_bind_mounted_folder_as_the_root_raises_no_false_alarm() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        let mount = image.mount("rw");
        files(&mount.join("volume/sub"), 10);
        fs::hard_link(mount.join("volume/sub/name-000001"), mount.join("outside")).unwrap();
        let bound = Mount::bind(&mount.join("volume"), &dir.join("bound"));
        let outcome = Fscan::quick(dir).arg(bound.point()).run();
        outcome.expect(outcome.expect_code(0).report().codes().is_empty(), "no damage");
    });
}

/// The paths that a manifest has a line of.
fn paths(manifest: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(manifest).unwrap();
    let lines = manifest.lines().filter_map(|line| line.strip_prefix(r#"{"path":""#));
    lines.map(|line| line.split('"').next().unwrap().to_owned()).collect()
}

/// As a subPath volume of a pod: which of its two names a thread came to first was chance, and what
/// lay under the other one was told as lost.
#[test]
fn a_directory_that_is_mounted_again_is_walked_under_its_own_name() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        image.fill_and_age(|top| {
            for (own, again) in [("src2", "b2"), ("c/src3", "c/b3")] {
                files(&top.join("tree").join(own), 2);
                fs::create_dir(top.join("tree").join(again)).unwrap();
            }
        });
        let mount = image.mount("rw");
        let tree = mount.join("tree");
        let scan = |options: &[&str]| {
            let scan = Fscan::new(dir).args(["--read-only", "--check", "content,attributes"]);
            let scan = scan.args(["--format", "json", "--cross-mounts"]).arg(&tree);
            scan.args(options).in_folder(dir.path()).run()
        };
        scan(&["--manifest", "before"]).expect_code(0);
        let _bound = [("src2", "b2"), ("c/src3", "c/b3")]
            .map(|(own, again)| Mount::bind(&tree.join(own), &tree.join(again)));
        let own_names = ["", "c", "c/src3", "c/src3/name-000000", "c/src3/name-000001", "src2"];
        let own_names = [&own_names[..], &["src2/name-000000", "src2/name-000001"]].concat();
        for _ in 0..5 {
            let outcome = scan(&["--manifest", "now", "--strict"]);
            let report = outcome.expect_code(0).report();
            let again = ["b2", "c/b3"].map(|name| tree.join(name).to_str().unwrap().to_owned());
            let told = report.unchecked_examples("mounted-again");
            outcome.expect(told == again, "the other names are told");
            outcome.expect(report.totals.entries == 10, "and counted as entries");
            outcome.expect(paths(&dir.join("now")) == own_names, "files under their own names");
            let compared = scan(&["--baseline", "before"]);
            compared.expect(compared.expect_code(0).report().codes().is_empty(), "nothing is lost");
        }
        let diff = Fscan::new(dir).args(["diff", "before", "now"]).in_folder(dir.path()).run();
        diff.expect_code(0);
    });
}

/// The root shows a directory of the filesystem, and what is mounted below it others.
#[test]
fn what_is_mounted_from_outside_the_root_is_walked_once() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        let mount = image.mount("rw");
        for folder in ["volume/own", "volume-2/data", "elsewhere"] {
            files(&mount.join(folder), 1);
        }
        let root = Mount::bind(&mount.join("volume"), &dir.join("root"));
        let bind = |from: &str, to: &str| Mount::bind(&mount.join(from), &root.join(to));
        let _bound = [
            bind("volume/own", "again"),
            bind("volume-2", "b"),
            bind("volume-2/data", "a"),
            bind("elsewhere", "d"),
            bind("elsewhere", "c"),
        ];
        for _ in 0..5 {
            let scan = Fscan::new(dir).args(["--read-only", "--check", "content,attributes"]);
            let scan = scan.args(["--format", "json", "--cross-mounts", "--manifest", "manifest"]);
            let outcome = scan.arg(root.point()).in_folder(dir.path()).run();
            let report = outcome.expect_code(0).report();
            let again =
                ["a", "again", "d"].map(|name| root.join(name).to_str().unwrap().to_owned());
            outcome.expect(report.unchecked_examples("mounted-again") == again, "second names");
            let files = ["b/data/name-000000", "c/name-000000", "own/name-000000"];
            let found = paths(&dir.join("manifest"));
            let found = found.iter().filter(|path| path.contains("name-"));
            outcome.expect(found.eq(files), "each file once");
        }
    });
}

/// The root lies in it once more, and is not walked there.
#[test]
fn what_holds_the_root_and_is_mounted_below_it_is_walked_but_for_the_root() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        let mount = image.mount("rw");
        files(&mount.join("tree/here"), 2);
        files(&mount.join("outside"), 3);
        let tree = mount.join("tree");
        let above = Mount::bind(mount.point(), &tree.join("above"));
        let outcome = Fscan::quick_tree(dir).arg("--cross-mounts").arg(&tree).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.totals.files == 5, "all that there is, once");
        let again = above.join("tree").to_str().unwrap().to_owned();
        outcome.expect(report.unchecked_examples("mounted-again") == [again], "it is named");
        outcome.expect(report.codes().is_empty(), "a mount is no damage");
    });
}

#[test]
fn a_filesystem_that_stores_nothing_is_refused_as_a_root() {
    let dir = Dir::new();
    for path in ["/proc", "/sys"] {
        let outcome = Fscan::quick(&dir).arg(path).run();
        outcome.expect_code(2).expect_one_error_line(path);
    }
}

#[test]
fn a_filesystem_that_stores_nothing_below_the_root_is_left_out() {
    in_lab(&[], |dir| {
        let tree = dir.folder("tree");
        files(&tree.join("here"), 3);
        let proc = Mount::bind(Path::new("/proc"), &tree.join("proc"));
        let outcome = Fscan::quick_tree(dir).arg("--cross-mounts").arg(&tree).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.totals.files == 3, "nothing of /proc");
        let examples = report.unchecked_examples("pseudo-filesystem");
        outcome.expect(examples == [proc.point().to_str().unwrap()], "it is named");
    });
}

/// A volume below the root that is not mounted any more: what it held is not lost for that.
#[test]
fn what_a_mount_held_is_not_missing_where_that_is_not_mounted() {
    in_lab(&[], |dir| {
        let (tree, mount) = tree_with_mount(dir);
        let scan = |options: &[&str]| {
            let scan = Fscan::new(dir).args(["--read-only", "--skip", "kernel,environment"]);
            let scan = scan.args(["--format", "json", "--cross-mounts"]).arg(&tree);
            scan.args(options).in_folder(dir.path()).run()
        };
        scan(&["--manifest", "mounted"]).expect_code(0);
        let point = mount.point().to_owned();
        drop(mount);
        for name in fs::read_dir(&point).unwrap() {
            fs::remove_file(name.unwrap().path()).unwrap();
        }
        let compared = scan(&["--baseline", "mounted", "--manifest", "alone", "--strict"]);
        let report = compared.expect_code(3).report();
        compared.expect(report.unchecked_count("not-mounted") == 7, "it and each that it held");
        let examples = report.unchecked_examples("not-mounted");
        compared.expect(examples == [point.to_str().unwrap()], "once where");
        compared.expect(report.codes().is_empty(), "nothing differs");

        let diff = Fscan::new(dir).args(["diff", "mounted", "alone"]).in_folder(dir.path()).run();
        let told = diff.expect_code(0).stdout();
        diff.expect(told.contains("mounted there now (7 places)"), "so by two manifests");

        // A copy that went by the mount: there it is missing.
        let copy = dir.join("copy");
        files(&copy.join("here"), 3);
        fs::create_dir(copy.join("mounted")).unwrap();
        let copied = Fscan::new(dir).args(["--read-only", "--skip", "kernel,environment"]);
        let copied = copied.args(["--format", "json", "--baseline", "mounted"]).arg(&copy);
        let copied = copied.in_folder(dir.path()).run();
        let report = copied.expect_code(1).report();
        copied.expect(report.codes().contains("entry-missing"), "in a copy");

        fs::write(point.join("new"), "work went on").unwrap();
        let compared = scan(&["--baseline", "mounted"]);
        let report = compared.expect_code(1).report();
        compared.expect(report.codes().contains("entry-missing"), "in a directory that is used");
    });
}
