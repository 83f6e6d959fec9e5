//! What each block of the device is for, by GETFSMAP, record after record and never held whole.
//!
//! ext4 and xfs; on ext4 any user may ask. Asking loads every block bitmap, which is seconds of
//! I/O on a large cold volume, and a bad bitmap takes its group of blocks out of use.

use std::os::fd::BorrowedFd;

use rustix::fs::makedev;
use rustix::io::Errno;

use crate::inode_facts::Device;
use crate::system_calls::{FsmapKey, FsmapRecord, FsmapRoom, getfsmap};

/// `FMR_OF_SPECIAL_OWNER`: the owner is a purpose, not an inode.
const SPECIAL_OWNER: u32 = 0x10;

/// `XFS_DEV_DATA`, where devices are not told by their numbers.
const DATA_DEVICE: u32 = 1;

/// What a table of inodes is called.
pub const INODES: &str = "inodes";

/// What a block bitmap is called.
pub const BLOCK_BITMAP: &str = "a block bitmap";

/// What blocks are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Nothing: they are free.
    Free,
    /// Content, or something that is not told.
    InUse,
    /// The filesystem's own; what it is.
    Metadata(&'static str),
}

impl Purpose {
    /// `FMR_OWN_*`, `EXT4_FMR_OWN_*` and `XFS_FMR_OWN_*`: a letter in the upper half, a number in
    /// the lower (include/uapi/linux/fsmap.h, fs/ext4/fsmap.h, fs/xfs/libxfs/xfs_fs.h).
    fn of(record: &FsmapRecord) -> Self {
        if record.flags & SPECIAL_OWNER == 0 {
            return Purpose::InUse;
        }
        let (letter, number) = ((record.owner >> 32) as u8, record.owner as u32);
        match (letter, number) {
            (0, 1) => Purpose::Free,
            (b'X', 1) => Purpose::Metadata("the superblock"),
            (b'X', 2) => Purpose::Metadata("the journal"),
            (b'X', 3) => Purpose::Metadata("headers of an allocation group"),
            (b'X', 4) => Purpose::Metadata("an index of inodes"),
            (b'X', 5) => Purpose::Metadata(INODES),
            (b'f', 1) => Purpose::Metadata("group descriptors"),
            (b'f', 2) => Purpose::Metadata("room for group descriptors"),
            (b'f', 3) => Purpose::Metadata(BLOCK_BITMAP),
            (b'f', 4) => Purpose::Metadata("an inode bitmap"),
            _ => Purpose::InUse,
        }
    }
}

/// A run of bytes of the device and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The first byte.
    pub start: u64,
    /// The byte behind the last.
    pub end: u64,
    /// What it is for.
    pub purpose: Purpose,
}

/// The map of one filesystem.
#[derive(Debug)]
pub struct SpaceMap<'a> {
    directory: BorrowedFd<'a>,
    device: Device,
    room: FsmapRoom,
}

impl<'a> SpaceMap<'a> {
    /// Of the filesystem that an open directory lies on, which is on `device`.
    pub fn new(directory: BorrowedFd<'a>, device: Device) -> Self {
        SpaceMap { directory, device, room: FsmapRoom::default() }
    }

    /// Hands out the records that lie in some of the bytes from `start` up to `end`, in the order
    /// of the device. The first and the last may reach beyond.
    pub fn range(
        &mut self,
        start: u64,
        end: u64,
        mut visit: impl FnMut(Record),
    ) -> Result<(), Errno> {
        let (major, minor) = self.device;
        let device = makedev(major, minor) as u32;
        let mut from = FsmapKey::from(device, start);
        let to = FsmapKey::to(device, end.saturating_sub(1));
        let mut reached = 0;
        loop {
            let answer = getfsmap(self.directory, from, to, &mut self.room)?;
            let own = if answer.device_numbers { device } else { DATA_DEVICE };
            for record in answer.records.iter().filter(|record| record.device == own) {
                let end = record.physical.saturating_add(record.length);
                visit(Record { start: record.physical, end, purpose: Purpose::of(record) });
            }
            match answer.records.last() {
                Some(last) if !answer.ended && last.physical >= reached && last.length > 0 => {
                    reached = last.physical.saturating_add(1);
                    from = FsmapKey::after(last);
                }
                Some(_) if !answer.ended => return Err(Errno::LOOP),
                _ => return Ok(()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_told_apart() {
        let purpose = |flags, owner| {
            let mut record = FsmapRecord::default();
            (record.flags, record.owner) = (flags, owner);
            Purpose::of(&record)
        };
        assert_eq!(purpose(SPECIAL_OWNER, 1), Purpose::Free);
        assert_eq!(purpose(SPECIAL_OWNER, 2), Purpose::InUse);
        assert_eq!(purpose(0, 1), Purpose::InUse, "inode 1");
        let inodes = (u64::from(b'X') << 32) | 5;
        assert_eq!(purpose(SPECIAL_OWNER, inodes), Purpose::Metadata("inodes"));
    }
}
