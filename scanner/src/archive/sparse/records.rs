//! What PAX records say of a sparse file, and the maps that they hold themselves.

use super::Piece;
use crate::archive::number::decimal;
use crate::archive::pax::PaxFault;

/// The `GNU.sparse.*` records of one member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SparseRecords {
    /// `name`: the file's name, for the one in the header is made up for other tools.
    pub name: Option<Vec<u8>>,
    major: Option<u64>,
    minor: Option<u64>,
    /// `size`, and `realsize` of version 1.0.
    real_size: Option<u64>,
    count: Option<u64>,
    /// Of `map`, or of `offset` and `numbytes` in turns.
    pieces: Vec<Piece>,
    /// An `offset` whose `numbytes` has not come.
    open: Option<u64>,
    has_map: bool,
}

const NO_NUMBER: PaxFault =
    PaxFault::Malformed("has a sparse map with something that is no number");
const TWO_MAPS: PaxFault = PaxFault::Malformed("has two sparse maps");
const BAD_TURN: PaxFault = PaxFault::Malformed("has a sparse map out of turn");

impl SparseRecords {
    /// Takes a record, its key without `GNU.sparse.`; a map of at most `most` pieces.
    pub fn take(&mut self, key: &[u8], value: &[u8], most: usize) -> Result<(), PaxFault> {
        let number = || decimal(value).ok_or(NO_NUMBER);
        match key {
            b"name" if value.is_empty() => return Err(PaxFault::Malformed("has an empty name")),
            b"name" => self.name = Some(value.to_vec()),
            b"major" => self.major = Some(number()?),
            b"minor" => self.minor = Some(number()?),
            b"size" | b"realsize" => self.real_size = Some(number()?),
            b"numblocks" => self.count = Some(number()?),
            b"offset" => self.begin_piece(number()?)?,
            b"numbytes" => self.end_piece(number()?, most)?,
            b"map" => self.take_map(value, most)?,
            // Nobody writes others; if they say where data lies they must not be passed over.
            _ => return Err(PaxFault::Malformed("has an unknown word about a sparse file")),
        }
        Ok(())
    }

    fn begin_piece(&mut self, start: u64) -> Result<(), PaxFault> {
        if self.has_map {
            return Err(TWO_MAPS);
        }
        if self.open.replace(start).is_some() { Err(BAD_TURN) } else { Ok(()) }
    }

    fn end_piece(&mut self, length: u64, most: usize) -> Result<(), PaxFault> {
        let start = self.open.take().ok_or(BAD_TURN)?;
        self.push((start, length), most)
    }

    fn take_map(&mut self, value: &[u8], most: usize) -> Result<(), PaxFault> {
        if self.has_map || self.open.is_some() || !self.pieces.is_empty() {
            return Err(TWO_MAPS);
        }
        self.has_map = true;
        let mut numbers = value.split(|byte| *byte == b',').map(decimal);
        while let Some(start) = numbers.next() {
            let length = numbers.next().ok_or(BAD_TURN)?;
            self.push((start.ok_or(NO_NUMBER)?, length.ok_or(NO_NUMBER)?), most)?;
        }
        Ok(())
    }

    fn push(&mut self, piece: Piece, most: usize) -> Result<(), PaxFault> {
        if self.pieces.len() >= most {
            return Err(PaxFault::ManyPieces);
        }
        self.pieces.push(piece);
        Ok(())
    }

    /// Whether nothing is said of a sparse file.
    pub fn is_empty(&self) -> bool {
        *self == SparseRecords::default()
    }

    /// Whether the map stands before the data (version 1.0).
    pub fn is_in_data(&self) -> bool {
        (self.major, self.minor) == (Some(1), Some(0))
    }

    /// The file's size for a map that stands before the data.
    pub fn real_size_alone(&self) -> Result<u64, &'static str> {
        if self.has_map || self.open.is_some() || !self.pieces.is_empty() {
            return Err("of two kinds");
        }
        self.real_size.ok_or("without the file's size")
    }

    /// The map of version 0.0 or 0.1, and the file's size.
    pub fn into_map(self) -> Result<(Vec<Piece>, u64), &'static str> {
        if !matches!((self.major, self.minor), (None | Some(0), None | Some(0 | 1))) {
            return Err("of an unknown version");
        }
        if self.open.is_some() || self.count != Some(self.pieces.len() as u64) {
            return Err("of more or fewer pieces than it says");
        }
        let real_size = self.real_size.ok_or("without the file's size")?;
        Ok((self.pieces, real_size))
    }
}
