//! Headers that belong to other headers: PAX records, long names, the archive's label.

use std::io::Read;

use super::ArchiveReader;
use crate::archive::blocks::padding;
use crate::archive::extensions::{put_once, without_end};
use crate::archive::header::{EntryType, RawHeader};
use crate::archive::pax::{PaxFault, PaxRecords};
use crate::archive::{ArchiveError, Limit};

impl<S: Read> ArchiveReader<S> {
    /// Takes a record that belongs to the next member. Its size is its own header's: what a PAX
    /// record before it says is said of the member.
    pub(super) fn take_record(
        &mut self,
        header: &RawHeader,
        offset: u64,
    ) -> Result<(), ArchiveError> {
        let bytes = self.record_bytes(header, offset)?;
        let waiting = &mut self.extensions;
        match header.entry_type() {
            EntryType::LongName => {
                put_once(&mut waiting.long_name, without_end(bytes), "long-name", offset)
            }
            EntryType::LongLink => {
                put_once(&mut waiting.long_link, without_end(bytes), "long-link", offset)
            }
            _ => {
                let records = self.parse_pax(&bytes, offset)?;
                put_once(&mut self.extensions.pax, records, "PAX", offset)
            }
        }
    }

    /// Reads a record as long as it is allowed to be.
    fn record_bytes(&mut self, header: &RawHeader, offset: u64) -> Result<Vec<u8>, ArchiveError> {
        let size = header.size().map_err(|bad| ArchiveError::number(offset, "size", bad))?;
        let most = self.limits.extension;
        let length = usize::try_from(size).ok().filter(|length| *length <= most);
        let length =
            length.ok_or_else(|| ArchiveError::too_much(offset, Limit::Extension(most)))?;
        let bytes = self.blocks.take(length)?;
        self.blocks.skip(padding(size))?;
        Ok(bytes)
    }

    fn parse_pax(&self, bytes: &[u8], offset: u64) -> Result<PaxRecords, ArchiveError> {
        PaxRecords::parse(bytes, self.limits.sparse).map_err(|fault| match fault {
            PaxFault::Malformed(what) => ArchiveError::Pax { offset, what },
            PaxFault::ManyPieces => {
                ArchiveError::too_much(offset, Limit::Sparse(self.limits.sparse))
            }
        })
    }

    /// Global records must be well formed, and are ignored: git writes a comment, others an owner
    /// or a time, and none of that is asked for here. A name or a size for all members is nothing
    /// that tools agree on.
    pub(super) fn judge_global(
        &mut self,
        header: &RawHeader,
        offset: u64,
    ) -> Result<(), ArchiveError> {
        let bytes = self.record_bytes(header, offset)?;
        if self.parse_pax(&bytes, offset)?.decide_content() {
            let what = "sets names or sizes of all members that follow";
            return Err(ArchiveError::Ambiguous { offset, what });
        }
        Ok(())
    }

    /// The archive's own name, which is nothing that is extracted.
    pub(super) fn pass_label(
        &mut self,
        header: &RawHeader,
        offset: u64,
    ) -> Result<(), ArchiveError> {
        self.judge_end(offset)?;
        let size = header.size().map_err(|bad| ArchiveError::number(offset, "size", bad))?;
        if size > 0 { Err(ArchiveError::with_data(offset)) } else { Ok(()) }
    }
}
