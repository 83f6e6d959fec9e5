//! Lines as operations on several filesystems, each beside a model of its own: where one does
//! otherwise than another, it does otherwise than its model.

#![no_main]

use std::sync::LazyLock;

use fscan_fuzz::{Place, mutate_sequence, sequence, unwound};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static PLACES: LazyLock<Vec<Place>> = LazyLock::new(Place::all);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_sequence(data, size, max_size, seed)
});

fuzz_target!(|lines: &[u8]| {
    let ops = sequence(lines);
    unwound(|| PLACES.iter().for_each(|place| place.assert_as_modelled(&ops)));
});
