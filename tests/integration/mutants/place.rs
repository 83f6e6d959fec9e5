//! The units of metadata that have a checksum of their own, and those that have none.

use std::fmt;
use std::ops::Range;

use super::volume::{SUPERBLOCK, SUPERBLOCK_SIZE, Volume, descriptor};

/// A unit of metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Superblock,
    /// All of them: they fit into one block here.
    Descriptors,
    BlockBitmap(u32),
    InodeBitmap(u32),
    Inode(u32),
    InodeTable(u64),
    /// A block of an inode's extent tree.
    ExtentBlock {
        inode: u32,
        block: u64,
    },
    /// A block of pointers, of an inode without extents.
    PointerBlock {
        inode: u32,
        block: u64,
    },
    DirectoryBlock {
        inode: u32,
        block: u64,
        form: DirectoryForm,
    },
    AttributeBlock(u64),
}

/// What a directory's block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DirectoryForm {
    Entries,
    IndexRoot,
    IndexNode,
}

impl Place {
    /// Whether it is this block, one of an extent tree or of pointers.
    pub(super) fn is_block(self, number: u64) -> bool {
        match self {
            Place::ExtentBlock { block, .. } | Place::PointerBlock { block, .. } => block == number,
            _ => false,
        }
    }

    /// Its bytes in the image.
    pub(super) fn range(self, volume: &Volume) -> Range<usize> {
        match self {
            Place::Superblock => SUPERBLOCK..SUPERBLOCK + SUPERBLOCK_SIZE,
            Place::Descriptors => {
                let groups = volume.geometry.groups;
                volume.descriptor_at(0)..volume.descriptor_at(groups)
            }
            Place::BlockBitmap(group) => {
                volume.block_range(volume.located(group, descriptor::BLOCK_BITMAP))
            }
            Place::InodeBitmap(group) => {
                volume.block_range(volume.located(group, descriptor::INODE_BITMAP))
            }
            Place::Inode(number) => {
                let at = volume.inode_at(number);
                at..at + volume.geometry.inode_size
            }
            Place::InodeTable(block)
            | Place::ExtentBlock { block, .. }
            | Place::PointerBlock { block, .. }
            | Place::DirectoryBlock { block, .. }
            | Place::AttributeBlock(block) => volume.block_range(block),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Superblock => write!(f, "the superblock"),
            Place::Descriptors => write!(f, "the group descriptors"),
            Place::BlockBitmap(group) => write!(f, "the block bitmap of group {group}"),
            Place::InodeBitmap(group) => write!(f, "the inode bitmap of group {group}"),
            Place::Inode(number) => write!(f, "inode {number}"),
            Place::InodeTable(block) => write!(f, "block {block} of the inode table"),
            Place::ExtentBlock { inode, block } => {
                write!(f, "extent block {block} of inode {inode}")
            }
            Place::PointerBlock { inode, block } => {
                write!(f, "pointer block {block} of inode {inode}")
            }
            Place::DirectoryBlock { inode, block, form } => {
                let what = match form {
                    DirectoryForm::Entries => "directory block",
                    DirectoryForm::IndexRoot => "index root",
                    DirectoryForm::IndexNode => "index node",
                };
                write!(f, "{what} {block} of inode {inode}")
            }
            Place::AttributeBlock(block) => write!(f, "attribute block {block}"),
        }
    }
}
