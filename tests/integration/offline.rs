//! `fscan image`: e2fsck's words on real images as findings, and what is refused.

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::mount::{MsFlags, mount};
use rustix::process::Signal;

use crate::harness::{
    Dir, Fscan, Image, Need, Outcome, Report, User, files, in_lab, special_files,
};

const LAB: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs"), Need::Tool("e2fsck")];

/// Without checksums, so that patched blocks are judged by their content.
const NO_CHECKSUMS: &[&str] = &["-b", "4096", "-O", "^metadata_csum,^metadata_csum_seed"];

/// An image with a small tree; nothing uses it any more.
fn small_image(dir: &Dir, options: &[&str]) -> Image {
    let image = Image::ext4(dir, 16, options);
    image.fill(|top| {
        fs::create_dir_all(top.join("d/sub")).unwrap();
        for (name, size) in [("plain", 10_000), ("victim", 5000), ("d/Grüße", 3), ("h1", 1)] {
            fs::write(top.join(name), vec![b'v'; size]).unwrap();
        }
        fs::hard_link(top.join("h1"), top.join("h2")).unwrap();
        symlink("plain", top.join("link")).unwrap();
        fs::write(top.join("esc\x1b[2J\nname"), "x").unwrap();
    });
    image
}

fn check(dir: &Dir, path: impl AsRef<Path>) -> Outcome {
    Fscan::new(dir).args(["image", "--format", "json"]).arg(path.as_ref()).run()
}

fn status(report: &Report) -> (&str, &str) {
    let check = &report.roots[0].checks[0];
    assert_eq!((check.name.as_str(), report.roots[0].checks.len()), ("image", 1));
    (check.status.as_str(), check.reason.as_deref().unwrap_or_default())
}

/// Puts a script in e2fsck's place, in this test's mount namespace alone.
fn stand_in(dir: &Dir, script: &str, mode: u32) {
    let program = dir.file("stand-in", format!("#!/bin/sh\n{script}\n").as_bytes());
    fs::set_permissions(&program, fs::Permissions::from_mode(mode)).unwrap();
    let inode = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    for folder in ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"] {
        let place = Path::new(folder).join("e2fsck");
        // Where it stands already, through a link or since before, it would hide itself.
        if place.exists() && inode(&place) != inode(&program) {
            mount(Some(&program), &place, None::<&str>, MsFlags::MS_BIND, None::<&str>).unwrap();
        }
    }
}

#[test]
fn a_clean_image_is_healthy_and_counted() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        let outcome =
            Fscan::new(dir).args(["image", "--strict", "--format", "json"]).arg(image.file()).run();
        let report = outcome.expect_code(0).report();
        outcome.expect(outcome.stderr().is_empty(), "nothing on stderr");
        outcome.expect(report.verdict == "healthy" && report.complete, "healthy and complete");
        let root = &report.roots[0];
        outcome.expect(root.filesystem == "ext4", "by its features");
        outcome
            .expect(root.device.is_empty() && root.mount_point.is_empty(), "a file, not mounted");
        let (ran, reason) = status(&report);
        outcome.expect(ran == "ran" && reason.starts_with("e2fsck 1."), "the version is named");
        let totals = &report.totals;
        let seen = (totals.directories, totals.files, totals.symlinks);
        // "/", lost+found, d, d/sub; six names of files.
        outcome.expect(seen == (4, 6, 1), "what e2fsck counted");

        let text = Fscan::new(dir).arg("image").arg(image.file()).run();
        text.expect_code(0).expect(text.stdout().starts_with("HEALTHY"), "and as text");
        text.expect(text.stdout().contains("Everything was examined"), "with nothing left out");
    });
}

#[test]
fn the_features_tell_ext2_and_ext3() {
    in_lab(LAB, |dir| {
        for kind in ["ext2", "ext3"] {
            let image = Image::ext4(dir, 16, &["-t", kind]);
            let report = check(dir, image.file()).expect_code(0).report();
            assert_eq!(report.roots[0].filesystem, kind);
        }
    });
}

