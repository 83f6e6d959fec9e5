//! The file that a shard writes: one JSON document, compressed, that begins with its version.
//!
//! It is read as what a stranger may have written: bounded, and nothing in it is counted with before
//! it was looked at.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use reports::PathName;
use serde::{Deserialize, Serialize};

use super::ShardFacts;
use crate::links::TallyFacts;
use crate::manifest::{Fault, MANIFEST_BEGINNING, open_file};

/// The version of the format. It rises when a reader of the older one would misread it, and with
/// whatever decides on which directories are whose.
pub const SHARD_VERSION: u32 = 3;

/// How a file begins, after decompression.
const BEGINNING: &str = r#"{"fscan_shard":"#;

/// How every gzip file begins (RFC 1952, 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The most that is decompressed, in bytes: the shard of a hundred million files takes less.
const LARGEST: u64 = 16 << 30;

/// Numbers in it stay below this: sums of a thousand of them are numbers still.
const MOST: u64 = 1 << 53;

/// Why a file is not what a shard wrote.
#[derive(Debug, thiserror::Error)]
pub enum ShardFileError {
    /// It cannot be opened or read.
    #[error("{}: {fault}", .path.escaped())]
    Unreadable {
        /// The file.
        path: PathName,
        /// Why.
        fault: Fault,
    },
    /// Something else.
    #[error("{}: it was not written by --facts; give the files of all shards", .path.escaped())]
    Other {
        /// The file.
        path: PathName,
    },
    /// Of another version.
    #[error(
        "{}: it has version {version} of its format, and this fscan reads {SHARD_VERSION}; scan and \
         merge with the same fscan",
        .path.escaped()
    )]
    OtherVersion {
        /// The file.
        path: PathName,
        /// Its version.
        version: u32,
    },
    /// Damaged, truncated or edited.
    #[error("{}: it is damaged ({what}); scan this shard again", .path.escaped())]
    Damaged {
        /// The file.
        path: PathName,
        /// What is wrong.
        what: String,
    },
}

/// What a file is to whoever joins shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardFile {
    /// What `--facts` wrote.
    Facts,
    /// A manifest.
    Manifest,
    /// Something else.
    Other,
}

/// Looks at the first bytes of a file, decompressed.
pub fn kind_of_shard_file(path: &Path) -> Result<ShardFile, ShardFileError> {
    let named = PathName::from(path);
    let unreadable = |fault| ShardFileError::Unreadable { path: named.clone(), fault };
    let file = open_file(path).map_err(unreadable)?;
    let mut begins = Vec::new();
    let most = MANIFEST_BEGINNING.len() as u64;
    let mut plain = BufReader::new(file);
    let is_gzip = io::BufRead::fill_buf(&mut plain).is_ok_and(|b| b.starts_with(&GZIP_MAGIC));
    let read = if is_gzip {
        MultiGzDecoder::new(plain).take(most).read_to_end(&mut begins)
    } else {
        plain.take(most).read_to_end(&mut begins)
    };
    Ok(match read {
        _ if begins.starts_with(BEGINNING.as_bytes()) => ShardFile::Facts,
        _ if begins.starts_with(MANIFEST_BEGINNING) => ShardFile::Manifest,
        Err(error) if !is_gzip => return Err(unreadable(Fault::Read(error))),
        _ => ShardFile::Other,
    })
}

/// Only the version.
#[derive(Deserialize)]
struct Version {
    fscan_shard: u32,
}

#[derive(Serialize)]
struct Written<'a> {
    fscan_shard: u32,
    facts: &'a ShardFacts,
}

#[derive(Deserialize)]
struct Document {
    facts: ShardFacts,
}

/// Writes what a shard saw.
pub fn write_shard(out: &mut impl Write, facts: &ShardFacts) -> io::Result<()> {
    let packed = GzEncoder::new(out, flate2::Compression::fast());
    let mut buffered = BufWriter::with_capacity(1 << 16, packed);
    let document = Written { fscan_shard: SHARD_VERSION, facts };
    serde_json::to_writer(&mut buffered, &document)?;
    buffered.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?.flush()
}

/// Reads what a shard wrote.
pub fn read_shard(path: &Path) -> Result<ShardFacts, ShardFileError> {
    let named = PathName::from(path);
    let file = open_file(path);
    let file = file.map_err(|fault| ShardFileError::Unreadable { path: named.clone(), fault })?;
    read_shard_from(named, file)
}

