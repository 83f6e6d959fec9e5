//! A directory's blocks and the entries in them.

use super::mapping::Mapping;
use super::place::{DirectoryForm, Place};
use super::volume::{Volume, inode};

/// A `struct ext4_dir_entry_2` that is in use.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) directory: u32,
    pub(super) place: Place,
    pub(super) at: usize,
    /// The entry before it in the same block.
    pub(super) previous: Option<usize>,
    pub(super) inode: u32,
    pub(super) record_length: u16,
    pub(super) name: String,
}

/// Byte offsets in an entry.
pub(super) const RECORD_LENGTH: usize = 4;
pub(super) const NAME_LENGTH: usize = 6;
pub(super) const FILE_TYPE: usize = 7;
pub(super) const NAME: usize = 8;

impl Entry {
    pub(super) fn is_dot_or_dotdot(&self) -> bool {
        self.name == "." || self.name == ".."
    }
}

/// The blocks of a directory in their order.
pub(super) fn blocks(volume: &Volume, number: u32, mapping: &Mapping) -> Vec<Place> {
    let flags = volume.u32(volume.inode_at(number) + inode::FLAGS);
    let form = |logical: u64, block: u64| {
        let at = volume.block_at(block);
        let whole_block = usize::from(volume.u16(at + RECORD_LENGTH)) == volume.geometry.block_size;
        match logical {
            _ if flags & inode::INDEX == 0 => DirectoryForm::Entries,
            0 => DirectoryForm::IndexRoot,
            _ if volume.u32(at) == 0 && whole_block => DirectoryForm::IndexNode,
            _ => DirectoryForm::Entries,
        }
    };
    let place = |(logical, block)| Place::DirectoryBlock {
        inode: number,
        block,
        form: form(logical, block),
    };
    mapping.blocks().map(place).collect()
}

/// The entries in use of one block; of an index root they are "." and "..".
pub(super) fn entries(volume: &Volume, directory: u32, place: Place) -> Vec<Entry> {
    let range = place.range(volume);
    let (mut entries, mut at, mut previous) = (vec![], range.start, None);
    while at + NAME < range.end {
        let record_length = volume.u16(at + RECORD_LENGTH);
        let inode = volume.u32(at);
        if inode != 0 {
            let name = at + NAME..at + NAME + usize::from(volume.u8(at + NAME_LENGTH));
            let name = String::from_utf8_lossy(volume.slice(name)).into_owned();
            entries.push(Entry { directory, place, at, previous, inode, record_length, name });
        }
        previous = Some(at);
        at += usize::from(record_length);
    }
    entries
}
