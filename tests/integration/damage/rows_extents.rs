//! Extents that claim what is not theirs. What the kernel says (6.18) stands beside each row.
//!
//! In `i_block` words 3 to 5 are the first extent (logical block, length, physical block), words 6
//! to 8 the second.

use super::{
    BLOCK_MAPPED, NO_CHECKSUMS, ROW, Row, UNGUARDED, blocks, check, preallocated, scattered,
};
use crate::harness::GroupBlock;

rows! {
    extent_shared_by_two_files {
        damage: |image| image.set_inode("/victim", "block[5]", image.block("/plain", 0)),
        codes: &["extent-overlap"],
        at: &["victim", "plain"],
    }
    extent_shared_in_its_last_block_alone {
        damage: |image| image.set_inode("/victim", "block[5]", image.block("/plain", 2)),
        codes: &["extent-overlap"],
        at: &["victim", "plain"],
    }
    extent_shared_by_a_file_and_a_directory {
        damage: |image| image.set_inode("/victim", "block[5]", image.block("/d", 0)),
        codes: &["extent-overlap"],
        at: &["victim", "d"],
    }
    extent_shared_by_two_directories {
        // d/sub lists the entries of other/sub, "." with them.
        mkfs: NO_CHECKSUMS,
        damage: |image| image.set_inode("/d/sub", "block[5]", image.block("/other/sub", 0)),
        codes: &["extent-overlap"],
        also: &["dot-entry-wrong"],
        lost: true,
        at: &["d/sub", "other/sub"],
    }
    extent_shared_by_preallocated_blocks {
        extra: |top| preallocated(&top.join("reserved"), 4),
        damage: |image| image.set_inode("/reserved", "block[5]", image.block("/plain", 0)),
        codes: &["extent-overlap"],
        at: &["reserved", "plain"],
    }
    extent_shared_by_files_of_clusters {
        mkfs: &["-b", "4096", "-O", "bigalloc", "-C", "16384"],
        damage: |image| image.set_inode("/victim", "block[5]", image.block("/plain", 0)),
        codes: &["extent-overlap"],
        at: &["victim", "plain"],
    }
    extent_shared_on_a_filesystem_of_small_blocks {
        mkfs: &["-b", "1024"],
        damage: |image| image.set_inode("/victim", "block[5]", image.block("/plain", 7)),
        codes: &["extent-overlap"],
        at: &["victim", "plain"],
    }
    extents_of_one_file_on_the_same_block {
        extra: |top| scattered(&top.join("two"), 2),
        damage: |image| image.set_inode("/two", "block[8]", image.block("/two", 0)),
        codes: &["extent-overlap"],
        at: &["two"],
    }
    extent_shared_by_block_mapped_files {
        mkfs: BLOCK_MAPPED,
        damage: |image| image.set_inode("/victim", "block[1]", image.block("/plain", 2)),
        codes: &["extent-overlap"],
        at: &["victim", "plain"],
    }
    indirect_block_shared_by_two_files {
        mkfs: BLOCK_MAPPED,
        extra: |top| {
            blocks(&top.join("one"), 20);
            blocks(&top.join("two"), 20);
        },
        damage: |image| image.set_inode("/two", "block[IND]", image.map_block("/one")),
        codes: &["extent-overlap"],
        at: &["one", "two"],
    }
    node_of_an_extent_tree_shared_by_two_files {
        mkfs: NO_CHECKSUMS,
        extra: |top| {
            scattered(&top.join("one"), 8);
            scattered(&top.join("two"), 8);
        },
        damage: |image| image.set_inode("/two", "block[4]", image.map_block("/one")),
        codes: &["extent-overlap"],
        at: &["one", "two"],
    }

    // Beyond the device. The kernel holds every extent against the size of the filesystem, with and
    // without `block_validity`, and hands none out: EUCLEAN, from lookup where the extent stands
    // in the inode, from FIEMAP where it stands in a block. In block-mapped files FIEMAP ends with
    // LAST before the bad number, and says so only when it is asked behind that, again and again.
    extent_beyond_the_device {
        damage: |image| image.set_inode("/victim", "block[5]", 0xfffff),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extent_across_the_end_of_the_device {
        damage: |image| image.set_inode("/victim", "block[5]", 4095),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extent_beyond_the_device_without_block_validity {
        mount: UNGUARDED,
        damage: |image| image.set_inode("/victim", "block[5]", 0xfffff),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extent_beyond_the_device_in_a_node {
        mkfs: NO_CHECKSUMS,
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| {
            let node = image.map_block("/tall");
            image.patch_block(node, 12 + 2 * 12 + 8, &0xfffff_u32.to_le_bytes());
        },
        codes: &["extent-map-unreadable"],
        at: &["tall"],
    }
    block_number_beyond_the_device {
        mkfs: BLOCK_MAPPED,
        damage: |image| image.set_inode("/victim", "block[1]", 0xfffff),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    block_number_beyond_the_device_in_an_indirect_block {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 20),
        damage: |image| {
            let block = image.map_block("/long");
            image.patch_block(block, 8, &0xfffff_u32.to_le_bytes());
        },
        codes: &["extent-map-unreadable"],
        at: &["long"],
    }
    block_number_beyond_the_device_without_block_validity {
        mkfs: BLOCK_MAPPED,
        mount: UNGUARDED,
        extra: |top| blocks(&top.join("long"), 20),
        damage: |image| {
            let block = image.map_block("/long");
            image.patch_block(block, 8, &0xfffff_u32.to_le_bytes());
        },
        codes: &["extent-map-unreadable"],
        at: &["long"],
    }

    // Over the filesystem's own blocks. `block_validity`, the default, makes the kernel refuse
    // these at lookup as well; block 0 is always refused.
    extent_over_the_inode_table {
        damage: |image| {
            let block = image.group_block(0, GroupBlock::InodeTable);
            image.set_inode("/victim", "block[5]", block + 4);
        },
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extent_over_the_inode_table_without_block_validity {
        mount: UNGUARDED,
        damage: |image| {
            let block = image.group_block(0, GroupBlock::InodeTable);
            image.set_inode("/victim", "block[5]", block + 4);
        },
        codes: &["extent-in-metadata"],
        at: &["victim"],
    }
    extent_over_an_inode_bitmap_without_block_validity {
        mount: UNGUARDED,
        damage: |image| {
            let block = image.group_block(0, GroupBlock::InodeBitmap);
            image.set_inode("/h1", "block[5]", block);
        },
        codes: &["extent-in-metadata"],
        at: &["h1", "h2"],
    }
    extent_over_a_block_bitmap_without_block_validity {
        // Its second block is that of the root directory.
        mount: UNGUARDED,
        damage: |image| {
            let block = image.group_block(0, GroupBlock::BlockBitmap);
            image.set_inode("/victim", "block[5]", block);
        },
        codes: &["extent-in-metadata"],
        also: &["extent-overlap"],
        at: &["victim"],
    }
    extent_over_the_superblock_without_block_validity {
        mount: UNGUARDED,
        damage: |image| image.set_inode("/victim", "block[5]", 0),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extent_over_the_journal {
        damage: |image| image.set_inode("/victim", "block[5]", image.block("<8>", 20)),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    block_number_over_the_inode_table_without_block_validity {
        mkfs: BLOCK_MAPPED,
        mount: UNGUARDED,
        damage: |image| {
            let block = image.group_block(0, GroupBlock::InodeTable);
            image.set_inode("/victim", "block[1]", block + 4);
        },
        codes: &["extent-in-metadata"],
        at: &["victim"],
    }
    block_number_over_the_inode_table {
        mkfs: BLOCK_MAPPED,
        damage: |image| {
            let block = image.group_block(0, GroupBlock::InodeTable);
            image.set_inode("/victim", "block[1]", block + 4);
        },
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
}
