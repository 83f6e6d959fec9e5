//! The content of files: read once, past what cannot be read, and again where it changes.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::{Advice, FallocateFlags, fadvise, fallocate};
use rustix::process::Signal;

use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, User, files, in_lab, tool};

const MIB: u64 = 1 << 20;

/// The device ends within the middle of a file: what lies beyond cannot be read, all else can.
#[test]
fn a_device_error_within_a_file_is_told_to_the_byte() {
    let needs = [
        Need::Loop,
        Need::Tool("mkfs.ext4"),
        Need::Tool("debugfs"),
        Need::Tool("losetup"),
        Need::Tool("setpriv"),
    ];
    in_lab(&needs, |dir| {
        let image = Image::ext4(
            dir,
            64,
            &["-b", "4096", "-O", "^extents,^64bit,^has_journal,^metadata_csum"],
        );
        image.fill_and_age(|top| {
            files(&top.join("sound"), 20);
            fs::write(top.join("torn"), vec![b'x'; 12 * 4096 - 100]).unwrap();
        });
        // Three blocks of the file move to the end of the device.
        image.debugfs(&[
            "set_inode_field /torn block[5] 16380",
            "set_inode_field /torn block[6] 16381",
            "set_inode_field /torn block[9] 16382",
            "setb 16380 3",
        ]);
        image.save();
        let cases: [(u64, &[&str]); 3] = [
            (16_380, &["bytes 20480 to 28671", "bytes 36864 to 40959"]),
            (16_381, &["bytes 24576 to 28671", "bytes 36864 to 40959"]),
            (16_382, &["bytes 36864 to 40959"]),
        ];
        for (end, ranges) in cases {
            let mount = image.mount("ro");
            let device = OpenOptions::new().write(true).open(image.file()).unwrap();
            device.set_len(end * 4096).unwrap();
            // Else the loop device reads zeros where its file has ended.
            let shrunk = tool("losetup").arg("--set-capacity").arg(mount.source()).status();
            assert!(shrunk.unwrap().success());
            for user in [User::Caller, User::Nobody] {
                let scan = content_of(dir).arg(mount.point()).user(user);
                let outcome = scan.run();
                let report = outcome.expect_code(1).report();
                let found = report.findings_of("content-unreadable");
                outcome.expect(found.len() == 1, "one file cannot be read");
                outcome.expect(found[0].evidence == ranges, &format!("{ranges:?}"));
                let damaged = &report.blocks[0].damaged;
                let place = (damaged[0].start, damaged[0].start + damaged[0].blocks);
                outcome.expect(damaged.len() == 1 && place == (end, 16_383), "and where it lies");
                outcome.expect(report.codes().len() == 1, "and nothing else is wrong");
            }
            drop(mount);
            image.restore();
        }
    });
}

/// What the machine works with is not pushed out, whoever of the threads comes last.
#[test]
fn a_large_file_that_was_not_in_memory_is_not_afterwards() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("fincore")], |dir| {
        let image = Image::ext4(dir, 96, &["-b", "4096"]);
        let mount = image.mount("noatime");
        let large = mount.join("large");
        fs::write(&large, vec![7; 48 * MIB as usize]).unwrap();
        let pages = || {
            let told = tool("fincore").args(["-n", "-o", "PAGES"]).arg(&large).output().unwrap();
            String::from_utf8(told.stdout).unwrap().trim().parse::<u64>().unwrap()
        };
        let file = File::open(&large).unwrap();
        file.sync_all().unwrap();
        for threads in ["1", "2", "6"].repeat(4) {
            fadvise(&file, 0, None, Advice::DontNeed).unwrap();
            assert_eq!(pages(), 0, "it is not in memory before");
            let scan = content_of(dir).args(["--read-only", "--threads", threads]);
            scan.arg(mount.point()).run().expect_code(0);
            assert_eq!(pages(), 0, "with {threads} threads");
        }
    });
}

