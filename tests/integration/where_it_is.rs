//! Where bytes and damage are: directories in the tree, blocks on the device.

use std::fs;

use crate::harness::{Fscan, Image, Mount, Need, in_lab, realistic};

#[test]
fn the_rows_of_directories_sum_to_the_totals() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        let top = mount.point();
        realistic(top);
        fs::create_dir_all(top.join("own/inner")).unwrap();
        fs::write(top.join("own/inner/data"), vec![b'x'; 3 << 20]).unwrap();
        // Three names of one file: a third of it in each place, the last of them out of sight.
        fs::write(top.join("own/shared"), vec![b'x'; 3_000_000]).unwrap();
        fs::create_dir_all(top.join("elsewhere")).unwrap();
        fs::hard_link(top.join("own/shared"), top.join("elsewhere/shared")).unwrap();
        let hidden = top.join("excluded");
        fs::create_dir_all(&hidden).unwrap();
        fs::hard_link(top.join("own/shared"), hidden.join("shared")).unwrap();

        let outcome = Fscan::quick(dir).args(["--exclude", "excluded"]).arg(top).run();
        let report = outcome.expect_code(0).report();
        let told = report.directories.as_ref().unwrap();
        let root = &told.rows[0];
        let totals = &report.totals;
        outcome.expect(root.within.is_none() && root.files == totals.files, "files");
        outcome.expect(root.directories + 1 == totals.directories, "directories");
        let apparent = root.bytes_apparent + told.elsewhere_apparent;
        outcome.expect(apparent == totals.bytes_apparent, "bytes");
        let allocated = root.bytes_allocated + told.elsewhere_allocated;
        outcome.expect(allocated == totals.bytes_allocated, "blocks");
        outcome.expect(told.elsewhere_apparent >= 1_000_000, "the name out of sight");
        let row = |name: &str| {
            let path = top.join(name).display().to_string();
            told.rows.iter().find(|row| row.path == path).unwrap()
        };
        let (large, inner) = (row("own"), row("own/inner"));
        outcome.expect(inner.bytes_apparent == 3 << 20, "what is in it");
        outcome.expect(large.bytes_apparent == (3 << 20) + 1_000_000, "and below it");
        outcome.expect(row("elsewhere").bytes_apparent == 1_000_000, "a part for each name");
        let around = &told.rows[inner.within.unwrap()];
        outcome.expect(around.path == large.path, "each row names the one around it");
        outcome.expect(report.blocks.is_empty(), "nothing is damaged");
    });
}

#[test]
fn damage_is_told_by_its_directory_and_its_blocks() {
    let needs = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];
    in_lab(&needs, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "4096"]);
        image.fill_and_age(|top| {
            realistic(top);
            fs::create_dir_all(top.join("bad/inner")).unwrap();
            fs::write(top.join("bad/inner/torn"), vec![b'x'; 40 * 4096]).unwrap();
            fs::write(top.join("bad/inner/gone"), b"x").unwrap();
        });
        let block = image.block("/bad/inner/torn", 7);
        let first = image.block("/bad/inner/torn", 0);
        image.debugfs(&[&format!("freeb {block}"), "clri /bad/inner/gone"]);
        let mount = image.mount("errors=continue");
        let outcome = Fscan::quick(dir).arg(mount.point()).run();
        let report = outcome.expect_code(1).report();
        let rows = &report.directories.as_ref().unwrap().rows;
        let inner = mount.point().join("bad/inner").display().to_string();
        let row = rows.iter().find(|row| row.path == inner).unwrap();
        outcome.expect(row.corrupt == 2, "both findings count where they are");
        outcome.expect(rows[0].corrupt >= 2, "and around it");
        let device = &report.blocks[0];
        outcome.expect(device.block_size == 4096 && device.blocks == 16_384, "the device");
        outcome.expect(device.device == report.roots[0].device, "its name");
        outcome.expect(device.is_damaged(block), "the block that counts as free");
        outcome.expect(!device.is_damaged(block + 1) && !device.is_damaged(first), "and no other");
        let affected = device
            .affected
            .iter()
            .any(|range| (range.start..range.start + range.blocks).contains(&first));
        outcome.expect(affected, "the blocks of its file");
        outcome.expect(!device.groups.is_empty(), "the group of the inode that is gone");
    });
}
