//! The lines of a file, compressed or not, each of bounded length.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use super::Fault;
use super::members::{Members, is_behind_a_member};

/// What is read or decompressed at once, in bytes.
const BUFFER: usize = 256 * 1024;

/// How gzip data begins (RFC 1952, 2.3.1).
pub(super) const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The longest line, in bytes. The deepest trees that can be walked have paths of a few hundred
/// kilobytes. Tests make do with less, since a build for debugging decompresses slowly.
pub(super) const LONGEST_LINE: usize = if cfg!(test) { 2 << 20 } else { 64 << 20 };

/// The longest first line, in bytes: what is no manifest need not be read further. Paths of 2 MiB
/// take at most six times as much where each byte is escaped, and twice that in hexadecimal.
const LONGEST_HEADER: usize = 32 << 20;

/// Reads lines and counts them.
pub(super) struct Lines {
    source: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    number: u64,
    is_gzip: bool,
}

impl Lines {
    /// Looks whether `source` is compressed.
    pub(super) fn new(source: impl Read + Send + 'static) -> Result<Self, Fault> {
        let mut raw = BufReader::with_capacity(BUFFER, source);
        let is_gzip = raw.fill_buf().map_err(Fault::Read)?.starts_with(&GZIP_MAGIC);
        let source: Box<dyn BufRead + Send> = if is_gzip {
            Box::new(BufReader::with_capacity(BUFFER, Members::new(raw)))
        } else {
            Box::new(raw)
        };
        Ok(Lines { source, line: Vec::new(), number: 0, is_gzip })
    }

    /// The number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// What comes next, without taking it; nothing at the end.
    pub(super) fn peek(&mut self) -> Result<&[u8], Fault> {
        let (number, is_gzip) = (self.number, self.is_gzip);
        self.source.fill_buf().map_err(|error| fault(error, number, is_gzip))
    }

    /// Whether anything comes, be it no gzip data.
    pub(super) fn has_more(&mut self) -> Result<bool, Fault> {
        let (number, is_gzip) = (self.number, self.is_gzip);
        match self.source.fill_buf() {
            Ok(next) => Ok(!next.is_empty()),
            Err(error) if is_behind_a_member(&error) => Ok(true),
            Err(error) => Err(fault(error, number, is_gzip)),
        }
    }

    /// The next line, its newline included; none at the end of the file. A line that the file
    /// ends in is truncated.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Fault> {
        let limit = if self.number == 0 { LONGEST_HEADER } else { LONGEST_LINE };
        self.line.clear();
        let mut bounded = (&mut self.source).take(limit as u64);
        let read = bounded.read_until(b'\n', &mut self.line);
        read.map_err(|error| fault(error, self.number, self.is_gzip))?;
        if self.line.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        match self.line.last() {
            Some(b'\n') => Ok(Some(&self.line)),
            _ if self.line.len() >= limit => Err(Fault::LongLine { line: self.number, limit }),
            _ => Err(Fault::Truncated { line: self.number }),
        }
    }

    /// Damage of the compression within the rest of a member: its check sum stands at its end.
    pub(super) fn damage_ahead(&mut self) -> Option<Fault> {
        if !self.is_gzip {
            return None;
        }
        let rest = io::copy(&mut (&mut self.source).take(LONGEST_LINE as u64), &mut io::sink());
        let fault = fault(rest.err()?, self.number, true);
        matches!(fault, Fault::Gzip { .. }).then_some(fault)
    }
}

/// The decoder says with these two kinds that the data, not the reading of it, is at fault.
fn fault(error: io::Error, line: u64, is_gzip: bool) -> Fault {
    match error.kind() {
        ErrorKind::UnexpectedEof if is_gzip => Fault::Truncated { line: line + 1 },
        ErrorKind::InvalidInput | ErrorKind::InvalidData if is_gzip => Fault::Gzip { line, error },
        _ => Fault::Read(error),
    }
}
