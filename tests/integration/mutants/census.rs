//! What there is in a healthy image: all that can be damaged, in a fixed order.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write};

use super::directory::{self, Entry};
use super::mapping::{Mapping, SlotForm};
use super::place::Place;
use super::volume::{ROOT, Volume, descriptor, inode};

/// An inode that has a name.
#[derive(Clone, Debug)]
pub(super) struct Inode {
    pub(super) number: u32,
    pub(super) at: usize,
    /// Its first name.
    path: String,
    pub(super) kind: u16,
    pub(super) names: usize,
    pub(super) mapping: Mapping,
    pub(super) attribute_block: Option<u64>,
}

/// File types, as the upper bits of a mode.
pub(super) const DIRECTORY: u16 = 4;
const REGULAR: u16 = 8;
const SYMLINK: u16 = 10;

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct Census {
    /// By number.
    pub(super) inodes: Vec<Inode>,
    pub(super) entries: Vec<Entry>,
    pub(super) directory_blocks: Vec<Place>,
    /// Each once, however many inodes share it.
    pub(super) attribute_blocks: Vec<u64>,
    /// Every unit of metadata that is in use.
    pub(super) metadata: Vec<Place>,
    /// Descriptors, bitmaps and inode tables.
    pub(super) fixed_blocks: Vec<u64>,
    pub(super) used_blocks: Vec<u64>,
    pub(super) free_blocks: Vec<u64>,
    pub(super) free_inodes: Vec<u32>,
}

impl Census {
    pub(super) fn of(volume: &Volume) -> Census {
        let mut census = Census::default();
        census.add_tree(volume);
        census.add_attribute_blocks();
        census.add_fixed_blocks(volume);
        census.add_metadata(volume);
        census.add_bits(volume);
        census
    }

    /// Goes from the root through all directories.
    fn add_tree(&mut self, volume: &Volume) {
        let mut places = HashMap::new();
        let mut left = vec![(ROOT, String::new())];
        while let Some((number, path)) = left.pop() {
            let next = self.inodes.len();
            let place = *places.entry(number).or_insert(next);
            if place < next {
                self.inodes[place].names += 1;
                continue;
            }
            let inode = Inode::of(volume, number, path.clone());
            if inode.kind == DIRECTORY {
                let entries = self.add_directory(volume, &inode);
                let named = entries.into_iter().filter(|entry| !entry.is_dot_or_dotdot()).rev();
                left.extend(named.map(|entry| (entry.inode, format!("{path}/{}", entry.name))));
            }
            self.inodes.push(inode);
        }
        self.inodes.sort_by_key(|inode| inode.number);
    }

    fn add_directory(&mut self, volume: &Volume, inode: &Inode) -> Vec<Entry> {
        let blocks = directory::blocks(volume, inode.number, &inode.mapping);
        let entries =
            blocks.iter().flat_map(|block| directory::entries(volume, inode.number, *block));
        let entries: Vec<Entry> = entries.collect();
        self.entries.extend(entries.iter().cloned());
        self.directory_blocks.extend(blocks);
        entries
    }

    fn add_attribute_blocks(&mut self) {
        let mut seen = HashSet::new();
        let blocks = self.inodes.iter().filter_map(|inode| inode.attribute_block);
        self.attribute_blocks = blocks.filter(|block| seen.insert(*block)).collect();
    }

    fn add_fixed_blocks(&mut self, volume: &Volume) {
        let geometry = &volume.geometry;
        self.fixed_blocks.push(volume.descriptor_block());
        for group in 0..geometry.groups {
            let located = |field| volume.located(group, field);
            let bitmaps = [descriptor::BLOCK_BITMAP, descriptor::INODE_BITMAP];
            self.fixed_blocks.extend(bitmaps.map(located));
            let table = located(descriptor::INODE_TABLE);
            let bytes = geometry.inodes_per_group as usize * geometry.inode_size;
            let length = bytes.div_ceil(geometry.block_size) as u64;
            self.fixed_blocks.extend(table..table + length);
        }
    }

