//! A manifest of a damaged tree says what it cannot know: a copy of what was left to be seen is
//! not proven to be whole.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use crate::harness::{Dir, Fscan, Image, Need, Outcome, Shards, files, in_lab, python, tool};

const LAB: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs"), Need::Tool("rsync")];

/// Writes a manifest of a damaged tree, copies what can be seen, and compares the copy.
fn compared(dir: &Dir, damage: &[&str]) -> Outcome {
    let image = Image::ext4(dir, 32, &["-b", "4096"]);
    image.fill(|top| {
        files(&top.join("app/many"), 500);
        files(&top.join("other"), 5);
    });
    image.debugfs(damage);
    let home = image.mount("errors=continue");
    let manifest = dir.join("before.jsonl.gz");
    let scan = Fscan::new(dir).arg("--read-only").arg(home.point()).arg("--manifest");
    scan.arg(&manifest).run().expect_code(1);
    let copy = dir.folder("copy");
    let from = format!("{}/", home.point().display());
    let rsync = tool("rsync").args(["-aHAX", &from]).arg(&copy).output().unwrap();
    assert!(!rsync.status.success(), "rsync meets what cannot be read");
    let left = fs::read_dir(copy.join("app/many")).unwrap().count();
    assert!(left < 500, "it lost some");
    compare(dir, &copy, &manifest)
}

fn compare(dir: &Dir, copy: &Path, manifest: &Path) -> Outcome {
    let scan = Fscan::new(dir).args(["--skip", "kernel,tar", "--strict"]).arg(copy);
    scan.arg("--baseline").arg(manifest).run()
}

#[test]
fn names_that_a_damaged_index_hides_are_left_open() {
    in_lab(LAB, |dir| {
        let seed = "set_super_value hash_seed 11111111-2222-3333-4444-555555555555";
        let outcome = compared(dir, &[seed]);
        outcome.expect_code(3);
        let text = outcome.stdout();
        outcome.expect(text.contains("app/many"), "where");
        outcome.expect(!text.contains("Everything was examined"), "not everything was");
        outcome.expect(!text.contains("intact:"), "nor is it proven to be intact");
    });
}

#[test]
fn a_name_whose_inode_is_gone_is_left_open() {
    in_lab(LAB, |dir| {
        let outcome = compared(dir, &["clri /app/many/name-000007"]);
        outcome.expect_code(3);
        outcome.expect(outcome.stdout().contains("app/many/name-000007"), "which");
        outcome.expect(!outcome.stdout().contains("app/many/name-000008"), "and no other");
        outcome.expect(!outcome.stdout().contains("intact:"), "it is not proven to be intact");
    });
}

#[test]
fn files_that_lost_their_names_leave_the_tree_open() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096"]);
        image.fill(|top| files(&top.join("app"), 200));
        image.debugfs(&["unlink /app/name-000007"]);
        let home = image.mount("ro,errors=continue");
        // What was written a moment ago may be under way still.
        std::thread::sleep(std::time::Duration::from_secs(3));
        let manifest = dir.join("before.jsonl.gz");
        let scan = Fscan::new(dir).arg("--read-only").arg(home.point()).arg("--manifest");
        let scan = scan.arg(&manifest).run();
        scan.expect_code(1).expect(scan.stdout().contains("inode-unattached"), "which is seen");
        scan.expect(scan.stderr().contains("have lost their names"), "and said");
        let shards = Shards::new(dir, home.point(), 2, &["--skip", "environment,kernel"]);
        shards.scan_with_manifests();
        let joined = dir.join("joined.jsonl");
        let merged = shards.merge().arg("--manifest").arg(&joined).run();
        merged.expect(merged.stdout().contains("inode-unattached"), "merged parts tell it");
        let first_line = fs::read_to_string(&joined).unwrap();
        assert!(
            first_line.lines().next().unwrap().contains(r#""names_lost":true"#),
            "{first_line}"
        );
        let copy = dir.folder("copy");
        let from = format!("{}/", home.point().display());
        assert!(tool("rsync").args(["-aHAX", &from]).arg(&copy).status().unwrap().success());
        let outcome = compare(dir, &copy, &manifest);
        outcome.expect_code(3).expect(!outcome.stdout().contains("intact:"), "not proven");
        outcome.expect(outcome.stdout().contains("NOT ALL COMPARED"), "in the first line");
        // What is not there is told all the same.
        fs::remove_file(copy.join("app/name-000008")).unwrap();
        let outcome = compare(dir, &copy, &manifest);
        let told = outcome.expect_code(1).stdout();
        outcome.expect(told.contains("entry-missing") && told.contains("name-000008"), "the loss");
    });
}