/// Far more than is tried page by page, with what can be read before and behind it.
#[test]
fn a_large_part_that_cannot_be_read_hides_nothing_behind_it() {
    const START: u64 = 10 * MIB + 4096;
    const LENGTH: u64 = 40 * MIB;
    const SIZE: u64 = LENGTH + 20 * MIB;
    let needs = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs"), Need::Tool("losetup")];
    in_lab(&needs, |dir| {
        let image = Image::ext4(dir, 128, &["-b", "4096", "-O", "^has_journal"]);
        image.fill(|top| {
            let large = top.join("large");
            fs::write(&large, vec![b'x'; 20 * MIB as usize]).unwrap();
            let file = OpenOptions::new().write(true).open(&large).unwrap();
            file.sync_all().unwrap();
            fallocate(&file, FallocateFlags::INSERT_RANGE, START, LENGTH).unwrap();
            file.write_all_at(&vec![b'y'; LENGTH as usize], START).unwrap();
            file.sync_all().unwrap();
            age(top);
        });
        let block = |byte: u64| image.block("/large", byte / 4096);
        let end = block(START);
        assert!(end > block(0) && end > block(SIZE - 1), "the middle lies behind the rest");
        let mount = image.mount("ro");
        OpenOptions::new().write(true).open(image.file()).unwrap().set_len(end * 4096).unwrap();
        let shrunk = tool("losetup").arg("--set-capacity").arg(mount.source()).status();
        assert!(shrunk.unwrap().success());
        let mut due = vec![b'x'; SIZE as usize];
        due[START as usize..][..LENGTH as usize].fill(0);
        let due = blake3::hash(&due).to_hex();
        for threads in ["1", "2", "5"] {
            let scan = Fscan::new(dir).args(["--format=json", "--check=content,attributes"]);
            let scan = scan.args(["--threads", threads, "--manifest=m", "--force"]);
            let outcome = scan.arg(mount.point()).in_folder(dir.path()).run();
            let report = outcome.expect_code(1).report();
            let range = format!("bytes {START} to {}", START + LENGTH - 1);
            let found = report.findings_of("content-unreadable");
            outcome.expect(found.len() == 1 && found[0].evidence[0] == range, &range);
            let manifest = fs::read_to_string(dir.join("m")).unwrap();
            let range = format!("\"unreadable\":[[{START},{}]]", START + LENGTH);
            assert!(manifest.contains(&range) && manifest.contains(due.as_str()), "{manifest}");
        }
    });
}

/// A file that was just written may be unfinished, so all of them are made older.
fn age(top: &Path) {
    let hour_ago = SystemTime::now() - Duration::from_hours(1);
    for entry in walkdir::WalkDir::new(top).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let file = OpenOptions::new().append(true).open(entry.path()).unwrap();
            file.set_modified(hour_ago).unwrap();
        }
    }
}

fn content_of(dir: &Dir) -> Fscan<'_> {
    Fscan::new(dir).args(["--format", "json", "--check", "content"])
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
    for hole in ["hole.js", "download.zip"] {
        File::create(dir.join("tree").join(hole)).unwrap().set_len(MIB).unwrap();
    }
    for n in 0..4 {
        dir.file(format!("tree/weights/{n}.record"), &[n.min(1); 8192]);
    }
    let young = content_of(&dir).arg("tree").run();
    young.expect_code(0).expect(young.report().unchecked_count("unfinished") == 3, "half written?");
    age(&dir.join("tree"));
    let outcome = content_of(&dir).arg("tree").run();
    let report = outcome.expect_code(1).report();
    let found = report.findings_of("content-zeroed");
    let paths: Vec<_> = found.iter().map(|f| f.subject.path_bytes().unwrap()).collect();
    outcome.expect(paths.len() == 3, "three files are suspect");
    outcome.expect(paths[0].ends_with(b"tree/hole.js"), "source code whose blocks were lost");
    outcome.expect(paths[1].ends_with(b"tree/index.js"), "source code");
    outcome
        .expect(paths[2].ends_with(b"weights/0.record"), "and what its neighbours speak against");
}

