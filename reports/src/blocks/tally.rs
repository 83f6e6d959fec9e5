//! Blocks of a device that findings speak of, gathered in bounded memory.
//!
//! A device is divided into so many cells of equal size; of what is noted in a cell the first block
//! and the last one are kept. The outcome is the same in whatever order blocks are noted, however
//! often, and however they are shared out between threads or processes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{BlockRange, DeviceBlocks};

/// Cells of a device, at most.
const CELLS: u64 = 512;

/// A cell's first noted block, and the one behind the last.
type Cells = BTreeMap<u64, (u64, u64)>;

/// What was noted of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct BlockTally {
    /// Bytes of a block.
    block_size: u64,
    /// Blocks of the filesystem; 0 before that is known.
    blocks: u64,
    damaged: Cells,
    affected: Cells,
    groups: Cells,
}

/// What another process kept: noted anew, so that it lies where it can.
#[derive(Deserialize)]
struct Kept {
    block_size: u64,
    blocks: u64,
    damaged: Cells,
    affected: Cells,
    groups: Cells,
}

impl From<Kept> for BlockTally {
    fn from(kept: Kept) -> Self {
        let mut tally = BlockTally::default();
        tally.measure(kept.block_size, kept.blocks);
        kept.damaged.into_values().for_each(|(start, end)| tally.damage(start, end));
        kept.affected.into_values().for_each(|(start, end)| tally.affect(start, end));
        kept.groups.into_values().for_each(|(start, end)| tally.note_group(start, end));
        tally
    }
}

impl BlockTally {
    /// For a filesystem of so many blocks of so many bytes. What is noted before this is called is
    /// lost.
    pub fn measure(&mut self, block_size: u64, blocks: u64) {
        if self.blocks == 0 {
            (self.block_size, self.blocks) = (block_size, blocks);
        }
    }

    /// Notes blocks from `start` up to `end` that are damaged.
    pub fn damage(&mut self, start: u64, end: u64) {
        let grain = self.grain();
        note(&mut self.damaged, grain, self.blocks, (start, end));
    }

    /// Notes blocks from `start` up to `end` of what is damaged.
    pub fn affect(&mut self, start: u64, end: u64) {
        let grain = self.grain();
        note(&mut self.affected, grain, self.blocks, (start, end));
    }

    /// Notes the group of blocks from `start` up to `end` that a damaged inode belongs to.
    pub fn note_group(&mut self, start: u64, end: u64) {
        let grain = self.grain();
        note(&mut self.groups, grain, self.blocks, (start, end.min(self.blocks)));
    }

    /// Adds what was noted of the same device elsewhere.
    pub fn merge(&mut self, other: BlockTally) {
        self.measure(other.block_size, other.blocks);
        for (own, cells) in [
            (&mut self.damaged, other.damaged),
            (&mut self.affected, other.affected),
            (&mut self.groups, other.groups),
        ] {
            cells.into_iter().for_each(|(cell, noted)| widen(own, cell, noted));
        }
    }

    /// What is to be told; none where nothing was noted.
    pub fn of_device(&self, device: String) -> Option<DeviceBlocks> {
        let noted = [&self.damaged, &self.affected, &self.groups];
        noted.iter().any(|cells| !cells.is_empty()).then(|| DeviceBlocks {
            device,
            block_size: self.block_size,
            blocks: self.blocks,
            grain: self.grain(),
            damaged: ranges(&self.damaged),
            affected: ranges(&self.affected),
            groups: ranges(&self.groups),
        })
    }

    /// Blocks of a cell.
    fn grain(&self) -> u64 {
        self.blocks.div_ceil(CELLS).max(1).checked_next_power_of_two().unwrap_or(1 << 63)
    }
}

/// Notes a range in each cell that it meets. What lies behind the end has one cell for all of it.
fn note(cells: &mut Cells, grain: u64, blocks: u64, (start, end): (u64, u64)) {
    if blocks == 0 || start >= end {
        return;
    }
    let beyond = blocks.div_ceil(grain);
    let (first, last) = ((start / grain).min(beyond), ((end - 1) / grain).min(beyond));
    for cell in first..=last {
        let from = cell.saturating_mul(grain);
        let to = if cell == beyond { u64::MAX } else { from.saturating_add(grain) };
        widen(cells, cell, (start.max(from), end.min(to)));
    }
}

fn widen(cells: &mut Cells, cell: u64, (start, end): (u64, u64)) {
    let noted = cells.entry(cell).or_insert((start, end));
    *noted = (noted.0.min(start), noted.1.max(end));
}

/// The cells' ranges; those that touch are one.
fn ranges(cells: &Cells) -> Vec<BlockRange> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &(start, end) in cells.values() {
        match ranges.last_mut() {
            Some(last) if last.1 >= start => last.1 = last.1.max(end),
            _ => ranges.push((start, end)),
        }
    }
    let range = |(start, end): (u64, u64)| BlockRange { start, blocks: end - start };
    ranges.into_iter().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(noted: &[(u64, u64)]) -> BlockTally {
        let mut tally = BlockTally::default();
        tally.measure(4096, 512 * 1024);
        noted.iter().for_each(|(start, end)| tally.damage(*start, *end));
        tally
    }

    fn told(tally: &BlockTally) -> Vec<(u64, u64)> {
        let told = tally.of_device("/dev/sda1".into()).map_or_else(Vec::new, |told| told.damaged);
        told.iter().map(|range| (range.start, range.end())).collect()
    }

    #[test]
    fn a_single_block_is_told_as_it_is() {
        assert_eq!(told(&tally(&[(700, 701)])), [(700, 701)]);
        assert_eq!(told(&tally(&[])), []);
    }

    #[test]
    fn within_a_cell_the_ends_are_told_and_beyond_it_each() {
        assert_eq!(told(&tally(&[(10, 11), (1000, 1001)])), [(10, 1001)]);
        assert_eq!(told(&tally(&[(10, 11), (2000, 2001)])), [(10, 11), (2000, 2001)]);
        assert_eq!(told(&tally(&[(1000, 5000)])), [(1000, 5000)]);
    }

    #[test]
    fn what_lies_behind_the_end_takes_one_cell() {
        let far = tally(&[(u64::MAX - 5, u64::MAX), (1 << 40, (1 << 40) + 1)]);
        assert_eq!(told(&far), [(1 << 40, u64::MAX)]);
        assert_eq!(far.damaged.len(), 1);
    }

    #[test]
    fn a_device_never_has_more_ranges_than_cells() {
        let many: Vec<_> = (0..200_000).map(|n| (n * 7, n * 7 + 1)).collect();
        assert!(told(&tally(&many)).len() <= CELLS as usize + 1);
        let mut odd = BlockTally::default();
        odd.measure(4096, u64::MAX);
        odd.affect(0, u64::MAX);
        assert!(odd.affected.len() <= CELLS as usize + 1);
    }

    #[test]
    fn whoever_notes_what_makes_no_difference() {
        let noted: Vec<_> = (0..1000_u64).map(|n| (n * n % 500_000, n * n % 500_000 + n)).collect();
        let alone = tally(&noted);
        for parts in [2, 3, 7] {
            let mut joined = BlockTally::default();
            for part in (0..parts).rev() {
                let own: Vec<_> = noted.iter().copied().skip(part).step_by(parts).collect();
                joined.merge(tally(&own));
            }
            joined.merge(alone.clone());
            assert_eq!(joined, alone);
        }
    }
}
