//! One of the two pipes that a program prints to.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::{Errno, read};

use super::ProgramError;

/// How much is read at a time: what a pipe holds (pipe(7)).
const PIECE: usize = 64 << 10;

/// A pipe, and what came through it.
pub(super) struct Stream {
    name: &'static str,
    /// None once it is at its end.
    pipe: Option<OwnedFd>,
    is_blocking: bool,
    taken: Vec<u8>,
    limit: usize,
    /// Whether what is beyond the limit is forgotten, the oldest first, or an error.
    forgets: bool,
}

impl Stream {
    pub(super) fn new(name: &'static str, pipe: Option<OwnedFd>, limit: usize) -> Self {
        Stream { name, pipe, is_blocking: true, taken: Vec::new(), limit, forgets: false }
    }

    /// One of which the end is kept.
    pub(super) fn ending(name: &'static str, pipe: Option<OwnedFd>, limit: usize) -> Self {
        Stream { forgets: true, ..Stream::new(name, pipe, limit) }
    }

    /// The pipe, while it is open.
    pub(super) fn pipe(&self) -> Option<&OwnedFd> {
        self.pipe.as_ref()
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.taken
    }

    /// Takes what the pipe holds now, without waiting.
    pub(super) fn take(&mut self, program: &Path) -> Result<(), ProgramError> {
        let Some(pipe) = &self.pipe else {
            return Ok(());
        };
        let watch =
            |operation, errno| ProgramError::Watch { program: program.into(), operation, errno };
        if self.is_blocking {
            // The flag is of this end alone: the program's writes go on waiting.
            let flags = fcntl_getfl(pipe).map_err(|errno| watch("fcntl", errno))?;
            fcntl_setfl(pipe, flags | OFlags::NONBLOCK).map_err(|errno| watch("fcntl", errno))?;
            self.is_blocking = false;
        }
        let mut piece = vec![0; PIECE];
        loop {
            match read(pipe, &mut piece) {
                Ok(0) => break,
                Ok(length) => self.taken.extend_from_slice(piece.get(..length).unwrap_or(&[])),
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(watch("read", errno)),
            }
            let beyond = self.taken.len().saturating_sub(self.limit);
            if beyond > 0 && self.forgets {
                self.taken.drain(..beyond);
            } else if beyond > 0 {
                let (stream, limit) = (self.name, self.limit);
                return Err(ProgramError::TooMuch { program: program.into(), stream, limit });
            }
        }
        self.pipe = None;
        Ok(())
    }
}
