//! The classes of damage: a table. Each takes a random place among all that suit.

mod allocation;
mod attribute;
mod directory;
mod extent;
mod inode;
mod raw;

use super::bases::Recipe;
use super::mutant::Mutant;

/// A kind of damage.
pub(super) struct Class {
    pub(super) name: &'static str,
    pub(super) needs: Needs,
    /// Does the damage and says what was done.
    pub(super) damage: fn(&mut Mutant<'_>) -> String,
}

/// What a base must have for a class.
#[derive(Clone, Copy, Debug)]
pub(super) enum Needs {
    Nothing,
    Checksums,
    Extents,
    /// Inodes without extents.
    Pointers,
}

impl Needs {
    pub(super) fn met_by(self, recipe: &Recipe) -> bool {
        match self {
            Needs::Nothing => true,
            Needs::Checksums => recipe.checksums,
            Needs::Extents => recipe.extents,
            Needs::Pointers => !recipe.extents,
        }
    }
}

const fn class(name: &'static str, needs: Needs, damage: fn(&mut Mutant<'_>) -> String) -> Class {
    Class { name, needs, damage }
}

/// What a mutant's number means depends on the order of this table.
pub(super) const CLASSES: &[Class] = &[
    class("inode-links-count", Needs::Nothing, inode::links_count),
    class("inode-mode", Needs::Nothing, inode::mode),
    class("inode-size", Needs::Nothing, inode::size),
    class("inode-block-count", Needs::Nothing, inode::block_count),
    class("inode-flags", Needs::Nothing, inode::flags),
    class("inode-deletion-time", Needs::Nothing, inode::deletion_time),
    class("inode-cleared", Needs::Nothing, inode::cleared),
    class("inode-checksum", Needs::Checksums, inode::checksum),
    class("inode-generation", Needs::Nothing, inode::generation),
    class("inode-byte", Needs::Nothing, inode::byte),
    class("mapping-into-file", Needs::Nothing, extent::into_file),
    class("mapping-into-free", Needs::Nothing, extent::into_free),
    class("mapping-into-metadata", Needs::Nothing, extent::into_metadata),
    class("mapping-beyond-device", Needs::Nothing, extent::beyond_device),
    class("mapping-index", Needs::Nothing, extent::index),
    class("extent-length", Needs::Extents, extent::length),
    class("extent-logical", Needs::Extents, extent::logical),
    class("extent-order", Needs::Extents, extent::order),
    class("extent-header", Needs::Extents, extent::header),
    class("extent-block-bytes", Needs::Extents, extent::block_bytes),
    class("pointer-block-bytes", Needs::Pointers, extent::pointer_block_bytes),
    class("dirent-to-free-inode", Needs::Nothing, directory::to_free_inode),
    class("dirent-to-other-inode", Needs::Nothing, directory::to_other_inode),
    class("dirent-out-of-range", Needs::Nothing, directory::out_of_range),
    class("dirent-name-length", Needs::Nothing, directory::name_length),
    class("dirent-record-length", Needs::Nothing, directory::record_length),
    class("dirent-file-type", Needs::Nothing, directory::file_type),
    class("dirent-name-byte", Needs::Nothing, directory::name_byte),
    class("dirent-dots", Needs::Nothing, directory::dots),
    class("dirent-removed", Needs::Nothing, directory::removed),
    class("directory-block-bytes", Needs::Nothing, directory::block_bytes),
    class("htree-root", Needs::Nothing, directory::index_root),
    class("htree-entries", Needs::Nothing, directory::index_entries),
    class("htree-hash-seed", Needs::Nothing, directory::hash_seed),
    class("block-leaked", Needs::Nothing, allocation::block_leaked),
    class("block-in-use-freed", Needs::Nothing, allocation::block_freed),
    class("inode-bit-set", Needs::Nothing, allocation::inode_leaked),
    class("inode-in-use-freed", Needs::Nothing, allocation::inode_freed),
    class("bitmap-overwritten", Needs::Nothing, allocation::bitmap_overwritten),
    class("group-free-counts", Needs::Nothing, allocation::group_counts),
    class("superblock-free-counts", Needs::Nothing, allocation::superblock_counts),
    class("attribute-block-byte", Needs::Nothing, attribute::block_byte),
    class("attribute-refcount", Needs::Nothing, attribute::refcount),
    class("attribute-value-offset", Needs::Nothing, attribute::value_offset),
    class("attribute-block-moved", Needs::Nothing, attribute::block_moved),
    class("attribute-in-inode", Needs::Nothing, attribute::in_inode),
    class("inode-table-bytes", Needs::Nothing, raw::inode_table_bytes),
    class("noise", Needs::Nothing, raw::noise),
    class("sector-zeroed", Needs::Nothing, raw::sector_zeroed),
];
