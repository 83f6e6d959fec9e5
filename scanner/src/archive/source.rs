//! The bytes of an archive as they are stored, compressed or not.

use std::io::{self, BufRead, Read};

use super::ArchiveError;

/// Bytes that are read at once.
const ROOM: usize = 128 << 10;

/// The input with a buffer that can be looked into, and a count of what was taken out of it.
pub struct Source<R> {
    input: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    consumed: u64,
}

impl<R: Read> Source<R> {
    pub fn new(input: R) -> Self {
        let buffer = vec![0; ROOM].into_boxed_slice();
        Source { input, buffer, start: 0, end: 0, consumed: 0 }
    }

    /// Bytes that were taken.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The next bytes, without taking them: at least `wanted` unless the input ends before.
    pub fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        if self.end - self.start < wanted {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        while self.end - self.start < wanted && self.fill()? > 0 {}
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    /// Reads more behind what is there.
    fn fill(&mut self) -> io::Result<usize> {
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let read = read_some(&mut self.input, room).map_err(|error| self.refused(error))?;
        self.end += read;
        Ok(read)
    }

    /// Marks an error as the input's: the decoder through which it goes has its own.
    fn refused(&self, error: io::Error) -> io::Error {
        ArchiveError::Input { offset: self.consumed, error }.into()
    }
}

/// Reads once, and again where a signal came.
pub fn read_some(input: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A Read that claims more than there was room for is believed as far as can be.
            read => return read.map(|read| read.min(room.len())),
        }
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && room.len() >= ROOM {
            let read = read_some(&mut self.input, room).map_err(|error| self.refused(error))?;
            self.consumed += read as u64;
            return Ok(read);
        }
        let mut ready = self.fill_buf()?;
        let read = ready.read(room)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, amount: usize) {
        let taken = amount.min(self.end - self.start);
        self.start += taken;
        self.consumed += taken as u64;
    }
}