/// How to damage an image, and what must be found: path, inode, words of e2fsck.
struct Case {
    name: &'static str,
    mkfs: &'static [&'static str],
    damage: fn(&Image),
    path: Option<&'static str>,
    /// Whose inode number the finding has to name.
    inode_of: Option<&'static str>,
    words: &'static str,
}

static CASES: &[Case] = &[
    Case {
        name: "a freed inode",
        mkfs: &[],
        damage: |image| image.debugfs(&["clri /victim"]),
        path: Some("/victim"),
        inode_of: Some("/victim"),
        words: "has deleted/unused inode",
    },
    Case {
        name: "a freed inode of a name beyond ASCII",
        mkfs: &[],
        damage: |image| image.debugfs(&["clri /d/Grüße"]),
        path: Some("/d/Grüße"),
        inode_of: Some("/d/Grüße"),
        words: "has deleted/unused inode",
    },
    Case {
        name: "a wrong link count",
        mkfs: &[],
        damage: |image| image.debugfs(&["sif /h1 links_count 5"]),
        path: None,
        inode_of: Some("/h1"),
        words: "ref count is 5, should be 2",
    },
    Case {
        name: "an impossible mode",
        mkfs: &[],
        damage: |image| image.debugfs(&["sif /victim mode 0"]),
        path: Some("/victim"),
        inode_of: Some("/victim"),
        words: "has invalid mode",
    },
    Case {
        name: "a lost directory",
        mkfs: &[],
        damage: |image| image.debugfs(&["unlink /d"]),
        path: None,
        inode_of: Some("/d"),
        words: "Unconnected directory inode",
    },
    Case {
        name: "a wrong checksum",
        mkfs: &[],
        damage: |image| image.flip_inode_byte("/victim", 2),
        path: None,
        inode_of: Some("/victim"),
        words: "checksum does not match inode",
    },
    Case {
        name: "blocks in use that are marked free",
        mkfs: &[],
        damage: |image| image.debugfs(&["freeb 1 20"]),
        path: None,
        inode_of: None,
        words: "Block bitmap differences: +(1--20)",
    },
    Case {
        name: "an extent outside of the device",
        mkfs: NO_CHECKSUMS,
        // The low byte of the length stays; the physical block gets a high third byte.
        damage: |image| image.flip_inode_byte("/victim", 40 + 12 + 10),
        path: None,
        inode_of: Some("/victim"),
        words: "has an invalid extent (logical block 0, invalid physical block",
    },
    Case {
        name: "a broken directory block",
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_block(image.block("/d", 0), 4, &[1]),
        path: None,
        inode_of: Some("/d"),
        words: "directory corrupted",
    },
    Case {
        name: "a descriptor of nonsense, with a backup that is sound",
        mkfs: &["-b", "1024"],
        damage: |image| image.debugfs(&["set_bg 0 inode_bitmap 99999999"]),
        path: None,
        inode_of: None,
        words: "Corrupt group descriptor",
    },
];

#[test]
fn damage_is_found_named_and_left_as_it_is() {
    in_lab(LAB, |dir| {
        for row in CASES {
            let image = small_image(dir, row.mkfs);
            let inode = row.inode_of.map(|path| u64::from(image.inode(path)));
            (row.damage)(&image);
            let before = fs::read(image.file()).unwrap();
            let outcome = check(dir, image.file());
            let report = outcome.expect_code(1).report();
            outcome.expect(report.verdict == "corrupt", row.name);
            let findings = report.findings_of("offline-problem");
            outcome.expect(findings.len() == report.findings.len(), "no other code");
            let due = findings.iter().find(|finding| finding.found.contains(row.words));
            let Some(due) = due else { outcome.fail(&format!("{}: {}", row.name, row.words)) };
            outcome.expect(due.severity == "corrupt", row.name);
            outcome.expect(due.subject.path.as_deref() == row.path, "the path is named");
            outcome.expect(due.subject.inode == inode, "the inode is named");
            let unknown = |line: &String| line.contains("does not know this message");
            let unknown = findings.iter().find(|finding| finding.evidence.iter().any(unknown));
            outcome.expect(unknown.is_none(), "every message is known");
            let advice: Vec<_> = report.recommendations.iter().map(|r| r.id.as_str()).collect();
            outcome.expect(advice == ["copy-image", "repair-copy-first"], "advice for an image");
            assert!(fs::read(image.file()).unwrap() == before, "{}: it was changed", row.name);
        }
    });
}

