//! Block counts, sizes and flags that an inode's map contradicts.

use super::{
    BLOCK_MAPPED, NO_CHECKSUMS, ROW, Row, SUBDIRECTORIES, blocks, check, indexed_directory,
    scattered,
};

rows! {
    // `blocks` counts units of 512 bytes.
    block_count_too_large_by_a_block {
        // For itself it could be a block of the map that is no longer needed; the sums say no.
        damage: |image| image.set_inode("/plain", "blocks", 32),
        codes: &["used-blocks-mismatch"],
        also: &["inode-blocks-mismatch"],
    }
    block_count_too_large_by_many_blocks {
        damage: |image| image.set_inode("/plain", "blocks", 24 + 800),
        codes: &["inode-blocks-mismatch"],
        also: &["used-blocks-mismatch"],
        at: &["plain"],
    }
    block_count_too_small_by_a_block {
        damage: |image| image.set_inode("/plain", "blocks", 16),
        codes: &["inode-blocks-mismatch"],
        also: &["used-blocks-mismatch"],
        at: &["plain"],
    }
    block_count_of_none {
        damage: |image| image.set_inode("/plain", "blocks", 0),
        codes: &["inode-blocks-mismatch"],
        also: &["used-blocks-mismatch"],
        at: &["plain"],
    }
    block_count_without_the_node_of_the_extent_tree {
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.set_inode("/tall", "blocks", 64),
        codes: &["inode-blocks-mismatch"],
        also: &["used-blocks-mismatch"],
        at: &["tall"],
    }
    block_count_of_a_directory {
        damage: |image| image.set_inode("/d", "blocks", 16),
        codes: &["used-blocks-mismatch"],
        also: &["inode-blocks-mismatch"],
    }
    block_count_of_a_symlink {
        // Where its blocks are cannot be asked, and the second could hold attributes: for nobody,
        // who is not shown all of them, some that it shares.
        damage: |image| image.set_inode("/slow", "blocks", 16),
        codes: &["used-blocks-mismatch"],
        codes_as_nobody: Some(&[]),
        verdict_as_nobody: "healthy",
    }
    block_count_of_a_block_mapped_file {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 20),
        damage: |image| image.set_inode("/long", "blocks", 160),
        codes: &["inode-blocks-mismatch"],
        also: &["used-blocks-mismatch"],
        at: &["long"],
    }

    // Sizes.
    size_too_small_for_written_blocks {
        damage: |image| image.set_inode("/plain", "size", 100),
        codes: &["extent-size-mismatch"],
        at: &["plain"],
    }
    size_of_none_with_written_blocks {
        damage: |image| image.set_inode("/plain", "size", 0),
        codes: &["extent-size-mismatch"],
        at: &["plain"],
    }
    size_too_small_for_an_extent_tree {
        extra: |top| scattered(&top.join("tall"), 8),
        damage: |image| image.set_inode("/tall", "size", 4096),
        codes: &["extent-size-mismatch"],
        at: &["tall"],
    }
    size_too_small_for_block_mapped_blocks {
        mkfs: BLOCK_MAPPED,
        extra: |top| blocks(&top.join("long"), 20),
        damage: |image| image.set_inode("/long", "size", 100),
        codes: &["extent-size-mismatch"],
        at: &["long"],
    }
    directory_size_too_small_by_some_blocks {
        mkfs: NO_CHECKSUMS,
        extra: indexed_directory,
        damage: |image| image.set_inode("/big", "size", 4096),
        codes: &["extent-size-mismatch", "directory-read-error"],
        also: &["dirent-dangling", "directory-index-dropped"],
        lost: true,
        at: &["big"],
    }
    directory_with_a_hole {
        extra: indexed_directory,
        damage: |image| image.debugfs(&["punch /big 2 2"]),
        codes: &["extent-size-mismatch", "directory-read-error"],
        also: &["dirent-dangling", "directory-index-dropped"],
        lost: true,
        at: &["big"],
    }
    directory_of_unwritten_blocks {
        // Lists its names all the same.
        damage: |image| image.set_inode("/d", "block[4]", 0x8001),
        codes: &["extent-size-mismatch"],
        at: &["d"],
    }

    // Flags that FS_IOC_GETFLAGS does not show (IMAGIC, HUGE_FILE), and flags of symbolic links,
    // are not to be seen. EXTENTS 0x80000, INLINE_DATA 0x10000000, EA_INODE 0x200000, VERITY
    // 0x100000, ENCRYPT 0x800, CASEFOLD 0x40000000, INDEX 0x1000, HUGE_FILE 0x40000.
    extents_flag_cleared {
        damage: |image| image.set_inode("/victim", "flags", 0),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extents_flag_cleared_on_an_empty_file {
        extra: |top| std::fs::write(top.join("nothing"), "").unwrap(),
        damage: |image| image.set_inode("/nothing", "flags", 0),
        codes: &["dirent-bad-inode"],
        at: &["nothing"],
    }
    extents_flag_on_a_block_mapped_file {
        mkfs: BLOCK_MAPPED,
        damage: |image| image.set_inode("/victim", "flags", 0x8_0000),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    extents_flag_without_the_feature {
        damage: |image| image.debugfs(&["feature -extents"]),
        codes: &["inode-flags-invalid"],
        also: &["used-blocks-mismatch"],
    }
    inline_data_flag_without_the_feature {
        damage: |image| image.set_inode("/victim", "flags", 0x1000_0000),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    inline_data_flag_beside_extents {
        mkfs: &["-b", "4096", "-O", "inline_data"],
        damage: |image| image.set_inode("/victim", "flags", 0x1008_0000),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    attribute_inode_flag_on_a_file {
        // e2fsck lets it pass.
        damage: |image| image.set_inode("/victim", "flags", 0x28_0000),
        codes: &["dirent-bad-inode"],
        fsck: false,
        at: &["victim"],
    }
    verity_flag_without_the_feature {
        // open says EOPNOTSUPP where the kernel has no fs-verity. e2fsck lets it pass.
        damage: |image| image.set_inode("/victim", "flags", 0x18_0000),
        codes: &["inode-flags-invalid"],
        also: &["dirent-bad-inode"],
        fsck: false,
        at: &["victim"],
    }
    encrypt_flag_without_the_feature {
        // open says ENODATA.
        damage: |image| image.set_inode("/victim", "flags", 0x8_0800),
        codes: &["inode-flags-invalid"],
        also: &["dirent-bad-inode"],
        at: &["victim"],
    }
    encrypt_flag_on_a_directory_without_the_feature {
        // getdents says ENODATA.
        damage: |image| image.set_inode("/d", "flags", 0x8_0800),
        codes: &["inode-flags-invalid"],
        also: &["directory-read-error", "dot-entry-wrong", SUBDIRECTORIES],
        lost: true,
        at: &["d"],
    }
    casefold_flag_without_the_feature {
        damage: |image| image.set_inode("/d", "flags", 0x4008_0000),
        codes: &["dirent-bad-inode"],
        also: &[SUBDIRECTORIES],
        at: &["d"],
    }
    casefold_flag_on_a_file {
        damage: |image| image.set_inode("/victim", "flags", 0x4008_0000),
        codes: &["dirent-bad-inode"],
        at: &["victim"],
    }
    index_flag_on_a_file {
        // A file in one extent is asked for its flags on small filesystems alone.
        extra: |top| scattered(&top.join("pieces"), 3),
        damage: |image| image.set_inode("/pieces", "flags", 0x8_1000),
        codes: &["inode-flags-invalid"],
        at: &["pieces"],
    }
    index_flag_without_the_feature {
        mkfs: &["-b", "4096", "-O", "^dir_index"],
        damage: |image| image.set_inode("/d", "flags", 0x8_1000),
        codes: &["dirent-bad-inode"],
        also: &[SUBDIRECTORIES],
        at: &["d"],
    }
    huge_file_flag_on_a_small_file {
        // The count is then one of blocks.
        damage: |image| image.set_inode("/victim", "flags", 0xc_0000),
        codes: &["inode-blocks-mismatch"],
        also: &["used-blocks-mismatch"],
        at: &["victim"],
    }
}
