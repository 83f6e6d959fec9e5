//! FS_IOC_GETFSMAP: what the blocks of a device are used for (ioctl_getfsmap(2),
//! include/uapi/linux/fsmap.h). ext4 since Linux 4.14, xfs since 4.12.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

/// Records that one call can return: 128 KiB of them. Each call on ext4 begins with a list of all
/// static metadata, so few large ones are faster.
const RECORDS: usize = 2048;

/// `FMR_OF_LAST`: no record follows.
const LAST: u32 = 0x20;

/// `FMH_OF_DEV_T`: devices are told by their numbers as stat(2) encodes them.
const DEVICE_NUMBERS: u32 = 0x1;

/// One record (`struct fsmap`). Offsets and lengths in bytes.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct FsmapRecord {
    /// `fmr_device`: a filesystem can have several.
    pub device: u32,
    /// `fmr_flags`.
    pub flags: u32,
    /// `fmr_physical`: where it begins.
    pub physical: u64,
    /// `fmr_owner`: an inode number, or with `FMR_OF_SPECIAL_OWNER` a number for a purpose.
    pub owner: u64,
    /// `fmr_offset`: where in the owner.
    pub offset: u64,
    /// `fmr_length`.
    pub length: u64,
    reserved: [u64; 3],
}

/// A place where a question begins or ends.
#[derive(Clone, Copy, Debug)]
pub struct FsmapKey(FsmapRecord);

impl FsmapKey {
    /// Byte `physical` of a device, as the first of a question. A key counts only on the device
    /// that it names.
    pub fn from(device: u32, physical: u64) -> Self {
        FsmapKey(FsmapRecord { device, physical, ..FsmapRecord::default() })
    }

    /// Byte `physical` of a device, as the last of a question.
    pub fn to(device: u32, physical: u64) -> Self {
        let (flags, owner, offset) = (u32::MAX, u64::MAX, u64::MAX);
        FsmapKey(FsmapRecord { device, flags, physical, owner, offset, ..FsmapRecord::default() })
    }

    /// Behind a record that was returned.
    pub fn after(record: &FsmapRecord) -> Self {
        FsmapKey(*record)
    }
}

/// `struct fsmap_head` without its records.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Header {
    iflags: u32,
    oflags: u32,
    count: u32,
    entries: u32,
    reserved: [u64; 6],
    keys: [FsmapRecord; 2],
}

#[repr(C)]
struct Request {
    header: Header,
    records: [FsmapRecord; RECORDS],
}

/// `FS_IOC_GETFSMAP`.
const GETFSMAP: Opcode = opcode::read_write::<Header>(b'X', 59);

/// Memory for one call, used again from call to call.
pub struct FsmapRoom(Box<Request>);

impl Default for FsmapRoom {
    #[expect(clippy::large_stack_arrays, reason = "128 KiB, once a scan and thread")]
    fn default() -> Self {
        let keys = [FsmapRecord::default(); 2];
        let header = Header { iflags: 0, oflags: 0, count: 0, entries: 0, reserved: [0; 6], keys };
        FsmapRoom(Box::new(Request { header, records: [FsmapRecord::default(); RECORDS] }))
    }
}

impl std::fmt::Debug for FsmapRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FsmapRoom")
    }
}

/// What one call returned.
#[derive(Debug)]
pub struct FsmapAnswer<'r> {
    /// Records in rising order.
    pub records: &'r [FsmapRecord],
    /// Whether none follows.
    pub ended: bool,
    /// Whether `device` is a device number as stat(2) encodes it.
    pub device_numbers: bool,
}

/// Asks for the records between two keys, at most 2048 of them.
pub fn getfsmap<'r>(
    file: BorrowedFd<'_>,
    from: FsmapKey,
    to: FsmapKey,
    room: &'r mut FsmapRoom,
) -> Result<FsmapAnswer<'r>, Errno> {
    let request = &mut *room.0;
    let (count, keys) = (RECORDS as u32, [from.0, to.0]);
    request.header = Header { iflags: 0, oflags: 0, count, entries: 0, reserved: [0; 6], keys };
    // SAFETY: the number stands for this structure, with `count` records behind the header; the
    // kernel writes no more than these, and any bytes are valid in every field.
    unsafe { ioctl(file, Updater::<GETFSMAP, Request>::new(request)) }?;
    let entries = (request.header.entries as usize).min(RECORDS);
    let records = request.records.get(..entries).unwrap_or(&[]);
    let ended = records.last().is_none_or(|record| record.flags & LAST != 0);
    let device_numbers = request.header.oflags & DEVICE_NUMBERS != 0;
    Ok(FsmapAnswer { records, ended, device_numbers })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn the_structures_have_the_kernel_s_sizes() {
        assert_eq!(size_of::<FsmapRecord>(), 64);
        assert_eq!(size_of::<Header>(), 192);
        assert_eq!(GETFSMAP, 0xc0c0_583b);
        assert!(size_of::<Request>() < 1 << 20, "streamed, never held whole");
    }

    #[test]
    fn what_is_no_file_has_no_map() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let mut room = FsmapRoom::default();
        let answer = getfsmap(reader.as_fd(), FsmapKey::from(0, 0), FsmapKey::to(0, 1), &mut room);
        assert!(matches!(answer, Err(Errno::NOTTY | Errno::OPNOTSUPP)));
    }
}
