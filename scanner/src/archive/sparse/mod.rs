//! Sparse files: which form of map a member has, and where its data lies.
//!
//! GNU tar has written four forms: its own headers of type `S`, and three in PAX records, versions
//! 0.0, 0.1 and 1.0 (GNU tar's manual, "Storing Sparse Files").

mod map_in_data;
mod map_in_header;
mod records;

use std::io::Read;
use std::ops::Range;

pub use records::SparseRecords;

use super::blocks::Blocks;
use super::header::{EntryType, RawHeader};
use super::{ArchiveError, Limit};

/// A piece of data as a map has it: where it begins in the file, and its length.
pub type Piece = (u64, u64);

/// A map as it is written.
struct Map {
    pieces: Vec<Piece>,
    /// The file's size, holes included.
    real_size: u64,
    /// Bytes of data that are stored.
    stored: u64,
}

/// Where a sparse file's data lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Ranges of data in rising order, none of them empty.
    pub data: Vec<Range<u64>>,
    /// The file's size, holes included.
    pub real_size: u64,
    /// Bytes of data that follow in the archive.
    pub stored: u64,
}

/// The sparse file whose map is read.
pub struct SparseFile<'a> {
    /// Its header.
    pub header: &'a RawHeader,
    /// Where that stands.
    pub offset: u64,
    /// What PAX records say of it.
    pub records: SparseRecords,
    /// Bytes that follow, a map among the data included.
    pub stored: u64,
    /// Most pieces.
    pub most: usize,
}

impl SparseFile<'_> {
    /// Reads the map, and leaves the stream where the data begins. None for a file without one.
    pub fn layout<S: Read>(self, blocks: &mut Blocks<S>) -> Result<Option<Layout>, ArchiveError> {
        let offset = self.offset;
        let is_old = self.header.entry_type() == EntryType::OldSparse;
        let map = match (is_old, self.records.is_empty()) {
            (false, true) => return Ok(None),
            (true, true) => self.map_in_header(blocks)?,
            (true, false) => return Err(self.damaged("of two kinds")),
            (false, false) if self.records.is_in_data() => self.map_in_data(blocks)?,
            (false, false) => self.map_in_records()?,
        };
        map.judge().map(Some).map_err(|what| ArchiveError::Sparse { offset, what })
    }

    fn map_in_records(self) -> Result<Map, ArchiveError> {
        let (offset, stored) = (self.offset, self.stored);
        let (pieces, real_size) =
            self.records.into_map().map_err(|what| ArchiveError::Sparse { offset, what })?;
        Ok(Map { pieces, real_size, stored })
    }

    fn damaged(&self, what: &'static str) -> ArchiveError {
        ArchiveError::Sparse { offset: self.offset, what }
    }

    fn too_many(&self) -> ArchiveError {
        ArchiveError::too_much(self.offset, Limit::Sparse(self.most))
    }
}

impl Map {
    /// Pieces must come in order, lie inside the file, and be as many bytes as are stored.
    fn judge(self) -> Result<Layout, &'static str> {
        let (mut end, mut sum) = (0, 0);
        let mut data = Vec::with_capacity(self.pieces.len());
        for (start, length) in self.pieces {
            if start < end {
                return Err("out of order");
            }
            end = start.checked_add(length).ok_or("beyond the file's end")?;
            if end > self.real_size {
                return Err("beyond the file's end");
            }
            sum += length;
            if length > 0 {
                data.push(start..end);
            }
        }
        if sum != self.stored {
            return Err("of more or fewer bytes than are stored");
        }
        Ok(Layout { data, real_size: self.real_size, stored: self.stored })
    }
}
