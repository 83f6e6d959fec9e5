//! A scan that was stopped goes on where it was, and what it says is what one that was never
//! stopped says.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::fs::{FlockOperation, flock, syncfs};
use rustix::process::Signal;

use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, in_lab, tool};

const MIB: usize = 1 << 20;

/// Content that differs from file to file, without zeros.
fn bytes(seed: usize, length: usize) -> Vec<u8> {
    (0..length).map(|n| (n.wrapping_mul(31).wrapping_add(seed * 7) % 251) as u8 + 1).collect()
}

/// 8 MiB in small files, some of them with a second name, and two large files of as much.
fn make_tree(top: &Path) {
    fs::create_dir(top).unwrap();
    for folder in 0..8 {
        let folder = top.join(folder.to_string());
        fs::create_dir(&folder).unwrap();
        for n in 0..64 {
            fs::write(folder.join(format!("file-{n}")), bytes(n, MIB / 64)).unwrap();
        }
        fs::hard_link(folder.join("file-1"), folder.join("another")).unwrap();
    }
    for large in ["large", "larger"] {
        fs::write(top.join(large), bytes(large.len(), 8 * MIB + 17)).unwrap();
    }
}

/// Runs `body` with a tree that `make` makes on an ext4 of its own, as a volume has it that nobody writes
/// to.
fn with(make: fn(&Path), body: impl FnOnce(&Dir, &Path) + Send + 'static) {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("e2fsck")], move |dir| {
        let image = Image::ext4(dir, 100, &[]);
        let mount = image.mount("rw");
        let top = mount.join("tree");
        make(&top);
        write_back(&top);
        body(dir, &top);
    });
}

fn with_tree(body: impl FnOnce(&Dir, &Path) + Send + 'static) {
    with(make_tree, body);
}

/// A tree of one archive of so many MiB, which does not hold what its checksum says where it is `damaged`.
fn make_archive(top: &Path, mib: usize, damaged: bool) {
    fs::create_dir(top).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::none());
    packed.write_all(&bytes(1, mib * MIB)).unwrap();
    let mut packed = packed.finish().unwrap();
    packed[mib * MIB / 2] ^= u8::from(damaged);
    let path = top.join("dump.sql.gz");
    fs::write(&path, packed).unwrap();
    // What was just written may be unfinished.
    let hour_ago = SystemTime::now() - Duration::from_hours(1);
    File::options().write(true).open(&path).unwrap().set_modified(hour_ago).unwrap();
}

/// Until its pages are written back, a file is read again.
fn write_back(top: &Path) {
    syncfs(File::open(top).unwrap()).unwrap();
}

fn scan<'a>(dir: &'a Dir, top: &Path) -> Fscan<'a> {
    Fscan::new(dir).args(["--format=json", "--skip=kernel", "--checkpoint=c"]).arg(top)
}

/// Runs until so many MiB were read, then stops it.
fn stopped_after(dir: &Dir, top: &Path, mib: usize) -> Outcome {
    let mut running = scan(dir, top).args(["--max-rate=8M"]).spawn();
    running.wait_until_read((mib * MIB) as u64);
    running.signal(Signal::TERM);
    let outcome = running.wait();
    outcome.expect_code(143).expect(!outcome.report().complete, "it was stopped");
    outcome.expect(dir.join("c").exists(), "there is a checkpoint");
    outcome
}

/// Runs until more was read than the large files have, and less than there is.
fn stopped(dir: &Dir, top: &Path) {
    stopped_after(dir, top, 19);
}

/// Whether two manifests hold the same.
fn expect_same(dir: &Dir, one: &str, other: &str) {
    let compared = Fscan::new(dir).args(["diff", one, other, "--format=json"]).run();
    compared.expect_code(0).expect(compared.report().findings.is_empty(), "they hold the same");
}

