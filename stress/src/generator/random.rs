//! Random numbers, and what is made of them.
//!
//! The numbers are those of ChaCha with 8 rounds; how a seed becomes a key and a number a choice is
//! laid down here, so that a seed means the same operations whatever libraries do.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A sequence of choices.
#[derive(Clone, Debug)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The sequence of a seed; each stream of a seed is another one.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        for (half, value) in key.chunks_exact_mut(8).zip([seed, stream, !seed, 0x6673_6361_6e00]) {
            half.copy_from_slice(&value.to_le_bytes());
        }
        Random(ChaCha8Rng::from_seed(key))
    }

    /// A number below `bound`; 0 where that is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// As [`Random::below`].
    pub fn below_u16(&mut self, bound: u16) -> u16 {
        self.below(bound.into()) as u16
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    /// One of several; `otherwise` of none.
    pub fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        from.get(self.below(from.len() as u32) as usize).copied().unwrap_or(otherwise)
    }

    /// A number from 1 to `most` whose number of digits is as likely to be one as another, so that
    /// small ones come often and large ones come.
    pub fn spread(&mut self, most: u32) -> u32 {
        let bits = self.below(u32::BITS - most.leading_zeros() + 1);
        (1 + self.below(1 << bits.min(31))).min(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_these_numbers() {
        let mut random = Random::new(1, 0);
        let first: Vec<u32> = (0..6).map(|_| random.below(1000)).collect();
        assert_eq!(first, [384, 440, 84, 288, 652, 72]);
        let mut other = Random::new(1, 1);
        assert_ne!(first, (0..6).map(|_| other.below(1000)).collect::<Vec<_>>());
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut random = Random::new(7, 0);
        assert!((0..1000).all(|_| random.below(3) < 3));
        assert_eq!(random.below(0), 0);
        let spread: Vec<u32> = (0..1000).map(|_| random.spread(5000)).collect();
        assert!(spread.iter().all(|number| (1..=5000).contains(number)));
        assert!(spread.iter().filter(|number| **number <= 16).count() > 200);
        assert!(spread.iter().any(|number| *number > 3000));
    }
}
