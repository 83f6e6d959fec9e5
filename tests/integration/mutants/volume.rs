//! An image's bytes, and where in them the structures of ext4 stand. Offsets and names are
//! those of the kernel's Documentation/filesystems/ext4.

use std::ops::Range;

use super::crc32c::crc32c;

pub(super) const SUPERBLOCK: usize = 1024;
pub(super) const SUPERBLOCK_SIZE: usize = 1024;
pub(super) const ROOT: u32 = 2;

/// Byte offsets in `struct ext4_super_block`.
pub(super) mod superblock {
    pub(crate) const FREE_BLOCKS: usize = 0xc;
    pub(crate) const FREE_INODES: usize = 0x10;
    pub(crate) const HASH_SEED: usize = 0xec;
    pub(crate) const CHECKSUM: usize = 0x3fc;
}

/// Byte offsets in `struct ext4_group_desc`.
pub(super) mod descriptor {
    pub(crate) const BLOCK_BITMAP: usize = 0;
    pub(crate) const INODE_BITMAP: usize = 4;
    pub(crate) const INODE_TABLE: usize = 8;
    pub(crate) const FREE_BLOCKS: usize = 0xc;
    pub(crate) const FREE_INODES: usize = 0xe;
    pub(crate) const USED_DIRECTORIES: usize = 0x10;
    pub(crate) const FLAGS: usize = 0x12;
    pub(crate) const BLOCK_BITMAP_CHECKSUM: usize = 0x18;
    pub(crate) const INODE_BITMAP_CHECKSUM: usize = 0x1a;
    pub(crate) const CHECKSUM: usize = 0x1e;
    /// How far the upper half of a bitmap's checksum is from the lower one.
    pub(crate) const UPPER_HALF: usize = 0x20;

    /// Flags: a bitmap that was never written.
    pub(crate) const INODE_UNINIT: u16 = 1;
    pub(crate) const BLOCK_UNINIT: u16 = 2;
}

/// Byte offsets in `struct ext4_inode`.
pub(super) mod inode {
    pub(crate) const MODE: usize = 0;
    pub(crate) const SIZE: usize = 4;
    pub(crate) const DELETION_TIME: usize = 0x14;
    pub(crate) const LINKS: usize = 0x1a;
    pub(crate) const BLOCKS: usize = 0x1c;
    pub(crate) const FLAGS: usize = 0x20;
    pub(crate) const MAP: usize = 0x28;
    pub(crate) const GENERATION: usize = 0x64;
    pub(crate) const ATTRIBUTE_BLOCK: usize = 0x68;
    pub(crate) const SIZE_HIGH: usize = 0x6c;
    pub(crate) const BLOCKS_HIGH: usize = 0x74;
    pub(crate) const CHECKSUM: usize = 0x7c;
    pub(crate) const EXTRA_SIZE: usize = 0x80;
    pub(crate) const CHECKSUM_HIGH: usize = 0x82;

    /// Flags.
    pub(crate) const INDEX: u32 = 0x1000;
    pub(crate) const EXTENTS: u32 = 0x8_0000;
}

/// What the healthy superblock says, in bytes, blocks and counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) block_size: usize,
    pub(super) blocks: u64,
    /// 1 with blocks of 1 KiB, else 0.
    pub(super) first_block: u64,
    pub(super) blocks_per_group: u64,
    pub(super) inodes: u32,
    pub(super) inodes_per_group: u32,
    pub(super) inode_size: usize,
    pub(super) descriptor_size: usize,
    pub(super) groups: u32,
    /// `metadata_csum`.
    pub(super) checksums: bool,
    /// What every checksum starts with.
    pub(super) seed: u32,
}

/// An image in memory.
#[derive(Clone)]
pub(super) struct Volume {
    bytes: Vec<u8>,
    pub(super) geometry: Geometry,
}

