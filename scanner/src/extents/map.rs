//! The extents of one open file or directory, by FIEMAP.
//!
//! Without FIEMAP_FLAG_SYNC, so that nothing is flushed: a file being written shows delayed
//! extents. The kernel swallows errors: after one good extent a bad leaf of ext4's extent tree
//! returns success, and that extent is marked as the last one. So where more is to be expected
//! the question is put again behind it.

use std::ops::Range;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;

use crate::inode_facts::InodeFacts;
use crate::system_calls::{FiemapRoom, RawExtent, fiemap};

/// `FIEMAP_FLAG_XATTR`.
const ATTRIBUTES: u32 = 0x2;

/// More extents than this are not kept of one file (a fragment a block in 16 GiB).
const MOST_EXTENTS: usize = 1 << 22;

// FIEMAP_EXTENT_*, include/uapi/linux/fiemap.h.
const LAST: u32 = 0x1;
const UNKNOWN: u32 = 0x2;
const DELALLOC: u32 = 0x4;
const ENCODED: u32 = 0x8;
const NOT_ALIGNED: u32 = 0x100;
const DATA_INLINE: u32 = 0x200;
const DATA_TAIL: u32 = 0x400;
const UNWRITTEN: u32 = 0x800;
const SHARED: u32 = 0x2000;

/// One extent, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Where in the file.
    pub logical: u64,
    /// Where on the device; means nothing unless [`Extent::has_place`].
    pub physical: u64,
    /// How long.
    pub length: u64,
    flags: u32,
}

impl From<&RawExtent> for Extent {
    fn from(raw: &RawExtent) -> Self {
        let RawExtent { logical, physical, length, flags, .. } = *raw;
        Extent { logical, physical, length, flags }
    }
}

impl Extent {
    /// Whether it lies in whole blocks at an address: content that stands in the inode, waits to
    /// be allocated, or is compressed does not.
    pub fn has_place(&self) -> bool {
        self.flags & (UNKNOWN | DELALLOC | ENCODED | NOT_ALIGNED | DATA_INLINE | DATA_TAIL) == 0
    }

    /// Whether it waits to be allocated (`DELALLOC`), or where it is is not known yet.
    pub fn is_pending(&self) -> bool {
        self.flags & (UNKNOWN | DELALLOC) != 0
    }

    /// Whether nothing was written there yet (fallocate).
    pub fn is_unwritten(&self) -> bool {
        self.flags & UNWRITTEN != 0
    }

    /// Whether others may use the same blocks (reflinks).
    pub fn is_shared(&self) -> bool {
        self.flags & SHARED != 0
    }

    /// Whether the content stands in the inode itself.
    pub fn is_inline(&self) -> bool {
        self.flags & DATA_INLINE != 0
    }

    /// Whether it can answer a question about what is from a byte on. btrfs without no-holes answers
    /// with a delayed extent that ends there once more (measured on Linux 6.18).
    fn is_behind(&self, start: u64) -> bool {
        self.end() > start || !self.is_pending()
    }

    /// Where in the file it ends.
    pub fn end(&self) -> u64 {
        self.logical.saturating_add(self.length)
    }
}

/// Where extended attributes stand that do not fit into the inode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AttributeBlock {
    /// It was not asked for: nothing is allocated that the content does not explain.
    #[default]
    NotAsked,
    /// There is none.
    None,
    /// At this byte of the device.
    At(u64),
    /// Attributes stand in the inode, which hides whether there is a block as well.
    Hidden,
}

/// Why a map is not whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapError {
    /// FIEMAP failed; the extents before are kept.
    Refused(Errno),
    /// It went back instead of on.
    Backwards,
    /// There are more extents than are kept.
    TooMany,
}

/// The extents of one inode; the memory is used again from file to file.
#[derive(Debug, Default)]
pub struct ExtentMap {
    /// In the order of the kernel's answer.
    pub extents: Vec<Extent>,
    /// The block of extended attributes.
    pub attribute_block: AttributeBlock,
    room: FiemapRoom,
}

impl ExtentMap {
    /// Reads the map of an open file whose facts are given. On an error, what came before it is
    /// kept.
    pub fn read(&mut self, file: BorrowedFd<'_>, facts: &InodeFacts) -> Result<(), MapError> {
        self.extents.clear();
        self.attribute_block = AttributeBlock::NotAsked;
        let mut start = 0;
        loop {
            let ended = self.read_from(file, start)?;
            let next = self.extents.last().map_or(0, Extent::end);
            if next <= start {
                // Nothing came any more, or what came did not lead on.
                return if ended { Ok(()) } else { Err(MapError::Backwards) };
            }
            if ended && !self.leaves_out(facts, next) {
                return Ok(());
            }
            if self.extents.len() >= MOST_EXTENTS {
                return Err(MapError::TooMany);
            }
            start = next;
        }
    }

