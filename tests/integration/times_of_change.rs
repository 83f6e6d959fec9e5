//! What the times of change (ctime) of files and directories prove where a volume is compared with what
//! it was, and what they do not.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{Advice, fadvise};

use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, in_lab};

const LAB: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];

/// Without checksums of metadata, so that damaged names are names.
fn image(dir: &Dir, fill: impl FnOnce(&Path)) -> Image {
    let image = Image::ext4(dir, 64, &["-b", "4096", "-O", "^metadata_csum"]);
    image.fill(fill);
    image
}

/// A file with a time that others have, too.
fn file(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
    let time = UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
    File::open(path).unwrap().set_modified(time).unwrap();
}

/// Lets inodes be as they are for years.
fn age(image: &Image, paths: &[&str]) {
    for path in paths {
        image.debugfs(&[&format!("set_inode_field {path} ctime 20240101000000")]);
        image.debugfs(&[&format!("set_inode_field {path} crtime 20240101000000")]);
    }
}

/// Writes a manifest, lets the volume be worked on and damaged, and compares it.
fn compared(
    dir: &Dir,
    image: &Image,
    work: impl FnOnce(&Path),
    damage: impl FnOnce(&File),
) -> Outcome {
    let home = image.mount("errors=continue");
    let (point, manifest) = (home.point().to_owned(), dir.join("before.jsonl.gz"));
    let scan = Fscan::new(dir).arg("--read-only").arg(&point).arg("--manifest");
    scan.arg(&manifest).run().expect_code(0);
    work(&point);
    drop(home);
    damage(&File::options().read(true).write(true).open(image.file()).unwrap());
    let home = image.mount("errors=continue");
    let scan = Fscan::new(dir).args(["--read-only", "--format", "json"]).arg(&point);
    let outcome = scan.arg("--baseline").arg(&manifest).run();
    drop(home);
    outcome
}

/// The same of a volume that stays mounted, where these files are not in the page cache any more.
fn compared_while_mounted(
    dir: &Dir,
    image: &Image,
    damage: impl FnOnce(&File),
    changed: &[&str],
) -> Outcome {
    let home = image.mount("errors=continue");
    let manifest = dir.join("before.jsonl.gz");
    let scan = Fscan::new(dir).arg("--read-only").arg(home.point()).arg("--manifest");
    scan.arg(&manifest).run().expect_code(0);
    damage(&File::options().read(true).write(true).open(image.file()).unwrap());
    for path in changed {
        let file = File::open(home.point().join(path)).unwrap();
        fadvise(&file, 0, None, Advice::DontNeed).unwrap();
    }
    let scan = Fscan::new(dir).args(["--read-only", "--format", "json"]).arg(home.point());
    scan.arg("--baseline").arg(&manifest).run()
}

fn severities(outcome: &Outcome, code: &str) -> Vec<(String, String)> {
    let report = outcome.report();
    let rows = report.findings_of(code).into_iter();
    let name =
        |path: &Option<String>| path.as_deref().unwrap_or("").rsplit('/').next().map(String::from);
    rows.map(|row| (name(&row.subject.path).unwrap(), row.severity.clone())).collect()
}

/// Each file lies under a name that another one of the same size and time had.
#[test]
fn directories_that_changed_places_prove_no_damage() {
    in_lab(LAB, |dir| {
        let image = image(dir, |top| {
            file(&top.join("t/a/f"), b"of a");
            file(&top.join("t/b/f"), b"of b");
        });
        age(&image, &["/t", "/t/a", "/t/b", "/t/a/f", "/t/b/f"]);
        let swap = |top: &Path| {
            for (from, to) in [("a", "c"), ("b", "a"), ("c", "b")] {
                fs::rename(top.join("t").join(from), top.join("t").join(to)).unwrap();
            }
        };
        let outcome = compared(dir, &image, swap, |_| ());
        let report = outcome.report();
        outcome.expect(report.findings_of("content-differs").len() == 2, "other bytes");
        outcome.expect(report.findings_of("content-changed").is_empty(), "and no damage");
        outcome.expect(outcome.stdout().contains("before: that file was put here"), "why");
    });
}

