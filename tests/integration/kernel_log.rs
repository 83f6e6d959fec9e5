//! What the kernel says once and to whoever comes first, and what is left of it afterwards.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use crate::harness::{Dir, Fscan, Image, Mount, Need, Outcome, files, in_lab};

const LAB: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];

/// The version of the hash, in the first block of an indexed directory (`dx_root_info`).
const HASH_VERSION: u64 = 28;

fn scan(dir: &Dir, home: &Mount) -> Outcome {
    Fscan::new(dir).args(["--format", "json"]).arg(home.point()).run()
}

/// A reader of the directory was here before the scan.
#[test]
fn an_index_that_the_kernel_gave_up_earlier_is_suspect() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "4096", "-O", "^metadata_csum"]);
        image.fill(|top| files(&top.join("many"), 2000));
        let block = image.block("/many", 0);
        let file = File::options().write(true).open(image.file()).unwrap();
        file.write_all_at(&[0xe4], block * 4096 + HASH_VERSION).unwrap();
        let home = image.mount("ro,errors=continue");
        let told = |outcome: &Outcome| {
            let report = outcome.expect_code(1).report();
            let rows = report.findings_of("directory-index-dropped");
            rows.iter().map(|row| row.severity.clone()).collect::<Vec<_>>()
        };
        let [first, second] = [scan(dir, &home), scan(dir, &home)].map(|outcome| told(&outcome));
        assert_eq!((first, second), (vec!["corrupt".to_owned()], vec!["suspect".to_owned()]));
        drop(home);
        let home = image.mount("ro,errors=continue");
        assert_eq!(fs::read_dir(home.join("many")).unwrap().count(), 2000);
        assert_eq!(told(&scan(dir, &home)), ["suspect"], "a listing came first");
        drop(home);
    });
}

/// One that the scan sees itself does not stand for another one, nor does that of another filesystem.
#[test]
fn each_given_up_index_of_each_filesystem_is_told_once() {
    in_lab(LAB, |dir| {
        let other = Dir::new();
        let damaged = |dir: &Dir| {
            let image = Image::ext4(dir, 64, &["-b", "4096", "-O", "^metadata_csum"]);
            image.fill(|top| ["many", "more"].iter().for_each(|it| files(&top.join(it), 2000)));
            let places = ["/many", "/more"].map(|path| image.block(path, 0) * 4096 + HASH_VERSION);
            let file = File::options().write(true).open(image.file()).unwrap();
            places.iter().for_each(|at| file.write_all_at(&[0xe4], *at).unwrap());
            let home = image.mount("ro,errors=continue");
            (image, home)
        };
        let damaged = [damaged(dir), damaged(&other)];
        let homes = damaged.iter().map(|(_, home)| home);
        for home in homes.clone() {
            assert_eq!(fs::read_dir(home.join("many")).unwrap().count(), 2000);
        }
        let scan = Fscan::new(dir).args(["--format", "json"]).args(homes.map(Mount::point));
        let report = scan.run().expect_code(1).report();
        let rows = report.findings_of("directory-index-dropped");
        let mut told: Vec<_> =
            rows.iter().map(|row| (row.severity.clone(), row.occurrences)).collect();
        told.sort();
        assert_eq!(told.len(), 4, "{told:?}");
    });
}
