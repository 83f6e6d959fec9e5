//! ext4 in every format that mkfs makes and kernels mount.

use std::fs;
use std::path::Path;

use rustix::fs::{XattrFlags, setxattr};

use super::{CONTROL, Control, EXT4, check, expect_healthy};
use crate::harness::{Fscan, Image, Need, content, files, in_lab, realistic, tool};

controls! {
    as_made_by_default { mkfs: &["-b", "4096"] }
    blocks_of_1_kib { mkfs: &["-b", "1024"] }
    blocks_of_2_kib { mkfs: &["-b", "2048"] }
    no_metadata_checksums { mkfs: &["-O", "^metadata_csum,^metadata_csum_seed"] }
    group_checksums_alone { mkfs: &["-O", "^metadata_csum,^metadata_csum_seed,uninit_bg"] }
    seed_of_checksums { mkfs: &["-O", "metadata_csum_seed"] }
    inline_data { mkfs: &["-O", "inline_data", "-I", "512"], fill: small_things }
    inline_data_in_small_inodes { mkfs: &["-O", "inline_data", "-I", "256"], fill: small_things }
    inline_data_in_large_inodes { mkfs: &["-O", "inline_data", "-I", "1024"], fill: small_things }
    bigalloc_of_16_kib { mkfs: &["-b", "4096", "-O", "bigalloc", "-C", "16384"] }
    bigalloc_of_64_kib { mib: 200, mkfs: &["-b", "4096", "-O", "bigalloc", "-C", "65536"] }
    bigalloc_with_blocks_of_1_kib { mkfs: &["-b", "1024", "-O", "bigalloc", "-C", "16384"] }
    bigalloc_with_inline_data { mkfs: &["-O", "bigalloc,inline_data"], fill: small_things }
    no_journal { mkfs: &["-O", "^has_journal"] }
    journal_of_40_mib { mib: 128, mkfs: &["-J", "size=40"] }
    journal_of_1_mib { mkfs: &["-b", "1024", "-J", "size=1"] }
    journal_that_was_added_to_ext2 { mkfs: EXT2, made: |image| tune(image, &["-j"]) }
    ext2 { mkfs: EXT2 }
    ext2_with_blocks_of_1_kib { mkfs: &["-t", "ext2", "-b", "1024"] }
    ext3 { mkfs: &["-t", "ext3"] }
    ext3_with_blocks_of_1_kib { mkfs: &["-t", "ext3", "-b", "1024"] }
    as_ext3_was { mkfs: &["-O", "^extents,^64bit,^flex_bg,^huge_file,^dir_nlink,^extra_isize"] }
    ext3_turned_into_ext4 {
        mkfs: &["-t", "ext3"],
        made: |image| {
            image.fill(|top| fs::write(top.join("old"), vec![b'o'; 200_000]).unwrap());
            tune(image, &["-O", "extents,dir_index,large_file,huge_file"]);
        },
    }
    no_extents { mkfs: &["-O", "^extents,^64bit"] }
    no_64_bit { mkfs: &["-O", "^64bit"] }
    no_flexible_groups { mib: 300, mkfs: &["-O", "^flex_bg"] }
    no_resize_inode { mkfs: &["-O", "^resize_inode"] }
    no_resize_inode_and_small_blocks { mkfs: &["-b", "1024", "-O", "^resize_inode"] }
    room_to_grow { mkfs: &["-E", "resize=4000000"] }
    meta_groups { mib: 200, mkfs: &["-b", "1024", "-O", "meta_bg,^resize_inode"] }
    two_backup_superblocks { mib: 300, mkfs: &["-O", "sparse_super2"] }
    superblock_in_every_group {
        mib: 200,
        mkfs: &["-b", "1024", "-O", "^sparse_super,^resize_inode"],
    }
    packed_metadata { mib: 300, mkfs: &["-E", "packed_meta_blocks=1"] }
    many_small_groups { mib: 100, mkfs: &["-b", "4096", "-g", "1024"] }
    protection_against_two_mounts { mkfs: &["-O", "mmp"] }
    orphan_file { mkfs: &["-O", "orphan_file"] }
    orphan_file_with_blocks_of_1_kib { mib: 150, mkfs: &["-b", "1024", "-O", "orphan_file"] }
    no_orphan_file { mkfs: &["-O", "^orphan_file"] }
    fast_commits { mkfs: &["-O", "fast_commit"] }
    large_directories { mkfs: &["-O", "large_dir"] }
    no_indexed_directories { mkfs: &["-O", "^dir_index"] }
    no_types_in_entries { mkfs: &["-O", "^filetype"] }
    no_large_files { mkfs: &["-O", "^large_file,^huge_file"] }
    inodes_of_128_bytes { mkfs: &["-I", "128"] }
    inodes_of_1024_bytes { mkfs: &["-I", "1024"] }
    inodes_of_a_whole_block { mkfs: &["-b", "4096", "-I", "4096", "-N", "2000"] }
    attributes_in_inodes_of_their_own { mkfs: &["-O", "ea_inode"], fill: large_attributes }
    attributes_in_inodes_with_inline_data {
        mkfs: &["-O", "ea_inode,inline_data"],
        fill: large_attributes,
    }
    feature_verity_without_such_files { mkfs: &["-O", "verity"] }
    encrypted {
        mkfs: &["-O", "encrypt"],
        mount: "test_dummy_encryption",
    }
    // Most groups are not yet initialised, and their inode tables never written.
    uninitialised_groups { mib: 2000, mkfs: &["-b", "4096"] }
    uninitialised_groups_with_blocks_of_1_kib { mib: 1200, mkfs: &["-b", "1024"] }
    uninitialised_groups_of_clusters { mib: 4000, mkfs: &["-O", "bigalloc", "-C", "65536"] }
}

