//! `--prometheus-file FILE`: beside what is printed, whole or not at all, readable for everybody.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::harness::{Dir, Fscan, Mount, Outcome, files, in_lab};

fn scan<'a>(dir: &'a Dir, file: &Path) -> Fscan<'a> {
    files(&dir.folder("tree"), 3);
    let scan = Fscan::new(dir).args(["--quick", "--skip", "kernel", "--prometheus-file"]);
    scan.arg(file).arg("tree")
}

/// Exit code 2, and the summary all the same.
fn expect_refused(outcome: &Outcome, file: &Path) {
    outcome.expect_code(2).expect_one_error_line(file.to_str().unwrap());
    outcome.expect(outcome.stdout().contains("HEALTHY"), "the summary is printed");
}

#[test]
fn metrics_are_written_whole_for_everybody_and_beside_the_report() {
    let dir = Dir::new();
    let (folder, output) = (dir.folder("out"), dir.join("report.json"));
    let file = folder.join("fscan.prom");
    for umask in ["077", "000"] {
        let outcome = scan(&dir, &file).umask(umask).arg("-o").arg(&output).run();
        outcome.expect_code(0).expect(outcome.stdout().contains("HEALTHY"), "and the summary");
        outcome.expect(fs::read_dir(&folder).unwrap().count() == 1, "nothing else is left");
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o7777;
        outcome.expect(mode == 0o644, &format!("mode {mode:o}"));
        let again = Fscan::new(&dir).args(["report", "--format", "prometheus"]).arg(&output).run();
        again.expect(again.stdout_bytes() == fs::read(&file).unwrap(), "the same as printed");
    }
}

/// A reader that has the old file open goes on reading the old one.
#[test]
fn the_file_is_replaced_and_not_overwritten() {
    let dir = Dir::new();
    let (file, other) = (dir.file("fscan.prom", b"old"), dir.join("other"));
    fs::hard_link(&file, &other).unwrap();
    scan(&dir, &file).run().expect_code(0);
    assert_eq!(fs::read(&other).unwrap(), b"old");
    assert!(fs::read(&file).unwrap().starts_with(b"# HELP fscan_"));
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    in_lab(&[], |dir| {
        let disk = Mount::tmpfs(&dir.join("disk"), "size=64k");
        let file = disk.join("fscan.prom");
        fs::write(&file, "old").unwrap();
        fs::write(disk.join("filler"), vec![b'x'; 1 << 20]).expect_err("the disk fills up");
        expect_refused(&scan(dir, &file).run(), &file);
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        assert_eq!(fs::read_dir(disk.point()).unwrap().count(), 2);
    });
}

#[test]
fn what_it_must_not_write_through_or_to_is_refused() {
    let dir = Dir::new();
    let precious = dir.file("precious.prom", b"precious");
    let link = dir.join("link.prom");
    symlink(&precious, &link).unwrap();
    expect_refused(&scan(&dir, &link).run(), &link);
    assert_eq!(fs::read(&precious).unwrap(), b"precious");
    let outcome = scan(&dir, &dir.join("none/fscan.prom")).run();
    expect_refused(&outcome, &dir.join("none/fscan.prom"));
}

#[test]
fn a_name_that_nobody_collects_is_a_usage_error() {
    let dir = Dir::new();
    for name in ["fscan.txt", "fscan", ".prom", "-"] {
        let outcome = scan(&dir, Path::new(name)).run();
        outcome.expect_code(2).expect(outcome.stderr().contains(".prom"), "what to do");
        outcome.expect(outcome.stdout().is_empty(), "nothing was scanned");
    }
}

#[test]
fn it_keeps_out_of_a_tree_that_is_only_read_and_off_what_else_is_written() {
    let dir = Dir::new();
    let file = dir.folder("tree").join("fscan.prom");
    let outcome = scan(&dir, &file).arg("--read-only").run();
    outcome.expect_code(2).expect_one_error_line("--read-only");
    assert!(!file.exists());
    let outcome = scan(&dir, &file).arg("-o").arg(&file).run();
    outcome.expect_code(2).expect_one_error_line("two purposes");
    assert!(!file.exists());
}

#[test]
fn one_file_is_not_both_the_report_and_the_metrics() {
    let dir = Dir::new();
    let file = dir.join("fscan.prom");
    let tar = ["tar", "--generated", "1", "--no-control", "--format", "json", "-o"];
    let tar = Fscan::new(&dir).args(tar).arg(&file).arg("--prometheus-file").arg(&file);
    tar.run().expect_code(2).expect_one_error_line("fscan.prom");
    assert!(!file.exists());
}

/// What a scan writes is no part of what it keeps of the tree.
#[test]
fn it_is_in_no_manifest() {
    let dir = Dir::new();
    let (tree, manifest) = (dir.folder("tree"), dir.join("manifest"));
    let file = tree.join("fscan.prom");
    files(&tree, 3);
    for _ in 0..2 {
        let scan = Fscan::new(&dir).args(["--skip", "kernel,tar", "--manifest"]).arg(&manifest);
        scan.arg("--prometheus-file").args([&file, &tree]).run().expect_code(0);
        let kept = fs::read_to_string(&manifest).unwrap();
        assert!(kept.contains("name-000001") && !kept.contains("fscan.prom"), "{kept}");
    }
}
