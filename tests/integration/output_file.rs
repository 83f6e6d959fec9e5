//! `-o FILE`: written whole or not at all, never through a link or onto a device, and the
//! summary on stdout comes all the same.

use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

use crate::harness::{Dir, Fscan, Mount, Need, Outcome, Report, User, files, in_lab};

fn tree(dir: &Dir) -> PathBuf {
    let tree = dir.folder("tree");
    files(&tree, 3);
    tree
}

fn scan<'a>(dir: &'a Dir, output: &Path) -> Fscan<'a> {
    let scan = Fscan::new(dir).args(["--quick", "--skip", "kernel", "-o"]);
    scan.arg(output).arg(tree(dir))
}

/// Exit code 2 and one line that names the file; the summary is not lost.
fn expect_refused(outcome: &Outcome, output: &Path) {
    outcome.expect_code(2).expect_one_error_line(output.to_str().unwrap());
    let stdout = outcome.stdout().to_lowercase();
    outcome.expect(stdout.contains("healthy"), "the summary is printed all the same");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_report_is_written_whole_and_nothing_else_is_left() {
    let dir = Dir::new();
    let folder = dir.folder("out");
    let output = folder.join("report.json");
    for round in ["new", "replaced"] {
        let outcome = scan(&dir, &output).run();
        outcome.expect_code(0).expect(outcome.stderr().is_empty(), "nothing on stderr");
        outcome.expect(outcome.stdout().to_lowercase().contains("healthy"), "and the summary");
        let report: Report = serde_json::from_slice(&fs::read(&output).unwrap()).unwrap();
        outcome.expect(report.totals.files == 3 && report.complete, round);
        outcome.expect(names(&folder) == ["report.json"], "no temporary file is left");
    }
}

#[test]
fn the_file_and_json_on_stdout_are_the_same_report() {
    let dir = Dir::new();
    let output = dir.join("report.json");
    let outcome = Fscan::quick_tree(&dir).arg("-o").arg(&output).arg(tree(&dir)).run();
    let same = fs::read(&output).unwrap() == outcome.expect_code(0).stdout_bytes();
    outcome.expect(same, "byte for byte");
}

#[test]
fn a_report_written_into_the_scanned_tree_is_no_part_of_it() {
    let dir = Dir::new();
    let output = tree(&dir).join("report.json");
    scan(&dir, &output).run().expect_code(0);
    let report: Report = serde_json::from_slice(&fs::read(&output).unwrap()).unwrap();
    assert_eq!(report.totals.files, 3);
}

#[test]
fn a_missing_folder_is_one_clear_error() {
    let dir = Dir::new();
    let output = dir.join("no-such-folder/report.json");
    let outcome = scan(&dir, &output).run();
    expect_refused(&outcome, &output);
    let advice =
        outcome.stderr().contains("there is no folder") && !outcome.stderr().contains("full");
    outcome.expect(advice, "what to do");
}

#[test]
fn a_folder_in_place_of_the_file_is_one_clear_error() {
    let dir = Dir::new();
    let output = dir.folder("folder");
    expect_refused(&scan(&dir, &output).run(), &output);
    assert!(output.is_dir());
}

#[test]
fn an_unwritable_folder_is_one_clear_error() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let folder = dir.folder("out");
        let output = folder.join("report.json");
        expect_refused(&scan(dir, &output).user(User::Nobody).run(), &output);
        assert!(names(&folder).is_empty());
    });
}

#[test]
fn a_full_disk_is_one_clear_error_and_the_old_report_stays() {
    in_lab(&[], |dir| {
        let disk = Mount::tmpfs(&dir.join("disk"), "size=64k");
        let output = disk.join("report.json");
        fs::write(&output, "the report of yesterday").unwrap();
        fs::write(disk.join("filler"), vec![b'x'; 1 << 20]).expect_err("the disk fills up");
        let outcome = scan(dir, &output).run();
        expect_refused(&outcome, &output);
        outcome.expect(outcome.stderr().contains("the disk is full"), "and why");
        outcome.expect(!outcome.stderr().contains(".fscan-"), "no name of a temporary file");
        assert_eq!(fs::read_to_string(&output).unwrap(), "the report of yesterday");
        assert_eq!(names(disk.point()), ["filler", "report.json"]);
    });
}