/// What is in memory is looked at where it stands, and the rest is read: each byte once, and in order.
#[test]
fn a_large_file_that_is_in_memory_in_part_is_hashed_as_a_whole() {
    let dir = Dir::new();
    let content: Vec<u8> =
        (0..20 * MIB + 4321).map(|n| (n.wrapping_mul(7919) >> 5) as u8).collect();
    let path = dir.file("tree/large", &content);
    File::open(&path).unwrap().sync_all().unwrap();
    for gaps in [&[][..], &[0], &[3, 4, 11], &[20]] {
        fs::read(&path).unwrap();
        for gap in gaps {
            let file = File::open(&path).unwrap();
            let length = std::num::NonZeroU64::new(MIB / 2);
            fadvise(&file, gap * MIB, length, Advice::DontNeed).unwrap();
        }
        for threads in ["1", "2", "8"] {
            let scan = content_of(&dir).args(["--check", "attributes", "--sums", "sums"]);
            let outcome = scan.args(["--threads", threads, "tree"]).run();
            let report = outcome.expect_code(0).report();
            outcome.expect(report.totals.bytes_read == content.len() as u64, "each byte once");
            let expected = format!("{}  large\n", blake3::hash(&content).to_hex());
            let sums = fs::read_to_string(dir.join("sums")).unwrap();
            outcome.expect(sums == expected, &format!("{sums} for {expected}"));
        }
    }
}

/// A server's files are asked for anew by read(2) alone, so that those below other mounts are read.
#[test]
fn only_files_of_the_root_s_own_filesystem_are_mapped() {
    in_lab(&[Need::Tool("strace")], |dir| {
        let own = Mount::tmpfs(&dir.join("mnt"), "size=32m");
        let other = Mount::tmpfs(&own.join("below"), "size=32m");
        fs::write(own.join("large"), vec![1; 9 * MIB as usize]).unwrap();
        fs::write(other.join("other"), vec![2; 9 * MIB as usize]).unwrap();
        let mapped = |root: &Path, name: &str| {
            let log = dir.join("strace");
            let mut strace = tool("strace");
            strace.args(["-f", "-y", "-e", "trace=mmap", "-o"]).arg(&log);
            strace.arg(env!("CARGO_BIN_EXE_fscan")).args(["--quiet", "--check=content"]);
            assert!(strace.arg("--cross-mounts").arg(root).status().unwrap().success());
            let log = fs::read_to_string(log).unwrap();
            log.lines().any(|line| line.contains("MAP_SHARED") && line.contains(name))
        };
        assert!(mapped(own.point(), "/large>"), "it is in memory");
        assert!(!mapped(own.point(), "/other>"), "it lies below another mount");
        assert!(mapped(other.point(), "/other>"), "and is mapped from there");
    });
}

/// Files that grow, shrink and are written over all the time. At times they are in memory as a whole,
/// so that they are mapped when they are cut short.
#[test]
fn files_that_change_while_they_are_read_are_no_damage() {
    let dir = Dir::new();
    dir.folder("tree");
    let paths: Vec<_> = (0..4).map(|n| dir.join(format!("tree/busy-{n}.js"))).collect();
    paths.iter().for_each(|path| fs::write(path, vec![1; 9 * MIB as usize]).unwrap());
    let stop = AtomicBool::new(false);
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        scope.spawn(|| {
            let whole = vec![3; 9 * MIB as usize];
            let sizes = [9 * MIB, 0, 3 * MIB, 8 * MIB + 1];
            for round in 0.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                for path in &paths {
                    let file = OpenOptions::new().write(true).open(path).unwrap();
                    file.set_len(sizes[round % sizes.len()]).unwrap();
                    let filled = sizes[round % sizes.len()] == 9 * MIB;
                    file.write_all_at(if filled { &whole } else { &[2; 4096] }, 0).unwrap();
                }
                let whole_for_a_while = round % sizes.len() == 0;
                std::thread::sleep(Duration::from_millis(if whole_for_a_while { 6 } else { 1 }));
            }
        });
        let scan = || content_of(&dir).arg("tree").run();
        let outcomes = (0..12).map(|_| scan()).collect();
        stop.store(true, Ordering::Relaxed);
        outcomes
    });
    for outcome in outcomes {
        let report = outcome.expect_code(0).report();
        outcome.expect(report.findings.is_empty(), "nothing is found");
    }
}