#[test]
fn several_runs_read_each_byte_once_and_find_what_one_run_finds() {
    with_tree(|dir, top| {
        Fscan::new(dir).args(["--skip=kernel", "--manifest=whole"]).arg(top).run().expect_code(0);
        for threads in ["1", "2", "8"] {
            let (mut read, mut runs) = (0, 0);
            let last = loop {
                let limits = ["--max-rate=10M", "--max-duration=0.8", "--threads", threads];
                let outcome = scan(dir, top).args(limits).arg("--manifest=parts").run();
                let report = outcome.report();
                read += report.totals.bytes_read;
                runs += 1;
                if report.complete {
                    break outcome;
                }
                outcome.expect(!dir.join("parts").exists(), "half a tree is no manifest");
                outcome.expect(runs < 20, "it comes to its end");
            };
            let report = last.report();
            let all = report.totals.bytes_apparent;
            last.expect(runs >= 3, "it was stopped more than once");
            // The part of a large file that a thread had in hand when a run was stopped is read again.
            let in_hand = (runs - 1) * threads.parse::<u64>().unwrap() * MIB as u64;
            let as_due = (all..=all + in_hand).contains(&read);
            last.expect(as_due, &format!("{read} of {all} bytes read in {runs} runs"));
            let resumed = report.resumed.as_ref().unwrap();
            let taken: u64 = resumed.runs.iter().map(|run| run.bytes).sum();
            last.expect(
                taken + report.totals.bytes_read == all,
                "what this run did not read, earlier ones did",
            );
            last.expect(resumed.runs.len() >= 2, "each run is told of");
            last.expect(!dir.join("c").exists(), "the checkpoint is gone");
            expect_same(dir, "whole", "parts");
            // What was read by earlier runs is not sure to be of this mount.
            let tells_mount = ["whole", "parts"].map(|manifest| {
                let manifest = fs::read_to_string(dir.join(manifest)).unwrap();
                manifest.lines().next().unwrap().contains("mount_session")
            });
            assert_eq!(tells_mount, [true, false]);
            fs::remove_file(dir.join("parts")).unwrap();
        }
    });
}

/// Its checksum is made of all bytes in one go, which no run has the time for.
#[test]
fn an_archive_that_takes_longer_than_a_run_is_read_all_the_same() {
    let archive = |top: &Path| make_archive(top, 24, false);
    with(archive, |dir, top| {
        let limited = |seconds: &str| {
            let limits = ["--max-rate=10M", "--manifest=parts", "--max-duration", seconds];
            scan(dir, top).args(limits).run().report()
        };
        assert!(!limited("0.8").complete);
        // Nor does one forget that which does not come to it.
        limited("0.01");
        assert!(dir.join("c").exists(), "what is known of it is kept");
        let mut reports = (0..12).map(|_| limited("0.8"));
        let ended = reports.find(|report| report.complete).expect("it comes to its end");
        assert_eq!(ended.unchecked_count("interrupted"), 1, "it says what was left out");
        Fscan::new(dir).args(["--skip=kernel", "--manifest=whole"]).arg(top).run().expect_code(0);
        expect_same(dir, "parts", "whole");
    });
}

/// It disagrees at the first reading, and a run has no time for another.
#[test]
fn a_doubt_that_a_run_could_not_settle_is_no_volatile_file() {
    let archive = |top: &Path| make_archive(top, 12, true);
    with(archive, |dir, top| {
        let outcome = scan(dir, top).args(["--max-rate=10M", "--max-duration=2"]).run();
        let report = outcome.report();
        outcome.expect(report.totals.volatile == 0, "it did not change");
        let open = report.unchecked_examples("interrupted");
        let path = top.join("dump.sql.gz");
        outcome.expect(open.contains(&path.to_str().unwrap()), "it is left open");
        outcome.expect(dir.join("c").exists(), "for the next run");
        let whole = scan(dir, top).run();
        whole.expect_code(1);
        whole.expect(whole.report().findings_of("content-self-check-failed").len() == 1, "found");
    });
}

/// As with a machine that loses its power: what was written by then counts, and a torn end does
/// not.
#[test]
fn a_scan_that_was_killed_goes_on_as_well() {
    with_tree(|dir, top| {
        let running = scan(dir, top).args(["--max-rate=3M"]).spawn();
        std::thread::sleep(Duration::from_millis(6500));
        running.signal(Signal::KILL);
        running.wait();
        let journal = fs::read(dir.join("c")).unwrap();
        assert!(journal.len() > 2000, "something was written while the scan went on");
        let mut file = OpenOptions::new().append(true).open(dir.join("c")).unwrap();
        file.write_all(&journal[200..700]).unwrap();
        let outcome = scan(dir, top).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.complete, "it comes to its end");
        let left = report.totals.bytes_apparent - report.totals.bytes_read;
        outcome.expect(left > 5 * MIB as u64, "not all was read again");
    });
}

