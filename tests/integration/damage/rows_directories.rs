//! Directories: "." and "..", indexes, sizes and blocks. What the kernel says (6.18) stands beside
//! each row.

use std::fs;

use super::{NO_CHECKSUMS, ROW, Row, SUBDIRECTORIES, check, indexed_directory};
use crate::harness::DirentField::{Inode, Name, RecordLength};
use crate::harness::files;

rows! {
    // "." and "..": lookup never reads them from disk, getdents does.
    parent_entry_of_another_directory {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d/sub", "..", Inode(image.inode("/other"))),
        codes: &["dot-entry-wrong"],
        at: &["d/sub"],
    }
    parent_entry_of_a_free_inode {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d/sub", "..", Inode(3000)),
        codes: &["dot-entry-wrong"],
        at: &["d/sub"],
    }
    parent_entry_missing {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d/sub", "..", Inode(0)),
        codes: &["dot-entry-wrong"],
        at: &["d/sub"],
    }
    parent_entry_renamed {
        // The new name leads to the parent: ELOOP.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d/sub", "..", Name(b".x")),
        codes: &["dot-entry-wrong"],
        also: &["dirent-bad-inode", "directory-multiply-linked", SUBDIRECTORIES],
        at: &["d/sub"],
    }
    own_entry_of_another_directory {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d/sub", ".", Inode(image.inode("/other"))),
        codes: &["dot-entry-wrong"],
        at: &["d/sub"],
    }
    own_entry_renamed {
        // The new name leads to the directory itself: EUCLEAN.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d/sub", ".", Name(b"x")),
        codes: &["dot-entry-wrong"],
        also: &["dirent-bad-inode", "directory-multiply-linked", SUBDIRECTORIES],
        at: &["d/sub"],
    }

    // The root of a hash index: an unknown hash makes the kernel give the index up, in memory,
    // and search without it. Byte 28 is `dx_root_info.hash_version`.
    index_with_an_unknown_hash {
        mkfs: NO_CHECKSUMS,
        extra: indexed_directory,
        damage: |image| image.patch_block(image.block("/big", 0), 28, &[99]),
        codes: &["directory-index-dropped"],
        at: &["big"],
    }
    // The kernel takes the flat directory for an index, denies its names, then gives up and finds
    // them: two looks differ at a directory that did not change.
    index_flag_on_a_directory_without_an_index {
        // The kernel clears the flag at the first look.
        shifts: true,
        mkfs: NO_CHECKSUMS,
        extra: |top| files(&top.join("flat"), 20),
        damage: |image| image.debugfs(&["sif /flat flags 0x81000"]),
        codes: &["directory-read-unstable"],
        also: &["directory-index-dropped", "dirent-dangling", "directory-read-error"],
        at: &["flat"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }
    size_of_a_directory_beyond_its_blocks {
        damage: |image| image.debugfs(&["sif /d size 16384"]),
        codes: &["directory-size-invalid"],
        also: &["extent-size-mismatch", "directory-lookup-error", "directory-read-error"],
        at: &["d"],
    }
    // Facts without number in the same directory do not hide the damage.
    link_count_of_a_directory_full_of_unsafe_names {
        extra: |top| {
            fs::create_dir(top.join("full")).unwrap();
            for i in 0..600 {
                fs::write(top.join(format!("full/\u{1}{i}")), "").unwrap();
            }
        },
        damage: |image| image.debugfs(&["sif /full links_count 9"]),
        codes: &[SUBDIRECTORIES],
        also: &["name-unsafe"],
        at: &["full"],
    }
    // Nor does damage without number.
    link_count_of_a_directory_full_of_dangling_names {
        extra: |top| files(&top.join("big"), 3000),
        damage: |image| {
            image.debugfs(&[
                "set_super_value hash_seed 11111111-2222-3333-4444-555555555555",
                "sif /big links_count 9",
            ]);
        },
        codes: &[SUBDIRECTORIES, "dirent-dangling"],
        at: &["big"],
    }

    // Directory blocks.
    directory_block_with_a_wrong_checksum {
        damage: |image| image.patch_dirent("/d", "twin_b", Name(b"twin_c")),
        codes: &["directory-read-error"],
        also: &["directory-lookup-error", "dot-entry-wrong", SUBDIRECTORIES],
        lost: true,
        at: &["d"],
    }
    entry_with_an_impossible_inode_number {
        // getdents leaves the rest of the block out without a word; only the counter moves.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", Inode(0x7fff_ffff)),
        codes: &["kernel-errors-during-scan"],
        also: &["directory-lookup-error", "directory-read-error"],
        lost: true,
    }
    entry_with_an_impossible_length {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_dirent("/d", "twin_b", RecordLength(7)),
        codes: &["kernel-errors-during-scan"],
        also: &["directory-lookup-error", "directory-read-error"],
        lost: true,
    }
    directory_of_no_size {
        // Lists nothing at all.
        damage: |image| image.debugfs(&["sif /d size 0"]),
        codes: &["dot-entry-wrong"],
        also: &[
            "extent-size-mismatch",
            "directory-size-invalid",
            "inode-blocks-mismatch",
            SUBDIRECTORIES,
        ],
        lost: true,
        at: &["d"],
    }
    directory_size_below_a_block {
        // Lists its names, and lookup says ENOENT.
        damage: |image| image.debugfs(&["sif /d size 1000"]),
        codes: &["directory-size-invalid", "dirent-dangling"],
        also: &["extent-size-mismatch", "dot-entry-wrong", SUBDIRECTORIES],
        at: &["d"],
    }
    directory_size_of_a_block_and_a_bit {
        damage: |image| image.debugfs(&["sif /d size 5000"]),
        codes: &["directory-size-invalid"],
        also: &["extent-size-mismatch"],
        at: &["d"],
    }
}
