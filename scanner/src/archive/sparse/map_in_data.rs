//! Maps of version 1.0: decimal numbers, one a line, in the blocks before the data. First how many
//! pieces there are, then where each begins and its length.

use std::io::Read;

use super::{Map, SparseFile};
use crate::archive::ArchiveError;
use crate::archive::blocks::{BLOCK, Block, Blocks};
use crate::archive::number::decimal;

/// Digits of the largest number.
const DIGITS: usize = 20;

impl SparseFile<'_> {
    pub(super) fn map_in_data<S: Read>(&self, blocks: &mut Blocks<S>) -> Result<Map, ArchiveError> {
        let real_size = self.records.real_size_alone().map_err(|what| self.damaged(what))?;
        let mut lines =
            Lines { blocks, file: self, block: [0; BLOCK], at: BLOCK, left: self.stored };
        let count = lines.number()?;
        if usize::try_from(count).map_or(true, |count| count > self.most) {
            return Err(self.too_many());
        }
        let mut pieces = Vec::new();
        for _ in 0..count {
            pieces.push((lines.number()?, lines.number()?));
        }
        Ok(Map { pieces, real_size, stored: lines.left })
    }
}

/// The map's lines.
struct Lines<'a, S> {
    blocks: &'a mut Blocks<S>,
    file: &'a SparseFile<'a>,
    block: Block,
    /// The next byte of the block.
    at: usize,
    /// Bytes of the member behind the block.
    left: u64,
}

impl<S: Read> Lines<'_, S> {
    fn number(&mut self) -> Result<u64, ArchiveError> {
        let mut digits = Vec::with_capacity(DIGITS);
        loop {
            match self.byte()? {
                b'\n' => break,
                digit if digits.len() < DIGITS => digits.push(digit),
                _ => return Err(self.file.damaged("with something that is no number")),
            }
        }
        decimal(&digits).ok_or_else(|| self.file.damaged("with something that is no number"))
    }

    fn byte(&mut self) -> Result<u8, ArchiveError> {
        if let Some(byte) = self.block.get(self.at) {
            self.at += 1;
            return Ok(*byte);
        }
        let left = self.left.checked_sub(BLOCK as u64);
        self.left = left.ok_or_else(|| self.file.damaged("longer than the member"))?;
        self.block = self.blocks.inner_block()?;
        let [first, ..] = self.block;
        self.at = 1;
        Ok(first)
    }
}