#[test]
fn a_signal_keeps_what_was_read() {
    with_tree(|dir, top| {
        let outcome = stopped_after(dir, top, 4);
        outcome.expect(outcome.stderr().contains("goes on from there"), "it says so");
        let report = scan(dir, top).run().report();
        assert!(report.resumed.is_some() && report.complete);
    });
}

/// Sets the times back after a change, as silent damage has them; `ctime` cannot be set.
#[test]
fn a_file_that_changed_between_the_runs_is_read_again() {
    with_tree(|dir, top| {
        stopped(dir, top);
        let paths: Vec<PathBuf> = (0..8).map(|n| top.join(format!("{n}/file-9"))).collect();
        for path in &paths {
            let before = fs::metadata(path).unwrap();
            let file = OpenOptions::new().write(true).open(path).unwrap();
            file.write_all_at(b"changed", 100).unwrap();
            file.set_modified(before.modified().unwrap()).unwrap();
            assert_eq!(before.len(), fs::metadata(path).unwrap().size());
        }
        fs::rename(top.join("0/file-3"), top.join("0/file-4")).unwrap();
        scan(dir, top).arg("--manifest=parts").run().expect_code(0);
        Fscan::new(dir).args(["--skip=kernel", "--manifest=whole"]).arg(top).run().expect_code(0);
        expect_same(dir, "whole", "parts");
    });
}

/// What was wrong in the first run is looked at again in the second.
#[test]
fn damage_is_found_by_the_run_that_ends_the_scan() {
    with_tree(|dir, top| {
        let objects = top.join("0/.git/objects/aa");
        fs::create_dir_all(&objects).unwrap();
        let name = "0123456789012345678901234567890123456789";
        fs::write(objects.join(&name[2..]), bytes(1, 100)).unwrap();
        fs::write(top.join("7/never.js"), vec![0; 8192]).unwrap();
        let old = SystemTime::now() - Duration::from_hours(1);
        for path in [objects.join(&name[2..]), top.join("7/never.js")] {
            File::options().write(true).open(path).unwrap().set_modified(old).unwrap();
        }
        let whole = Fscan::new(dir).args(["--format=json", "--skip=kernel"]).arg(top).run();
        let report = whole.expect_code(1).report();
        let codes = report.codes();
        whole.expect(codes.len() == 2, "two kinds of damage");
        // Most was read, the damaged files maybe among it; the rest by the second run.
        stopped(dir, top);
        let outcome = scan(dir, top).run();
        let report = outcome.report();
        outcome.expect(report.complete && report.resumed.is_some(), "it went on");
        outcome.expect(report.codes() == codes, "the same is found");
    });
}

/// A clone has the numbers and times of what it was made of, and may have other content.
#[test]
fn a_clone_of_a_filesystem_is_read_for_itself() {
    let needs = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("e2fsck")];
    in_lab(&needs, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill_and_age(|top| {
            for n in 0..20 {
                fs::write(top.join(format!("f{n}")), bytes(n, MIB)).unwrap();
                fs::hard_link(top.join(format!("f{n}")), top.join(format!("g{n}"))).unwrap();
            }
        });
        let clone = dir.join("clone");
        assert!(tool("cp").args([image.file(), &clone]).status().unwrap().success());
        let mounts = [image.mount("ro"), Mount::image(&clone, &dir.join("second"), "ro")];
        let run = |limits: &[&str]| {
            let scan = Fscan::new(dir).args(["--format=json", "--skip=kernel", "--checkpoint=c"]);
            scan.args(limits).args(mounts.iter().map(Mount::point)).run().report()
        };
        let first = run(&["--max-rate=25M", "--max-duration=0.8"]);
        let second = run(&[]);
        let read = first.totals.bytes_read + second.totals.bytes_read;
        assert!(!first.complete && first.totals.bytes_read > MIB as u64, "a part was read");
        assert!(second.complete && read >= 40 * MIB as u64, "each is read: {read}");
    });
}

