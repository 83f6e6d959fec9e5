//! Maps of files that cannot be followed: nodes of extent trees and indirect blocks.

use std::fs;
use std::path::Path;

use super::{BLOCK_MAPPED, NO_CHECKSUMS, ROW, Row, blocks, check, scattered};

rows! {
    // In the inode: EUCLEAN at lookup, whatever is wrong. In a node: EUCLEAN from FIEMAP, or
    // EBADMSG where only the checksum is wrong. No map that contradicts itself is ever handed out.
    extents_out_of_order {
        extra: |top| scattered(&top.join("two"), 2),
        damage: |image| {
            image.set_inode("/two", "block[3]", 2);
            image.set_inode("/two", "block[6]", 0);
        },
        codes: &["dirent-bad-inode"],
        at: &["two"],
    }
    extents_of_the_same_part_of_a_file {
        extra: |top| scattered(&top.join("two"), 2),
        damage: |image| image.set_inode("/two", "block[6]", 0),
        codes: &["dirent-bad-inode"],
        at: &["two"],
    }
    extent_of_no_length {
        damage: |image| image.set_inode("/victim", "block[4]", 0),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extent_longer_than_the_file {
        damage: |image| image.set_inode("/victim", "block[4]", 40),
        codes: &["extent-size-mismatch", "extent-overlap", "extent-in-free-space"],
        also: &["inode-blocks-mismatch"],
        at: &["victim"],
    }
    extents_out_of_order_in_a_node {
        mkfs: NO_CHECKSUMS,
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| {
            let node = image.map_block("/tall");
            image.patch_block(node, 12 + 2 * 12, &9_u32.to_le_bytes());
        },
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    node_with_a_wrong_checksum {
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.patch_block(image.map_block("/tall"), 8, &[0x5a]),
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    node_without_its_magic_number {
        mkfs: NO_CHECKSUMS,
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.patch_block(image.map_block("/tall"), 0, &[0, 0]),
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    node_with_too_many_entries {
        mkfs: NO_CHECKSUMS,
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.patch_block(image.map_block("/tall"), 2, &[0xff, 0xff]),
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    node_that_lost_most_of_its_entries {
        // No error: what they mapped reads as a hole.
        mkfs: NO_CHECKSUMS,
        extra: |top| scattered(&top.join("tall"), 680),
        damage: |image| image.patch_block(image.map_block("/tall"), 2, &[40, 0]),
        codes: &["inode-blocks-mismatch"],
        at: &["tall"],
    }
    node_of_another_depth {
        // e2fsck lets it pass.
        mkfs: NO_CHECKSUMS,
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.patch_block(image.map_block("/tall"), 6, &[1, 0]),
        codes: &["extent-map-unreadable"],
        fsck: false,
        at: &["tall"],
    }
    node_of_noise {
        mkfs: NO_CHECKSUMS,
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.randomize(image.map_block("/tall"), 0, 4096),
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    node_of_noise_with_checksums {
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.randomize(image.map_block("/tall"), 0, 4096),
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    node_beyond_the_device {
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.set_inode("/tall", "block[4]", 0xfffff),
        codes: &["dirent-bad-inode"],
        at: &["tall"],
    }
    node_that_begins_elsewhere_than_its_index_says {
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.set_inode("/tall", "block[3]", 1),
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    second_node_of_noise {
        // FIEMAP hands out 340 extents, the last one as LAST, and says EUCLEAN behind it.
        // 680 extents are two nodes of 340.
        extra: |top| scattered(&top.join("tall"), 680),
        damage: |image| {
            let node = image.map_word("/tall", 7);
            image.randomize(node, 0, 4096);
        },
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    root_of_an_extent_tree_without_its_magic_number {
        damage: |image| image.set_inode("/victim", "block[0]", 0x0001_0000),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    root_of_an_extent_tree_with_too_many_entries {
        damage: |image| image.set_inode("/victim", "block[0]", 0x0009_f30a),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    root_of_an_extent_tree_too_deep {
        damage: |image| image.set_inode("/victim", "block[1]", 0x0009_0004),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    indirect_block_of_a_directory_of_noise {
        mkfs: BLOCK_MAPPED,
        extra: wide_directory,
        damage: |image| image.randomize(image.map_block("/wide"), 0, 4096),
        codes: &["extent-map-unreadable"],
        also: &[
            "directory-read-error",
            "directory-lookup-error",
            "dirent-dangling",
            "dirent-bad-inode",
        ],
        lost: true,
        at: &["wide"],
    }

    // Block-mapped files.
    indirect_block_of_noise {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 200),
        damage: |image| image.randomize(image.map_block("/long"), 0, 4096),
        codes: &["extent-map-unreadable"],
        at: &["long"],
    }
    indirect_block_beyond_the_device {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 200),
        damage: |image| image.set_inode("/long", "block[IND]", 0xfffff),
        codes: &["extent-map-unreadable"],
        at: &["long"],
    }
    // Indirect blocks have no checksums: numbers on the device are taken as they are.
    indirect_block_lost {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 200),
        damage: |image| image.set_inode("/long", "block[IND]", 0),
        codes: &["inode-blocks-mismatch"],
        at: &["long"],
    }
    indirect_block_of_zeroes {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 200),
        damage: |image| image.patch_block(image.map_block("/long"), 0, &[0; 4096]),
        codes: &["inode-blocks-mismatch"],
        at: &["long"],
    }
    double_indirect_block_beyond_the_device {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 1200),
        damage: |image| image.set_inode("/long", "block[DIND]", 0xfffff),
        codes: &["extent-map-unreadable"],
        at: &["long"],
    }
    indirect_block_that_is_data {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 200),
        damage: |image| image.set_inode("/long", "block[IND]", image.block("/plain", 0)),
        codes: &["extent-map-unreadable"],
        at: &["long"],
    }
}

/// A directory of more than 12 blocks.
fn wide_directory(top: &Path) {
    let wide = top.join("wide");
    fs::create_dir(&wide).unwrap();
    for n in 0..500 {
        fs::write(wide.join(format!("{n:0>200}")), "").unwrap();
    }
}
