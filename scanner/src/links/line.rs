//! 512 neighbouring inode numbers as bits: one cache line.

/// Whether each of 512 neighbouring numbers was seen.
pub type Line = [u64; 8];

/// The line that a number's bit is in.
pub fn line_of(ino: u64) -> u64 {
    ino >> 9
}

/// Which word of its line a number's bit is in, and where in it.
fn place(ino: u64) -> (usize, u64) {
    ((ino >> 6 & 7) as usize, 1 << (ino & 63))
}

/// Sets a number's bit; false if it was set.
#[inline]
pub fn set(line: &mut Line, ino: u64) -> bool {
    let (word, bit) = place(ino);
    #[expect(clippy::indexing_slicing, reason = "three bits are less than eight words")]
    let word = &mut line[word];
    let new = *word & bit == 0;
    *word |= bit;
    new
}

/// Whether a number's bit is set.
pub fn has(line: &Line, ino: u64) -> bool {
    let (word, bit) = place(ino);
    line.get(word).is_some_and(|word| word & bit != 0)
}

/// Adds the numbers of a line to those of another; tells which both have.
pub fn add(line: &mut Line, more: &Line) -> Line {
    let mut both = [0; 8];
    for ((word, more), both) in line.iter_mut().zip(more).zip(&mut both) {
        *both = *word & more;
        *word |= more;
    }
    both
}

/// The numbers whose bits are set.
pub fn numbers(at: u64, line: &Line) -> impl Iterator<Item = u64> {
    let words = (0..).zip(*line).filter(|(_, word)| *word != 0);
    words.flat_map(move |(index, word)| {
        let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
        bits.map(move |bit| at << 9 | index << 6 | bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_from_their_bits() {
        let inodes = [512, 513, 575, 576, 1023];
        let mut line = Line::default();
        for ino in inodes {
            assert!(!has(&line, ino) && set(&mut line, ino) && !set(&mut line, ino));
        }
        assert!(numbers(1, &line).eq(inodes) && !has(&line, 514));
        let mut other = Line::default();
        set(&mut other, 576);
        set(&mut other, 577);
        assert!(numbers(1, &add(&mut line, &other)).eq([576]) && has(&line, 577));
    }
}
