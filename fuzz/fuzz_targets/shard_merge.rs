//! Bytes as facts and manifests of parts: they are joined in every way that can be, and merged as if
//! they were of a tree that is there.

#![no_main]

use fscan_fuzz::{join_parts, mutate_parts};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate_parts(data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| join_parts(input));
