//! How many bytes a file can have.

use rustix::fs::{Mode, OFlags, SeekFrom, openat, seek};
use rustix::io::Errno;

use super::DirectoryTarget;

impl DirectoryTarget {
    /// The most bytes that a file has here (`s_maxbytes`), in a tree that nothing was done in yet.
    /// lseek(2) goes there and no further (`vfs_setpos()` of fs/read_write.c), and writes nothing.
    pub fn largest(&self) -> Result<u64, Errno> {
        let how = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let file = openat(&self.top, "largest", how, Mode::RUSR | Mode::WUSR)?;
        let reaches = |at| seek(&file, SeekFrom::Start(at)).is_ok();
        // The last that is known to be reached, and the first that is known not to be.
        let (mut reached, mut beyond) = (0, i64::MAX as u64 + 1);
        while beyond - reached > 1 {
            let middle = reached.midpoint(beyond);
            if reaches(middle) { reached = middle } else { beyond = middle }
        }
        rustix::fs::unlinkat(&self.top, "largest", rustix::fs::AtFlags::empty())?;
        Ok(reached)
    }
}