impl Volume {
    /// Takes a healthy image.
    pub(super) fn new(bytes: Vec<u8>) -> Volume {
        let geometry = Geometry::of(&bytes[SUPERBLOCK..SUPERBLOCK + SUPERBLOCK_SIZE]);
        Volume { bytes, geometry }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    pub(super) fn u8(&self, at: usize) -> u8 {
        self.bytes[at]
    }

    pub(super) fn u16(&self, at: usize) -> u16 {
        u16_in(&self.bytes, at)
    }

    pub(super) fn u32(&self, at: usize) -> u32 {
        u32_in(&self.bytes, at)
    }

    pub(super) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn put16(&mut self, at: usize, value: u16) {
        self.put(at, &value.to_le_bytes());
    }

    pub(super) fn put32(&mut self, at: usize, value: u32) {
        self.put(at, &value.to_le_bytes());
    }

    pub(super) fn flip(&mut self, at: usize, mask: u8) {
        self.bytes[at] ^= mask;
    }

    /// Where a block begins.
    pub(super) fn block_at(&self, block: u64) -> usize {
        block as usize * self.geometry.block_size
    }

    /// The block that a byte is in.
    pub(super) fn block_of(&self, at: usize) -> u64 {
        (at / self.geometry.block_size) as u64
    }

    pub(super) fn block_range(&self, block: u64) -> Range<usize> {
        let at = self.block_at(block);
        at..at + self.geometry.block_size
    }

    /// The block with the group descriptors; there is but one on images as small as these.
    pub(super) fn descriptor_block(&self) -> u64 {
        self.geometry.first_block + 1
    }

    pub(super) fn descriptor_at(&self, group: u32) -> usize {
        let size = self.geometry.descriptor_size;
        self.block_at(self.descriptor_block()) + group as usize * size
    }

    /// The block in one of the fields of a group's descriptor.
    pub(super) fn located(&self, group: u32, field: usize) -> u64 {
        u64::from(self.u32(self.descriptor_at(group) + field))
    }

    pub(super) fn inode_at(&self, number: u32) -> usize {
        let (group, index) = self.inode_bit(number);
        let table = self.located(group, descriptor::INODE_TABLE);
        self.block_at(table) + index * self.geometry.inode_size
    }

    /// The group of an inode, and its bit there.
    pub(super) fn inode_bit(&self, number: u32) -> (u32, usize) {
        let per_group = self.geometry.inodes_per_group;
        ((number - 1) / per_group, ((number - 1) % per_group) as usize)
    }

    /// The group of a block, and its bit there.
    pub(super) fn block_bit(&self, block: u64) -> (u32, usize) {
        let (of_groups, per_group) =
            (block - self.geometry.first_block, self.geometry.blocks_per_group);
        ((of_groups / per_group) as u32, (of_groups % per_group) as usize)
    }

    /// A bit of a bitmap that was written: nothing where the group has none yet.
    pub(super) fn bit(&self, bitmap: usize, group: u32, bit: usize) -> Option<bool> {
        let uninitialised = match bitmap {
            descriptor::BLOCK_BITMAP => descriptor::BLOCK_UNINIT,
            _ => descriptor::INODE_UNINIT,
        };
        let flags = self.u16(self.descriptor_at(group) + descriptor::FLAGS);
        let byte = self.block_at(self.located(group, bitmap)) + bit / 8;
        (flags & uninitialised == 0).then(|| self.u8(byte) >> (bit % 8) & 1 == 1)
    }

    pub(super) fn flip_bit(&mut self, bitmap: usize, group: u32, bit: usize) {
        let byte = self.block_at(self.located(group, bitmap)) + bit / 8;
        self.flip(byte, 1 << (bit % 8));
    }
}

impl Geometry {
    fn of(superblock: &[u8]) -> Geometry {
        let (word, half) = (|at| u32_in(superblock, at), |at| u16_in(superblock, at));
        let (blocks, first_block) = (u64::from(word(4)), u64::from(word(0x14)));
        let blocks_per_group = u64::from(word(0x20));
        let (incompat, ro_compat) = (word(0x60), word(0x64));
        let seed = match incompat & 0x2000 {
            0 => crc32c(!0, &superblock[0x68..0x78]),
            _ => word(0x270),
        };
        Geometry {
            block_size: 1024 << word(0x18),
            blocks,
            first_block,
            blocks_per_group,
            inodes: word(0),
            inodes_per_group: word(0x28),
            inode_size: usize::from(half(0x58)),
            descriptor_size: if incompat & 0x80 == 0 { 32 } else { usize::from(half(0xfe)) },
            groups: (blocks - first_block).div_ceil(blocks_per_group) as u32,
            checksums: ro_compat & 0x400 != 0,
            seed,
        }
    }
}

fn u16_in(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_in(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