    fn add_metadata(&mut self, volume: &Volume) {
        self.metadata = vec![Place::Superblock, Place::Descriptors];
        for group in 0..volume.geometry.groups {
            let written = |bitmap| volume.bit(bitmap, group, 0).is_some();
            let [of_blocks, of_inodes] =
                [descriptor::BLOCK_BITMAP, descriptor::INODE_BITMAP].map(written);
            self.metadata.extend(of_blocks.then_some(Place::BlockBitmap(group)));
            self.metadata.extend(of_inodes.then_some(Place::InodeBitmap(group)));
        }
        let tables = self.inodes.iter().map(|inode| volume.block_of(inode.at));
        let mut tables: Vec<u64> = tables.collect();
        tables.dedup();
        self.metadata.extend(tables.into_iter().map(Place::InodeTable));
        self.metadata.extend(self.inodes.iter().flat_map(Inode::mapping_blocks));
        self.metadata.extend(&self.directory_blocks);
        self.metadata.extend(self.attribute_blocks.iter().copied().map(Place::AttributeBlock));
    }

    fn add_bits(&mut self, volume: &Volume) {
        for block in volume.geometry.first_block..volume.geometry.blocks {
            let (group, bit) = volume.block_bit(block);
            match volume.bit(descriptor::BLOCK_BITMAP, group, bit) {
                Some(true) => self.used_blocks.push(block),
                Some(false) => self.free_blocks.push(block),
                None => (),
            }
        }
        for number in 1..=volume.geometry.inodes {
            let (group, bit) = volume.inode_bit(number);
            if volume.bit(descriptor::INODE_BITMAP, group, bit) == Some(false) {
                self.free_inodes.push(number);
            }
        }
    }

    /// Where everything is, in words: what is done to a mutant depends on this and on no more.
    pub(super) fn layout(&self) -> String {
        let mut text = String::new();
        for inode in &self.inodes {
            let _ = write!(text, "{inode} {}", inode.kind);
            for slot in inode.mapping.indexes.iter().chain(&inode.mapping.slots) {
                let _ = write!(text, " {} {} {}", slot.logical, slot.physical, slot.length);
            }
            let _ = writeln!(text, " {:?}", inode.attribute_block);
        }
        for entry in &self.entries {
            let _ = writeln!(text, "{entry} {} {}", entry.at, entry.inode);
        }
        let _ = writeln!(text, "{:?} {:?}", self.free_blocks, self.free_inodes);
        text
    }

    pub(super) fn inode(&self, number: u32) -> Option<&Inode> {
        let found = self.inodes.binary_search_by_key(&number, |inode| inode.number);
        found.ok().map(|index| &self.inodes[index])
    }
}

impl Inode {
    fn of(volume: &Volume, number: u32, path: String) -> Inode {
        let at = volume.inode_at(number);
        let kind = volume.u16(at + inode::MODE) >> 12;
        // The target of a short symbolic link stands where the mapping would be.
        let has_mapping = match kind {
            SYMLINK => volume.u32(at + inode::SIZE) >= 60,
            kind => matches!(kind, DIRECTORY | REGULAR),
        };
        let mapping = if has_mapping { Mapping::of(volume, number) } else { Mapping::default() };
        let block = u64::from(volume.u32(at + inode::ATTRIBUTE_BLOCK));
        let attribute_block = (block != 0).then_some(block);
        Inode { number, at, path, kind, names: 1, mapping, attribute_block }
    }

    /// The blocks of its extent tree or of its pointers.
    pub(super) fn mapping_blocks(&self) -> impl Iterator<Item = Place> {
        let inode = self.number;
        self.mapping.indexes.iter().map(move |index| match (index.form, index.physical) {
            (SlotForm::Pointer, block) => Place::PointerBlock { inode, block },
            (_, block) => Place::ExtentBlock { inode, block },
        })
    }
}

impl fmt::Display for Inode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "inode {} ({})", self.number, shortened(path))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry \"{}\" of directory {}", shortened(&self.name), self.directory)
    }
}

/// Its first forty characters.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