/// Two files that claim a block: pass 1D names both.
#[test]
fn a_block_of_two_files_names_both() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, NO_CHECKSUMS);
        let block = image.block("/plain", 0);
        image.debugfs(&[&format!("sif /victim block[5] {block}")]);
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(1).report();
        for path in ["/plain", "/victim"] {
            let inode = u64::from(image.inode(path));
            let named = report.findings.iter().any(|finding| {
                finding.subject.path.as_deref() == Some(path)
                    && finding.subject.inode == Some(inode)
                    && finding.found.contains("multiply-claimed block(s)")
            });
            outcome.expect(named, path);
        }
    });
}

/// e2fsck stops at a directory block that it may not repair: what is behind was not seen.
#[test]
fn what_e2fsck_did_not_come_to_is_said() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, NO_CHECKSUMS);
        image.patch_block(image.block("/d", 0), 4, &[1]);
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(1).report();
        let (ran, reason) = status(&report);
        outcome.expect(ran == "partial" && reason.contains("gave up"), "the check is partial");
        outcome.expect(!report.complete, "and the report incomplete");
        outcome.expect_one_error_line(image.file().to_str().unwrap());
    });
}

/// The superblock's own counts are written at unmount: a risk for nobody.
#[test]
fn stale_counts_are_no_damage() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&["ssv free_blocks_count 3"]);
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(0).report();
        outcome.expect(report.verdict == "at-risk", "told, but no damage");
        let strict =
            Fscan::new(dir).args(["image", "--fail-on", "warning"]).arg(image.file()).run();
        strict.expect_code(1);
    });
}

/// A snapshot holds the files that were deleted and open then; the next mount clears them away.
#[test]
fn deleted_files_that_wait_for_a_mount_make_findings_suspect() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&["sif /victim links_count 0", "unlink /victim"]);
        let damaged = check(dir, image.file()).expect_code(1).report();
        assert_eq!(damaged.verdict, "corrupt", "nothing says that it waits");
        image.debugfs(&["ssv last_orphan 13"]);
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "suspect", "a mount would clear it away");
        let told = |line: &String| line.contains("deleted files that were open");
        let all = report.findings.iter().all(|finding| finding.evidence.iter().any(told));
        outcome.expect(all, "each finding says so");
    });
}

#[test]
fn a_journal_that_was_not_replayed_makes_findings_suspect() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        // debugfs prints the features it set.
        image.set_feature("needs_recovery");
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(0).report();
        let (ran, reason) = status(&report);
        outcome.expect(ran == "partial" && reason.contains("journal"), "it is said");
        let strict = Fscan::new(dir).args(["image", "--strict"]).arg(image.file()).run();
        strict.expect_code(3);

        image.debugfs(&["clri /victim"]);
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "suspect", "it may be what the journal would put right");
        let told = |finding: &str| finding.contains("journal was not replayed");
        let mut findings = report.findings.iter();
        let all = findings.all(|finding| finding.evidence.iter().any(|line| told(line)));
        outcome.expect(all, "each finding says so");
        let advice: Vec<_> = report.recommendations.iter().map(|r| r.id.as_str()).collect();
        outcome.expect(advice == ["copy-image", "settle-image"], "replay a copy's journal");
    });
}

#[test]
fn hostile_names_reach_no_terminal() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &["-L", "a\x1b[2J: b"]);
        let found = image.file().with_file_name("image ?x\x1b[2J\nUUID=1");
        image.debugfs(&["clri \"/esc\x1b[2J\nname\""]);
        fs::rename(image.file(), &found).unwrap();
        let outcome = Fscan::new(dir).args(["image", "-v"]).arg(&found).run();
        outcome.expect_code(1);
        outcome.expect(!outcome.stdout().contains('\x1b'), "no escape sequence");
        outcome
            .expect(outcome.stdout().contains("/esc^[[2J^Jname"), "the name as e2fsck prints it");
        let json = check(dir, &found);
        let report = json.expect_code(1).report();
        let named = |path: &Option<String>| path.as_deref() == Some("/esc^[[2J^Jname");
        json.expect(report.findings.iter().any(|f| named(&f.subject.path)), "and as data");
    });
}

