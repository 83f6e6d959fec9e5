//! What the times of change (ctime) of files and directories prove where a volume is compared with what
//! it was, and what they do not.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use crate::harness::{Dir, Fscan, Image, Need, Outcome, in_lab};

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
        let suspect = ("f".to_owned(), "suspect".to_owned());
        assert_eq!(severities(&outcome, "content-changed"), [suspect.clone(), suspect]);
    });
}

/// Nothing was written, and yet there are other bytes; but the kernel writes to what it swaps to.
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
        let flip = |device: &File| {
            device.write_all_at(b"b", of_file * 4096 + 7).unwrap();
            device.write_all_at(b"b", of_swap * 4096 + 7).unwrap();
        };
        let outcome = compared(dir, &image, |_| (), flip);
        let told = |name: &str, severity: &str| vec![(name.to_owned(), severity.to_owned())];
        assert_eq!(severities(&outcome, "content-changed"), told("f", "corrupt"));
        assert_eq!(severities(&outcome, "content-differs"), told("swap", "suspect"));
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

/// What GRUB remembers it writes at boot, without the filesystem; and a swap file may hold the memory of a
/// machine that sleeps.
#[test]
fn what_is_written_without_the_filesystem_proves_no_damage() {
    in_lab(LAB, |dir| {
        let mut asleep = vec![b'x'; 8192];
        asleep[4086..4096].copy_from_slice(b"S1SUSPEND\0");
        let grub = b"# GRUB Environment Block\nsaved_entry=0\n######";
        let image = image(dir, |top| {
            file(&top.join("t/grubenv"), grub);
            file(&top.join("t/swap"), &asleep);
        });
        age(&image, &["/t", "/t/grubenv", "/t/swap"]);
        let [of_grub, of_swap] = [image.block("/t/grubenv", 0), image.block("/t/swap", 1)];
        let write = |device: &File| {
            device.write_all_at(b"1", of_grub * 4096 + 37).unwrap();
            device.write_all_at(b"b", of_swap * 4096 + 7).unwrap();
        };
        let outcome = compared(dir, &image, |_| (), write);
        assert_eq!(severities(&outcome, "content-differs").len(), 2);
        assert!(severities(&outcome, "content-changed").is_empty());
    });
}
