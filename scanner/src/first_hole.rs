//! Where nothing is stored of a file (lseek(2), `SEEK_HOLE`).

use std::os::fd::BorrowedFd;

use rustix::fs::{SeekFrom, seek};

/// The first byte that is in no block, or in one that nothing was written to; the size where there is no
/// such byte, none where the filesystem does not say. The offset of the file is its beginning afterwards.
pub fn first_hole(file: BorrowedFd<'_>) -> Option<u64> {
    let hole = seek(file, SeekFrom::Hole(0)).ok()?;
    seek(file, SeekFrom::Start(0)).ok()?;
    Some(hole)
}