/// It is missed, whatever else was found.
#[test]
fn a_manifest_that_does_not_fit_is_an_error_beside_findings() {
    in_lab(&[], |dir| {
        let disk = Mount::tmpfs(&dir.join("disk"), "size=64k");
        fs::write(disk.join("filler"), vec![b'x'; 1 << 20]).expect_err("the disk fills up");
        let zeroed = dir.file("tree/a.js", &[0; 8192]);
        let hour_ago = SystemTime::now() - Duration::from_hours(1);
        File::open(&zeroed).unwrap().set_modified(hour_ago).unwrap();
        File::open(dir.file("tree/sound", &[7; 8192])).unwrap().sync_all().unwrap();
        for option in ["--manifest", "--sums"] {
            let scan = Fscan::new(dir).args(["--check=content,attributes", option]);
            let outcome = scan.arg(disk.join("made")).arg(dir.join("tree")).run();
            outcome.expect_code(2).expect_one_error_line("the disk is full");
            outcome.expect(outcome.stdout().contains("content-zeroed"), "the findings are told");
        }
        // The other file does not depend on it, and what was read can be gone on with.
        let scan = Fscan::new(dir).args(["--check=content,attributes", "--npd", "--checkpoint=c"]);
        let scan = scan.arg("--manifest").arg(disk.join("made")).arg("--sums=sums").arg("tree");
        let outcome = scan.in_folder(dir.path()).run();
        let wrote = fs::read_to_string(dir.join("sums")).unwrap();
        outcome.expect(wrote.contains("a.js"), "the sums are there");
        outcome.expect(dir.join("c").exists(), "the checkpoint is kept");
        assert_eq!(names(disk.point()), ["filler"]);
    });
}

/// A device node of our own: replacing the machine's /dev/null would be a disaster.
#[test]
fn a_device_is_refused_and_stays_a_device() {
    in_lab(&[], |dir| {
        let null = dir.join("null");
        let mode = Mode::from_raw_mode(0o666);
        mknodat(CWD, &null, FileType::CharacterDevice, mode, makedev(1, 3)).unwrap();
        expect_refused(&scan(dir, &null).run(), &null);
        assert!(fs::symlink_metadata(&null).unwrap().file_type().is_char_device());
    });
}

#[test]
fn a_fifo_is_refused_and_stays_a_fifo() {
    let dir = Dir::new();
    let fifo = dir.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    expect_refused(&scan(&dir, &fifo).run(), &fifo);
    assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo());
}

#[test]
fn a_symlink_is_refused_and_not_written_through() {
    let dir = Dir::new();
    let precious = dir.file("precious", b"precious");
    for (name, target) in [("link", precious.as_path()), ("dangling", &dir.join("nowhere"))] {
        let link = dir.join(name);
        symlink(target, &link).unwrap();
        expect_refused(&scan(&dir, &link).run(), &link);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
    assert_eq!(fs::read(&precious).unwrap(), b"precious");
    assert!(!dir.join("nowhere").exists());
}

/// Another name for the file must not see the new report: it is replaced, not overwritten.
#[test]
fn a_hard_linked_file_is_replaced_and_not_written_through() {
    let dir = Dir::new();
    let (other, output) = (dir.file("other", b"other name"), dir.join("report.json"));
    fs::hard_link(&other, &output).unwrap();
    scan(&dir, &output).run().expect_code(0);
    assert_eq!(fs::read(&other).unwrap(), b"other name");
    assert_eq!(fs::metadata(&output).unwrap().nlink(), 1);
}

/// One that cannot be written does not keep the other from being written.
#[test]
fn a_full_stdout_does_not_cost_the_report() {
    let dir = Dir::new();
    files(&dir.folder("tree"), 3);
    let output = dir.join("report.json");
    let scan = Fscan::new(&dir).args(["--quick", "--skip", "kernel", "tree", "-o"]).arg(&output);
    let outcome = scan.run_with_stdout(File::options().write(true).open("/dev/full").unwrap());
    outcome.expect_code(2).expect_one_error_line("stdout");
    let report: Report = serde_json::from_slice(&fs::read(&output).unwrap()).unwrap();
    assert_eq!(report.totals.files, 3);
}

/// Remarks and errors that nobody listens to end nothing.
#[test]
fn a_closed_stderr_is_no_error() {
    let dir = Dir::new();
    files(&dir.folder("tree"), 3);
    let scan = Fscan::new(&dir).args(["--quick", "--skip", "kernel", "tree", "tree/"]);
    scan.run_with_closed_stderr().expect_code(0);
    let scan = Fscan::new(&dir).args(["--quick", "missing"]);
    scan.run_with_closed_stderr().expect_code(2);
}
