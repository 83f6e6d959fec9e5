//! Directory entries, directory blocks and indexes.

use super::super::census::DIRECTORY;
use super::super::directory::{Entry, FILE_TYPE, NAME, NAME_LENGTH, RECORD_LENGTH};
use super::super::mutant::Mutant;
use super::super::place::{DirectoryForm, Place};
use super::super::volume::{SUPERBLOCK, superblock};

pub(super) fn to_free_inode(mutant: &mut Mutant<'_>) -> String {
    let entry = any_entry(mutant);
    let number = *mutant.rng.pick(&mutant.census.free_inodes);
    redirect(mutant, entry, number)
}

pub(super) fn to_other_inode(mutant: &mut Mutant<'_>) -> String {
    let entry = any_entry(mutant);
    let number = mutant.any_inode_where(|inode| inode.number != entry.inode).number;
    redirect(mutant, entry, number)
}

pub(super) fn out_of_range(mutant: &mut Mutant<'_>) -> String {
    let entry = any_entry(mutant);
    let beyond = mutant.volume.geometry.inodes + 1;
    let any = beyond + mutant.rng.below(u64::from(u32::MAX - beyond)) as u32;
    // Or one of the inodes that no name may have.
    let reserved = 3 + mutant.rng.below(7) as u32;
    let number = *mutant.rng.pick(&[beyond, any, reserved]);
    redirect(mutant, entry, number)
}

pub(super) fn name_length(mutant: &mut Mutant<'_>) -> String {
    let entry = any_entry(mutant);
    let old = mutant.volume.u8(entry.at + NAME_LENGTH);
    let any = mutant.rng.below(256) as u8;
    let new = mutant.rng.other(old, &[0, old - 1, old.saturating_add(1), any]);
    mutant.volume.put(entry.at + NAME_LENGTH, &[new]);
    mutant.seal(entry.place);
    format!("name_len of {entry} from {old} to {new}")
}

pub(super) fn record_length(mutant: &mut Mutant<'_>) -> String {
    let entry = mutant.rng.pick(&mutant.census.entries);
    let old = entry.record_length;
    let any = mutant.rng.draw() as u16;
    let new = mutant.rng.other(old, &[0, 8, old + 1, old + 4, old - 4, 2 * old, any, any & !3]);
    mutant.volume.put16(entry.at + RECORD_LENGTH, new);
    mutant.seal(entry.place);
    format!("rec_len of {entry} from {old} to {new}")
}

pub(super) fn file_type(mutant: &mut Mutant<'_>) -> String {
    let entry = mutant.rng.pick(&mutant.census.entries);
    let old = mutant.volume.u8(entry.at + FILE_TYPE);
    let any = mutant.rng.below(256) as u8;
    let new = mutant.rng.other(old, &[0, 1, 2, 3, 4, 5, 6, 7, any]);
    mutant.volume.put(entry.at + FILE_TYPE, &[new]);
    mutant.seal(entry.place);
    format!("file_type of {entry} from {old} to {new}")
}

pub(super) fn name_byte(mutant: &mut Mutant<'_>) -> String {
    let entry = any_entry(mutant);
    let byte = mutant.rng.index(entry.name.len());
    let at = entry.at + NAME + byte;
    let old = mutant.volume.u8(at);
    let any = old ^ mutant.rng.mask();
    let new = mutant.rng.other(old, &[0, b'/', any, any, any]);
    mutant.volume.put(at, &[new]);
    mutant.seal(entry.place);
    format!("byte {byte} of the name in {entry} from {old:#04x} to {new:#04x}")
}

/// "." or ".." point elsewhere.
pub(super) fn dots(mutant: &mut Mutant<'_>) -> String {
    let dots = mutant.census.entries.iter().filter(|entry| entry.is_dot_or_dotdot());
    let entry = mutant.rng.any(dots);
    let directory =
        mutant.any_inode_where(|inode| inode.kind == DIRECTORY && inode.number != entry.inode);
    let other = mutant.any_inode_where(|inode| inode.number != entry.inode);
    let free = *mutant.rng.pick(&mutant.census.free_inodes);
    let beyond = mutant.volume.geometry.inodes + 1;
    let number =
        *mutant.rng.pick(&[directory.number, directory.number, other.number, free, beyond]);
    redirect(mutant, entry, number)
}

