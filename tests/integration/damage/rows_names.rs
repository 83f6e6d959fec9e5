//! Names, the inodes behind them, link counts, types and symbolic links. What the kernel says
//! (6.18) stands beside each row.

use std::fs;

use super::{NO_CHECKSUMS, ROW, Row, SUBDIRECTORIES, check, indexed_directory};
use crate::harness::DirentField::{FileType, Inode, Name, NameLength};

rows! {
    // Inodes behind live names: lookup says EUCLEAN, or EBADMSG where a checksum is wrong.
    freed_inode_behind_a_live_name {
        damage: |image| image.debugfs(&["clri /victim"]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    freed_inode_of_a_directory {
        damage: |image| image.debugfs(&["clri /d"]),
        codes: &["dirent-bad-inode"],
        also: &[SUBDIRECTORIES],
        lost: true,
        at: &["d"],
    }
    inode_without_links {
        damage: |image| image.debugfs(&["sif /victim links_count 0"]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    inode_with_a_wrong_checksum {
        damage: |image| image.flip_inode_byte("/victim", 2),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    inode_with_an_impossible_size {
        damage: |image| image.debugfs(&["sif /victim size 0x7fffffffffffffff"]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    mode_without_a_type {
        // The kernel's error counter does not move for this one.
        damage: |image| image.debugfs(&["sif /victim mode 0"]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    mode_with_an_impossible_type {
        damage: |image| image.debugfs(&["sif /victim mode 0150644"]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    name_for_the_resize_inode {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", Inode(7)),
        codes: &["dirent-bad-inode"],
        also: &["inode-reserved"],
        lost: true,
        at: &["d/twin_b"],
    }

    // Link counts: stat says what the inode says.
    link_count_too_high {
        // Nobody cannot see whether lost+found holds the other names.
        damage: |image| image.debugfs(&["sif /h1 links_count 5"]),
        codes: &["link-count-wrong"],
        at: &["h1", "h2"],
        verdict_as_nobody: "suspect",
    }
    link_count_too_low {
        // Two names with a link each may pass for two files in the sums.
        damage: |image| image.debugfs(&["sif /h1 links_count 1"]),
        codes: &["link-count-wrong"],
        also: &["used-blocks-mismatch", "free-inodes-mismatch"],
        at: &["h1", "h2"],
    }
    link_count_too_low_but_above_one {
        extra: |top| fs::hard_link(top.join("h1"), top.join("d/h3")).unwrap(),
        damage: |image| image.debugfs(&["sif /h1 links_count 2"]),
        codes: &["link-count-wrong"],
        at: &["h1", "h2", "d/h3"],
    }
    name_moved_to_another_inode {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", Inode(image.inode("/plain"))),
        codes: &["link-count-wrong"],
        lost: true,
        at: &["plain", "d/twin_b"],
    }
    directory_link_count_too_high {
        damage: |image| image.debugfs(&["sif /d links_count 7"]),
        codes: &[SUBDIRECTORIES],
        at: &["d"],
    }
    directory_link_count_too_low {
        damage: |image| image.debugfs(&["sif /d links_count 2"]),
        codes: &[SUBDIRECTORIES],
        at: &["d"],
    }
    directory_link_count_of_one_in_a_small_directory {
        damage: |image| image.debugfs(&["sif /d links_count 1"]),
        codes: &[SUBDIRECTORIES],
        at: &["d"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }
    link_count_of_the_root_directory {
        damage: |image| image.debugfs(&["sif / links_count 9"]),
        codes: &[SUBDIRECTORIES],
    }

    // Names.
    duplicate_name {
        // Two entries list with an inode number each; lookup finds the first for both, and so the link
        // count seems wrong until the names are collected.
        shifts: true,
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", Name(b"twin_a")),
        codes: &["dirent-duplicate-name"],
        also: &["dirent-inode-mismatch", "link-count-wrong"],
        lost: true,
        at: &["d"],
    }
    name_with_a_nul {
        // Lists as `twin`, lookup says ENOENT.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", Name(b"twin\0b")),
        codes: &["dirent-dangling"],
        also: &["dirent-invalid-name"],
        lost: true,
        at: &["d"],
    }
    name_with_a_slash {
        // getdents says EIO and hands out nothing.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", Name(b"twin/b")),
        codes: &["directory-read-error"],
        also: &["dirent-invalid-name", "dot-entry-wrong", SUBDIRECTORIES],
        lost: true,
        at: &["d"],
    }
    name_of_no_length {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", NameLength(0)),
        codes: &["directory-read-error"],
        also: &["dirent-invalid-name", "dot-entry-wrong", SUBDIRECTORIES],
        lost: true,
        at: &["d"],
    }
    changed_hash_seed {
        // 188 of 500 names list, and lookup says ENOENT.
        extra: indexed_directory,
        damage: |image| image.debugfs(&[OTHER_HASH_SEED]),
        codes: &["dirent-dangling"],
        at: &["big"],
    }
    changed_hash_seed_with_small_blocks {
        mkfs: &["-b", "1024"],
        extra: indexed_directory,
        damage: |image| image.debugfs(&[OTHER_HASH_SEED]),
        codes: &["dirent-dangling"],
        at: &["big"],
    }

    // Directories with two names: lookup works on both and says ELOOP or EUCLEAN on a cycle.
    second_name_for_a_directory {
        damage: |image| image.debugfs(&["link /d/sub /other/again"]),
        codes: &["directory-multiply-linked"],
        also: &["used-blocks-mismatch", "free-inodes-mismatch", "dot-entry-wrong", SUBDIRECTORIES],
        at: &["d/sub", "other/again"],
    }
    name_that_leads_back_to_an_ancestor {
        damage: |image| image.debugfs(&["link /d /d/sub/loop"]),
        codes: &["directory-multiply-linked"],
        at: &["d/sub/loop"],
    }
    name_that_leads_back_to_the_root {
        damage: |image| image.debugfs(&["link / /d/root"]),
        codes: &["directory-multiply-linked"],
        also: &["inode-reserved"],
        at: &["d/root"],
    }
    name_that_leads_to_its_own_directory {
        damage: |image| image.debugfs(&["link /d /d/me"]),
        codes: &["dirent-bad-inode"],
        also: &["directory-multiply-linked", SUBDIRECTORIES],
        at: &["d/me"],
    }

    // The type in the entry.
    entry_says_directory_inode_says_file {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", FileType(2)),
        codes: &["dirent-type-mismatch"],
        also: &[SUBDIRECTORIES],
        at: &["d/twin_b"],
    }
    entry_says_file_inode_says_directory {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "sub", FileType(1)),
        codes: &["dirent-type-mismatch"],
        also: &[SUBDIRECTORIES],
        at: &["d/sub"],
    }
    entry_of_an_impossible_type {
        // Lists as DT_UNKNOWN.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", FileType(9)),
        codes: &["dirent-type-mismatch"],
        at: &["d/twin_b"],
    }
    entry_of_unknown_type {
        // e2fsck lets it pass. Entries beside it have a type, so it was not written so.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", FileType(0)),
        codes: &["dirent-type-mismatch"],
        at: &["d/twin_b"],
        fsck: false,
    }
    inode_became_a_directory {
        // A file's content read as a directory: getdents says EBADMSG.
        damage: |image| image.debugfs(&["sif /victim mode 040755"]),
        codes: &["dirent-type-mismatch", "directory-read-error"],
        also: &[
            "extent-size-mismatch", SUBDIRECTORIES,
            "directory-lookup-error",
            "directory-size-invalid",
            "dot-entry-wrong",
            "inode-size-invalid",
        ],
        at: &["victim"],
    }
    inode_became_a_file {
        damage: |image| image.debugfs(&["sif /d mode 0100644"]),
        codes: &["dirent-type-mismatch"],
        also: &[SUBDIRECTORIES, "link-count-wrong"],
        lost: true,
        at: &["d"],
    }
    inode_became_a_fifo {
        damage: |image| image.debugfs(&["sif /victim mode 010644"]),
        codes: &["dirent-type-mismatch"],
        also: &["inode-size-invalid", "inode-blocks-mismatch"],
        at: &["victim"],
    }
    inode_became_a_symlink {
        damage: |image| image.debugfs(&["sif /victim mode 0120777"]),
        codes: &["dirent-type-mismatch", "symlink-invalid"],
        also: &["inode-size-invalid"],
        at: &["victim"],
    }

    // Symlinks: the kernel hands out what is there up to the first NUL.
    slow_symlink_with_a_size_too_large {
        damage: |image| image.debugfs(&["sif /slow size 300"]),
        codes: &["symlink-invalid"],
        at: &["slow"],
    }
    slow_symlink_with_a_size_beyond_its_block {
        damage: |image| image.debugfs(&["sif /slow size 5000"]),
        codes: &["symlink-invalid"],
        also: &["inode-size-invalid"],
        at: &["slow"],
    }
    slow_symlink_with_no_size {
        damage: |image| image.debugfs(&["sif /slow size 0"]),
        codes: &["symlink-invalid"],
        also: &["inode-size-invalid", "inode-blocks-mismatch"],
        at: &["slow"],
    }
    fast_symlink_with_a_size_too_small {
        damage: |image| image.debugfs(&["sif /fast size 10"]),
        codes: &["dirent-bad-inode"],
        at: &["fast"],
    }
    fast_symlink_with_a_size_too_large {
        damage: |image| image.debugfs(&["sif /fast size 100"]),
        codes: &["dirent-bad-inode"],
        at: &["fast"],
    }

    // Blocks.
    block_count_of_a_broken_block {
        damage: |image| image.debugfs(&["sif /plain blocks 9"]),
        codes: &["inode-blocks-mismatch"],
        also: &["used-blocks-mismatch"],
        at: &["plain"],
    }
}

const OTHER_HASH_SEED: &str = "set_super_value hash_seed 11111111-2222-3333-4444-555555555555";
