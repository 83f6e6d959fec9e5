//! Bitmaps and counts: blocks and inodes that are in use and count as free, or the reverse.

use super::{NO_CHECKSUMS, ROW, Row, SUBDIRECTORIES, check, scattered};
use crate::harness::{GroupBlock, Image};

/// Nothing may change behind the counts.
const READ_ONLY: &str = "ro,errors=continue";

/// Two groups, so that one bad bitmap leaves another good one.
const TWO_GROUPS: &[&str] = &["-b", "1024"];

rows! {
    // A bit of the block bitmap alone. GETFSMAP answers, but when the kernel loads the bitmap it
    // finds that the group counts otherwise, calls the group corrupt (mb_groups) and takes its
    // blocks off f_bfree: from 2791 to none.
    bit_of_a_used_block_cleared {
        damage: |image| free(image, image.block("/plain", 1)),
        codes: &["allocation-map-unreadable", "extent-in-free-space"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    bit_of_a_free_block_set {
        damage: |image| image.debugfs(&["setb 3000"]),
        codes: &["allocation-map-unreadable"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    bit_of_the_inode_table_cleared {
        damage: |image| free(image, image.group_block(0, GroupBlock::InodeTable)),
        codes: &["allocation-map-unreadable"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    // GETFSMAP says EBADMSG once, then EUCLEAN.
    block_bitmap_with_a_wrong_checksum {
        damage: |image| {
            let block = image.group_block(0, GroupBlock::BlockBitmap);
            image.patch_block(block, 500, &[0x5a]);
        },
        codes: &["allocation-map-unreadable"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    second_block_bitmap_with_a_wrong_checksum {
        mkfs: TWO_GROUPS,
        damage: |image| {
            let block = image.group_block(1, GroupBlock::BlockBitmap);
            image.patch_block(block, 500, &[0x5a]);
        },
        codes: &["allocation-map-unreadable"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    block_bitmap_of_noise {
        mkfs: NO_CHECKSUMS,
        damage: |image| {
            image.randomize(image.group_block(0, GroupBlock::BlockBitmap), 0, 512);
        },
        codes: &["allocation-map-unreadable", "extent-in-free-space"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    block_bitmap_of_zeroes {
        mkfs: NO_CHECKSUMS,
        damage: |image| {
            let block = image.group_block(0, GroupBlock::BlockBitmap);
            image.patch_block(block, 0, &[0; 512]);
        },
        codes: &["allocation-map-unreadable", "extent-in-free-space"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }

    // Bits and counts, so that they agree with one another.
    extent_moved_to_blocks_that_are_free {
        damage: |image| image.set_inode("/victim", "block[5]", 3000),
        codes: &["extent-in-free-space"],
        at: &["victim"],
    }
    used_block_freed {
        damage: |image| {
            free(image, image.block("/plain", 1));
            image.take_off_free("blocks", -1);
        },
        codes: &["extent-in-free-space"],
        also: &["used-blocks-mismatch"],
        at: &["plain"],
    }
    used_block_of_a_directory_freed {
        damage: |image| {
            free(image, image.block("/d", 0));
            image.take_off_free("blocks", -1);
        },
        codes: &["extent-in-free-space"],
        also: &["used-blocks-mismatch"],
        at: &["d"],
    }
    used_block_of_a_symlink_freed {
        damage: |image| {
            free(image, image.block("/slow", 0));
            image.take_off_free("blocks", -1);
        },
        codes: &["used-blocks-mismatch"],
        also: &["extent-in-free-space"],
    }
    used_block_freed_on_a_read_only_mount {
        mount: READ_ONLY,
        damage: |image| {
            free(image, image.block("/plain", 1));
            image.take_off_free("blocks", -1);
        },
        codes: &["extent-in-free-space"],
        also: &["used-blocks-mismatch"],
        at: &["plain"],
    }
    node_of_an_extent_tree_freed {
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| {
            free(image, image.map_block("/tall"));
            image.take_off_free("blocks", -1);
        },
        codes: &["used-blocks-mismatch"],
    }
    // More blocks in use than are known of: a list of bad blocks would explain it as well.
    one_block_leaked {
        damage: |image| {
            image.debugfs(&["setb 3000"]);
            image.take_off_free("blocks", 1);
        },
        codes: &["used-blocks-mismatch"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }
    blocks_leaked {
        damage: |image| {
            image.debugfs(&["setb 3000 3"]);
            image.take_off_free("blocks", 3);
        },
        codes: &["used-blocks-mismatch"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }
    blocks_leaked_on_a_read_only_mount {
        mount: READ_ONLY,
        damage: |image| {
            image.debugfs(&["setb 3000 3"]);
            image.take_off_free("blocks", 3);
        },
        codes: &["used-blocks-mismatch"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }
    many_blocks_leaked {
        damage: |image| {
            image.debugfs(&["setb 3000 200"]);
            image.take_off_free("blocks", 200);
        },
        codes: &["used-blocks-mismatch"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }

    // Counts of groups alone: as a bit alone, or, for inodes, what statfs says. The kernel does not
    // read the superblock's own counts. A bit of the inode bitmap alone, or its checksum, shows
    // nowhere, and a group descriptor with a wrong checksum cannot be mounted.
    free_blocks_of_a_group_too_many {
        damage: |image| image.take_off_free("blocks", -7),
        codes: &["allocation-map-unreadable"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    free_blocks_of_a_group_too_few {
        damage: |image| image.take_off_free("blocks", 7),
        codes: &["allocation-map-unreadable"],
        also: &["free-blocks-mismatch", "used-blocks-mismatch"],
    }
    free_inodes_of_a_group_too_many {
        damage: |image| image.take_off_free("inodes", -3),
        codes: &["free-inodes-mismatch"],
    }
    free_inodes_of_a_group_too_few {
        mount: READ_ONLY,
        damage: |image| image.take_off_free("inodes", 3),
        codes: &["free-inodes-mismatch"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }

    // Inodes.
    used_inode_freed {
        damage: |image| {
            image.debugfs(&["freei /victim"]);
            image.take_off_free("inodes", -1);
        },
        codes: &["free-inodes-mismatch"],
    }
    // On a device that nobody can write to: a crash can have left deleted files behind.
    inode_leaked_on_a_read_only_mount {
        mount: READ_ONLY,
        damage: |image| {
            image.debugfs(&["seti <3000>"]);
            image.take_off_free("inodes", 1);
        },
        codes: &["free-inodes-mismatch"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }

    // Files that no name leads to.
    file_without_a_name {
        damage: |image| image.debugfs(&["unlink /victim"]),
        codes: &["inode-unattached"],
        codes_as_nobody: Some(&[]),
        verdict_as_nobody: "healthy",
        lost: true,
    }
    file_without_a_name_on_a_read_only_mount {
        mount: READ_ONLY,
        damage: |image| image.debugfs(&["unlink /victim"]),
        codes: &["inode-unattached"],
        codes_as_nobody: Some(&["free-inodes-mismatch"]),
        lost: true,
        verdict_as_nobody: "suspect",
    }
    // Sums are worth nothing then, and numbers can be tried all the same.
    file_without_a_name_beside_a_wrong_link_count {
        damage: |image| image.debugfs(&["unlink /victim", "sif /h1 links_count 5"]),
        codes: &["inode-unattached", "link-count-wrong"],
        codes_as_nobody: Some(&["link-count-wrong"]),
        lost: true,
        verdict_as_nobody: "suspect",
    }
    file_without_a_name_beside_a_directory_with_two {
        damage: |image| image.debugfs(&["unlink /victim", "link /d /other/d"]),
        codes: &["inode-unattached", "directory-multiply-linked"],
        codes_as_nobody: Some(&["directory-multiply-linked"]),
        also: &[SUBDIRECTORIES],
        lost: true,
    }
    directory_without_a_name {
        damage: |image| image.debugfs(&["unlink /d"]),
        codes: &["inode-unattached", SUBDIRECTORIES],
        codes_as_nobody: Some(&[SUBDIRECTORIES]),
        lost: true,
    }
    inode_without_links_and_names_on_a_read_only_mount {
        mount: READ_ONLY,
        damage: |image| image.debugfs(&["sif /victim links_count 0", "unlink /victim"]),
        codes: &["free-inodes-mismatch"],
        also: &["used-blocks-mismatch"],
        verdict: "suspect",
        verdict_as_nobody: "suspect",
    }
}

/// Clears a block's bit in the bitmap.
fn free(image: &Image, block: u64) {
    image.debugfs(&[&format!("freeb {block}")]);
}
