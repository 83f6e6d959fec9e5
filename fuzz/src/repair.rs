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
    mutate(data, size, max_size, seed, |archive| {
        mutate_bytes(archive, max_size);
        archive::sum_up(archive);
    })
}

/// Mutates a manifest, for `fuzz_mutator!`; the hashes in its last line fit.
pub fn mutate_manifest(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    mutate(data, size, max_size, seed, |manifest| {
        if seed.is_multiple_of(2) || !manifest::mutate_line(manifest, seed) {
            mutate_bytes(manifest, max_size);
        }
        manifest::seal(manifest);
    })
}

/// A manifest with something else in it; the hashes in its last line fit, but now and then.
pub(crate) fn remade_manifest(manifest: &[u8], growth: usize, seed: u32) -> Vec<u8> {
    let mut manifest = manifest.to_vec();
    if seed.is_multiple_of(2) || !manifest::mutate_line(&mut manifest, seed) {
        mutate_bytes(&mut manifest, growth);
    }
    if !seed.is_multiple_of(UNREPAIRED) {
        manifest::seal(&mut manifest);
    }
    manifest
}

/// Changes what the data holds, or now and then the data.
fn mutate(
    data: &mut [u8],
    size: usize,
    max_size: usize,
    seed: u32,
    change: impl FnOnce(&mut Vec<u8>),
) -> usize {
    if seed.is_multiple_of(UNREPAIRED) {
        return fuzzer_mutate(data, size, max_size);
    }
    let changed = if let Some(mut expanded) = expand(&data[..size]) {
        change(&mut expanded);
        compress(&expanded)
    } else {
        let mut plain = data[..size].to_vec();
        change(&mut plain);
        Some(plain)
    };
    let Some(changed) = changed.filter(|changed| changed.len() <= max_size) else {
        return fuzzer_mutate(data, size, max_size);
    };
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

fn mutate_bytes(bytes: &mut Vec<u8>, growth: usize) {
    let (size, room) = (bytes.len(), bytes.len() + growth);
    bytes.resize(room, 0);
    let size = fuzzer_mutate(bytes, size, room);
    bytes.truncate(size);
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