    /// Adds the extents from a byte on, as many as one call returns; tells whether the kernel
    /// calls the last of them the file's last.
    fn read_from(&mut self, file: BorrowedFd<'_>, start: u64) -> Result<bool, MapError> {
        let raw = match fiemap(file, start, 0, &mut self.room) {
            Ok(raw) => raw,
            // Behind the largest offset that this file can have.
            Err(Errno::FBIG | Errno::INVAL) if start > 0 => return Ok(true),
            Err(errno) => return Err(MapError::Refused(errno)),
        };
        let extents = raw.iter().map(Extent::from);
        self.extents.extend(extents.filter(|extent| extent.is_behind(start)));
        Ok(raw.last().is_none_or(|last| last.flags & LAST != 0))
    }

    /// Whether the size or the allocated blocks speak of more than what ends at `end`.
    fn leaves_out(&self, facts: &InodeFacts, end: u64) -> bool {
        end < facts.size() || self.mapped().is_some_and(|bytes| bytes / 512 < facts.sectors())
    }

    /// The bytes that are mapped; none where some wait to be allocated.
    pub fn mapped(&self) -> Option<u64> {
        let placed = self.extents.iter().filter(|extent| extent.has_place());
        let bytes = placed.fold(0_u64, |sum, extent| sum.saturating_add(extent.length));
        let pending = self.extents.iter().any(Extent::is_pending);
        (!pending).then_some(bytes)
    }

    /// Where on the device bytes of the file lie: the first byte and the one behind the last, of
    /// each extent that some of them are in.
    pub fn places<'a>(&'a self, bytes: &'a Range<u64>) -> impl Iterator<Item = (u64, u64)> + 'a {
        self.extents.iter().filter(|extent| extent.has_place()).filter_map(|extent| {
            let (start, end) = (bytes.start.max(extent.logical), bytes.end.min(extent.end()));
            let at = |byte: u64| extent.physical.saturating_add(byte - extent.logical);
            (start < end).then(|| (at(start), at(end)))
        })
    }

    /// Whether it is one written extent below `end` that explains the inode's size and all its
    /// blocks, as nearly every one's is: nothing in it is left to be judged.
    #[inline]
    pub fn is_plain(&self, facts: &InodeFacts, block_size: u64, end: u64) -> bool {
        let [Extent { logical, physical, length, flags }] = *self.extents.as_slice() else {
            return false;
        };
        let needed = facts.size().checked_next_multiple_of(block_size);
        flags & !LAST == 0
            && logical == 0
            && length > 0
            && needed == Some(length)
            && physical.is_multiple_of(block_size)
            && physical.checked_add(length).is_some_and(|behind| behind <= end)
            && facts.sectors() == length / 512
    }

    /// Asks where the block of extended attributes is. EBADR and ENODATA there mean none (kernel
    /// fs/ext4/extents.c, `ext4_iomap_xattr_fiemap`).
    pub fn read_attribute_block(&mut self, file: BorrowedFd<'_>) {
        self.attribute_block = match fiemap(file, 0, ATTRIBUTES, &mut self.room) {
            Ok([extent, ..]) if extent.flags & DATA_INLINE == 0 => {
                AttributeBlock::At(extent.physical)
            }
            Ok([_, ..]) => AttributeBlock::Hidden,
            Ok([]) | Err(_) => AttributeBlock::None,
        };
    }

    /// Gives back what a fragmented file took.
    pub fn release(&mut self) {
        if self.extents.capacity() > 4096 {
            self.extents = Vec::new();
        }
    }
}

#[cfg(test)]
impl Extent {
    /// A written extent, in bytes.
    pub(crate) fn written(logical: u64, physical: u64, length: u64) -> Self {
        Extent { logical, physical, length, flags: 0 }
    }

    /// The same, preallocated.
    pub(crate) fn unwritten(self) -> Self {
        Extent { flags: UNWRITTEN, ..self }
    }

    /// The same, not allocated yet.
    pub(crate) fn pending(self) -> Self {
        Extent { flags: UNKNOWN | DELALLOC, ..self }
    }
}

#[cfg(test)]
impl ExtentMap {
    /// A map of given extents.
    pub(crate) fn of(extents: &[Extent]) -> Self {
        ExtentMap { extents: extents.to_vec(), ..ExtentMap::default() }
    }
}
