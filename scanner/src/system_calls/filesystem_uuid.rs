//! The UUID of a mounted filesystem, which tells it from another one that was made anew under the
//! same names. Whoever may open a directory may ask.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::ioctl::{Getter, Opcode, ioctl, opcode};

/// `struct fsuuid2` (Linux 6.9, include/uapi/linux/fs.h).
#[derive(Clone, Copy)]
#[repr(C)]
struct FsUuid2 {
    len: u8,
    uuid: [u8; 16],
}

/// `struct xfs_fsop_geom_v1` (fs/xfs/libxfs/xfs_fs.h).
#[derive(Clone, Copy)]
#[repr(C)]
struct XfsGeometry {
    sizes: [u32; 8],
    blocks: [u64; 4],
    uuid: [u8; 16],
    rest: [u32; 7],
}

/// `struct btrfs_ioctl_fs_info_args` (include/uapi/linux/btrfs.h).
#[derive(Clone, Copy)]
#[repr(C)]
struct BtrfsInfo {
    max_id: u64,
    num_devices: u64,
    fsid: [u8; 16],
    rest: [u64; 124],
}

/// `FS_IOC_GETFSUUID`.
const GET_FS_UUID: Opcode = opcode::read::<FsUuid2>(0x15, 0);

/// `XFS_IOC_FSGEOMETRY_V1`.
const XFS_GEOMETRY: Opcode = opcode::read::<XfsGeometry>(b'X', 100);

/// `BTRFS_IOC_FS_INFO`.
const BTRFS_INFO: Opcode = opcode::read::<BtrfsInfo>(0x94, 31);

/// The UUID of the filesystem that an open file or directory lies on, as far as the kernel's common
/// code knows it. ENOTTY: it knows none (btrfs, FUSE, proc), or is older than 6.9.
pub fn filesystem_uuid(file: BorrowedFd<'_>) -> Result<[u8; 16], Errno> {
    // SAFETY: the number stands for this structure, which the kernel fills, and any bytes are
    // valid in every field.
    let answer = unsafe { ioctl(file, Getter::<GET_FS_UUID, FsUuid2>::new()) }?;
    // That of others (8 bytes of f2fs's volume, say) is no UUID.
    if usize::from(answer.len) == answer.uuid.len() { Ok(answer.uuid) } else { Err(Errno::NOTTY) }
}

/// The same of an xfs, which every kernel tells.
pub fn xfs_uuid(file: BorrowedFd<'_>) -> Result<[u8; 16], Errno> {
    // SAFETY: the number stands for this structure, which the kernel fills, and any bytes are
    // valid in every field.
    unsafe { ioctl(file, Getter::<XFS_GEOMETRY, XfsGeometry>::new()) }.map(|it| it.uuid)
}

/// The same of a btrfs, which the common code does not know.
pub fn btrfs_uuid(file: BorrowedFd<'_>) -> Result<[u8; 16], Errno> {
    // SAFETY: the number stands for this structure, which the kernel fills, and any bytes are
    // valid in every field.
    unsafe { ioctl(file, Getter::<BTRFS_INFO, BtrfsInfo>::new()) }.map(|it| it.fsid)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;

    /// The numbers as the kernel's headers come to them.
    #[test]
    fn the_structures_have_the_kernel_s_sizes() {
        assert_eq!((size_of::<FsUuid2>(), GET_FS_UUID), (17, 0x8011_1500));
        assert_eq!((size_of::<XfsGeometry>(), XFS_GEOMETRY), (112, 0x8070_5864));
        assert_eq!((size_of::<BtrfsInfo>(), BTRFS_INFO), (1024, 0x8400_941f));
    }

    /// proc has none, and is neither xfs nor btrfs.
    #[test]
    fn where_there_is_none_that_is_said() {
        let proc = File::open("/proc").unwrap();
        for asked in [filesystem_uuid, xfs_uuid, btrfs_uuid] {
            assert_eq!(asked(proc.as_fd()), Err(Errno::NOTTY));
        }
    }
}
