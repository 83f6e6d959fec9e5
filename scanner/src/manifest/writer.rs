//! Writes a manifest: header, entries, footer.

use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use reports::PathName;

use super::compressed::{PackedBlocks, pack};
use super::order::compare_paths;
use super::wire::{Footer, Header, write_entry};
use super::{ContentHash, Counts, Entry, EntryView};

/// Blocks that are made at once.
pub(super) const TOGETHER: usize = 8;

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

/// Entries of a manifest, one behind the other; 200 KiB in lines are a good length.
pub trait Block: Sync {
    /// Adds all of them.
    fn write(&self, lines: &mut BlockLines) -> Result<(), ManifestWriteError>;
}

impl Block for Vec<Entry> {
    fn write(&self, lines: &mut BlockLines) -> Result<(), ManifestWriteError> {
        self.as_slice().write(lines)
    }
}

impl Block for &[Entry] {
    fn write(&self, lines: &mut BlockLines) -> Result<(), ManifestWriteError> {
        self.iter().try_for_each(|entry| lines.add(&entry.view()))
    }
}

/// Writes a manifest and flushes `out`. The header's counts are those of the entries.
///
/// The entries are sorted by [`compare_paths`], the root first. Their blocks are turned into lines
/// on all processors, a few at a time.
pub fn write_manifest(
    out: &mut impl Write,
    compression: Compression,
    header: &Header,
    blocks: &[impl Block],
) -> Result<Written, ManifestWriteError> {
    write_groups(out, compression, header, blocks.chunks(TOGETHER).map(Ok))
}

/// The same where the blocks come a few at a time.
pub(super) fn write_groups<B: Block, E: From<ManifestWriteError>>(
    out: &mut impl Write,
    compression: Compression,
    header: &Header,
    groups: impl Iterator<Item = Result<impl AsRef<[B]> + Sync, E>>,
) -> Result<Written, E> {
    let (counts, line) = (header.counts, header.to_line().map_err(write_error)?);
    let mut packed = PackedBlocks::new(out, compression);
    packed.write_line(&line).map_err(write_error)?;
    let digest = write_blocks(&mut packed, compression, groups)?;
    let stored = (compression == Compression::Gzip).then(|| packed.hash());
    let header = Some(*blake3::hash(&line).as_bytes());
    let footer = Footer { counts, digest, header, stored }.to_line().map_err(write_error)?;
    packed.write_line(&footer).map_err(write_error)?;
    out.flush().map_err(write_error)?;
    Ok(Written { counts, digest })
}

fn write_error<E: From<ManifestWriteError>>(error: impl Into<ManifestWriteError>) -> E {
    error.into().into()
}

/// Writes the lines of all entries and tells their digest. While some blocks are written the next
/// ones are made.
fn write_blocks<B: Block, E: From<ManifestWriteError>>(
    out: &mut PackedBlocks<'_, impl Write>,
    compression: Compression,
    groups: impl Iterator<Item = Result<impl AsRef<[B]> + Sync, E>>,
) -> Result<ContentHash, E> {
    let mut sum = Sum::default();
    let (mut made, mut next) = (Vec::new(), Vec::new());
    for some in groups {
        let (some, mut outcome) = (some?, Ok(()));
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| outcome = make(&mut next, some.as_ref(), compression));
            made.iter().try_for_each(|block| sum.write(block, out))
        })?;
        outcome?;
        std::mem::swap(&mut made, &mut next);
    }
    made.iter().try_for_each(|block| sum.write(block, out))?;
    Ok(*sum.hasher.finalize().as_bytes())
}

/// Makes blocks ready to be written. What `made` held gives its memory to them.
fn make(
    made: &mut Vec<Made>,
    blocks: &[impl Block],
    compression: Compression,
) -> Result<(), ManifestWriteError> {
    made.resize_with(blocks.len(), Made::default);
    made.par_iter_mut().zip(blocks).try_for_each(|(made, block)| {
        made.lines.clear();
        block.write(&mut made.lines)?;
        made.packed.clear();
        if compression == Compression::Gzip {
            pack(&made.lines.bytes, &mut made.packed)?;
        }
        Ok(())
    })
}

/// A block that is ready to be written.
#[derive(Default)]
struct Made {
    lines: BlockLines,
    /// The lines compressed; nothing where they are not to be.
    packed: Vec<u8>,
}

/// The lines of a block.
#[derive(Debug, Default)]
pub struct BlockLines {
    bytes: Vec<u8>,
    /// The paths of the first and the last entry.
    ends: Option<(Vec<u8>, Vec<u8>)>,
}

impl BlockLines {
    /// Adds the line of an entry.
    pub fn add(&mut self, entry: &EntryView<'_>) -> Result<(), ManifestWriteError> {
        match &mut self.ends {
            Some((_, last)) => {
                check_order(last, entry.path)?;
                last.clear();
                last.extend_from_slice(entry.path);
            }
            None => self.ends = Some((entry.path.to_vec(), entry.path.to_vec())),
        }
        Ok(write_entry(entry, &mut self.bytes)?)
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends = None;
    }
}

/// What is known of all blocks that were written.
#[derive(Default)]
struct Sum {
    hasher: blake3::Hasher,
    last: Option<Vec<u8>>,
}

impl Sum {
    fn write(
        &mut self,
        block: &Made,
        out: &mut PackedBlocks<'_, impl Write>,
    ) -> Result<(), ManifestWriteError> {
        let Made { lines, packed } = block;
        let Some((first, last)) = &lines.ends else { return Ok(()) };
        self.last.as_ref().map_or(Ok(()), |before| check_order(before, first))?;
        self.last = Some(last.clone());
        self.hasher.update(&lines.bytes);
        out.write(if packed.is_empty() { &lines.bytes } else { packed })?;
        Ok(())
    }
}

fn check_order(before: &[u8], path: &[u8]) -> Result<(), ManifestWriteError> {
    if compare_paths(before, path).is_lt() {
        return Ok(());
    }
    Err(ManifestWriteError::Unsorted(PathName::new(path.to_vec())))
}