/// On a tmpfs no time tells of all writes.
#[test]
fn that_nothing_could_be_kept_is_told() {
    in_lab(&[], |dir| {
        let memory = Mount::tmpfs(&dir.folder("memory"), "size=64m");
        fs::write(memory.join("large"), bytes(1, 40 * MIB)).unwrap();
        let scan = Fscan::new(dir).args(["--check=content", "--checkpoint=c"]).arg(memory.point());
        let outcome = scan.args(["--max-rate=10M", "--max-duration=0.5"]).run();
        outcome.expect(outcome.stderr().contains("c: nothing is kept"), "so the next one knows");
        outcome.expect(!dir.join("c").exists(), "there is no file");
    });
}

/// A report that does not reach its reader is made again.
#[test]
fn what_was_read_is_kept_until_the_report_is_out() {
    with_tree(|dir, top| {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let outcome = scan(dir, top).run_with_stdout(full);
        outcome.expect_code(2).expect(dir.join("c").exists(), "the checkpoint is still there");
        let report = scan(dir, top).run().report();
        assert_eq!(report.totals.bytes_read, 0, "nothing is read again");
        assert!(!dir.join("c").exists());
    });
}

#[test]
fn what_cannot_be_gone_on_with_is_refused_and_left_alone() {
    with_tree(|dir, top| {
        stopped(dir, top);
        let checkpoint = dir.join("c");
        let kept = fs::read_to_string(&checkpoint).unwrap();
        let refused = |what: &str| {
            let outcome = scan(dir, top).run();
            outcome.expect_code(2).expect_one_error_line(what);
        };
        let other = scan(dir, &dir.folder("elsewhere")).run();
        other.expect_code(2).expect_one_error_line("is of a scan of ");
        fs::write(&checkpoint, kept.replacen("\"tool\":\"fscan ", "\"tool\":\"fscan 9.", 1))
            .unwrap();
        refused("was written by fscan 9.");
        fs::write(&checkpoint, kept.replacen("checkpoint\":1", "checkpoint\":2", 1)).unwrap();
        refused("was written by another version of fscan");
        fs::write(&checkpoint, "dear diary\n").unwrap();
        refused("it is no checkpoint, and is left alone");
        assert_eq!(fs::read_to_string(&checkpoint).unwrap(), "dear diary\n");
        fs::write(&checkpoint, &kept).unwrap();
        let held = File::open(&checkpoint).unwrap();
        flock(&held, FlockOperation::LockExclusive).unwrap();
        refused("another scan is writing this checkpoint");
        drop(held);
        fs::rename(&checkpoint, dir.join("moved")).unwrap();
        symlink(dir.join("moved"), &checkpoint).unwrap();
        refused("it is a symbolic link");
        fs::remove_file(&checkpoint).unwrap();
        assert!(tool("mkfifo").arg(&checkpoint).status().unwrap().success());
        refused("it is no regular file");
        fs::remove_file(&checkpoint).unwrap();
        fs::rename(dir.join("moved"), &checkpoint).unwrap();
        scan(dir, top).run().expect_code(0);
    });
}

/// The mount point of a volume that is not mounted looks like a tree that is scanned at once.
#[test]
fn a_checkpoint_outlives_the_volume_that_is_not_mounted() {
    let needs = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("e2fsck")];
    in_lab(&needs, |dir| {
        let image = Image::ext4(dir, 100, &[]);
        let mount = image.mount("rw");
        make_tree(&mount.join("tree"));
        write_back(mount.point());
        let point = mount.point().to_owned();
        stopped(dir, &point);
        drop(mount);
        let kept = fs::read(dir.join("c")).unwrap();
        let refused = scan(dir, &point).run();
        let error = "c: the checkpoint is of another filesystem at this path";
        refused.expect_code(2).expect_one_error_line(error);
        refused.expect_one_error_line("is the volume mounted?");
        refused.expect_one_error_line("--force");
        assert_eq!(fs::read(dir.join("c")).unwrap(), kept);

        let mount = image.mount("rw");
        let report = scan(dir, &point).run().report();
        assert!(report.complete && report.resumed.is_some(), "it is gone on with");
        assert!(!dir.join("c").exists());
        stopped(dir, &point);
        drop(mount);
        let forced = scan(dir, &point).arg("--force").run();
        let report = forced.expect_code(0).report();
        forced.expect(report.resumed.is_none() && !dir.join("c").exists(), "it was begun anew");
    });
}

