//! getdents64(2): the entries of a directory as the kernel lists them, a buffer at a time.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::io::Errno;

/// Reads on where the last call ended. Returns the records (`struct linux_dirent64`), whole ones
/// only; none at the end.
pub fn getdents64<'b>(directory: BorrowedFd<'_>, buffer: &'b mut [u8]) -> Result<&'b [u8], Errno> {
    let (fd, start, room) = (directory.as_raw_fd(), buffer.as_mut_ptr(), buffer.len());
    // SAFETY: the kernel writes at most `room` bytes behind `start`, which `buffer` owns.
    let read = unsafe { libc::syscall(libc::SYS_getdents64, fd, start, room) };
    let Ok(read) = usize::try_from(read) else {
        let error = std::io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
    };
    // The kernel leaves the bytes between a name and the next record as they were.
    Ok(buffer.get(..read).unwrap_or_default())
}

/// The name that bytes begin with; none if no NUL ends it.
#[inline]
pub fn until_nul(bytes: &[u8]) -> Option<&CStr> {
    let name = bytes.get(..=first_nul(bytes)?)?;
    // SAFETY: its last byte is the first NUL.
    Some(unsafe { CStr::from_bytes_with_nul_unchecked(name) })
}

/// Where the first NUL is, eight bytes at a time: names are shorter than what memchr is made for.
#[inline]
fn first_nul(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest bit that stays marks the first byte that is zero.
        let zero = word.wrapping_sub(0x0101_0101_0101_0101) & !word & 0x8080_8080_8080_8080;
        if zero != 0 {
            return Some(8 * index + zero.trailing_zeros() as usize / 8);
        }
    }
    let in_rest = rest.iter().position(|byte| *byte == 0);
    in_rest.map(|at| bytes.len() - rest.len() + at)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_directory_is_read_to_its_end_and_a_file_not_at_all() {
        let made = tempfile::tempdir().unwrap();
        let directory = File::open(made.path()).unwrap();
        let mut buffer = [0; 4096];
        // "." and ".." take 24 bytes each.
        assert_eq!(getdents64(directory.as_fd(), &mut buffer).map(<[u8]>::len), Ok(48));
        assert_eq!(getdents64(directory.as_fd(), &mut buffer), Ok([].as_slice()));
        let file = tempfile::tempfile().unwrap();
        assert_eq!(getdents64(file.as_fd(), &mut buffer), Err(Errno::NOTDIR));
        let directory = File::open(made.path()).unwrap();
        assert_eq!(getdents64(directory.as_fd(), &mut buffer[..8]), Err(Errno::INVAL));
    }

    #[test]
    fn a_name_ends_at_its_first_nul() {
        assert_eq!(until_nul(b"a\0b\0"), Some(c"a"));
        assert_eq!(until_nul(b"\0"), Some(c""));
        assert_eq!((until_nul(b"ab"), until_nul(b"")), (None, None));
        for length in 0..40 {
            for (neighbour, behind) in [(1, 0), (0x80, 1), (u8::MAX, u8::MAX)] {
                let mut bytes = [behind; 48];
                bytes[..length].fill(neighbour);
                bytes[length] = 0;
                let name = until_nul(&bytes).map(CStr::to_bytes);
                assert_eq!(name, Some(&bytes[..length]), "{length} x {neighbour}");
                assert_eq!(until_nul(&bytes[..length]), None, "{length} x {neighbour}");
            }
        }
    }
}
