//! Comparisons that read manifests from files.

use std::io;
use std::path::Path;

use super::options::CompareOptions;
use super::pass::{Comparison, Sink, compare};
use super::totals::{CompareTotals, Tally};
use crate::manifest::{Entry, Header, ManifestError, ManifestReader, read_ahead, read_seal};

/// Why two manifests could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// One cannot be read, or not be trusted.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is no thread to read it with.
    #[error("no thread could be started ({0}); see ulimit -u and pids.max")]
    Thread(io::Error),
}

/// The headers of two manifest files: what is about to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    /// Of BEFORE.
    pub before: Header,
    /// Of AFTER.
    pub after: Header,
}

/// Reads the headers of two manifests.
pub fn read_headers(before: &Path, after: &Path) -> Result<Headers, DiffError> {
    let header = |path| ManifestReader::open(path).map(|reader| reader.header().clone());
    Ok(Headers { before: header(before)?, after: header(after)? })
}

/// Compares two manifest files. Both are proven to their ends before this returns.
///
/// Files with one digest hold the same entries: their bytes are proven, their lines need not be
/// read. That holds only where nothing is left out and every content is known, for equal lines
/// about what was not read prove nothing.
pub fn diff_files(
    before: &Path,
    after: &Path,
    options: &CompareOptions,
    sink: &mut impl Sink,
) -> Result<Comparison, DiffError> {
    if let Some(equal) = equal_by_seal(before, after, options) {
        return Ok(equal);
    }
    let open = |path: &Path| -> Result<_, DiffError> {
        read_ahead(ManifestReader::open(path)?).map_err(DiffError::Thread)
    };
    Ok(compare(open(before)?, open(after)?, options, sink)?)
}

/// Compares a manifest file with a tree as it was just walked, sorted by
/// [`compare_paths`](crate::manifest::compare_paths).
pub fn diff_with_baseline(
    baseline: &Path,
    live: impl Iterator<Item = Entry>,
    options: &CompareOptions,
    sink: &mut impl Sink,
) -> Result<Comparison, DiffError> {
    let before = read_ahead(ManifestReader::open(baseline)?).map_err(DiffError::Thread)?;
    Ok(compare(before, live.map(Ok), options, sink)?)
}

fn equal_by_seal(before: &Path, after: &Path, options: &CompareOptions) -> Option<Comparison> {
    let gaps = [&options.before, &options.after];
    if gaps.iter().any(|gaps| !gaps.unexamined.is_empty() || gaps.names_lost) {
        return None;
    }
    let globs = [&options.exclude, &options.left_out];
    if globs.into_iter().flatten().any(|globs| !globs.is_empty()) {
        return None;
    }
    let before = read_seal(before)?;
    let after = read_seal(after)?;
    if before.digest != after.digest || before.counts != after.counts || before.counts.unread > 0 {
        return None;
    }
    let unchanged = Tally { entries: before.counts.entries, bytes: before.counts.bytes };
    let totals = CompareTotals { unchanged, ..CompareTotals::default() };
    Some(Comparison { totals, ..Comparison::default() })
}
