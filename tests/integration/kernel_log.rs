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