/// The only name of an inode goes, as unlink would take it away; the inode stays.
pub(super) fn removed(mutant: &mut Mutant<'_>) -> String {
    let census = mutant.census;
    let only_name = |entry: &&Entry| {
        !entry.is_dot_or_dotdot() && census.inode(entry.inode).is_some_and(|inode| inode.names == 1)
    };
    let entry = mutant.rng.any(census.entries.iter().filter(only_name));
    if let Some(previous) = entry.previous {
        let length = mutant.volume.u16(previous + RECORD_LENGTH) + entry.record_length;
        mutant.volume.put16(previous + RECORD_LENGTH, length);
    } else {
        mutant.volume.put32(entry.at, 0);
    }
    mutant.seal(entry.place);
    format!("{entry} removed, inode {} stays", entry.inode)
}

pub(super) fn block_bytes(mutant: &mut Mutant<'_>) -> String {
    let place = *mutant.rng.pick(&mutant.census.directory_blocks);
    let count = 1 + mutant.rng.below(8);
    mutant.scatter_in_use(place, count);
    mutant.seal(place);
    format!("{count} bytes of {place}")
}

/// `struct dx_root_info`: reserved_zero, hash_version, info_length, indirect_levels, unused_flags.
pub(super) fn index_root(mutant: &mut Mutant<'_>) -> String {
    let (place, at) = any_index(mutant, |form| form == DirectoryForm::IndexRoot);
    let byte = *mutant.rng.pick(&[0x18, 0x1c, 0x1c, 0x1d, 0x1e, 0x1e, 0x1f]);
    let old = mutant.volume.u8(at + byte);
    let any = mutant.rng.below(256) as u8;
    let new = mutant.rng.other(old, &[0, old ^ 1, old + 1, any]);
    mutant.volume.put(at + byte, &[new]);
    mutant.seal(place);
    format!("byte {byte:#x} (dx_root_info) of {place} from {old} to {new}")
}

/// The limit, the count, or an entry's hash or block, in a root or a node.
pub(super) fn index_entries(mutant: &mut Mutant<'_>) -> String {
    let (place, at) = any_index(mutant, |form| form != DirectoryForm::Entries);
    let root = matches!(place, Place::DirectoryBlock { form: DirectoryForm::IndexRoot, .. });
    let entries = at + if root { 0x20 } else { 8 };
    let number = mutant.rng.index(usize::from(mutant.volume.u16(entries + 2)));
    if mutant.rng.below(3) == 0 {
        let (field, name) = *mutant.rng.pick(&[(0, "limit"), (2, "count")]);
        let old = mutant.volume.u16(entries + field);
        let any = mutant.rng.draw() as u16;
        let new = mutant.rng.other(old, &[0, old - 1, old + 1, any]);
        mutant.volume.put16(entries + field, new);
        mutant.seal(place);
        return format!("{name} of {place} from {old} to {new}");
    }
    // The first entry has its limit and count where the others have a hash.
    let (field, name) = if number > 0 && mutant.rng.coin() { (0, "hash") } else { (4, "block") };
    let at = entries + 8 * number + field;
    let old = mutant.volume.u32(at);
    let any = mutant.rng.draw() as u32;
    let new = mutant.rng.other(old, &[0, old.wrapping_sub(1), old.wrapping_add(2), any]);
    mutant.volume.put32(at, new);
    mutant.seal(place);
    format!("{name} of entry {number} of {place} from {old:#x} to {new:#x}")
}

/// What the hashes of all indexes depend on.
pub(super) fn hash_seed(mutant: &mut Mutant<'_>) -> String {
    let byte = mutant.rng.index(16);
    let mask = mutant.rng.mask();
    mutant.volume.flip(SUPERBLOCK + superblock::HASH_SEED + byte, mask);
    mutant.seal(Place::Superblock);
    format!("byte {byte} of s_hash_seed changed by {mask:#04x}")
}

/// Neither "." nor "..".
fn any_entry<'a>(mutant: &mut Mutant<'a>) -> &'a Entry {
    mutant.rng.any(mutant.census.entries.iter().filter(|entry| !entry.is_dot_or_dotdot()))
}

/// A block of an index, and where it begins.
fn any_index(mutant: &mut Mutant<'_>, wanted: impl Fn(DirectoryForm) -> bool) -> (Place, usize) {
    let is_wanted = |place| matches!(place, Place::DirectoryBlock { form, .. } if wanted(form));
    let place = mutant.any_place(is_wanted);
    (place, place.range(&mutant.volume).start)
}

fn redirect(mutant: &mut Mutant<'_>, entry: &Entry, number: u32) -> String {
    mutant.volume.put32(entry.at, number);
    mutant.seal(entry.place);
    format!("{entry} from inode {} to {number}", entry.inode)
}
