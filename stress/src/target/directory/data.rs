//! What is in files.

use std::os::fd::{AsFd, OwnedFd};

use rustix::fs::{AtFlags, FallocateFlags, Mode, OFlags, copy_file_range, fallocate, ftruncate};
use rustix::io::{Errno, pread, pwrite, write};
use scanner::close_written;

use super::{DirectoryTarget, Handled, facts};
use crate::data::{MOST, pattern};
use crate::operand::{AllocateHow, Handle};
use crate::path::Path;

impl DirectoryTarget {
    fn open_path(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        self.open_names(path.names(), flags | OFlags::NONBLOCK, Mode::empty())
    }

    pub(super) fn read(&mut self, path: &Path, at: u64, length: u32) -> Result<Vec<u8>, Errno> {
        let file = self.open_path(path, OFlags::RDONLY)?;
        read_all(&file, at, length)
    }

    pub(super) fn read_handle(
        &self,
        handle: Handle,
        at: u64,
        length: u32,
    ) -> Result<Vec<u8>, Errno> {
        read_all(&self.opened_at(handle, at)?.descriptor, at, length)
    }

    pub(super) fn write(
        &mut self,
        path: &Path,
        at: u64,
        length: u32,
        fill: u8,
    ) -> Result<u64, Errno> {
        let file = self.open_path(path, OFlags::WRONLY)?;
        self.prepare(at, length, fill)?;
        let written = write_all(&self.data, at, |rest, at| pwrite(&file, rest, at))?;
        close_written(file).map(|()| written)
    }

    pub(super) fn write_handle(
        &mut self,
        handle: Handle,
        at: u64,
        length: u32,
        fill: u8,
    ) -> Result<u64, Errno> {
        // What is appended bears the pattern of where it comes to be.
        let file = &self.opened_at(handle, at)?.descriptor;
        let appends = rustix::fs::fcntl_getfl(file)?.contains(OFlags::APPEND);
        let begin = if appends { end(file)? } else { at };
        self.prepare(begin, length, fill)?;
        let file = &self.opened(handle)?.descriptor;
        write_all(&self.data, at, |rest, at| pwrite(file, rest, at))
    }

    pub(super) fn append(&mut self, path: &Path, length: u32, fill: u8) -> Result<u64, Errno> {
        let file = self.open_path(path, OFlags::WRONLY | OFlags::APPEND)?;
        self.prepare(end(&file)?, length, fill)?;
        let written = write_all(&self.data, 0, |rest, _| write(&file, rest))?;
        close_written(file).map(|()| written)
    }

    fn prepare(&mut self, at: u64, length: u32, fill: u8) -> Result<(), Errno> {
        if length > MOST {
            return Err(Errno::INVAL);
        }
        self.data.resize(length as usize, 0);
        pattern(fill, at, &mut self.data);
        Ok(())
    }

    /// What a handle has open. The kernel looks at an offset before it looks for what is open.
    fn opened_at(&self, handle: Handle, at: u64) -> Result<&Handled, Errno> {
        match self.opened(handle) {
            Err(_) if i64::try_from(at).is_err() => Err(Errno::INVAL),
            opened => opened,
        }
    }

    pub(super) fn truncate(&self, path: &Path, size: u64) -> Result<(), Errno> {
        let file = self.open_path(path, OFlags::WRONLY)?;
        ftruncate(&file, size)?;
        close_written(file)
    }

    pub(super) fn truncate_handle(&self, handle: Handle, size: u64) -> Result<(), Errno> {
        ftruncate(&self.opened_at(handle, size)?.descriptor, size)
    }

    pub(super) fn allocate(
        &self,
        path: &Path,
        how: AllocateHow,
        at: u64,
        length: u64,
    ) -> Result<(), Errno> {
        let mode = match how {
            AllocateHow::Extend => FallocateFlags::empty(),
            AllocateHow::KeepSize => FallocateFlags::KEEP_SIZE,
            AllocateHow::Punch => FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE,
            AllocateHow::Zero => FallocateFlags::ZERO_RANGE,
            AllocateHow::Collapse => FallocateFlags::COLLAPSE_RANGE,
            AllocateHow::Insert => FallocateFlags::INSERT_RANGE,
        };
        let file = self.open_path(path, OFlags::WRONLY)?;
        fallocate(&file, mode, at, length)?;
        close_written(file)
    }

    pub(super) fn copy(
        &self,
        (from, at): (&Path, u64),
        (to, to_at): (&Path, u64),
        length: u32,
    ) -> Result<u64, Errno> {
        let source = self.open_path(from, OFlags::RDONLY)?;
        let target = self.open_path(to, OFlags::WRONLY)?;
        if length > MOST {
            return Err(Errno::INVAL);
        }
        // Not beyond what there is now: a file that is copied into itself grows.
        let size = end(&source)?;
        let length = u64::from(length).min(size.saturating_sub(at));
        let (mut at, mut to_at) = (at, to_at);
        let mut rest = length as usize;
        let mut copied = 0;
        loop {
            match copy_file_range(&source, Some(&mut at), &target, Some(&mut to_at), rest)? {
                0 => return close_written(target).map(|()| copied),
                now => {
                    copied += now as u64;
                    rest = rest.saturating_sub(now);
                }
            }
            if rest == 0 {
                return close_written(target).map(|()| copied);
            }
        }
    }
}

/// Without going there: an offset at the end would be judged as that of a write is.
fn end(file: impl AsFd) -> Result<u64, Errno> {
    facts(file, b"", AtFlags::EMPTY_PATH).map(|facts| facts.size)
}

fn read_all(file: impl AsFd, at: u64, length: u32) -> Result<Vec<u8>, Errno> {
    if length > MOST {
        return Err(Errno::INVAL);
    }
    let mut bytes = vec![0; length as usize];
    let mut done = 0;
    loop {
        let rest = bytes.get_mut(done..).unwrap_or_default();
        match pread(&file, rest, at.wrapping_add(done as u64)) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    bytes.truncate(done);
    Ok(bytes)
}

/// Writes all, in as many calls as it takes. Where only a part could be written, the error is what
/// the operation came to.
fn write_all(
    bytes: &[u8],
    at: u64,
    write: impl Fn(&[u8], u64) -> Result<usize, Errno>,
) -> Result<u64, Errno> {
    let mut done = 0;
    loop {
        let rest = bytes.get(done..).unwrap_or_default();
        match write(rest, at.wrapping_add(done as u64)) {
            Ok(0) if !rest.is_empty() => return Ok(done as u64),
            Ok(count) => done += count,
            Err(Errno::INTR) => continue,
            Err(errno) => return Err(errno),
        }
        if done >= bytes.len() {
            return Ok(done as u64);
        }
    }
}
