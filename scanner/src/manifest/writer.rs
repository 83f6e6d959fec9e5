//! Writes a manifest: header, entries, footer.

use std::borrow::Borrow;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use reports::{PathName, Timestamp};

use super::compressed::CompressedBlocks;
use super::order::compare_paths;
use super::wire::{Footer, Header, write_entry};
use super::{ContentHash, Counts, Entry};

/// Lines are handed on in blocks of this many bytes.
const BLOCK: usize = 1 << 20;

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
    /// [`compare_paths`](super::compare_paths), so that no reader would take the manifest.
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
/// flushes `out`.
///
/// The entries are sorted by [`compare_paths`](super::compare_paths), the root first. They are
/// gone through twice, for the header counts them, and may be made on the fly: one at a time is
/// held.
pub fn write_manifest<B: Borrow<Entry>>(
    out: &mut impl Write,
    compression: Compression,
    tool: &str,
    root: &Path,
    created_at: Timestamp,
    entries: impl Iterator<Item = B> + Clone,
) -> Result<Written, ManifestWriteError> {
    let counts = Counts::of(entries.clone());
    let root = root.as_os_str().as_bytes().to_vec();
    let header = Header { tool: tool.to_owned(), root, created_at, counts };
    let mut blocks = CompressedBlocks::new(out, compression);
    blocks.write(header.to_line()?)?;
    let digest = write_entries(&mut blocks, entries)?;
    let footer = Footer { counts, digest, stored: blocks.finish()? };
    blocks.write(footer.to_line()?)?;
    blocks.finish()?;
    out.flush()?;
    Ok(Written { counts, digest })
}

/// Writes the lines of all entries and tells their digest.
fn write_entries<B: Borrow<Entry>>(
    blocks: &mut CompressedBlocks<'_, impl Write>,
    entries: impl Iterator<Item = B>,
) -> Result<ContentHash, ManifestWriteError> {
    let mut hasher = blake3::Hasher::new();
    let mut block = Vec::with_capacity(BLOCK + BLOCK / 8);
    let mut previous: Option<Vec<u8>> = None;
    for entry in entries {
        let entry = entry.borrow();
        if previous.as_ref().is_some_and(|previous| compare_paths(previous, &entry.path).is_ge()) {
            return Err(ManifestWriteError::Unsorted(PathName::new(entry.path.clone())));
        }
        previous.get_or_insert_default().clone_from(&entry.path);
        write_entry(entry, &mut block)?;
        if block.len() >= BLOCK {
            hasher.update(&block);
            let full = std::mem::replace(&mut block, Vec::with_capacity(BLOCK + BLOCK / 8));
            blocks.write(full)?;
        }
    }
    hasher.update(&block);
    blocks.write(block)?;
    Ok(*hasher.finalize().as_bytes())
}
