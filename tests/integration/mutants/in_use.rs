//! The bytes of a unit of metadata that mean something. What they are does not depend on what
//! differs each time a base is made, such as times and checksums.

use std::ops::Range;

use super::attributes::Attributes;
use super::census::Census;
use super::directory::NAME;
use super::place::{DirectoryForm, Place};
use super::volume::Volume;

/// The fields of an inode with the usual i_extra_isize.
const INODE_FIELDS: usize = 160;
/// Up to s_error_count; what follows is mostly zero.
const SUPERBLOCK_FIELDS: usize = 0x194;

/// Where they are in the image.
pub(super) fn bytes(census: &Census, volume: &Volume, place: Place) -> Vec<usize> {
    let range = place.range(volume);
    let first = |length: usize| (range.start..range.start + length).collect();
    match place {
        Place::Superblock => first(SUPERBLOCK_FIELDS),
        Place::Descriptors => range.collect(),
        Place::BlockBitmap(_) => {
            first(volume.geometry.blocks.min(volume.geometry.blocks_per_group) as usize / 8)
        }
        Place::InodeBitmap(_) => first(volume.geometry.inodes_per_group as usize / 8),
        Place::Inode(_) => first(INODE_FIELDS),
        Place::InodeTable(_) => inodes(census, &range),
        Place::ExtentBlock { .. } => first(12 + 12 * usize::from(volume.u16(range.start + 2))),
        Place::PointerBlock { .. } => {
            let pointers = range.step_by(4).filter(|at| volume.u32(*at) != 0);
            pointers.flat_map(|at| at..at + 4).collect()
        }
        Place::DirectoryBlock { form, .. } => match form {
            DirectoryForm::Entries => entries(census, range),
            DirectoryForm::IndexRoot => first(index_length(volume, range.start, 0x20)),
            DirectoryForm::IndexNode => first(index_length(volume, range.start, 8)),
        },
        Place::AttributeBlock(block) => Attributes::of_block(volume, block).in_use(),
    }
}

/// Of a block of the inode table.
fn inodes(census: &Census, block: &Range<usize>) -> Vec<usize> {
    let inodes = census.inodes.iter().map(|inode| inode.at).filter(|at| block.contains(at));
    inodes.flat_map(|at| at..at + INODE_FIELDS).collect()
}

/// Of a directory block; all of it where it has no entries.
fn entries(census: &Census, block: Range<usize>) -> Vec<usize> {
    let entries = census.entries.iter().filter(|entry| block.contains(&entry.at));
    let used = entries.flat_map(|entry| entry.at..entry.at + NAME + entry.name.len());
    let used: Vec<usize> = used.collect();
    if used.is_empty() { block.collect() } else { used }
}

/// Up to the last entry of an index.
fn index_length(volume: &Volume, at: usize, entries: usize) -> usize {
    entries + 8 * usize::from(volume.u16(at + entries + 2))
}
