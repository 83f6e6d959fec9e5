//! Reads an archive member by member, and trusts none of it.

mod content;
mod end;
mod records;

use std::io::Read;
use std::mem;

#[cfg(test)]
use super::Expanded;
use super::blocks::{Blocks, is_zero};
use super::extensions::Extensions;
use super::header::{EntryType, RawHeader};
use super::not_tar::seems_to_be;
use super::{ArchiveError, Found, Limit, Limits, Remark};

/// A tar archive that is being read. What it gives is proven only when it comes to its end: only
/// then was the checksum of its gzip data compared.
///
/// Archives of different formats are read in one way, and where tools are known to disagree about
/// what an archive holds it is refused ([`ArchiveError::Ambiguous`]).
pub struct ArchiveReader<S> {
    blocks: Blocks<S>,
    limits: Limits,
    extensions: Extensions,
    /// Unread bytes of the current member's content.
    left: u64,
    /// Bytes behind that content up to the next header.
    behind: u64,
    /// Headers so far, those of records aside.
    entries: u64,
    /// Bytes of all files so far, holes included.
    file_bytes: u64,
    remarks: Vec<Remark>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    Ended,
    Failed,
}

#[cfg(test)]
impl<R: Read> ArchiveReader<Expanded<R>> {
    /// Reads bytes as they are stored, compressed with gzip or not.
    pub fn new(input: R, limits: Limits) -> Self {
        ArchiveReader::of_expanded(Expanded::new(input, limits), limits)
    }
}

impl<S: Read> ArchiveReader<S> {
    /// Reads what is expanded already. Where [`Expanded`](super::Expanded) is read by another thread its errors
    /// must arrive here as they are.
    pub fn of_expanded(stream: S, limits: Limits) -> Self {
        ArchiveReader {
            blocks: Blocks::new(stream),
            limits,
            extensions: Extensions::default(),
            left: 0,
            behind: 0,
            entries: 0,
            file_bytes: 0,
            remarks: Vec::new(),
            state: State::Reading,
        }
    }

    /// The next member; none at the archive's end. What is unread of the one before is skipped.
    pub fn next_member(&mut self) -> Result<Option<Found>, ArchiveError> {
        match self.state {
            State::Reading => {}
            State::Ended => return Ok(None),
            State::Failed => return Err(self.after_error()),
        }
        let found = self.advance();
        self.state = match found {
            Ok(Some(_)) => State::Reading,
            Ok(None) => State::Ended,
            Err(_) => State::Failed,
        };
        found
    }

    /// Reads on in the current member's content; 0 at its end. Of a sparse file the ranges of data
    /// come one after the other. Rooms of 64 KiB and more save a copy.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        if self.state == State::Failed {
            return Err(self.after_error());
        }
        let read =
            self.blocks.read(buffer, self.left).inspect_err(|_| self.state = State::Failed)?;
        self.left -= read as u64;
        Ok(read)
    }

    /// Bytes of the expanded stream that were read so far.
    pub fn offset(&self) -> u64 {
        self.blocks.offset()
    }

    /// What was odd about an archive that was read to its end.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    fn after_error(&self) -> ArchiveError {
        ArchiveError::AfterError { offset: self.offset() }
    }

    fn advance(&mut self) -> Result<Option<Found>, ArchiveError> {
        // Apart, for their sum may be more than 64 bits hold.
        self.blocks.skip(mem::take(&mut self.left))?;
        self.blocks.skip(mem::take(&mut self.behind))?;
        loop {
            let offset = self.offset();
            let Some(header) = self.header(offset)? else { return Ok(None) };
            match header.entry_type() {
                EntryType::Pax | EntryType::LongName | EntryType::LongLink => {
                    self.take_record(&header, offset)?;
                }
                EntryType::GlobalPax => {
                    self.count_entry(offset)?;
                    self.judge_global(&header, offset)?;
                }
                EntryType::Label => {
                    self.count_entry(offset)?;
                    self.pass_label(&header, offset)?;
                }
                EntryType::SolarisPax => {
                    let what = "has attributes in Solaris' own form";
                    return Err(ArchiveError::Ambiguous { offset, what });
                }
                _ => {
                    self.count_entry(offset)?;
                    return self.member(&header, offset).map(Some);
                }
            }
        }
    }

    fn count_entry(&mut self, offset: u64) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            let limit = Limit::Entries(self.limits.entries);
            return Err(ArchiveError::TooMuch { offset, limit });
        }
        Ok(())
    }

    /// The next header; none at the end.
    fn header(&mut self, offset: u64) -> Result<Option<RawHeader>, ArchiveError> {
        match self.blocks.block() {
            Ok(None) => self.end_without_blocks(offset).map(|()| None),
            Ok(Some(block)) if is_zero(&block) => self.end(offset).map(|()| None),
            Ok(Some(block)) => match RawHeader::new(&block) {
                None if offset == 0 => Err(ArchiveError::NotTar(seems_to_be(&block))),
                None => Err(ArchiveError::Checksum { offset }),
                header => Ok(header),
            },
            Err(ArchiveError::Truncated { .. }) if offset == 0 => {
                Err(ArchiveError::NotTar("shorter than one block of 512 bytes"))
            }
            Err(error) => Err(error),
        }
    }
}

impl<S: Read> std::fmt::Debug for ArchiveReader<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArchiveReader").field("offset", &self.offset()).finish_non_exhaustive()
    }
}