#[test]
fn content_is_read_no_faster_than_asked_for() {
    let dir = Dir::new();
    for n in 0..4 {
        dir.file(format!("tree/{n}"), &vec![n; 3 * MIB as usize]);
    }
    let begun = std::time::Instant::now();
    content_of(&dir).args(["--max-rate", "6M", "tree"]).run().expect_code(0);
    let took = begun.elapsed().as_secs_f64();
    // Twelve MiB, of which half a second's worth may be read at once.
    assert!((1.3..20.0).contains(&took), "{took} s");
}

#[test]
fn a_scan_ends_when_its_time_is_up_and_says_how_far_it_came() {
    let dir = Dir::new();
    for n in 0..=250 {
        dir.file(format!("tree/{n}"), &vec![n; MIB as usize / 8]);
    }
    let slow = ["--max-rate", "2M", "--max-duration", "1.5", "--idle", "--manifest", "m"];
    let outcome = content_of(&dir).args(["--check", "attributes"]).args(slow).arg("tree").run();
    let report = outcome.expect_code(2).report();
    outcome.expect(!report.complete, "it is not complete");
    outcome.expect(report.totals.bytes_read > 0, "something was read");
    outcome.expect(report.totals.bytes_read < 30 * MIB, "and not all");
    outcome.expect(!dir.join("m").exists(), "half a tree makes no manifest");
    let outcome = content_of(&dir).args(&slow[..4]).arg("tree").run();
    outcome.expect_code(0).expect(!outcome.report().complete, "being late is no failure");
    content_of(&dir).args(&slow[..4]).args(["--strict", "tree"]).run().expect_code(3);
}

#[test]
fn every_thread_of_an_idle_scan_gives_way() {
    let dir = Dir::new();
    dir.file("tree/large", &vec![7; 24 * MIB as usize]);
    let slow = ["--max-rate=2M", "--max-duration=4", "--idle", "--checkpoint=c"];
    let mut running = content_of(&dir).args(slow).arg("tree").spawn();
    running.wait_until_read(MIB);
    let threads = fs::read_dir(format!("/proc/{}/task", running.number())).unwrap();
    let nice = threads.map(|thread| {
        let stat = fs::read_to_string(thread.unwrap().path().join("stat")).unwrap();
        // The 19th field (proc_pid_stat(5)); the name in front of the third may hold anything.
        let (_, behind) = stat.rsplit_once(") ").unwrap();
        behind.split(' ').nth(16).map(str::to_owned)
    });
    let nice: Vec<_> = nice.collect();
    running.signal(Signal::INT);
    running.wait();
    assert!(nice.len() > 3 && nice.iter().all(|nice| nice.as_deref() == Some("19")), "{nice:?}");
}

/// Open files that wait to be read leave descriptors for the walk.
#[test]
fn few_descriptors_are_enough_for_many_files() {
    let dir = Dir::new();
    for n in 0..60 {
        files(&dir.join(format!("tree/{n}")), 40);
    }
    for threads in ["1", "4"] {
        let scan = content_of(&dir).args(["--check", "extents", "--threads", threads, "tree"]);
        let outcome = scan.descriptors(64).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.unchecked.is_empty(), "everything was examined");
        outcome.expect(report.totals.files == 2400, "every file was seen");
    }
}

/// Such files are made by writing one byte far out, and a hash of them would take for ever.
#[test]
fn a_file_that_is_nearly_all_holes_is_named_and_not_read() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=16m");
        let file = File::create(mount.join("holes")).unwrap();
        file.write_all_at(b"x", (1 << 40) + 8192).unwrap();
        fs::write(mount.join("sound"), "sound").unwrap();
        let scan = content_of(dir).args(["--check=attributes", "--manifest"]).arg(dir.join("m"));
        let outcome = scan.arg(mount.point()).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(report.unchecked_count("mostly-holes") == 1, "it is named");
        outcome.expect(report.totals.bytes_read == 5, "the rest is read");
        let manifest = fs::read_to_string(dir.join("m")).unwrap();
        let line = manifest.lines().find(|line| line.contains("\"holes\"")).unwrap();
        outcome.expect(!line.contains("hash"), "its content is not known");
    });
}
