//! A file's content: exactly as many bytes as its header says, whatever becomes of the file.

use std::io::{self, Write};
use std::os::fd::BorrowedFd;

use rustix::io::{Errno, pread, retry_on_intr};

use super::archive_writer::ArchiveWriter;

/// Bytes that are read at once.
const ROOM: usize = 256 << 10;

/// Where a large read fails it is tried again in pieces of so many bytes: a page.
const PIECE: u64 = 4096;

/// Pieces of one file that are found unreadable before the rest is given up: each may cost a
/// failing disk seconds.
const MOST_BAD: usize = 4096;

/// Reads files and writes their content.
pub struct ContentReader {
    buffer: Box<[u8]>,
}

/// How a file was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// The first refusal.
    pub errno: Option<Errno>,
    /// It ended before it should.
    pub is_short: bool,
}

impl ContentReader {
    pub fn new() -> Self {
        ContentReader { buffer: vec![0; ROOM].into_boxed_slice() }
    }

    /// Writes `size` bytes of a file: zeros for what cannot be read, and for what is gone.
    pub fn copy<W: Write>(
        &mut self,
        file: BorrowedFd<'_>,
        size: u64,
        output: &mut ArchiveWriter<W>,
    ) -> io::Result<Outcome> {
        let (mut outcome, mut at, mut bad, mut most) = (Outcome::default(), 0, 0, ROOM as u64);
        while at < size && bad < MOST_BAD {
            let length = most.min(size - at);
            let room = self.buffer.get_mut(..length as usize).unwrap_or_default();
            match retry_on_intr(|| pread(file, &mut *room, at)) {
                Ok(0) => {
                    outcome.is_short = true;
                    break;
                }
                Ok(read) => {
                    output.write(room.get(..read).unwrap_or_default())?;
                    at += read as u64;
                    most = if at.is_multiple_of(ROOM as u64) { ROOM as u64 } else { most };
                }
                Err(_) if length > PIECE => most = PIECE,
                Err(errno) => {
                    outcome.errno.get_or_insert(errno);
                    output.zeros(length)?;
                    at += length;
                    bad += 1;
                }
            }
        }
        output.zeros(size - at)?;
        Ok(outcome)
    }
}