/// What holds a file's bytes in memory keeps no time of a store to a page that is mapped already.
#[test]
fn other_bytes_on_a_tmpfs_are_no_corruption() {
    in_lab(&[], |dir| {
        let point = dir.folder("memory");
        let memory = Mount::tmpfs(&point, "size=8m");
        file(&point.join("d/f"), b"old");
        let manifest = dir.join("before.jsonl");
        let scan = |more: &[&str]| {
            let scan = Fscan::new(dir).args(["--read-only", "--format=json"]).arg(&point);
            scan.args(more).run()
        };
        scan(&["--manifest", manifest.to_str().unwrap()]).expect_code(0);
        file(&point.join("d/f"), b"new");
        let after = dir.join("after.jsonl");
        let both =
            ["--baseline", manifest.to_str().unwrap(), "--manifest", after.to_str().unwrap()];
        let outcome = scan(&both);
        outcome.expect(outcome.report().codes() == ["content-differs"].into(), "DIFFERENT");
        let outcome =
            Fscan::new(dir).args(["diff", "--format=json"]).args([&manifest, &after]).run();
        outcome.expect(outcome.report().codes() == ["content-differs"].into(), "and of manifests");
        // Another one at the same place, with what was brought there.
        drop(memory);
        let _memory = Mount::tmpfs(&point, "size=8m");
        file(&point.join("d/f"), b"new");
        let outcome = scan(&["--baseline", manifest.to_str().unwrap()]);
        outcome.expect(outcome.report().codes().contains("content-changed"), "SUSPECT");
    });
}

/// Nothing was written, and yet there are other bytes; but the kernel writes to what it swaps to. Where the
/// volume was mounted anew, a time may have been lost.
#[test]
fn bytes_that_nothing_wrote_are_corrupt_but_in_a_swap_file() {
    in_lab(LAB, |dir| {
        let mut swap = vec![b'x'; 8192];
        swap[4086..4096].copy_from_slice(b"SWAPSPACE2");
        let image = image(dir, |top| {
            file(&top.join("t/f"), &[b'a'; 4096]);
            file(&top.join("t/swap"), &swap);
        });
        age(&image, &["/t", "/t/f", "/t/swap"]);
        let [of_file, of_swap] = [image.block("/t/f", 0), image.block("/t/swap", 1)];
        let flip = |byte| {
            move |device: &File| {
                device.write_all_at(byte, of_file * 4096 + 7).unwrap();
                device.write_all_at(byte, of_swap * 4096 + 7).unwrap();
            }
        };
        let told = |name: &str, severity: &str| vec![(name.to_owned(), severity.to_owned())];
        let outcome = compared_while_mounted(dir, &image, flip(b"b"), &["t/f", "t/swap"]);
        assert_eq!(severities(&outcome, "content-changed"), told("f", "corrupt"));
        assert_eq!(severities(&outcome, "content-differs"), told("swap", "suspect"));
        let outcome = compared(dir, &image, |_| (), flip(b"c"));
        assert_eq!(severities(&outcome, "content-changed"), told("f", "suspect"));
        assert_eq!(severities(&outcome, "content-differs"), told("swap", "suspect"));
    });
}

/// A database that is written in place: what it syncs is on the device before its times are.
#[test]
fn a_write_right_before_a_crash_proves_no_damage() {
    in_lab(LAB, |dir| {
        let image = image(dir, |top| file(&top.join("t/db"), &[b'a'; 16384]));
        age(&image, &["/t", "/t/db"]);
        let crashed = dir.join("crashed");
        let write = |top: &Path| {
            let file = File::options().write(true).open(top.join("t/db")).unwrap();
            file.write_all_at(&[b'b'; 4096], 4096).unwrap();
            file.sync_data().unwrap();
            fs::copy(image.file(), &crashed).unwrap();
        };
        let crash = |device: &File| device.write_all_at(&fs::read(&crashed).unwrap(), 0).unwrap();
        let outcome = compared(dir, &image, write, crash);
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "suspect", "work explains it");
        let told = ["content-changed", "content-differs"].map(|code| severities(&outcome, code));
        assert_eq!(told.concat(), [("db".to_owned(), "suspect".to_owned())]);
    });
}

