//! The members of a gzip file, one after the other (RFC 1952, 2.2).

use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// Decompresses them. Ends at the first error.
pub(super) struct Members<R> {
    /// None behind the end.
    decoder: Option<GzDecoder<R>>,
    /// Whether a member came whole before this one.
    is_later: bool,
    /// Whether this one gave bytes.
    has_given: bool,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(source: R) -> Self {
        Members { decoder: Some(GzDecoder::new(source)), is_later: false, has_given: false }
    }

    /// Goes on to the next member, if there is something.
    fn advance(&mut self) -> io::Result<()> {
        if let Some(mut done) = self.decoder.take() {
            if done.get_mut().fill_buf()?.is_empty() {
                return Ok(());
            }
            self.decoder = Some(GzDecoder::new(done.into_inner()));
            (self.is_later, self.has_given) = (true, false);
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(room) {
                Ok(0) if !room.is_empty() => self.advance()?,
                Ok(read) => {
                    self.has_given |= read > 0;
                    return Ok(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
                Err(error) => {
                    self.decoder = None;
                    let is_behind = self.is_later && !self.has_given;
                    let of_what = |error: io::Error| io::Error::new(error.kind(), Behind(error));
                    return Err(if is_behind { of_what(error) } else { error });
                }
            }
        }
        Ok(0)
    }
}

/// What stands behind a whole member is no other one, or not the beginning of one.
#[derive(Debug)]
struct Behind(io::Error);

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Behind {}

/// Whether an error is of what stands behind a whole member, and not of a member that gave bytes.
pub(super) fn is_behind_a_member(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Behind>)
}
