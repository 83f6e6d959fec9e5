//! The expanded stream as blocks of 512 bytes, and the bytes between them.

use std::io::Read;

use super::ArchiveError;
use super::source::read_some;

/// Bytes of a block; headers are one, and everything is padded to whole ones (tar(5)).
pub const BLOCK: usize = 512;

/// One block.
pub type Block = [u8; BLOCK];

/// Bytes that are read at once.
const ROOM: usize = 128 << 10;

/// Reads a stream in large pieces and knows its place in it.
pub struct Blocks<S> {
    stream: S,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// Bytes of the stream that were taken.
    offset: u64,
}

impl<S: Read> Blocks<S> {
    pub fn new(stream: S) -> Self {
        let buffer = vec![0; ROOM].into_boxed_slice();
        Blocks { stream, buffer, start: 0, end: 0, offset: 0 }
    }

    /// Bytes that were taken so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next block, without taking it; none at the end.
    pub fn peek(&mut self) -> Result<Option<&Block>, ArchiveError> {
        self.gather(BLOCK)?;
        let ready = self.buffer.get(self.start..self.end).unwrap_or_default();
        match ready.first_chunk() {
            None if ready.is_empty() => Ok(None),
            None => Err(ArchiveError::Truncated { offset: self.offset + ready.len() as u64 }),
            block => Ok(block),
        }
    }

    /// Takes the next block; none at the end.
    pub fn block(&mut self) -> Result<Option<Block>, ArchiveError> {
        let block = self.peek()?.copied();
        if block.is_some() {
            self.consume(BLOCK);
        }
        Ok(block)
    }

    /// Takes the next block, which must be there.
    pub fn inner_block(&mut self) -> Result<Block, ArchiveError> {
        self.block()?.ok_or(ArchiveError::Truncated { offset: self.offset })
    }

    /// Reads at most `most` bytes, and at least one where there is room. Large rooms are filled
    /// without a copy in between.
    pub fn read(&mut self, room: &mut [u8], most: u64) -> Result<usize, ArchiveError> {
        let length = room.len().min(usize::try_from(most).unwrap_or(usize::MAX));
        let room = room.get_mut(..length).unwrap_or_default();
        if room.is_empty() {
            return Ok(0);
        }
        if self.start == self.end && room.len() >= ROOM / 2 {
            let read = read_some(&mut self.stream, room);
            let read = read.map_err(|error| ArchiveError::of_input(error, self.offset))?;
            self.offset += read as u64;
            return self.some(read);
        }
        self.gather(1)?;
        let read = Read::read(&mut self.ready(), room).unwrap_or_default();
        self.consume(read);
        self.some(read)
    }

    /// Reads past so many bytes.
    pub fn skip(&mut self, mut length: u64) -> Result<(), ArchiveError> {
        while length > 0 {
            self.gather(1)?;
            let ready = self.ready().len() as u64;
            let passed = self.some(ready.min(length) as usize)?;
            self.consume(passed);
            length -= passed as u64;
        }
        Ok(())
    }

    /// Takes so many bytes into memory, which grows with what comes and not with what is claimed.
    pub fn take(&mut self, length: usize) -> Result<Vec<u8>, ArchiveError> {
        let mut taken = Vec::new();
        while taken.len() < length {
            self.gather(1)?;
            let ready = self.ready();
            let piece = ready.get(..length - taken.len()).unwrap_or(ready);
            taken.extend_from_slice(piece);
            let passed = piece.len();
            self.some(passed)?;
            self.consume(passed);
        }
        Ok(taken)
    }

    /// Reads to the end of the stream; tells whether anything but zeros was there.
    pub fn drain(&mut self) -> Result<bool, ArchiveError> {
        let mut other = false;
        loop {
            self.gather(1)?;
            let ready = self.ready();
            if ready.is_empty() {
                return Ok(other);
            }
            other = other || !is_zero(ready);
            let passed = ready.len();
            self.consume(passed);
        }
    }

    fn ready(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn consume(&mut self, length: usize) {
        self.start += length;
        self.offset += length as u64;
    }

    /// Where a member must go on nothing is its truncation.
    fn some(&self, read: usize) -> Result<usize, ArchiveError> {
        if read == 0 { Err(ArchiveError::Truncated { offset: self.offset }) } else { Ok(read) }
    }

    /// Reads until so many bytes are there, or the stream ends.
    fn gather(&mut self, wanted: usize) -> Result<(), ArchiveError> {
        if self.end - self.start >= wanted {
            return Ok(());
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while self.end < wanted {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            let read = read_some(&mut self.stream, room);
            let read = read.map_err(|error| ArchiveError::of_input(error, self.offset))?;
            if read == 0 {
                break;
            }
            self.end += read;
        }
        Ok(())
    }
}

/// Whether all bytes are zero. Without an early end, so that the compiler takes many at once.
pub fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |all, byte| all | byte) == 0
}

/// Bytes up to the next whole block.
pub fn padding(length: u64) -> u64 {
    (BLOCK as u64 - length % BLOCK as u64) % BLOCK as u64
}
