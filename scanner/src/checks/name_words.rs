//! A name as words of eight bytes.
//!
//! Names are short and there are many: taken by the byte, the questions about one cost more than
//! the rest of its directory entry.

/// Each byte of a word.
pub const fn every(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The bytes of a name in words. The last word overlaps with the one before, or is filled up with
/// spaces where it is the only one.
#[inline]
pub fn words(name: &[u8]) -> impl Iterator<Item = u64> {
    let (words, rest) = name.as_chunks();
    let last = name.last_chunk().copied().unwrap_or_else(|| {
        let mut word = [b' '; 8];
        word.iter_mut().zip(rest).for_each(|(byte, of_name)| *byte = *of_name);
        word
    });
    words.iter().copied().chain([last]).map(u64::from_ne_bytes)
}

/// Whether a byte of a word is less than `limit`, which is at most 128. The borrow of a byte that
/// is less may reach the next one, never the other way round.
#[inline]
pub fn has_less(word: u64, limit: u8) -> bool {
    word.wrapping_sub(every(limit)) & !word & every(0x80) != 0
}

/// Whether a byte of a word is `byte`.
#[inline]
pub fn has(word: u64, byte: u8) -> bool {
    has_less(word ^ every(byte), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_name_is_in_a_word() {
        for length in 0..=40 {
            for at in 0..length {
                let mut name = vec![b'a'; length];
                name[at] = b'/';
                assert!(words(&name).any(|word| has(word, b'/')), "{at} of {length}");
                assert!(!words(&name).any(|word| has(word, b'\0')), "{at} of {length}");
            }
        }
    }

    #[test]
    fn bytes_are_found_whatever_their_neighbours() {
        for byte in 0..=u8::MAX {
            for neighbour in 0..=u8::MAX {
                for at in 0..8 {
                    let mut bytes = [neighbour; 8];
                    bytes[at] = byte;
                    let word = u64::from_ne_bytes(bytes);
                    assert!(has(word, byte) && has(word, neighbour));
                    assert_eq!(has(word, b'/'), bytes.contains(&b'/'), "{bytes:?}");
                    let less = bytes.iter().any(|byte| *byte < b' ');
                    assert_eq!(has_less(word, b' '), less, "{bytes:?}");
                }
            }
        }
    }
}
