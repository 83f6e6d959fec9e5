//! FS_IOC_FIEMAP: where a file's content lies on the device (kernel
//! Documentation/filesystems/fiemap.rst, include/uapi/linux/fiemap.h).

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

/// Extents that one call can return.
const EXTENTS: usize = 64;

/// One extent as the kernel tells of it (`struct fiemap_extent`). Offsets and lengths in bytes.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct RawExtent {
    /// `fe_logical`: where in the file.
    pub logical: u64,
    /// `fe_physical`: where on the device.
    pub physical: u64,
    /// `fe_length`.
    pub length: u64,
    reserved64: [u64; 2],
    /// `fe_flags`.
    pub flags: u32,
    reserved: [u32; 3],
}

/// `struct fiemap` without its extents, by which the number of the call is made.
#[repr(C)]
struct Header {
    start: u64,
    length: u64,
    flags: u32,
    mapped: u32,
    count: u32,
    reserved: u32,
}

#[repr(C)]
struct Request {
    header: Header,
    extents: [RawExtent; EXTENTS],
}

/// `FS_IOC_FIEMAP`.
const FIEMAP: Opcode = opcode::read_write::<Header>(b'f', 11);

/// Memory for one call, used again from call to call.
pub struct FiemapRoom(Box<Request>);

impl Default for FiemapRoom {
    fn default() -> Self {
        let header = Header { start: 0, length: 0, flags: 0, mapped: 0, count: 0, reserved: 0 };
        FiemapRoom(Box::new(Request { header, extents: [RawExtent::default(); EXTENTS] }))
    }
}

impl std::fmt::Debug for FiemapRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FiemapRoom")
    }
}

/// Asks for the extents of an open file from byte `start` on, at most 64 of them. `flags` are
/// those of the request (`FIEMAP_FLAG_XATTR`).
#[inline]
pub fn fiemap<'r>(
    file: BorrowedFd<'_>,
    start: u64,
    flags: u32,
    room: &'r mut FiemapRoom,
) -> Result<&'r [RawExtent], Errno> {
    let request = &mut *room.0;
    let length = u64::MAX - start;
    let count = EXTENTS as u32;
    request.header = Header { start, length, flags, mapped: 0, count, reserved: 0 };
    // SAFETY: the number stands for this structure, with `count` extents behind the header; the
    // kernel writes no more than these, and any bytes are valid in every field.
    unsafe { ioctl(file, Updater::<FIEMAP, Request>::new(request)) }?;
    let mapped = (request.header.mapped as usize).min(EXTENTS);
    Ok(request.extents.get(..mapped).unwrap_or(&[]))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn the_structures_have_the_kernel_s_sizes() {
        assert_eq!(size_of::<Header>(), 32);
        assert_eq!(size_of::<RawExtent>(), 56);
        assert_eq!(FIEMAP, 0xc020_660b);
    }

    #[test]
    fn what_is_no_file_has_no_extents() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let answer = fiemap(reader.as_fd(), 0, 0, &mut FiemapRoom::default()).map(<[_]>::len);
        assert!(matches!(answer, Err(Errno::NOTTY | Errno::OPNOTSUPP)), "{answer:?}");
    }
}
