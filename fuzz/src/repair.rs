//! Mutations that put checksums right again, without which nearly all inputs would end at the first
//! of them.
//!
//! What is compressed is changed in its expanded form. Now and then the bytes are changed as they
//! are, so that what refuses wrong checksums and damaged compression is met too.

mod archive;
mod manifest;

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzzer_mutate;

/// Bytes that are expanded at most.
const MOST: u64 = 1 << 20;

/// One of so many mutations leaves everything as it comes.
const UNREPAIRED: u32 = 8;

/// Mutates a tar archive, for `fuzz_mutator!`; the checksums of its headers fit.
pub fn mutate_archive(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    mutate(data, size, max_size, seed, archive::sum_up)
}

/// Mutates a manifest, for `fuzz_mutator!`; the hashes in its last line fit.
pub fn mutate_manifest(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    mutate(data, size, max_size, seed, manifest::seal)
}

fn mutate(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    repair: fn(&mut [u8]),
) -> usize {
    if seed.is_multiple_of(UNREPAIRED) {
        return fuzzer_mutate(data, size, max_size);
    }
    let Some(mut expanded) = expand(&data[..size]) else {
        let size = fuzzer_mutate(data, size, max_size);
        repair(&mut data[..size]);
        return size;
    };
    let length = expanded.len();
    expanded.resize(length + max_size, 0);
    let length = fuzzer_mutate(&mut expanded, length, length + max_size);
    repair(&mut expanded[..length]);
    match compress(&expanded[..length]) {
        Some(packed) if packed.len() <= max_size => {
            data[..packed.len()].copy_from_slice(&packed);
            packed.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
}

/// What gzip data holds; none where it is none or damaged.
fn expand(data: &[u8]) -> Option<Vec<u8>> {
    let mut expanded = Vec::new();
    MultiGzDecoder::new(data).take(MOST).read_to_end(&mut expanded).ok()?;
    Some(expanded)
}

fn compress(data: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(data).ok()?;
    encoder.finish().ok()
}
