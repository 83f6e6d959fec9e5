//! Writes a manifest: header, entries, footer.

use std::borrow::Borrow;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;
use reports::{PathName, Timestamp};

use super::compressed::{PackedBlocks, pack};
use super::order::compare_paths;
use super::wire::{Footer, Header, write_entry};
use super::{ContentHash, Counts, Entry};

/// Entries whose lines make a block: half a MiB, mostly.
const ENTRIES: usize = 2048;

/// Blocks that are made at once.
const TOGETHER: usize = 8;

/// Bytes of a usual line.
const USUAL_LINE: usize = 256;

/// Whether a manifest is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Lines as they are.
    None,
    /// gzip (RFC 1952), in several members, which zcat(1) and every reader take as one.
    Gzip,
}

impl Compression {
    /// Gzip where the name ends in `.gz`.
    pub fn by_name(path: &Path) -> Self {
        let is_gz = path.as_os_str().as_bytes().ends_with(b".gz");
        if is_gz { Compression::Gzip } else { Compression::None }
    }
}

/// Why a manifest could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ManifestWriteError {
    /// It could not be written out.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// An entry does not come after the one before in the order of
    /// [`compare_paths`], so that no reader would take the manifest.
    #[error("the entries are not sorted at {}", .0.escaped())]
    Unsorted(PathName),
}

impl From<serde_json::Error> for ManifestWriteError {
    fn from(error: serde_json::Error) -> Self {
        ManifestWriteError::Io(error.into())
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// What the manifest holds.
    pub counts: Counts,
    /// BLAKE3 of its entry lines: equal trees have equal ones.
    pub digest: ContentHash,
}

/// Writes the manifest of the tree `root`, begun at `created_at` by `tool` (`fscan 0.1.0`), and
/// flushes `out`. `counts` are those of the entries.
///
/// The entries are sorted by [`compare_paths`], the root first. They may be made on the fly: a few
/// thousand are held at a time, and turned into lines on all processors.
pub fn write_manifest<B: Borrow<Entry> + Send + Sync>(
    out: &mut impl Write,
    compression: Compression,
    tool: &str,
    root: &Path,
    created_at: Timestamp,
    counts: Counts,
    entries: impl Iterator<Item = B>,
) -> Result<Written, ManifestWriteError> {
    let root = root.as_os_str().as_bytes().to_vec();
    let header = Header { tool: tool.to_owned(), root, created_at, counts };
    let mut blocks = PackedBlocks::new(out);
    blocks.write(&pack(&header.to_line()?, compression)?)?;
    let digest = write_entries(&mut blocks, compression, entries)?;
    let stored = (compression == Compression::Gzip).then(|| blocks.hash());
    let footer = Footer { counts, digest, stored };
    blocks.write(&pack(&footer.to_line()?, compression)?)?;
    out.flush()?;
    Ok(Written { counts, digest })
}

/// Writes the lines of all entries and tells their digest.
fn write_entries<B: Borrow<Entry> + Send + Sync>(
    blocks: &mut PackedBlocks<'_, impl Write>,
    compression: Compression,
    mut entries: impl Iterator<Item = B>,
) -> Result<ContentHash, ManifestWriteError> {
    let mut hasher = blake3::Hasher::new();
    let mut previous: Option<Vec<u8>> = None;
    loop {
        let some: Vec<B> = entries.by_ref().take(ENTRIES * TOGETHER).collect();
        if some.is_empty() {
            return Ok(*hasher.finalize().as_bytes());
        }
        check_order(&mut previous, &some)?;
        let made: Vec<Result<Block, ManifestWriteError>> =
            some.par_chunks(ENTRIES).map(|entries| Block::of(entries, compression)).collect();
        for block in made {
            let Block { digested, packed } = block?;
            hasher.update(digested.as_ref().unwrap_or(&packed));
            blocks.write(&packed)?;
        }
    }
}

/// Lines of some entries.
struct Block {
    /// The lines, where they were compressed.
    digested: Option<Vec<u8>>,
    packed: Vec<u8>,
}

impl Block {
    fn of<B: Borrow<Entry>>(
        entries: &[B],
        compression: Compression,
    ) -> Result<Self, ManifestWriteError> {
        let mut lines = Vec::with_capacity(entries.len() * USUAL_LINE);
        for entry in entries {
            write_entry(entry.borrow(), &mut lines)?;
        }
        if compression == Compression::None {
            return Ok(Block { digested: None, packed: lines });
        }
        let packed = pack(&lines, compression)?.into_owned();
        Ok(Block { digested: Some(lines), packed })
    }
}

fn check_order<B: Borrow<Entry>>(
    previous: &mut Option<Vec<u8>>,
    entries: &[B],
) -> Result<(), ManifestWriteError> {
    for entry in entries {
        let path = &entry.borrow().path;
        if previous.as_ref().is_some_and(|previous| compare_paths(previous, path).is_ge()) {
            return Err(ManifestWriteError::Unsorted(PathName::new(path.clone())));
        }
        previous.get_or_insert_default().clone_from(path);
    }
    Ok(())
}
