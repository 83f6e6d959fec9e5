//! open_by_handle_at(2): an inode opened by its number alone, on ext2, ext3 and ext4. Needs
//! CAP_DAC_READ_SEARCH.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use rustix::io::Errno;

/// `FILEID_INO32_GEN` (include/linux/exportfs.h): inode number and generation.
const INO32_GEN: i32 = 1;

/// `struct file_handle` as ext4 makes it.
#[repr(C)]
struct Handle {
    bytes: u32,
    kind: i32,
    ino: u32,
    /// 0 stands for any (fs/ext4/super.c, `ext4_nfs_get_inode`).
    generation: u32,
}

/// Opens an inode of the filesystem that `mount`, an open directory, lies on. With O_PATH, so
/// that nothing of it is read and no device answers. ESTALE: there is no such inode in use.
pub fn open_ext4_inode(mount: BorrowedFd<'_>, ino: u32) -> Result<OwnedFd, Errno> {
    let mut handle = Handle { bytes: 8, kind: INO32_GEN, ino, generation: 0 };
    let flags = libc::O_PATH | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: `handle` has the layout of `struct file_handle` with `bytes` bytes behind its
    // header, and outlives the call.
    let opened =
        unsafe { libc::open_by_handle_at(mount.as_raw_fd(), (&raw mut handle).cast(), flags) };
    if opened < 0 {
        let error = std::io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
    }
    // SAFETY: the kernel just made this descriptor and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(opened) })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn an_inode_that_is_not_there_cannot_be_opened() {
        let (reader, _writer) = std::io::pipe().unwrap();
        assert!(open_ext4_inode(reader.as_fd(), 12).is_err());
        assert_eq!(size_of::<Handle>(), 16);
    }
}
