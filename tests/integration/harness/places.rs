//! Where things stand in an ext4 image, and patches there: what debugfs refuses to write.
//!
//! Checksums do not follow a patch; where they would tell before the damage does, the image is
//! made without `metadata_csum`.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;

use super::Image;

/// `i_block` in `struct ext4_inode`, 60 bytes: the root of the extent tree, or block numbers.
const I_BLOCK: u64 = 40;
/// `i_flags` in `struct ext4_inode`.
const I_FLAGS: u64 = 32;
const EXTENTS_FLAG: u32 = 0x8_0000;

/// One of the structures that each block group has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum GroupBlock {
    BlockBitmap,
    InodeBitmap,
    InodeTable,
}

impl Image {
    /// The block that holds block `index` of the file or directory at `path`.
    pub(crate) fn block(&self, path: &str, index: u64) -> u64 {
        number(&self.ask_debugfs(&format!("bmap {path} {index}")))
    }

    /// The block with the extended attributes of `path`.
    pub(crate) fn attribute_block(&self, path: &str) -> u64 {
        let said = self.ask_debugfs(&format!("stat {path}"));
        number(said.split_once("File ACL:").expect("a line for the attribute block").1)
    }

    /// The block of the inode table that holds the inode of `path`.
    pub(crate) fn inode_block(&self, path: &str) -> u64 {
        self.inode_place(path) / self.block_size()
    }

    /// The first block of the map of `path`: the first node below the root of its extent tree, or
    /// its indirect block.
    pub(crate) fn map_block(&self, path: &str) -> u64 {
        let flags = self.word(self.inode_place(path) + I_FLAGS);
        let index = if flags & EXTENTS_FLAG == 0 { 12 } else { 4 };
        self.map_word(path, index)
    }

    /// A word (32 bits) of `i_block`.
    pub(crate) fn map_word(&self, path: &str, index: u64) -> u64 {
        u64::from(self.word(self.inode_place(path) + I_BLOCK + 4 * index))
    }

    /// The first block of a structure of block group `group`.
    pub(crate) fn group_block(&self, group: u32, what: GroupBlock) -> u64 {
        let label = match what {
            GroupBlock::BlockBitmap => "block bitmap at ",
            GroupBlock::InodeBitmap => "inode bitmap at ",
            GroupBlock::InodeTable => "inode table at ",
        };
        let said = self.ask_debugfs("show_super_stats");
        let group = said.split_once(&format!("Group {group:2}: ")).expect("such a group").1;
        number(group.split_once(label).expect("a line for each structure").1)
    }

    /// A count of the superblock, as debugfs labels it.
    pub(crate) fn super_count(&self, label: &str) -> u64 {
        let said = self.ask_debugfs("show_super_stats -h");
        let line = said.lines().find_map(|line| line.strip_prefix(label));
        number(line.expect("such a line"))
    }

    /// Takes blocks (`Free blocks`) or inodes (`Free inodes`) off the free ones, in block group 0
    /// and in the superblock; a negative number gives them back.
    pub(crate) fn take_off_free(&self, what: &str, taken: i64) {
        let free = self.super_count(&format!("Free {what}:")).strict_sub_signed(taken);
        let said = self.ask_debugfs("show_super_stats");
        let group = said.split_once("Group  0: ").expect("a first group").1;
        let line = group.split_once(&format!(" free {what}")).expect("a count of the group").0;
        let in_group = number(line.rsplit(' ').next().unwrap()).strict_sub_signed(taken);
        self.debugfs(&[
            &format!("set_bg 0 free_{what}_count {in_group}"),
            "set_bg 0 checksum calc",
            &format!("ssv free_{what}_count {free}"),
        ]);
    }

    /// Sets a field of the inode at `path`, as `debugfs -R "sif"` names it; its checksum follows.
    pub(crate) fn set_inode(&self, path: &str, field: &str, value: u64) {
        self.debugfs(&[&format!("sif {path} {field} {value:#x}")]);
    }

    /// Overwrites bytes of an inode in the inode table.
    pub(crate) fn patch_inode(&self, path: &str, offset: u64, bytes: &[u8]) {
        self.patch(self.inode_place(path) + offset, bytes);
    }

    /// Overwrites bytes of a block.
    pub(crate) fn patch_block(&self, block: u64, offset: u64, bytes: &[u8]) {
        self.patch(block * self.block_size() + offset, bytes);
    }

    /// Overwrites `old` where it stands first in an inode and what lies behind it.
    pub(crate) fn replace_in_inode(&self, path: &str, old: &[u8], new: &[u8]) {
        self.patch(self.find(self.inode_place(path), 256, old), new);
    }

    /// Fills part of a block with noise that is the same each time.
    pub(crate) fn randomize(&self, block: u64, offset: u64, length: u64) {
        let mut state = block ^ 0x9e37_79b9_7f4a_7c15;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        let noise: Vec<u8> = (0..length).map(|_| next()).collect();
        self.patch_block(block, offset, &noise);
    }

    /// Overwrites what stands `before` bytes before `mark` in an inode and what lies behind it.
    pub(crate) fn replace_before_in_inode(&self, path: &str, mark: &[u8], before: u64, new: &[u8]) {
        let start = self.inode_place(path);
        self.patch(self.find(start, 256, mark) - before, new);
    }

    /// Where `what` stands first.
    fn find(&self, start: u64, length: u64, what: &[u8]) -> u64 {
        let mut bytes = vec![0; length as usize];
        self.open().read_exact_at(&mut bytes, start).unwrap();
        let found = bytes.windows(what.len()).position(|window| window == what);
        start + found.expect("the bytes stand there") as u64
    }

    fn patch(&self, at: u64, bytes: &[u8]) {
        self.open().write_all_at(bytes, at).unwrap();
    }

    /// A little-endian number of 32 bits.
    fn word(&self, at: u64) -> u32 {
        let mut bytes = [0; 4];
        self.open().read_exact_at(&mut bytes, at).unwrap();
        u32::from_le_bytes(bytes)
    }

    fn open(&self) -> File {
        OpenOptions::new().read(true).write(true).open(self.file()).unwrap()
    }
}

/// The number that a text begins with.
fn number(text: &str) -> u64 {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().unwrap_or_else(|_| panic!("no number: {text}"))
}
