//! Blocks overwritten with noise: a write that went astray, or never came.

use std::fs;

use super::{NO_CHECKSUMS, ROW, Row, SUBDIRECTORIES, check, indexed_directory};

rows! {
    directory_block_of_noise {
        // Lists nothing, and no error; only the kernel's counter moves.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.randomize(image.block("/d", 0), 0, 4096),
        codes: &["dot-entry-wrong"],
        also: DIRECTORY,
        lost: true,
        at: &["d"],
    }
    directory_block_of_noise_with_checksums {
        damage: |image| image.randomize(image.block("/d", 0), 0, 4096),
        codes: &["directory-read-error"],
        also: DIRECTORY,
        lost: true,
        at: &["d"],
    }
    directory_block_of_zeroes {
        // Lists nothing, and no error; only the kernel's counter moves.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_block(image.block("/d", 0), 0, &[0; 4096]),
        codes: &["dot-entry-wrong"],
        also: DIRECTORY,
        lost: true,
        at: &["d"],
    }
    leaf_of_an_indexed_directory_of_noise {
        extra: indexed_directory,
        damage: |image| image.randomize(image.block("/big", 3), 0, 4096),
        codes: &["directory-read-error"],
        also: DIRECTORY,
        lost: true,
        at: &["big"],
    }
    root_of_an_indexed_directory_of_noise {
        extra: indexed_directory,
        damage: |image| image.randomize(image.block("/big", 0), 0, 4096),
        codes: &["directory-read-error"],
        also: DIRECTORY,
        lost: true,
        at: &["big"],
    }
    half_a_directory_block_of_noise {
        mkfs: NO_CHECKSUMS,
        extra: |top| {
            fs::create_dir(top.join("full")).unwrap();
            (0..15).for_each(|n| fs::write(top.join(format!("full/{n:0>240}")), "").unwrap());
        },
        damage: |image| image.randomize(image.block("/full", 0), 2048, 2048),
        codes: &["kernel-errors-during-scan"],
        also: DIRECTORY,
        lost: true,
    }
    inode_table_block_of_noise {
        damage: |image| image.randomize(image.inode_block("/victim"), 0, 4096),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    inode_table_block_of_noise_without_checksums {
        mkfs: NO_CHECKSUMS,
        damage: |image| image.randomize(image.inode_block("/victim"), 0, 4096),
        codes: &["dirent-bad-inode"],
        also: INODES,
    }
    inode_table_block_of_zeroes {
        damage: |image| image.patch_block(image.inode_block("/victim"), 0, &[0; 4096]),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    inode_table_block_of_another_place {
        // Data instead of inodes.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.patch_block(image.inode_block("/victim"), 0, &[b'v'; 4096]),
        codes: &["dirent-bad-inode"],
        also: INODES,
    }
    symlink_block_of_zeroes {
        damage: |image| image.patch_block(image.block("/slow", 0), 0, &[0; 4096]),
        codes: &["symlink-invalid"],
        at: &["slow"],
    }
}

/// What a directory may look like when one of its blocks cannot be read.
const DIRECTORY: &[&str] = &[
    "directory-read-error",
    "directory-lookup-error",
    "directory-read-unstable",
    "directory-index-dropped",
    "dirent-bad-inode",
    "dirent-dangling",
    "dot-entry-wrong",
    SUBDIRECTORIES,
];

/// What inodes of noise may look like where no checksum tells.
const INODES: &[&str] = &[
    "dirent-type-mismatch",
    "inode-type-invalid",
    "inode-size-invalid",
    "inode-blocks-mismatch",
    "inode-zero-links",
    "link-count-wrong",
    "time-implausible",
];
