//! How an archive may end: two blocks of zeros, one, or none behind a whole member.

use std::io::Read;

use super::ArchiveReader;
use crate::archive::blocks::is_zero;
use crate::archive::{ArchiveError, Remark};

impl<S: Read> ArchiveReader<S> {
    /// Judges an end behind whole blocks.
    pub(super) fn end_without_blocks(&mut self, offset: u64) -> Result<(), ArchiveError> {
        self.judge_end(offset)?;
        if offset == 0 {
            return Err(ArchiveError::Empty);
        }
        if self.entries == 0 {
            return Err(ArchiveError::Truncated { offset });
        }
        self.remarks.push(Remark::NoEnd);
        Ok(())
    }

    /// Judges an end with a block of zeros. The stream is read to its own end, for the checksum of
    /// gzip data stands there.
    pub(super) fn end(&mut self, offset: u64) -> Result<(), ArchiveError> {
        self.judge_end(offset)?;
        match self.blocks.block()? {
            None if self.entries == 0 => {
                Err(ArchiveError::NotTar("one block of zeros and nothing else"))
            }
            None => {
                self.remarks.push(Remark::LoneZeroBlock);
                Ok(())
            }
            Some(block) if is_zero(&block) => self.drain(),
            Some(_) => Err(ArchiveError::LoneZeroBlock { offset }),
        }
    }

    fn drain(&mut self) -> Result<(), ArchiveError> {
        match self.blocks.drain() {
            Ok(false) => {}
            Ok(true) => self.remarks.push(Remark::BehindEnd),
            Err(ArchiveError::BehindGzip { .. }) => self.remarks.push(Remark::BehindGzip),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    pub(super) fn judge_end(&self, offset: u64) -> Result<(), ArchiveError> {
        if self.extensions.is_empty() { Ok(()) } else { Err(ArchiveError::NoMember { offset }) }
    }
}
