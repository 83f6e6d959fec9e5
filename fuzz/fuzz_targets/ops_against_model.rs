//! Lines as operations on a tmpfs and on the model of it: both do the same.

#![no_main]

use std::sync::LazyLock;

use fscan_fuzz::{Place, mutate_sequence, sequence, unwound};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static MEMORY: LazyLock<Place> = LazyLock::new(Place::in_memory);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_sequence(data, size, max_size, seed)
});

fuzz_target!(|lines: &[u8]| unwound(|| MEMORY.assert_as_modelled(&sequence(lines))));
