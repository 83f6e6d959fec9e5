//! The expanded bytes of an archive that may be compressed with gzip.
//!
//! Several gzip members in a row are one stream (RFC 1952, 2.2), and zeros behind the last one are
//! padding. Other bytes there gzip(1) ignores with a warning; here they are an error that
//! [`ArchiveReader`](super::ArchiveReader) takes for a [`Remark`](super::Remark) where the archive
//! itself has come to its end, and where it has not they are the damage that cut it off.

use std::io::{self, Read};
use std::mem;

use flate2::bufread::GzDecoder;

use super::slot::Slot;
use super::source::Source;
use super::{ArchiveError, Limits};

/// How a gzip member begins.
const MAGIC: &[u8] = b"\x1f\x8b";

/// Expands what it reads, and stops where that comes to more than the limits allow. Its errors
/// are [`ArchiveError`]s in [`io::Error`]s. It can be read by a thread of its own, and what comes
/// out be handed to [`ArchiveReader::of_expanded`](super::ArchiveReader::of_expanded).
pub struct Expanded<R> {
    form: Form<R>,
    limits: Limits,
    /// Bytes given so far.
    given: u64,
}

/// How the bytes are stored.
enum Form<R> {
    /// Nothing was read yet.
    Unknown(Source<R>),
    Plain(Source<R>),
    Gzip(Box<GzDecoder<Slot<Source<R>>>>),
    /// It ended, well or not.
    Ended,
}

impl<R: Read> Expanded<R> {
    /// Takes bytes as they are stored. Nothing is read yet.
    pub fn new(input: R, limits: Limits) -> Self {
        Expanded { form: Form::Unknown(Source::new(input)), limits, given: 0 }
    }

    fn read_some(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.form {
                Form::Unknown(_) => self.find_form().map_err(|error| self.damaged(error))?,
                Form::Plain(source) => {
                    return source.read(room).map_err(|error| self.damaged(error));
                }
                Form::Ended => return Ok(0),
                Form::Gzip(decoder) => match decoder.read(room) {
                    Ok(0) => self.next_member().map_err(|error| self.damaged(error))?,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    read => return read.map_err(|error| self.damaged(error)),
                },
            }
        }
    }

    fn find_form(&mut self) -> io::Result<()> {
        if let Form::Unknown(mut source) = mem::replace(&mut self.form, Form::Ended) {
            self.form = if source.peek(MAGIC.len())?.starts_with(MAGIC) {
                Form::Gzip(Box::new(GzDecoder::new(Slot::new(source))))
            } else {
                Form::Plain(source)
            };
        }
        Ok(())
    }

    /// Goes on behind a gzip member.
    fn next_member(&mut self) -> io::Result<()> {
        let Form::Gzip(decoder) = &mut self.form else { return Ok(()) };
        let mut slot = decoder.get_mut().take();
        if slot.peek(MAGIC.len())?.starts_with(MAGIC) {
            decoder.reset(slot);
            return Ok(());
        }
        self.form = Form::Ended;
        if slot.only_zeros_follow()? {
            return Ok(());
        }
        Err(ArchiveError::BehindGzip { offset: self.given }.into())
    }

    /// An error of the input stays one; others are the decoder's.
    fn damaged(&self, error: io::Error) -> io::Error {
        let offset = self.given;
        let found = match error.downcast::<ArchiveError>() {
            Ok(ArchiveError::Input { error, .. }) => ArchiveError::Input { offset, error },
            Ok(other) => other,
            Err(error) => ArchiveError::Gzip { offset, error },
        };
        found.into()
    }

    /// Compressed bytes that were taken; for plain ones as many as were given.
    fn consumed(&self) -> u64 {
        match &self.form {
            Form::Unknown(source) | Form::Plain(source) => source.consumed(),
            Form::Gzip(decoder) => decoder.get_ref().consumed(),
            Form::Ended => u64::MAX,
        }
    }
}

impl<R: Read> Read for Expanded<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if room.is_empty() {
            return Ok(0);
        }
        let read = self.read_some(room)?;
        self.given = self.given.saturating_add(read as u64);
        match self.limits.judge_expanded(self.given, self.consumed()) {
            Ok(()) => Ok(read),
            Err(limit) => Err(ArchiveError::too_much(self.given, limit).into()),
        }
    }
}
