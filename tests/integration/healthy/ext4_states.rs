//! ext4 in the middle of its life: files kept open, data not yet written, full, crashed, remounted.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FallocateFlags, Mode, OFlags, fallocate, syncfs};

use super::{CONTROL, Control, EXT4, check, expect_healthy};
use crate::harness::{
    Fscan, Image, Mount, Need, chain, content, files, in_lab, realistic, scattered, tool,
};

controls! {
    deleted_files_that_are_open {
        meanwhile: |top| (0..20).map(|n| deleted(&top.join(format!("deleted-{n}")))).collect(),
    }
    files_that_never_had_a_name {
        meanwhile: |top| (0..20).map(|_| unnamed(top)).collect(),
    }
    // Delayed allocation: size and block count are known, the place is not.
    data_that_is_not_yet_written_out { meanwhile: delayed }
    // FIEMAP does not tell of what is delayed behind a hole.
    data_of_block_mapped_files_that_is_not_yet_written_out {
        mkfs: &["-b", "4096", "-O", "^extents,^64bit"],
        meanwhile: delayed,
    }
    data_of_clusters_that_is_not_yet_written_out {
        mib: 400,
        mkfs: &["-b", "4096", "-O", "bigalloc", "-C", "16384"],
        meanwhile: delayed,
    }
    data_of_inline_files_that_is_not_yet_written_out {
        mkfs: &["-b", "4096", "-O", "inline_data", "-I", "512"],
        meanwhile: delayed,
    }
    // With data=ordered a kernel (6.18) may wait for itself for ever, see `busy`.
    small_files_that_outgrew_their_inodes {
        mkfs: &["-b", "1024", "-O", "inline_data", "-I", "256"],
        fill: |top| (0..12).for_each(|n| fs::write(top.join(format!("log-{n}")), "short").unwrap()),
        meanwhile: |top| outgrown(top, 1024),
        mount: "data=writeback",
    }
    small_files_that_outgrew_their_inodes_with_large_blocks {
        mkfs: &["-b", "4096", "-O", "inline_data", "-I", "256"],
        fill: |top| (0..12).for_each(|n| fs::write(top.join(format!("log-{n}")), "short").unwrap()),
        meanwhile: |top| outgrown(top, 4096),
        mount: "data=writeback",
    }
    data_that_was_removed_before_it_was_written_out {
        meanwhile: |top| {
            fs::remove_dir_all(top.join("many")).unwrap();
            fs::remove_file(top.join("large")).unwrap();
            fs::write(top.join("short-lived"), vec![b's'; 3_000_000]).unwrap();
            fs::remove_file(top.join("short-lived")).unwrap();
            vec![]
        },
    }
    scattered_file_with_a_map_of_two_levels {
        fill: |top| scattered(&top.join("deep"), 3000, 4096),
    }
    scattered_file_with_a_map_of_three_levels {
        mib: 100,
        mkfs: &["-b", "1024"],
        fill: |top| scattered(&top.join("deep"), 29_000, 1024),
    }
    block_mapped_file_with_double_indirect_blocks {
        mkfs: &["-b", "1024", "-O", "^extents,^64bit"],
        fill: |top| {
            fs::write(top.join("long"), vec![b'l'; 20_000_000]).unwrap();
            scattered(&top.join("scattered"), 5000, 1024);
            // Reaches a triple indirect block.
            let far = File::create(top.join("far")).unwrap();
            for at in [0, 11, 12, 13, 267, 268, 269, 65_803, 65_804, 65_805, 200_000] {
                far.write_all_at(b"far", at * 1024).unwrap();
            }
        },
    }
    file_that_mkswap_made_a_swap_area_of {
        fill: |top| {
            let swap = top.join("swap");
            fs::write(&swap, vec![0; 2_000_000]).unwrap();
            let made = tool("mkswap").arg(&swap).output().unwrap();
            assert!(made.status.success(), "{made:?}");
        },
    }
    space_that_is_all_but_used_up {
        mib: 32,
        risks: &["space-low"],
        fill: |top| {
            let mut file = File::create(top.join("filler")).unwrap();
            while file.write_all(&vec![b'f'; 65_536]).is_ok() {}
            (0..200).for_each(|n| drop(fs::write(top.join(format!("small-{n}")), "small")));
        },
    }
    inodes_that_are_used_up {
        mib: 32,
        risks: &["inodes-low"],
        mkfs: &["-N", "600"],
        fill: |top| while_there_is_room(|n| File::create(top.join(format!("file-{n}"))).is_ok()),
    }
    directories_that_grew_and_were_emptied {
        fill: |top| {
            for folder in ["grown", "linear"] {
                files(&top.join(folder), 3000);
            }
            for n in 10..3000 {
                fs::remove_file(top.join(format!("grown/name-{n:06}"))).unwrap();
            }
        },
    }
    mounted_with_data_journal { mount: "data=journal" }
    mounted_with_data_writeback { mount: "data=writeback,nobarrier" }
    mounted_without_delayed_allocation { mount: "nodelalloc" }
    mounted_without_initialising_inode_tables { mib: 1500, mount: "noinit_itable" }
    mounted_without_block_validity { mount: "noblock_validity" }
    mounted_without_its_journal { mount: "noload" }
    mounted_with_errors_remount_ro { mount: "errors=remount-ro" }
}