#[test]
fn a_mounted_device_is_refused_unless_forced() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&["clri /victim"]);
        let mount = image.mount("ro");
        let device = mount.source();
        let link = dir.join("link-to-device");
        symlink(&device, &link).unwrap();
        for path in [image.file(), &device, &link] {
            let outcome = check(dir, path);
            outcome.expect_code(2).expect_one_error_line(path.to_str().unwrap());
            outcome.expect_one_error_line(mount.point().to_str().unwrap());
            outcome.expect_one_error_line("--force");
            let report = outcome.report();
            outcome.expect(report.findings.is_empty(), "nothing was looked at");
            outcome.expect(report.unchecked_count("in-use") == 1, "and that is said");

            let forced =
                Fscan::new(dir).args(["image", "--force", "--format", "json"]).arg(path).run();
            let report = forced.expect_code(1).report();
            forced.expect(report.verdict == "suspect", "it proves nothing");
            let told = |line: &String| line.contains("in use while it was checked");
            let mut findings = report.findings.iter();
            let all = findings.all(|finding| finding.evidence.iter().any(told));
            forced.expect(all, "each finding says why");
            forced.expect(status(&report).0 == "partial", "and so does the check");
        }
    });
}

/// A pod has a mount namespace of its own and does not see the node's mounts.
#[test]
fn a_device_mounted_in_another_namespace_is_refused() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        let mount = image.mount("ro");
        let device = mount.source();
        // Nobody may not open the loop device, and sees it by /sys/fs/ext4 alone.
        for (path, user) in
            [(image.file(), User::Caller), (&device, User::Caller), (image.file(), User::Nobody)]
        {
            let command = Fscan::new(dir).args(["image"]).arg(path).user(user);
            let outcome = command.without_mount(mount.point()).run();
            outcome.expect_code(2).expect_one_error_line("mounted in another mount namespace");
        }
    });
}

/// Detached again it is checked as a device, by whatever path.
#[test]
fn a_detached_device_is_checked() {
    in_lab(&[LAB, &[Need::Tool("losetup")]].concat(), |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&["clri /victim"]);
        let device = image.attach();
        let link = dir.join("link-to-device");
        symlink(device.path(), &link).unwrap();
        for path in [device.path(), &link] {
            let report = check(dir, path).expect_code(1).report();
            assert_eq!(report.roots[0].device, path.to_str().unwrap());
            assert_eq!((report.verdict.as_str(), report.complete), ("corrupt", true));
        }
    });
}

#[test]
fn what_holds_no_filesystem_is_refused_in_one_line() {
    let dir = Dir::new();
    let special = dir.folder("special");
    special_files(&special);
    let write = |name: &str, at: usize, magic: &[u8]| -> PathBuf {
        let mut bytes = vec![0; 200_000];
        bytes[at..at + magic.len()].copy_from_slice(magic);
        dir.file(name, &bytes)
    };
    for (path, words) in [
        (dir.join("missing"), "check the spelling"),
        (dir.folder("folder"), "directory"),
        (special.join("fifo"), "FIFO"),
        (special.join("socket"), "socket"),
        (dir.file("empty", b""), "empty"),
        (dir.file("text", b"root:x:0:0"), "with 0xEF53 at byte 1080"),
        (write("xfs", 0, b"XFSB"), "XFS"),
        (write("btrfs", 65600, b"_BHRfS_M"), "Btrfs"),
        (write("disk", 510, b"\x55\xaa"), "partition"),
        (write("qcow2", 0, b"QFI\xfb"), "qcow2"),
        (write("image.gz", 0, b"\x1f\x8b"), "gzip"),
    ] {
        let outcome = check(&dir, &path);
        outcome.expect_code(2).expect_one_error_line(path.to_str().unwrap());
        outcome.expect_one_error_line(words);
        let report = outcome.report();
        outcome.expect(status(&report).0 == "skipped" && !report.complete, "nothing was checked");
        outcome.expect(report.findings.is_empty(), "and nothing found");
    }
    let text = Fscan::new(&dir).arg("image").arg(dir.join("xfs")).run();
    text.expect(!text.stdout().contains("HEALTHY"), "nothing seen is not healthy");
}