/// Removed by somebody, and lost by the filesystem: only the time of the directory tells.
#[test]
fn a_name_that_went_without_a_trace_is_not_called_work() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096"]);
        image.fill(|top| {
            ["lost", "removed", "set_back", "swapped/sub"]
                .iter()
                .for_each(|folder| files(&top.join(folder), 20));
            let [from, to] = ["swapped", "copy"].map(|name| top.join(name));
            assert!(tool("cp").arg("-a").args([from, to]).status().unwrap().success());
            let sub = fs::File::open(top.join("copy/sub")).unwrap();
            let time = sub.metadata().unwrap().modified().unwrap();
            fs::remove_file(top.join("copy/sub/name-000009")).unwrap();
            sub.set_modified(time).unwrap();
            fs::write(top.join("lost/sums"), "of an earlier run").unwrap();
        });
        std::thread::sleep(std::time::Duration::from_secs(4));
        let home = image.mount("errors=continue");
        let point = home.point().to_owned();
        let manifest = dir.join("before.jsonl.gz");
        let scan = Fscan::new(dir).arg("--read-only").arg(&point).arg("--manifest");
        scan.arg(&manifest).run().expect_code(0);
        fs::remove_file(point.join("removed/name-000003")).unwrap();
        // As rsync and tar do it.
        let set_back = fs::File::open(point.join("set_back")).unwrap();
        let time = set_back.metadata().unwrap().modified().unwrap();
        fs::remove_file(point.join("set_back/name-000005")).unwrap();
        set_back.set_modified(time).unwrap();
        drop(set_back);
        // As one version of a program follows another.
        fs::remove_dir_all(point.join("swapped")).unwrap();
        fs::rename(point.join("copy"), point.join("swapped")).unwrap();
        let outcome = compare(dir, &point, &manifest);
        outcome.expect_code(1).expect(outcome.stdout().starts_with("DIFFERENT  "), "as work is");
        // The file that the scan itself is about to write is not missing.
        let sums = Fscan::new(dir).args(["--read-only", "--skip", "kernel"]).arg(&point);
        let sums = sums.arg("--baseline").arg(&manifest).arg("--sums").arg(point.join("lost/sums"));
        let sums = sums.run();
        sums.expect(!sums.stdout().contains("lost/sums"), "it is there");
        drop(home);
        image.debugfs(&["unlink /lost/name-000007"]);
        let verdict_by = |options: &str| {
            let home = image.mount(options);
            assert_eq!(home.point(), point);
            let scan = Fscan::new(dir).args(["--skip", "kernel,tar", "--format", "json"]);
            let outcome = scan.arg(&point).arg("--baseline").arg(&manifest).run();
            let report = outcome.expect_code(1).report();
            let told = |code| -> BTreeSet<String> {
                let rows = report.findings_of(code);
                let paths = rows.iter().filter_map(|row| row.subject.path.clone());
                paths.map(|path| path.replace(point.to_str().unwrap(), "")).collect()
            };
            outcome.expect(told("entry-lost") == ["/lost/name-000007".to_owned()].into(), "lost");
            let missing = [
                "/copy",
                "/removed/name-000003",
                "/set_back/name-000005",
                "/swapped/sub/name-000009",
            ];
            outcome.expect(told("entry-missing") == missing.map(String::from).into(), "missing");
            let unattached = !report.findings_of("inode-unattached").is_empty();
            (report.verdict.clone(), unattached)
        };
        let (verdict, unattached) = verdict_by("errors=continue");
        assert_eq!(verdict, if unattached { "corrupt" } else { "suspect" });
        // An inode that is seen to be without a name hides no name.
        std::thread::sleep(std::time::Duration::from_secs(3));
        assert_eq!(verdict_by("ro,errors=continue"), ("corrupt".to_owned(), true));
    });
}

/// Nothing is left, and it is the very volume that the manifest is of.
#[test]
fn what_a_volume_lost_is_told_also_where_that_is_everything() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096"]);
        image.fill(|top| files(&top.join("app"), 20));
        let home = image.mount("errors=continue");
        let (point, manifest) = (home.point().to_owned(), dir.join("before.jsonl.gz"));
        let scan = Fscan::new(dir).arg("--read-only").arg(&point).arg("--manifest");
        scan.arg(&manifest).run().expect_code(0);
        drop(home);
        image.debugfs(&["unlink /app"]);
        let home = image.mount("errors=continue");
        let outcome = compare(dir, &point, &manifest);
        outcome.expect_code(1).expect(outcome.stdout().contains("20 entries below it"), "all");
        drop(home);
    });
}

/// A repair gives what lost its name another one: that is no work.
#[test]
fn what_a_repair_found_is_no_mere_move() {
    in_lab(&[LAB, &[Need::Tool("e2fsck")]].concat(), |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096"]);
        image.fill(|top| {
            fs::write(top.join("precious"), "nobody else has these bytes").unwrap();
            fs::write(top.join("moved"), "nor these").unwrap();
        });
        let home = image.mount("errors=continue");
        let (point, manifest) = (home.point().to_owned(), dir.join("before.jsonl.gz"));
        let scan = Fscan::new(dir).arg("--read-only").arg(&point).arg("--manifest");
        scan.arg(&manifest).run().expect_code(0);
        fs::rename(point.join("moved"), point.join("elsewhere")).unwrap();
        drop(home);
        image.debugfs(&["unlink /precious"]);
        tool("e2fsck").arg("-fy").arg(image.file()).output().unwrap();
        let home = image.mount("errors=continue");
        let scan = Fscan::new(dir).args(["--read-only", "--format", "json"]).arg(&point);
        let outcome = scan.arg("--baseline").arg(&manifest).run();
        let report = outcome.expect_code(1).report();
        let mut moved: Vec<_> = report.findings_of("entry-moved");
        moved.sort_by(|a, b| a.severity.cmp(&b.severity));
        let severities: Vec<_> = moved.iter().map(|row| row.severity.as_str()).collect();
        outcome.expect(severities == ["info", "suspect"], "the one by hand, and the other");
        drop(home);
    });
}