/// New and changed files, dense and sparse, that are older than the scan and not yet on the disk.
fn delayed(top: &Path) -> Vec<File> {
    fs::create_dir(top.join("new")).unwrap();
    for n in 0..50 {
        fs::write(top.join(format!("new/{n}")), vec![b'n'; 50_000]).unwrap();
    }
    scattered(&top.join("new/scattered"), 400, 4096);
    let far = File::create(top.join("new/far")).unwrap();
    (100..200).for_each(|n| far.write_all_at(b"far", n * 16_384).unwrap());
    let reserved = File::create(top.join("new/reserved")).unwrap();
    let _ = fallocate(&reserved, FallocateFlags::KEEP_SIZE, 0, 500_000);
    reserved.write_all_at(&vec![b'r'; 100_000], 50_000).unwrap();
    let longer = File::options().append(true).open(top.join("large")).unwrap();
    longer.write_all_at(&vec![b'l'; 100_000], 0).unwrap();
    sleep(Duration::from_millis(1100));
    vec![far, reserved, longer]
}

/// Files that stood in their inodes and do so still, until their longer content is written out.
fn outgrown(top: &Path, block: usize) -> Vec<File> {
    let lengths = [600, 1000, block - 5, block, block + 100, 3 * block, 5400, 5401, 20_000];
    let files = lengths.iter().enumerate().map(|(n, length)| {
        let file = File::options().append(true).open(top.join(format!("log-{n}"))).unwrap();
        (&file).write_all(&vec![b'o'; *length]).unwrap();
        file
    });
    let files = files.collect();
    sleep(Duration::from_millis(1100));
    files
}

/// An open file whose name is gone; its data is written out.
fn deleted(path: &Path) -> File {
    let mut file = File::create(path).unwrap();
    file.write_all(&vec![b'd'; 20_000]).unwrap();
    file.sync_all().unwrap();
    fs::remove_file(path).unwrap();
    file
}

fn unnamed(top: &Path) -> File {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = rustix::fs::open(top, flags, Mode::from_raw_mode(0o600)).unwrap();
    let mut file = File::from(file);
    file.write_all(&vec![b'u'; 20_000]).unwrap();
    file
}

fn while_there_is_room(mut more: impl FnMut(u32) -> bool) {
    let _ = (0..100_000).take_while(|n| more(*n)).count();
}

/// As root a whole, quiet filesystem can be seen completely, and the report must say so.
#[test]
fn ext4_seen_by_root_leaves_nothing_unchecked() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill_and_age(realistic);
        let mount = image.mount("rw");
        let outcome = Fscan::quick(dir).arg("--strict").arg(mount.point()).run();
        outcome.expect(outcome.expect_code(0).report().unchecked.is_empty(), "nothing unchecked");
    });
}

/// Above about 65,000 subdirectories ext4 gives up counting and says 1.
#[test]
fn ext4_with_66_000_subdirectories() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 200, &["-b", "1024", "-N", "70000"]);
        let mount = image.mount("rw");
        let crowded = mount.join("crowded");
        fs::create_dir(&crowded).unwrap();
        let names: Vec<String> = (0..66_000).map(|n| n.to_string()).collect();
        chain(&crowded, 1, &names.iter().map(String::as_str).collect::<Vec<_>>());
        expect_healthy(dir, mount.point());
        // nlink stays 1 when few are left.
        for name in &names[100..] {
            fs::remove_dir(crowded.join(name)).unwrap();
        }
        expect_healthy(dir, mount.point());
    });
}

/// The image of a mounted filesystem, copied under its feet: as after a loss of power.
#[test]
fn after_a_crash_the_journal_is_replayed() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        let copy = dir.join("copy");
        let mount = image.mount("rw");
        realistic(mount.point());
        content(mount.point());
        syncfs(File::open(mount.point()).unwrap()).unwrap();
        // Open-unlinked files become orphans that the next mount removes.
        let open = deleted(&mount.join("deleted"));
        fs::remove_dir_all(mount.join("many")).unwrap();
        files(&mount.join("late"), 300);
        syncfs(File::open(mount.point()).unwrap()).unwrap();
        fs::copy(image.file(), &copy).unwrap();
        let replayed = Mount::image(&copy, &dir.join("replayed"), "rw");
        expect_healthy(dir, replayed.point());
        drop((open, replayed));
        // The superblock's own counts are stale now; the kernel counts anew.
        let read_only = Mount::image(&copy, &dir.join("replayed"), "ro");
        expect_healthy(dir, read_only.point());
    });
}

/// The kernel does not read these counts, and e2fsck corrects them without a word.
#[test]
fn counts_of_the_superblock_that_lag_behind() {
    let needs = [EXT4, &[Need::Tool("debugfs")]].concat();
    in_lab(&needs, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill_and_age(realistic);
        image.debugfs(&["ssv free_blocks_count 1000", "ssv free_inodes_count 1000"]);
        assert!(!image.fsck_finds_damage(), "e2fsck");
        for options in ["ro", "rw"] {
            expect_healthy(dir, image.mount(options).point());
        }
    });
}