const EXT2: &[&str] = &["-t", "ext2"];

fn tune(image: &Image, options: &[&str]) {
    let output = tool("tune2fs").args(options).arg(image.file()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// No system call shows the list of bad blocks, so they look leaked; the finding says so.
#[test]
fn bad_blocks_that_are_known_are_suspect() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &["-b", "4096"]);
        let list = image.file().with_extension("bad");
        fs::write(&list, "9000\n9001\n20000\n").unwrap();
        correct(&image, &["-l", list.to_str().unwrap()]);
        image.fill_and_age(|_| ());
        assert!(!image.fsck_finds_damage());
        let mount = image.mount("errors=continue");
        let outcome = Fscan::quick(dir).arg(mount.point()).run();
        let report = outcome.expect_code(1).report();
        let findings = report.findings_of("used-blocks-mismatch");
        outcome.expect(report.verdict == "suspect" && findings.len() == 1, "one suspicion");
        let named = findings[0].evidence.iter().any(|line| line.contains("bad blocks"));
        outcome.expect(named, "what explains it as well is named");
    });
}

/// Lets e2fsck write what it finds missing.
fn correct(image: &Image, options: &[&str]) {
    let output = tool("e2fsck").arg("-fy").args(options).arg(image.file()).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 4), "{output:?}");
}

/// Files, folders and links small enough for their inode, and such that outgrew it.
fn small_things(top: &Path) {
    realistic(top);
    content(top);
    for size in [0, 1, 59, 60, 61, 100, 160, 161, 300, 420, 900, 1000, 4096] {
        fs::write(top.join(format!("bytes-{size}")), vec![b'b'; size]).unwrap();
    }
    for count in [0, 1, 2, 3, 5, 9, 20, 60] {
        files(&top.join(format!("names-{count}")), count);
    }
    for n in 1..60 {
        fs::remove_file(top.join(format!("names-60/name-{n:06}"))).unwrap();
    }
}

/// Values of more than a block stand in inodes of their own, equal ones in the same.
fn large_attributes(top: &Path) {
    realistic(top);
    content(top);
    for n in 0..10 {
        let path = top.join(format!("large-attribute-{n}"));
        fs::write(&path, "content").unwrap();
        for (name, length) in [("user.large", 20_000), ("user.larger", 60_000)] {
            setxattr(&path, name, &vec![b'v'; length + n / 5], XattrFlags::empty()).unwrap();
        }
    }
}

/// Without the key names and targets are shown encoded, and link targets are not as long as the
/// inode says.
#[test]
fn encrypted_without_the_key() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &["-O", "encrypt"]);
        {
            let mount = image.mount("test_dummy_encryption");
            realistic(mount.point());
        }
        assert!(!image.fsck_finds_damage(), "e2fsck");
        for options in ["rw", "ro"] {
            expect_healthy(dir, image.mount(options).point());
        }
    });
}

/// Kernels without the quota format mount it read-only alone, so mkfs fills it.
#[test]
fn quotas() {
    in_lab(EXT4, |dir| {
        let tree = dir.folder("tree");
        realistic(&tree);
        for features in ["quota", "quota,project"] {
            let options = ["-b", "4096", "-O", features, "-d", tree.to_str().unwrap()];
            let image = Image::ext4(dir, 64, &options);
            // mkfs counts what it copies into the image for nobody.
            correct(&image, &[]);
            assert!(!image.fsck_finds_damage(), "e2fsck");
            expect_healthy(dir, image.mount("ro").point());
        }
    });
}

#[test]
fn quotas_in_use() {
    in_lab(&[EXT4, &[Need::Quota]].concat(), |dir| {
        let image = Image::ext4(dir, 64, &["-O", "quota,project"]);
        for _ in 0..2 {
            let mount = image.mount("usrquota,grpquota,prjquota");
            files(&mount.join("files"), 300);
            expect_healthy(dir, mount.point());
        }
    });
}

/// Names are looked up without regard to case.
#[test]
fn casefolded() {
    in_lab(&[EXT4, &[Need::Ext4Feature("casefold")]].concat(), |dir| {
        let image = Image::ext4(dir, 64, &["-O", "casefold"]);
        image.fill_and_age(|top| {
            fs::create_dir(top.join("folded")).unwrap();
            let chattr = tool("chattr").arg("+F").arg(top.join("folded")).status();
            assert!(chattr.unwrap().success());
            realistic(&top.join("folded"));
        });
        assert!(!image.fsck_finds_damage(), "e2fsck");
        expect_healthy(dir, image.mount("rw").point());
    });
}
