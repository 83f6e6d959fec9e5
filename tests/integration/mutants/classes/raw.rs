//! Damage that knows no structure.

use super::super::mutant::Mutant;
use super::super::place::Place;

const SECTOR: usize = 512;

/// Bytes in a block of the inode table that has inodes in use.
pub(super) fn inode_table_bytes(mutant: &mut Mutant<'_>) -> String {
    let place = mutant.any_place(|place| matches!(place, Place::InodeTable(_)));
    let count = 1 + mutant.rng.below(16);
    mutant.scatter_in_use(place, count);
    mutant.seal(place);
    format!("{count} bytes of {place}")
}

/// Several bytes in a row, the first of which is in use.
pub(super) fn noise(mutant: &mut Mutant<'_>) -> String {
    let place = *mutant.rng.pick(&mutant.census.metadata);
    let range = place.range(&mutant.volume);
    let start = mutant.any_byte_in_use(place);
    let length = 2 + mutant.rng.index(15);
    for at in (start..range.end).take(length) {
        let byte = mutant.rng.draw() as u8;
        mutant.volume.put(at, &[byte]);
    }
    mutant.seal(place);
    format!("{length} random bytes at {:#x} of {place}", start - range.start)
}

/// A sector that held something reads as zeros, as after a lost write.
pub(super) fn sector_zeroed(mutant: &mut Mutant<'_>) -> String {
    let volume = &mutant.volume;
    let places = mutant.census.metadata.iter();
    let sectors =
        places.flat_map(|place| place.range(volume).step_by(SECTOR).map(move |at| (*place, at)));
    let holds_something =
        |(_, at): &(Place, usize)| volume.slice(*at..at + SECTOR) != [0; SECTOR].as_slice();
    let (place, at) = mutant.rng.any(sectors.filter(holds_something));
    let sector = (at - place.range(&mutant.volume).start) / SECTOR;
    mutant.volume.put(at, &[0; SECTOR]);
    mutant.seal(place);
    format!("sector {sector} of {place} zeroed")
}
