//! Blocks of bytes on their way to a file, compressed by several threads.
//!
//! Each block becomes a gzip member of its own (RFC 1952, 2.2: a file is a series of members), so
//! that blocks do not wait for one another.

use std::io::{self, Write};

use flate2::write::GzEncoder;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::{Compression, ContentHash};

/// gzip's level. A manifest of 1,000,000 entries (197 MB) is written in 1.0 s as it is; on two
/// processors level 1 takes 1.8 s for 78 MB, level 2 takes 4.2 s for 52 MB.
const LEVEL: u32 = 1;

/// Blocks that are gathered before they are compressed together.
const TOGETHER: usize = 8;

/// Takes blocks and writes them in their order.
pub(super) struct CompressedBlocks<'w, W> {
    out: &'w mut W,
    compression: Compression,
    waiting: Vec<Vec<u8>>,
    /// Over what went out.
    hasher: blake3::Hasher,
}

impl<'w, W: Write> CompressedBlocks<'w, W> {
    pub(super) fn new(out: &'w mut W, compression: Compression) -> Self {
        CompressedBlocks { out, compression, waiting: Vec::new(), hasher: blake3::Hasher::new() }
    }

    /// Writes a block, now or with those that follow.
    pub(super) fn write(&mut self, block: Vec<u8>) -> io::Result<()> {
        if self.compression == Compression::None {
            return self.out.write_all(&block);
        }
        self.waiting.push(block);
        if self.waiting.len() >= TOGETHER { self.write_waiting() } else { Ok(()) }
    }

    /// Writes what waits; of a compressed file, tells the BLAKE3 of all that went out.
    pub(super) fn finish(&mut self) -> io::Result<Option<ContentHash>> {
        self.write_waiting()?;
        let hash = *self.hasher.finalize().as_bytes();
        Ok((self.compression == Compression::Gzip).then_some(hash))
    }

    fn write_waiting(&mut self) -> io::Result<()> {
        let members: Vec<_> = self.waiting.par_iter().map(|block| compress(block)).collect();
        self.waiting.clear();
        for member in members {
            let member = member?;
            self.hasher.update(&member);
            self.out.write_all(&member)?;
        }
        Ok(())
    }
}

fn compress(block: &[u8]) -> io::Result<Vec<u8>> {
    let room = Vec::with_capacity(block.len() / 2);
    let mut encoder = GzEncoder::new(room, flate2::Compression::new(LEVEL));
    encoder.write_all(block)?;
    encoder.finish()
}
