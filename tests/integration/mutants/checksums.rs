//! Makes checksums fit what they cover (`metadata_csum`), so that damage has to be judged by the
//! structure alone. Formulas: Documentation/filesystems/ext4/checksums.rst and the `_csum`
//! functions of the kernel's fs/ext4.

use std::ops::Range;

use super::crc32c::crc32c;
use super::place::{DirectoryForm, Place};
use super::volume::{SUPERBLOCK, SUPERBLOCK_SIZE, Volume, descriptor, inode, superblock};

/// The length of the unused entry that ends a directory block and holds its checksum.
const DIRECTORY_TAIL: usize = 12;

impl Volume {
    /// Makes the checksum of one place fit, and those that cover that checksum in turn.
    pub(super) fn fit(&mut self, place: Place) {
        if !self.geometry.checksums {
            return;
        }
        match place {
            Place::Superblock => self.fit_superblock(),
            Place::Descriptors => {
                (0..self.geometry.groups).for_each(|group| self.fit_descriptor(group));
            }
            Place::BlockBitmap(group) => self.fit_block_bitmap(group),
            Place::InodeBitmap(group) => self.fit_inode_bitmap(group),
            Place::Inode(number) => self.fit_inode(number),
            Place::InodeTable(block) => self.fit_inode_table(block),
            Place::ExtentBlock { inode, block } => self.fit_extent_block(inode, block),
            Place::PointerBlock { .. } => (),
            Place::DirectoryBlock { inode, block, form } => match form {
                DirectoryForm::Entries => self.fit_directory_block(inode, block),
                DirectoryForm::IndexRoot => self.fit_index(inode, block, 0x20),
                DirectoryForm::IndexNode => self.fit_index(inode, block, 8),
            },
            Place::AttributeBlock(block) => self.fit_attribute_block(block),
        }
    }

    fn sum(&self, start: u32, range: Range<usize>) -> u32 {
        crc32c(start, self.slice(range))
    }

    fn fit_superblock(&mut self) {
        let at = SUPERBLOCK + SUPERBLOCK_SIZE - 4;
        debug_assert_eq!(at, SUPERBLOCK + superblock::CHECKSUM);
        let sum = self.sum(!0, SUPERBLOCK..at);
        self.put32(at, sum);
    }

    fn fit_descriptor(&mut self, group: u32) {
        let at = self.descriptor_at(group);
        let (field, end) = (at + descriptor::CHECKSUM, at + self.geometry.descriptor_size);
        let mut sum = crc32c(self.geometry.seed, &group.to_le_bytes());
        sum = crc32c(self.sum(sum, at..field), &[0, 0]);
        sum = self.sum(sum, field + 2..end);
        self.put16(field, sum as u16);
    }

    fn fit_block_bitmap(&mut self, group: u32) {
        let bits = self.geometry.blocks_per_group as usize;
        let fields = [descriptor::BLOCK_BITMAP, descriptor::BLOCK_BITMAP_CHECKSUM];
        self.fit_bitmap(group, fields, bits);
    }

    fn fit_inode_bitmap(&mut self, group: u32) {
        let bits = self.geometry.inodes_per_group as usize;
        let fields = [descriptor::INODE_BITMAP, descriptor::INODE_BITMAP_CHECKSUM];
        self.fit_bitmap(group, fields, bits);
    }

    fn fit_bitmap(&mut self, group: u32, [bitmap, checksum]: [usize; 2], bits: usize) {
        let at = self.block_at(self.located(group, bitmap));
        let sum = self.sum(self.geometry.seed, at..at + bits / 8);
        let field = self.descriptor_at(group) + checksum;
        self.put16(field, sum as u16);
        if self.geometry.descriptor_size >= 64 {
            self.put16(field + descriptor::UPPER_HALF, (sum >> 16) as u16);
        }
        self.fit_descriptor(group);
    }

    /// What the checksums of an inode and of its blocks start with.
    fn inode_seed(&self, number: u32) -> u32 {
        let generation = self.inode_at(number) + inode::GENERATION;
        let sum = crc32c(self.geometry.seed, &number.to_le_bytes());
        self.sum(sum, generation..generation + 4)
    }

    fn fit_inode(&mut self, number: u32) {
        let (seed, at) = (self.inode_seed(number), self.inode_at(number));
        let mut bytes = self.slice(at..at + self.geometry.inode_size).to_vec();
        let has_high = bytes.len() > 128 && self.u16(at + inode::EXTRA_SIZE) >= 4;
        bytes[inode::CHECKSUM..][..2].fill(0);
        if has_high {
            bytes[inode::CHECKSUM_HIGH..][..2].fill(0);
        }
        let sum = crc32c(seed, &bytes);
        self.put16(at + inode::CHECKSUM, sum as u16);
        if has_high {
            self.put16(at + inode::CHECKSUM_HIGH, (sum >> 16) as u16);
        }
    }

    /// The inodes of a block of the table, except for those that were never used: these are zero
    /// as a whole.
    fn fit_inode_table(&mut self, block: u64) {
        let range = self.block_range(block);
        for number in 1..=self.geometry.inodes {
            let bytes = Place::Inode(number).range(self);
            let inside = range.contains(&bytes.start);
            if inside && self.slice(bytes).iter().any(|byte| *byte != 0) {
                self.fit_inode(number);
            }
        }
    }

    /// The checksum stands behind as many entries as the header says there could be; nothing can
    /// be made to fit where that is beyond the block.
    fn fit_extent_block(&mut self, number: u32, block: u64) {
        let range = self.block_range(block);
        let tail = range.start + 12 + 12 * usize::from(self.u16(range.start + 4));
        if tail + 4 <= range.end {
            let sum = self.sum(self.inode_seed(number), range.start..tail);
            self.put32(tail, sum);
        }
    }

    fn fit_directory_block(&mut self, number: u32, block: u64) {
        let range = self.block_range(block);
        let tail = range.end - DIRECTORY_TAIL;
        let sum = self.sum(self.inode_seed(number), range.start..tail);
        self.put32(tail + 8, sum);
    }

    /// The checksum covers the entries in use and stands behind as many as there could be.
    fn fit_index(&mut self, number: u32, block: u64, entries: usize) {
        let range = self.block_range(block);
        let entries = range.start + entries;
        let [limit, count] = [0, 2].map(|field| usize::from(self.u16(entries + field)));
        let (tail, used) = (entries + 8 * limit, entries + 8 * count);
        if tail + 8 <= range.end && used <= tail {
            let mut sum = self.sum(self.inode_seed(number), range.start..used);
            sum = crc32c(self.sum(sum, tail..tail + 4), &[0; 4]);
            self.put32(tail + 4, sum);
        }
    }

    fn fit_attribute_block(&mut self, block: u64) {
        let range = self.block_range(block);
        let field = range.start + 0x10;
        let mut sum = crc32c(self.geometry.seed, &block.to_le_bytes());
        sum = crc32c(self.sum(sum, range.start..field), &[0; 4]);
        sum = self.sum(sum, field + 4..range.end);
        self.put32(field, sum);
    }
}