/// Reads from `source`; `path` is what errors call it.
pub fn read_shard_from(path: PathName, source: impl Read) -> Result<ShardFacts, ShardFileError> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    let other = || ShardFileError::Other { path: path.clone() };
    let damaged = |what: String| ShardFileError::Damaged { path: path.clone(), what };
    let begins = io::BufRead::fill_buf(&mut source);
    let begins = begins.map_err(|error| ShardFileError::Unreadable {
        path: path.clone(),
        fault: Fault::Read(error),
    })?;
    if !begins.starts_with(&GZIP_MAGIC) {
        return Err(other());
    }
    let mut text = BufReader::with_capacity(1 << 16, MultiGzDecoder::new(source).take(LARGEST));
    let begins = io::BufRead::fill_buf(&mut text).map_err(|error| damaged(error.to_string()))?;
    let version = version(begins).ok_or_else(other)?;
    if version != SHARD_VERSION {
        return Err(ShardFileError::OtherVersion { path, version });
    }
    let read = serde_json::from_reader::<_, Document>(&mut text);
    let facts = read.map_err(|error| damaged(error.to_string()))?.facts;
    match implausible(&facts) {
        Some(what) => Err(damaged(what.to_owned())),
        None => Ok(facts),
    }
}

/// The version that a file claims to have; none where it is something else.
fn version(begins: &[u8]) -> Option<u32> {
    let rest = begins.strip_prefix(BEGINNING.as_bytes())?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let document = format!("{BEGINNING}{}}}", std::str::from_utf8(rest.get(..digits)?).ok()?);
    serde_json::from_str::<Version>(&document).ok().map(|version| version.fscan_shard)
}

/// What no shard can have counted.
fn implausible(facts: &ShardFacts) -> Option<&'static str> {
    let totals = &facts.totals;
    let census = &facts.census;
    let numbers = [
        totals.entries,
        totals.directories,
        totals.files,
        totals.symlinks,
        totals.other,
        totals.hardlinked,
        totals.files_verified,
        totals.errors,
        totals.volatile,
        facts.unseen,
        facts.closed.beyond,
        census.inodes,
        census.blocks,
        census.uncertain,
        census.recent,
        census.changed,
    ];
    let shard = facts.header.shard;
    if numbers.iter().any(|number| *number > MOST) {
        Some("a number in it is none that can be counted")
    } else if shard.index >= shard.count.get() {
        Some("its index is not below its count")
    } else if facts.tallies.is_empty() || !facts.tallies.iter().all(TallyFacts::is_plausible) {
        Some("its inode numbers are none")
    } else if !facts.refusals.is_plausible() {
        Some("what was refused is nothing that the kernel says")
    } else if !facts.attribute_pairs.is_plausible() {
        Some("its attributes are none")
    } else if !facts.walk_seconds.is_finite() || facts.walk_seconds < 0.0 {
        Some("its duration is none")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{CheckSet, Control};

    /// What a shard of a small tree hands over.
    fn facts() -> ShardFacts {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "content").unwrap();
        std::fs::hard_link(folder.path().join("file"), folder.path().join("again")).unwrap();
        let mut checks = CheckSet::ALL;
        for check in ["tar", "environment", "kernel"] {
            checks.set(check, false);
        }
        let options = crate::ScanOptions {
            roots: vec![folder.path().to_owned()],
            shard: "0/1".parse().ok(),
            ..crate::options::sample(checks)
        };
        let scan = crate::scan(options, &Arc::new(Control::new(|_| {})));
        scan.shard.unwrap()
    }

    fn written(facts: &ShardFacts) -> Vec<u8> {
        let mut out = Vec::new();
        write_shard(&mut out, facts).unwrap();
        out
    }

    fn read(bytes: &[u8]) -> Result<ShardFacts, ShardFileError> {
        read_shard_from(PathName::new(b"facts".to_vec()), bytes)
    }

    #[test]
    fn facts_read_back() {
        let facts = facts();
        assert_eq!((facts.totals.entries, facts.totals.hardlinked), (3, 2));
        let again = read(&written(&facts)).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), serde_json::to_string(&facts).unwrap());
    }

    #[test]
    fn a_file_cut_off_anywhere_is_refused() {
        let bytes = written(&facts());
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        type Edit = fn(&mut ShardFacts);
        let edits: [Edit; 6] = [
            |facts| facts.totals.entries = u64::MAX,
            |facts| facts.census.blocks = u64::MAX,
            |facts| facts.tallies.clear(),
            |facts| facts.header.shard.index = 7,
            |facts| facts.walk_seconds = -1.0,
            |facts| {
                let refusals = r#"{"file_extents":70000,"directory_extents":0,"attributes":0}"#;
                facts.refusals = serde_json::from_str(refusals).unwrap();
            },
        ];
        for (index, edit) in edits.into_iter().enumerate() {
            let mut facts = facts();
            edit(&mut facts);
            let error = read(&written(&facts)).unwrap_err();
            assert!(matches!(error, ShardFileError::Damaged { .. }), "{index}: {error}");
        }
    }

    #[test]
    fn a_flipped_bit_never_panics() {
        let bytes = written(&facts());
        let mut text = Vec::new();
        MultiGzDecoder::new(&*bytes).read_to_end(&mut text).unwrap();
        for at in (0..text.len()).step_by(7) {
            let mut text = text.clone();
            text[at] ^= 1 << (at % 8);
            let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&text).unwrap();
            if let Ok(facts) = read(&packed.finish().unwrap()) {
                let _ = crate::join([(PathName::new(b"f".to_vec()), facts)]);
            }
        }
    }
}