/// A character device is never opened: some do things then.
#[test]
fn a_character_device_is_refused() {
    let dir = Dir::new();
    check(&dir, "/dev/null").expect_code(2).expect_one_error_line("character device");
}

#[test]
fn without_any_superblock_the_way_on_is_named() {
    in_lab(LAB, |dir| {
        let zeros = dir.file("zeros", &vec![0; 3 << 20]);
        let outcome = check(dir, &zeros);
        outcome.expect_code(2).expect_one_error_line("e2fsck -fn -b 32768");
        outcome.expect_one_error_line(zeros.to_str().unwrap());
    });
}

/// A superblock with its magic number that makes no sense, and no backup: that is damage.
#[test]
fn a_lone_damaged_superblock_is_damage() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 4, &["-b", "1024"]);
        let mut bytes = fs::read(image.file()).unwrap();
        bytes[1024..1028].fill(0x77);
        fs::write(image.file(), bytes).unwrap();
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "corrupt", "its magic number is there");
        outcome.expect_one_error_line("-b 32768");
    });
}

/// e2fsck passes it with exit status 0; the kernel does not mount it for writing.
#[test]
fn a_wrong_checksum_of_a_group_is_damage() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &["-b", "4096"]);
        let file = fs::OpenOptions::new().read(true).write(true).open(image.file()).unwrap();
        let mut byte = [0];
        // bg_checksum of the first group (fs/ext4/ext4.h, struct ext4_group_desc).
        file.read_exact_at(&mut byte, 4096 + 0x1e).unwrap();
        file.write_all_at(&[byte[0] ^ 1], 4096 + 0x1e).unwrap();
        let outcome = check(dir, image.file());
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "corrupt", "damage");
        let mut found = report.findings.iter().filter(|row| row.severity == "corrupt");
        let told = found.any(|row| row.found.contains("descriptor checksums"));
        outcome.expect(told, "what e2fsck says");
    });
}

#[test]
fn unreadable_for_its_user_is_one_line() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let file = dir.file("image", &[1; 4096]);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let outcome = Fscan::new(dir).user(User::Nobody).arg("image").arg(&file).run();
        outcome.expect_code(2).expect_one_error_line(file.to_str().unwrap());
        outcome.expect_one_error_line("EACCES");
    });
}

#[test]
fn without_e2fsck_it_says_where_it_comes_from() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        stand_in(dir, "exit 0", 0o644);
        let outcome = check(dir, image.file());
        outcome.expect_code(2).expect_one_error_line(image.file().to_str().unwrap());
        outcome.expect_one_error_line("e2fsprogs");
    });
}

#[test]
fn very_many_problems_stay_in_bounded_memory() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        let script = "seq -f \"Entry 'name-%08.0f' in /big (15) has deleted/unused inode 12.  \
                      Clear? no\" 1 100000; head -c 100000000 /dev/zero | tr '\\0' 5; exit 4";
        stand_in(dir, script, 0o755);
        let run = Fscan::new(dir).args(["image", "--format", "json"]).arg(image.file());
        let outcome = run.address_space_mib(300).run();
        let report = outcome.expect_code(1).report();
        let counted: u64 = report.findings.iter().map(|finding| finding.occurrences).sum();
        outcome.expect(counted == 100_001, "each of them is counted");
        outcome.expect(report.findings.len() <= 102, "and the report stays small");
    });
}