/// An edited line, and all that stands behind it, counts for nothing.
#[test]
fn an_edited_checkpoint_is_not_believed() {
    with_tree(|dir, top| {
        stopped(dir, top);
        let kept = fs::read_to_string(dir.join("c")).unwrap();
        let line = kept.lines().find(|line| line.starts_with("file ")).unwrap();
        let lie = format!("{}{}", &line[..line.len() - 8], "00000000");
        fs::write(dir.join("c"), kept.replacen(line, &lie, 1)).unwrap();
        let outcome = scan(dir, top).arg("--manifest=parts").run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.resumed.is_none(), "nothing was taken over");
        Fscan::new(dir).args(["--skip=kernel", "--manifest=whole"]).arg(top).run().expect_code(0);
        expect_same(dir, "whole", "parts");
    });
}

#[test]
fn the_checkpoint_is_no_part_of_the_tree() {
    with_tree(|dir, top| {
        let inside = top.join("c");
        let run = |more: &[&str]| {
            let scan = Fscan::new(dir).args(["--format=json", "--skip=kernel"]).args(more);
            scan.arg("--checkpoint").arg(&inside).arg(top).run()
        };
        run(&["--read-only"]).expect_code(2).expect_one_error_line("--read-only");
        run(&["--quick"]).expect_code(2);
        run(&["--skip=content"]).expect_code(2).expect_one_error_line("needs the check content");
        run(&["-o", inside.to_str().unwrap()]).expect_code(2).expect_one_error_line("two purposes");
        assert!(!inside.exists());
        let nowhere = Fscan::new(dir).arg("--checkpoint").arg(dir.join("c")).arg("nowhere").run();
        nowhere.expect_code(2).expect(!dir.join("c").exists(), "nothing is kept of nothing");
        run(&["--max-rate=10M", "--max-duration=0.5"]);
        run(&["--manifest=parts", "--ignore=mtime", "--baseline=parts"]).expect_code(2);
        run(&["--manifest=parts"]).expect_code(0);
        assert!(!fs::read_to_string(dir.join("parts")).unwrap().contains(r#""path":"c""#));
    });
}

#[test]
fn a_full_disk_ends_the_keeping_and_not_the_scan() {
    with_tree(|dir, top| {
        let full = Mount::tmpfs(&dir.join("full"), "size=4k");
        let scan = Fscan::new(dir).args(["--format=json", "--skip=kernel"]).arg(top);
        let limits = ["--max-rate=10M", "--max-duration=1.5"];
        let outcome = scan.args(limits).arg("--checkpoint").arg(full.join("c")).run();
        outcome.expect_code(2).expect(outcome.stderr().contains("cannot be written"), "it says so");
        outcome.expect(outcome.report().totals.bytes_read > 0, "the scan went on");
        let kept = fs::read_to_string(full.join("c")).unwrap();
        outcome.expect(kept.lines().last().unwrap().starts_with("seal "), "what is kept is whole");
    });
}

/// A store to a mapped page that waits to be written back changes no times.
#[test]
fn what_is_not_written_back_yet_is_read_again() {
    with_tree(|dir, top| {
        for folder in 0..8 {
            for n in 0..64 {
                let path = top.join(format!("{folder}/file-{n}"));
                // What is only overwritten is written back when it is closed (auto_da_alloc).
                fs::remove_file(&path).unwrap();
                fs::write(path, bytes(n + 1, MIB / 64)).unwrap();
            }
        }
        stopped(dir, top);
        let kept = fs::read_to_string(dir.join("c")).unwrap();
        let (files, parts) = (kept.matches("\nfile ").count(), kept.matches("\npart ").count());
        // The large ones are clean, and the eight that had a second name.
        assert!(files <= 10 && parts > 0, "{files} files, {parts} parts");
    });
}

/// Whatever stands there now belongs to somebody else.
#[test]
fn a_file_that_took_the_checkpoint_s_place_is_left_alone() {
    with_tree(|dir, top| {
        let mut running = scan(dir, top).arg("--max-rate=20M").spawn();
        running.wait_until_read(4 * MIB as u64);
        fs::rename(dir.join("c"), dir.join("away")).unwrap();
        dir.file("c", b"precious");
        let outcome = running.wait();
        outcome.expect_code(2).expect(outcome.stderr().contains("moved or removed"), "it says so");
        assert_eq!(fs::read(dir.join("c")).unwrap(), b"precious");
    });
}