/// Its inodes are older than the manifest, as those of damaged files are.
#[test]
fn a_volume_that_was_put_back_to_a_snapshot_is_different_and_not_damaged() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096"]);
        image.fill(|top| {
            files(&top.join("app"), 20);
            fs::write(top.join("app/data"), "old").unwrap();
            fs::write(top.join("app/gone"), "removed later").unwrap();
        });
        image.save();
        // Until the times of what was made in between are others for certain.
        std::thread::sleep(std::time::Duration::from_secs(1));
        let home = image.mount("errors=continue");
        let (point, manifest) = (home.point().to_owned(), dir.join("before.jsonl.gz"));
        fs::write(point.join("app/data"), "new and longer").unwrap();
        fs::write(point.join("app/made"), "later").unwrap();
        fs::remove_file(point.join("app/gone")).unwrap();
        let scan = Fscan::new(dir).arg("--read-only").arg(&point).arg("--manifest");
        scan.arg(&manifest).run().expect_code(0);
        drop(home);
        image.restore();
        let home = image.mount("errors=continue");
        let outcome = compare(dir, &point, &manifest);
        let told = outcome.expect_code(1).stdout();
        outcome.expect(told.starts_with("DIFFERENT  "), "an older state");
        for (code, name) in [("content-differs", "app/data"), ("entry-missing", "app/made")] {
            outcome.expect(told.contains(code) && told.contains(name), code);
        }
        drop(home);
    });
}

/// As databases write that keep their files in memory.
#[test]
fn what_a_program_goes_on_to_write_through_memory_is_different_and_not_damaged() {
    const WRITER: &str = "
import mmap, sys, time
file = open(sys.argv[1], 'w+b')
file.write(bytes(8192))
file.flush()
pages = mmap.mmap(file.fileno(), 0)
pages[0:4] = b'page'
time.sleep(0.1)
print('before', flush=True)
sys.stdin.readline()
pages[100:104] = b'more'
print('after', flush=True)
";
    in_lab(&[LAB, &[Need::Tool("python3")]].concat(), |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096", "-I", "256"]);
        let home = image.mount("errors=continue");
        let (point, manifest) = (home.point().to_owned(), dir.join("before.jsonl.gz"));
        let mut python = python();
        let writer = python.args(["-c", WRITER]).arg(point.join("data.mdb"));
        let mut writer = writer.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(writer.stdout.take().unwrap()).lines();
        assert_eq!(said.next().unwrap().unwrap(), "before");
        let scan = Fscan::new(dir).arg("--read-only").arg(&point).arg("--manifest");
        scan.arg(&manifest).run().expect_code(0);
        writeln!(writer.stdin.take().unwrap()).unwrap();
        assert_eq!(said.next().unwrap().unwrap(), "after");
        writer.wait().unwrap();
        let outcome = compare(dir, &point, &manifest);
        let told = outcome.expect_code(1).stdout();
        outcome.expect(told.starts_with("DIFFERENT  "), "work explains it");
        outcome.expect(told.contains("content-differs") && told.contains("(mmap)"), "which");
        drop(home);
    });
}

/// As npm installs another release of a package: all its files have one time, that of 1985.
#[test]
fn a_file_that_was_made_anew_with_an_old_time_is_different_and_not_damaged() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 32, &["-b", "4096"]);
        let home = image.mount("errors=continue");
        let (point, manifest) = (home.point().to_owned(), dir.join("before.jsonl.gz"));
        let release = |name: &str, bytes: &str| {
            fs::write(point.join(name), bytes).unwrap();
            let time = std::time::UNIX_EPOCH + std::time::Duration::new(499_162_500, 0);
            fs::File::open(point.join(name)).unwrap().set_modified(time).unwrap();
        };
        release("package.json", "version 1");
        let scan = Fscan::new(dir).arg("--read-only").arg(&point).arg("--manifest");
        scan.arg(&manifest).run().expect_code(0);
        fs::remove_file(point.join("package.json")).unwrap();
        release("package.json", "version 2");
        let outcome = compare(dir, &point, &manifest);
        let told = outcome.expect_code(1).stdout();
        outcome.expect(told.starts_with("DIFFERENT  "), "work explains it");
        outcome.expect(told.contains("content-differs"), "the bytes alone");
        drop(home);
    });
}