/// Its exit status counts even where no word of it was understood.
#[test]
fn an_exit_status_of_errors_is_never_healthy() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        for (script, code) in [
            ("exit 4", 1),
            ("echo hello; exit 0", 0),
            ("exit 8", 2),
            ("echo 'e2fsck: oh no' >&2; exit 8", 2),
            ("exit 16", 2),
            ("kill -9 $$", 2),
        ] {
            stand_in(dir, script, 0o755);
            let outcome = check(dir, image.file());
            outcome.expect_code(code);
            if code == 2 {
                outcome.expect_one_error_line(image.file().to_str().unwrap());
            }
            let report = outcome.report();
            outcome.expect(report.complete == (code != 2), "complete unless it gave up");
        }
    });
}

#[test]
fn a_signal_ends_e2fsck_and_leaves_a_partial_report() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        let pid = dir.join("pid");
        let script = format!(
            "echo 'Inode 12 ref count is 5, should be 2.  Fix? no'; echo $$ > {}; exec sleep 600",
            pid.display()
        );
        stand_in(dir, &script, 0o755);
        for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
            let output = dir.join("report.json");
            let run = Fscan::new(dir).args(["image", "-o"]).arg(&output).arg(image.file());
            let running = run.within(Duration::from_secs(20)).spawn();
            let deadline = Instant::now() + Duration::from_secs(10);
            while fs::read_to_string(&pid).unwrap_or_default().is_empty()
                && Instant::now() < deadline
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            std::thread::sleep(Duration::from_millis(200));
            let child = fs::read_to_string(&pid).unwrap().trim().to_owned();
            running.signal(signal);
            let outcome = running.wait();
            outcome.expect_code(code);
            outcome.expect(outcome.took < Duration::from_secs(15), "it stops at once");
            let report: Report = serde_json::from_slice(&fs::read(&output).unwrap()).unwrap();
            outcome.expect(!report.complete, "the report is marked incomplete");
            outcome.expect(status(&report).0 == "partial", "and the check partial");
            outcome.expect(report.findings.len() == 1, "what was found is kept");
            outcome.expect(report.verdict == "corrupt", "and what it proves");
            outcome.expect(!Path::new("/proc").join(&child).exists(), "the child is gone");
            fs::remove_file(&pid).unwrap();
        }
    });
}

/// Nothing is written but the file of -o.
#[test]
fn nothing_is_written_beside_the_image() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&["clri /victim"]);
        let folder = dir.folder("empty");
        let list = |folder: &Path| {
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            let mut names: Vec<_> = names.collect();
            names.sort();
            names
        };
        let before = list(dir.path());
        let run = Fscan::new(dir).in_folder(&folder).args(["image", "-q"]).arg(image.file());
        let outcome = run.run();
        outcome.expect_code(1).expect(outcome.stderr().is_empty(), "quiet");
        assert_eq!((list(dir.path()), list(&folder).len()), (before, 0));
    });
}

#[test]
fn a_saved_report_of_an_image_reads_back() {
    in_lab(LAB, |dir| {
        let image = small_image(dir, &[]);
        image.debugfs(&["clri /victim"]);
        let output = dir.join("report.json");
        let run = Fscan::new(dir).args(["image", "-o"]).arg(&output).arg(image.file()).run();
        run.expect_code(1);
        let image_as_report =
            Fscan::new(dir).args(["image", "-o"]).args([image.file(), image.file()]);
        image_as_report.run().expect_code(2).expect_one_error_line("the image itself");
        assert!(image.fsck_finds_damage(), "it is still there");
        let again = Fscan::new(dir).arg("report").arg(&output).run();
        again.expect_code(0).expect(again.stdout() == run.stdout(), "the same text");
    });
}

/// Every line of the help is as wide as a terminal, and the usage errors are those of clap.
#[test]
fn the_command_line_of_image() {
    let dir = Dir::new();
    let help = Fscan::new(&dir).args(["image", "--help"]).run();
    for option in ["--force", "--all-findings", "--fail-on", "--strict", "--output", "--color"] {
        help.expect_code(0).expect(help.stdout().contains(option), option);
    }
    Fscan::new(&dir).arg("image").run().expect_code(2);
    files(&dir.folder("tree"), 1);
    let unknown = Fscan::new(&dir).args(["image", "--quick", "tree"]).run();
    unknown.expect_code(2).expect(unknown.stderr().contains("--quick"), "no option of a scan");
}
