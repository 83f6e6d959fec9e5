//! Bytes as facts and manifests of parts: they are joined in every way that can be, and merged as if
//! they were of a tree that is there.

#![no_main]

use std::sync::LazyLock;

use fscan_fuzz::{Parts, mutate_parts};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

static PARTS: LazyLock<Parts> = LazyLock::new(Parts::default);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_parts(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| PARTS.join(input));
