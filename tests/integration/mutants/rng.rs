//! The source of all choices.

/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed makes the same choices for ever.
#[derive(Clone, Debug)]
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Rng {
        Rng(seed)
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `limit`, without it.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        assert!(limit > 0, "nothing to choose from");
        ((u128::from(self.draw()) * u128::from(limit)) >> 64) as u64
    }

    pub(super) fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    pub(super) fn any<T>(&mut self, from: impl IntoIterator<Item = T>) -> T {
        let mut from: Vec<T> = from.into_iter().collect();
        let index = self.index(from.len());
        from.swap_remove(index)
    }

    /// One of `choices` that is not `old`.
    pub(super) fn other<T: Copy + PartialEq>(&mut self, old: T, choices: &[T]) -> T {
        self.any(choices.iter().copied().filter(|choice| *choice != old))
    }

    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 1
    }

    /// What changes a byte when it is combined with it by exclusive or.
    pub(super) fn mask(&mut self) -> u8 {
        1 + self.below(255) as u8
    }
}

#[test]
fn the_same_seed_makes_the_same_choices() {
    let mut rng = Rng::new(1);
    let drawn: Vec<u64> = (0..3).map(|_| rng.draw()).collect();
    assert_eq!(drawn, [0x910a_2dec_8902_5cc1, 0xbeeb_8da1_658e_ec67, 0xf893_a2ee_fb32_555e]);
}