/// No system call changes the target of a link, and every change of a mode leaves its time.
#[test]
fn an_inode_that_nothing_changed_is_not_called_work() {
    in_lab(LAB, |dir| {
        let image = image(dir, |top| {
            ["f1", "f2", "mode", "worked_on"]
                .iter()
                .for_each(|name| file(&top.join("t").join(name), name.as_bytes()));
            std::os::unix::fs::symlink("aim", top.join("t/link")).unwrap();
        });
        age(&image, &["/t", "/t/f1", "/t/f2", "/t/mode", "/t/link", "/t/worked_on"]);
        let work = |top: &Path| {
            let mode = fs::Permissions::from_mode(0o600);
            fs::set_permissions(top.join("t/worked_on"), mode).unwrap();
        };
        let damage = |_: &File| {
            image.debugfs(&[
                "set_inode_field /t/link block[0] 0x78797a",
                "set_inode_field /t/mode mode 0100666",
            ]);
            // Each of the two names leads to the other file.
            let numbers = ["/t/f1", "/t/f2"].map(|path| image.inode(path));
            image.debugfs(&["unlink /t/f1", "unlink /t/f2"]);
            image.debugfs(&[
                &format!("link <{}> /t/f1", numbers[1]),
                &format!("link <{}> /t/f2", numbers[0]),
            ]);
        };
        let outcome = compared(dir, &image, work, damage);
        let report = outcome.expect_code(1).report();
        let suspect = |name: &str| (name.to_owned(), "suspect".to_owned());
        assert_eq!(severities(&outcome, "inode-changed"), ["link", "mode"].map(suspect));
        assert_eq!(severities(&outcome, "content-changed"), ["f1", "f2"].map(suspect));
        assert_eq!(
            severities(&outcome, "metadata-changed"),
            [("worked_on".to_owned(), "warning".to_owned())]
        );
        outcome.expect(report.verdict == "suspect", "mounted anew, it is not proven");
    });
}

/// One byte of a name, in a directory that nothing changed: no rename did that.
#[test]
fn a_damaged_name_is_no_rename() {
    in_lab(LAB, |dir| {
        let image = image(dir, |top| {
            ["f1.c", "f2.c", "f6.c"]
                .iter()
                .for_each(|name| file(&top.join("d").join(name), name.as_bytes()));
        });
        age(&image, &["/d"]);
        let block = image.block("/d", 0);
        let flip = |device: &File| {
            let mut names = [0; 4096];
            device.read_exact_at(&mut names, block * 4096).unwrap();
            let at = names.windows(4).position(|name| name == b"f6.c").unwrap() as u64;
            device.write_all_at(b"g", block * 4096 + at).unwrap();
        };
        let outcome = compared(dir, &image, |_| (), flip);
        let report = outcome.expect_code(1).report();
        outcome.expect(report.verdict == "suspect", "a name is lost");
        let lost = report.findings_of("entry-lost");
        outcome.expect(
            lost.len() == 1 && lost[0].evidence.iter().any(|e| e.ends_with("/d/g6.c")),
            "where",
        );
        outcome.expect(report.findings_of("entry-moved").is_empty(), "nobody moved it");
    });
}

/// What GRUB remembers it writes at boot, without the filesystem; a swap file may hold the memory of a
/// machine that sleeps; quotas the kernel writes without a time, and so it does journals.
#[test]
fn what_is_written_without_the_filesystem_proves_no_damage() {
    in_lab(LAB, |dir| {
        let mut asleep = vec![b'x'; 8192];
        asleep[4086..4096].copy_from_slice(b"S1SUSPEND\0");
        let contents: [(&str, &[u8]); 5] = [
            ("grubenv", b"# GRUB Environment Block\nsaved_entry=0\n######"),
            ("swap", &asleep),
            ("aquota.user", b"\x11\x1f\xc0\xd9\x01\0\0\0 and numbers for each user"),
            (".journal", b"\xc0\x3b\x39\x98\0\0\0\x04 and blocks of metadata"),
            ("bitmap", b"bitm\x04\0\0\0 and what must be synchronised"),
        ];
        let paths = contents.map(|(name, _)| format!("/t/{name}"));
        let image = image(dir, |top| {
            contents.iter().for_each(|(name, bytes)| file(&top.join("t").join(name), bytes));
        });
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        age(&image, &[&["/t"], &*paths].concat());
        let blocks: Vec<u64> = paths.iter().map(|path| image.block(path, 0)).collect();
        let write = |device: &File| {
            for block in blocks {
                device.write_all_at(b"1", block * 4096 + 25).unwrap();
            }
        };
        let inside: Vec<&str> = paths.iter().map(|path| path.trim_start_matches('/')).collect();
        let outcome = compared_while_mounted(dir, &image, write, &inside);
        assert_eq!(severities(&outcome, "content-differs").len(), contents.len());
        assert!(severities(&outcome, "content-changed").is_empty());
    });
}
