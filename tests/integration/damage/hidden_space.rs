//! Space that a damaged bitmap hides: nobody is to remove files because of it.

use super::{LAB, NO_CHECKSUMS};
use crate::harness::{Fscan, GroupBlock, Image, in_lab};

#[test]
fn a_filesystem_that_a_damaged_bitmap_makes_full_says_so() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 64, NO_CHECKSUMS);
        let bitmap = image.group_block(0, GroupBlock::BlockBitmap);
        image.patch_block(bitmap, 0, &[0; 2048]);
        let mount = image.mount("errors=continue");
        let outcome =
            Fscan::new(dir).args(["--quick", "--format", "json"]).arg(mount.point()).run();
        let report = outcome.expect_code(1).report();
        let low = report.findings_of("space-low");
        outcome.expect(low.len() == 1, "nothing is free by statvfs");
        let first = low[0].evidence.first().cloned().unwrap_or_default();
        outcome.expect(first.contains("may be no lack of space"), "its first evidence");
    });
}
