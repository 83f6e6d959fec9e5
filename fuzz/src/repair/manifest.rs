//! Lines of a manifest, and the hashes in the last of them.

use crate::json;

/// Mutates one line as a document, if it is one.
pub(super) fn mutate_line(manifest: &mut Vec<u8>, seed: u32) -> bool {
    let mut lines: Vec<_> = manifest.split_inclusive(|byte| *byte == b'\n').collect();
    let number = seed as usize / 2 % lines.len().max(1);
    let mutated = lines.get(number).and_then(|line| json::mutated(line, seed));
    let Some(mut mutated) = mutated else { return false };
    mutated.push(b'\n');
    lines[number] = &mutated;
    *manifest = lines.concat();
    true
}

/// Puts the hashes of the first line and of those between it and the last into the last line.
pub(super) fn seal(manifest: &mut [u8]) {
    let is_end = |byte: &u8| *byte == b'\n';
    let Some((_, but_the_last_byte)) = manifest.split_last() else { return };
    let Some(last) = but_the_last_byte.iter().rposition(is_end) else { return };
    let (above, footer) = manifest.split_at_mut(last + 1);
    let first = above.iter().position(is_end).map_or(0, |end| end + 1);
    let (header, entries) = above.split_at(first);
    put_hash(footer, br#""digest":""#, entries);
    put_hash(footer, br#""header":""#, header);
}

fn put_hash(footer: &mut [u8], field: &[u8], of: &[u8]) {
    let place = footer.windows(field.len()).position(|window| window == field);
    let digits = place.and_then(|place| footer.get_mut(place + field.len()..)?.get_mut(..64));
    if let Some(digits) = digits {
        digits.copy_from_slice(blake3::hash(of).to_hex().as_bytes());
    }
}
