//! A place that a source can be taken out of, so that one decoder serves all gzip members.

use std::io::{self, BufRead, Read};

use super::blocks::is_zero;
use super::source::Source;

/// A source, or nothing while it is on its way into the next member's decoder.
pub struct Slot<S>(Option<S>);

impl<R: Read> Slot<Source<R>> {
    pub fn new(source: Source<R>) -> Self {
        Slot(Some(source))
    }

    /// Takes the source out, which reads as an end until another is put in.
    pub fn take(&mut self) -> Self {
        Slot(self.0.take())
    }

    /// Bytes that were taken out of the source.
    pub fn consumed(&self) -> u64 {
        self.0.as_ref().map_or(0, Source::consumed)
    }

    /// The next bytes, without taking them.
    pub fn peek(&mut self, wanted: usize) -> io::Result<&[u8]> {
        self.0.as_mut().map_or(Ok(&[]), |source| source.peek(wanted))
    }

    /// Reads to the end, or to a byte that is not zero.
    pub fn only_zeros_follow(&mut self) -> io::Result<bool> {
        loop {
            let ready = self.fill_buf()?;
            if ready.is_empty() {
                return Ok(true);
            }
            if !is_zero(ready) {
                return Ok(false);
            }
            let length = ready.len();
            self.consume(length);
        }
    }
}

impl<R: Read> Read for Slot<Source<R>> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(0), |source| source.read(room))
    }
}

impl<R: Read> BufRead for Slot<Source<R>> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.as_mut().map_or(Ok(&[]), Source::fill_buf)
    }

    fn consume(&mut self, amount: usize) {
        if let Some(source) = &mut self.0 {
            source.consume(amount);
        }
    }
}
