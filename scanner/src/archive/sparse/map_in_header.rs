//! GNU tar's own sparse files: four pieces in the header, 21 in each block that follows it.

use std::io::Read;

use tar::{GnuExtSparseHeader, GnuSparseHeader};

use super::{Map, Piece, SparseFile};
use crate::archive::ArchiveError;
use crate::archive::blocks::Blocks;
use crate::archive::number::{BadNumber, unsigned};

impl SparseFile<'_> {
    pub(super) fn map_in_header<S: Read>(
        &self,
        blocks: &mut Blocks<S>,
    ) -> Result<Map, ArchiveError> {
        let gnu =
            self.header.as_gnu().ok_or_else(|| self.damaged("in a header of another kind"))?;
        let real_size = unsigned(&gnu.realsize).map_err(|bad| self.no_number(bad))?;
        let mut pieces = Vec::new();
        let mut goes_on = self.take_pieces(&gnu.sparse, gnu.isextended, &mut pieces)?;
        while goes_on {
            let mut more = GnuExtSparseHeader::new();
            *more.as_mut_bytes() = blocks.inner_block()?;
            goes_on = self.take_pieces(&more.sparse, more.isextended, &mut pieces)?;
        }
        Ok(Map { pieces, real_size, stored: self.stored })
    }

    /// Takes what one block has, and tells whether another follows. An unused place ends the map;
    /// what stands behind it is read by one tool and not by another.
    fn take_pieces(
        &self,
        places: &[GnuSparseHeader],
        [goes_on]: [u8; 1],
        pieces: &mut Vec<Piece>,
    ) -> Result<bool, ArchiveError> {
        let used = places.iter().take_while(|place| first_bytes(place).iter().all(|b| *b != 0));
        let (used, rest) = places.split_at_checked(used.count()).unwrap_or_default();
        let is_open = goes_on != 0 && !rest.is_empty();
        let is_unused = |place: &GnuSparseHeader| first_bytes(place) == [0, 0];
        if goes_on > 1 || is_open || !rest.iter().all(is_unused) {
            return Err(self.damaged("with a gap"));
        }
        if pieces.len() + used.len() > self.most {
            return Err(self.too_many());
        }
        for place in used {
            let number = |field| unsigned(field).map_err(|bad| self.no_number(bad));
            pieces.push((number(&place.offset)?, number(&place.numbytes)?));
        }
        Ok(goes_on == 1)
    }

    fn no_number(&self, bad: BadNumber) -> ArchiveError {
        ArchiveError::number(self.offset, "sparse map", bad)
    }
}

/// GNU tar takes a place for unused that has no length, others one that has no beginning either.
fn first_bytes(place: &GnuSparseHeader) -> [u8; 2] {
    let ([offset, ..], [length, ..]) = (place.offset, place.numbytes);
    [offset, length]
}
