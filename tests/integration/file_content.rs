//! The content of files: read once, past what cannot be read, and again where it changes.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::harness::{Dir, Fscan, Image, Need, Outcome, User, files, in_lab, tool};

const MIB: u64 = 1 << 20;

/// Writes three MiB so that the middle one comes last on the device: another file takes the place
/// that the kernel would choose for it.
fn with_its_middle_last(top: &Path) {
    let write = |name: &str, at: u64| {
        // Closing gives back what the kernel set aside for the file.
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(top.join(name));
        let file = file.unwrap();
        file.write_all_at(&vec![b'a' + at as u8; MIB as usize], at * MIB).unwrap();
        file.sync_all().unwrap();
    };
    write("torn", 0);
    write("between", 0);
    write("torn", 2);
    write("torn", 1);
}

/// The block of the device that holds a block of a file.
fn block_of(image: &Image, name: &str, block: u64) -> u64 {
    let question = format!("bmap {name} {block}");
    let answer = tool("debugfs").args(["-R", &question]).arg(image.file()).output().unwrap();
    String::from_utf8(answer.stdout).unwrap().trim().parse().unwrap()
}

/// The device ends within a file: what lies beyond cannot be read, all else can.
#[test]
fn a_device_error_within_a_file_is_told_to_the_byte() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("setpriv")], |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill_and_age(|top| {
            files(&top.join("sound"), 20);
            with_its_middle_last(top);
        });
        let places = [0, 256, 512].map(|block| block_of(&image, "/torn", block));
        assert!(places[1] > places[0] && places[1] > places[2], "{places:?}");
        for readable in [0, 64, 255] {
            image.save();
            let mount = image.mount("ro,noload");
            let end = (places[1] + readable) * 4096;
            OpenOptions::new().write(true).open(image.file()).unwrap().set_len(end).unwrap();
            for user in [User::Caller, User::Nobody] {
                let scan = Fscan::new(dir)
                    .args(["--format", "json", "--check", "content"])
                    .arg(mount.point());
                let outcome = scan.user(user).run();
                let report = outcome.expect_code(1).report();
                let found = report.findings_of("content-unreadable");
                outcome.expect(found.len() == 1, "one file cannot be read");
                let range = format!("bytes {} to {}", MIB + readable * 4096, 2 * MIB - 1);
                outcome.expect(found[0].evidence == [range.clone()], &range);
                outcome.expect(report.codes().len() == 1, "and nothing else is wrong");
                outcome.expect(report.totals.bytes_read >= 3 * MIB, "it was read to its end");
            }
            drop(mount);
            image.restore();
        }
    });
}

#[test]
fn large_and_small_files_are_read_once_by_any_number_of_threads() {
    let dir = Dir::new();
    dir.file("tree/large", &vec![7; 40 * MIB as usize + 12_345]);
    files(&dir.join("tree/small"), 300);
    fs::hard_link(dir.join("tree/large"), dir.join("tree/other name")).unwrap();
    let bytes: u64 = walkdir::WalkDir::new(dir.join("tree/small"))
        .into_iter()
        .map(|entry| entry.unwrap().metadata().unwrap())
        .filter(fs::Metadata::is_file)
        .map(|facts| facts.len())
        .sum::<u64>()
        + 40 * MIB
        + 12_345;
    for threads in ["1", "2", "8"] {
        let scan = Fscan::new(&dir).args([
            "--format",
            "json",
            "--check",
            "content",
            "--threads",
            threads,
            "tree",
        ]);
        let outcome = scan.run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.totals.bytes_read == bytes, &format!("{bytes} bytes were read"));
    }
}

#[test]
fn a_file_that_may_not_be_read_is_told() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let path = dir.file("tree/secret", b"content");
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let scan = Fscan::new(dir)
            .args(["--format", "json", "--check", "content"])
            .arg("tree")
            .user(User::Nobody);
        let outcome = scan.run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.unchecked_count("permission-denied") == 1, "it was not read");
        outcome.expect(report.totals.bytes_read == 0, "nothing was read");
    });
}

#[test]
fn source_code_of_zero_bytes_is_suspect_and_a_disk_image_is_not() {
    let dir = Dir::new();
    dir.file("tree/index.js", &[0; 8192]);
    dir.file("tree/disk.img", &[0; 8192]);
    File::create(dir.join("tree/sparse.js")).unwrap().set_len(MIB).unwrap();
    File::open(dir.join("tree")).unwrap().sync_all().unwrap();
    let outcome = Fscan::new(&dir).args(["--format", "json", "--check", "content", "tree"]).run();
    let report = outcome.expect_code(1).report();
    let found = report.findings_of("content-zeroed");
    outcome.expect(found.len() == 1, "one file is suspect");
    let path = found[0].subject.path_bytes().unwrap_or_default();
    outcome.expect(path.ends_with(b"tree/index.js"), "and it is the source code");
}

/// Files that grow, shrink and are written over all the time.
#[test]
fn files_that_change_while_they_are_read_are_no_damage() {
    let dir = Dir::new();
    dir.folder("tree");
    let paths: Vec<_> = (0..4).map(|n| dir.join(format!("tree/busy-{n}.js"))).collect();
    paths.iter().for_each(|path| fs::write(path, vec![1; 9 * MIB as usize]).unwrap());
    let stop = AtomicBool::new(false);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        scope.spawn(|| {
            let sizes = [9 * MIB, 0, 3 * MIB, 8 * MIB + 1];
            for round in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                for path in &paths {
                    let file = OpenOptions::new().write(true).open(path).unwrap();
                    file.set_len(sizes[round % sizes.len()]).unwrap();
                    file.write_all_at(&[2; 4096], MIB).unwrap();
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        let scan =
            || Fscan::new(&dir).args(["--format", "json", "--check", "content", "tree"]).run();
        let outcomes = (0..5).map(|_| scan()).collect();
        stop.store(true, Ordering::Relaxed);
        outcomes
    });
    for outcome in outcomes {
        let report = outcome.expect_code(0).report();
        outcome.expect(report.findings.is_empty(), "nothing is found");
    }
}
