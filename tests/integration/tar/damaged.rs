//! ext4 that is damaged where new names and blocks come from: the kernel counts each error that it
//! meets, whether a call fails for it or not.

use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::{FileExt, PermissionsExt};

use super::{expect_names, tar};
use crate::harness::{Dir, Fscan, GroupBlock, Image, Mount, Need, User, files, in_lab};

const LAB: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("debugfs")];

/// An ext4 of four groups, all of them in use once, with a directory to extract in; then damaged.
fn with_damage(dir: &Dir, structure: GroupBlock, groups: Range<u32>) -> Mount {
    let options = ["-b", "4096", "-N", "6400", "-O", "^flex_bg,metadata_csum"];
    let image = Image::ext4(dir, 400, &options);
    image.fill(|top| {
        fs::create_dir(top.join("place")).unwrap();
        let tmp = top.join("tmp");
        for folder in 0..16 {
            files(&tmp.join(folder.to_string()), 300);
        }
        fs::remove_dir_all(tmp).unwrap();
    });
    // Where they stand is asked beforehand: debugfs opens no image whose bitmaps are damaged.
    let places: Vec<u64> = groups.map(|group| image.group_block(group, structure)).collect();
    let file = File::options().write(true).open(image.file()).unwrap();
    for block in places {
        file.write_all_at(&[0xa5; 4096], block * 4096).unwrap();
    }
    image.mount("errors=continue")
}

/// No call fails, since the kernel takes another group; and yet it says that this one is corrupt.
#[test]
fn an_error_that_the_kernel_counts_is_found_although_no_call_fails() {
    in_lab(LAB, |dir| {
        let mount = with_damage(dir, GroupBlock::InodeBitmap, 1..4);
        let place = mount.join("place");
        let outcome = tar(dir, &place).args(["--generated=30", "--pattern=npm"]).run();
        let device = mount.source();
        let counted = fs::read_to_string(format!(
            "/sys/fs/ext4/{}/errors_count",
            device.file_name().unwrap().to_str().unwrap()
        ));
        assert_ne!(counted.unwrap().trim(), "0", "the kernel met the damage");
        let report = outcome.expect_code(1).report();
        outcome.expect(report.codes().contains("kernel-errors-during-scan"), "it is told");
        outcome.expect(report.verdict == "corrupt", "the kernel itself says so");
        expect_names(&outcome, &place, &[]);
    });
}

/// With no sound group left the kernel says ENOSPC, and it counts errors all the same.
#[test]
fn no_space_for_damage_is_damage() {
    in_lab(LAB, |dir| {
        let mount = with_damage(dir, GroupBlock::InodeBitmap, 1..4);
        let place = mount.join("place");
        let outcome = tar(dir, &place).args(["--generated=80", "--pattern=npm"]).run();
        let report = outcome.expect_code(1).report();
        let errors = &report.tar.as_ref().unwrap().runs[0].errors;
        let refused = errors.iter().filter(|error| error.errno == "ENOSPC").collect::<Vec<_>>();
        outcome.expect(!refused.is_empty(), "there is no inode in a sound group");
        let damage = |class: &str| class == "filesystem-error";
        outcome.expect(refused.iter().all(|e| damage(&e.classification)), "that is damage");
    });
}

/// A bitmap that no checksum guards, full of ones: no call tells of it but the one that makes something.
#[test]
fn a_filesystem_that_gives_nothing_although_it_tells_of_room_is_suspect() {
    in_lab(LAB, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "4096", "-N", "2048", "-O", "^metadata_csum"]);
        image.fill(|top| files(top, 3));
        let place = image.group_block(0, GroupBlock::InodeBitmap);
        let file = File::options().write(true).open(image.file()).unwrap();
        file.write_all_at(&[0xff; 4096], place * 4096).unwrap();
        let mount = image.mount("errors=continue");
        let outcome = Fscan::new(dir).args(["--format", "json"]).arg(mount.point()).run();
        let report = outcome.expect_code(1).report();
        let found = report.findings_of("tar-entry-error");
        outcome.expect(found.len() == 1 && found[0].severity == "suspect", "it is told");
        outcome.expect(found[0].found.contains("ENOSPC"), "what the kernel says");
        let outcome = tar(dir, mount.point()).args(["--generated=3", "--pattern=npm"]).run();
        let said = outcome.expect_code(2).stderr();
        outcome.expect(said.contains("a bitmap of the filesystem may be wrong"), "here as well");
        outcome.expect(!said.contains("can be written to"), "no other directory helps");
    });
}

/// Of what the kernel has on record already, and of what it counts while the tree is read.
#[test]
fn a_scan_writes_nothing_where_the_kernel_knows_of_errors() {
    in_lab(LAB, |dir| {
        let recorded = |image: &Image| {
            image.debugfs(&[
                "set_super_value error_count 5",
                "set_super_value first_error_time 1600000000",
                "set_super_value last_error_time 1600000000",
            ]);
        };
        let met = |image: &Image| {
            let block = image.block("/many", 5);
            let file = File::options().write(true).open(image.file()).unwrap();
            file.write_all_at(&[0; 4096], block * 4096).unwrap();
        };
        for damage in [&recorded as &dyn Fn(&Image), &met] {
            let image = Image::ext4(dir, 64, &["-b", "4096", "-O", "^metadata_csum"]);
            image.fill(|top| {
                files(&top.join("many"), 2000);
                fs::set_permissions(top, fs::Permissions::from_mode(0o777)).unwrap();
            });
            damage(&image);
            let mount = image.mount("errors=continue");
            let outcome = Fscan::new(dir).args(["--format", "json"]).arg(mount.point());
            let outcome = outcome.user(User::Nobody).run();
            let report = outcome.expect_code(1).report();
            outcome.expect(report.verdict == "corrupt", "it is damaged");
            outcome.expect(report.tar.is_none(), "nothing is extracted");
            let tar = report.roots[0].checks.iter().find(|check| check.name == "tar").unwrap();
            let reason = tar.reason.as_deref().unwrap_or_default();
            outcome.expect(reason.starts_with("damage is proven"), "why");
        }
    });
}

/// EBADMSG before anything could be extracted: no other directory of this filesystem helps.
#[test]
fn a_scratch_directory_that_damage_prevents_is_told_as_damage() {
    in_lab(LAB, |dir| {
        let mount = with_damage(dir, GroupBlock::BlockBitmap, 0..4);
        let place = mount.join("place");
        let outcome = tar(dir, &place).args(["--generated=3", "--pattern=npm"]).run();
        let said = outcome.stdout() + &outcome.stderr();
        outcome.expect(outcome.code() != Some(0), "it cannot be done");
        outcome.expect(said.contains("Bad message") || said.contains("EBADMSG"), "why");
        outcome.expect(!said.contains("can be written to"), "no other directory helps");
        outcome.expect(said.contains("damage") || said.contains("fscan scan"), "that it is damage");
    });
}
