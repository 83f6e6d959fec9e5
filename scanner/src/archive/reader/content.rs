//! A member's header with all that stood before it, and how many bytes follow.

use std::io::Read;
use std::mem;

use super::ArchiveReader;
use crate::archive::blocks::{Block, is_zero, padding};
use crate::archive::header::{EntryType, RawHeader};
use crate::archive::member_facts::Facts;
use crate::archive::pax::PaxRecords;
use crate::archive::sparse::{Layout, SparseFile};
use crate::archive::{ArchiveError, Found, Limit};

impl<S: Read> ArchiveReader<S> {
    pub(super) fn member(
        &mut self,
        header: &RawHeader,
        offset: u64,
    ) -> Result<Found, ArchiveError> {
        let mut waiting = mem::take(&mut self.extensions);
        let name = waiting.name(header, offset)?;
        let link = waiting.link(header, offset)?;
        let pax = waiting.pax.take().unwrap_or_default();
        let size = match pax.size {
            Some(size) => size,
            None => header.size().map_err(|bad| ArchiveError::number(offset, "size", bad))?,
        };
        let mtime = match pax.mtime {
            Some(time) => time,
            None => (header.mtime().map_err(|bad| ArchiveError::number(offset, "time", bad))?, 0),
        };
        let mode = header.mode().map_err(|bad| ArchiveError::number(offset, "mode", bad))?;
        let layout = self.layout(header, offset, pax, size)?;
        let (stored, real_size) =
            layout.as_ref().map_or((size, size), |layout| (layout.stored, layout.real_size));
        let entry_type = header.entry_type();
        let facts = Facts { entry_type, name, link, real_size, mode, mtime, layout };
        let found = facts.judge(&self.limits);
        self.begin_content(&found, stored, offset)?;
        Ok(found)
    }

    /// Where a file's data lies, if it is sparse.
    fn layout(
        &mut self,
        header: &RawHeader,
        offset: u64,
        pax: PaxRecords,
        stored: u64,
    ) -> Result<Option<Layout>, ArchiveError> {
        let entry_type = header.entry_type();
        if entry_type.is_without_data() && stored > 0 {
            self.judge_unexpected_data(offset)?;
        }
        let is_file = matches!(entry_type, EntryType::File | EntryType::OldSparse);
        if !is_file {
            let is_plain = pax.sparse.is_empty();
            let misplaced = ArchiveError::Sparse { offset, what: "and is no file" };
            return if is_plain { Ok(None) } else { Err(misplaced) };
        }
        let most = self.limits.sparse;
        let file = SparseFile { header, offset, records: pax.sparse, stored, most };
        file.layout(&mut self.blocks)
    }

    /// Where a header knows no data and has a size, one tool skips so many bytes and another
    /// reads the next header right there. That is harmless only where no header can be read.
    fn judge_unexpected_data(&mut self, offset: u64) -> Result<(), ArchiveError> {
        let is_header = |block: &Block| is_zero(block) || RawHeader::new(block).is_some();
        match self.blocks.peek()? {
            Some(block) if is_header(block) => Err(ArchiveError::with_data(offset)),
            Some(_) => Ok(()),
            None => Err(ArchiveError::Truncated { offset: self.offset() }),
        }
    }

    /// Makes the data of a file readable, and that of anything else something to skip.
    fn begin_content(
        &mut self,
        found: &Found,
        stored: u64,
        offset: u64,
    ) -> Result<(), ArchiveError> {
        self.left = stored;
        self.behind = padding(stored);
        match found {
            Found::Member(member) if member.is_file() => {
                self.file_bytes = self.file_bytes.saturating_add(member.size);
            }
            _ => {
                self.left = 0;
                self.behind = stored.saturating_add(padding(stored));
            }
        }
        if self.file_bytes.max(self.behind) > self.limits.bytes {
            return Err(ArchiveError::too_much(offset, Limit::Bytes(self.limits.bytes)));
        }
        Ok(())
    }
}
