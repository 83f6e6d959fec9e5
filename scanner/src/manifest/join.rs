//! The manifests of all shards of a tree as one, as a single scan would have written it.
//!
//! The parts are gone through side by side, twice: once to count, since numbers stand in the header,
//! and once to write. So memory does not grow with the tree.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::io::Write;
use std::path::{Path, PathBuf};

use reports::{PathName, Timestamp};

use super::linked_names::LinkedNames;
use super::order::compare_paths;
use super::path_rules::PathRules;
use super::tree::is_full_behind;
use super::wire::Header;
use super::writer::{TOGETHER, write_groups};
use super::{
    Compression, Counts, Entry, Fault, Gaps, ManifestError, ManifestReader, ManifestWriteError,
    Written, read_ahead,
};
use crate::shard::Shard;

/// Why manifests cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum ManifestJoinError {
    /// One of them cannot be read.
    #[error(transparent)]
    Read(#[from] ManifestError),
    /// The whole one cannot be written.
    #[error(transparent)]
    Write(#[from] ManifestWriteError),
    /// One is not there.
    #[error("the manifest of shard {missing}/{count} is missing; give those of all shards")]
    Missing {
        /// Which.
        missing: u32,
        /// How many there should be.
        count: u32,
    },
    /// They are not the parts of one tree.
    #[error("{}: {what}", .path.escaped())]
    Others {
        /// The one that does not belong to the others.
        path: PathName,
        /// Why not.
        what: String,
    },
}

/// What is known of the shards that manifests must be of.
#[derive(Clone, Debug, Default)]
pub struct PartsOf {
    /// The tree.
    pub root: Vec<u8>,
    /// When the manifest of each shard was made, by its index; none of one that wrote none.
    pub created_at: BTreeMap<u32, Option<Timestamp>>,
    /// Names of files that shards have in common.
    pub linked: LinkedNames,
    /// Paths below the root of which no shard can tell.
    pub unexamined: Vec<Vec<u8>>,
}

/// Manifests of all shards of one tree.
#[derive(Debug)]
pub struct ManifestParts {
    paths: Vec<PathBuf>,
    first_names: HashMap<Vec<u8>, Vec<u8>>,
    header: Header,
}

impl ManifestParts {
    /// Opens the manifests of all shards.
    pub fn open(paths: Vec<PathBuf>, shards: PartsOf) -> Result<Self, ManifestJoinError> {
        let mut headers = Vec::new();
        for path in &paths {
            let header = ManifestReader::open_part(path)?.header().clone();
            belongs(path, &header, &shards, &headers)?;
            headers.push(header);
        }
        let count = shards.created_at.len() as u32;
        let missing = (0..count).find(|index| !headers.iter().any(|h| has(h, *index)));
        if let Some(missing) = missing {
            return Err(ManifestJoinError::Missing { missing, count });
        }
        let Some(first) = headers.first() else {
            return Err(ManifestJoinError::Missing { missing: 0, count });
        };
        let PartsOf { linked, unexamined, .. } = shards;
        let header = Header {
            part: None,
            created_at: headers.iter().map(|h| h.created_at).min().unwrap_or(first.created_at),
            mount_session: common_session(&headers),
            gaps: gaps(&headers, unexamined),
            ..first.clone()
        };
        let mut parts = ManifestParts { paths, first_names: linked.into_first_names(), header };
        parts.count()?;
        Ok(parts)
    }

    /// What the whole manifest's header says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Notes that files were in use that no name led to any more.
    pub fn note_lost_names(&mut self) {
        self.header.gaps.names_lost = true;
    }

    /// Counts what the whole one will hold.
    fn count(&mut self) -> Result<(), ManifestJoinError> {
        let mut counts = Counts::default();
        let mut left_out = Vec::new();
        let mut entries = self.entries()?;
        while let Some(entry) = entries.next_of_all()? {
            match entry {
                Ok(entry) => counts.add(&entry),
                Err(path) => left_out.push(path),
            }
        }
        self.header.counts = counts;
        self.header.gaps = std::mem::take(&mut self.header.gaps).with_unexamined(left_out);
        Ok(())
    }

    /// Writes the whole one.
    pub fn write(
        &self,
        out: &mut impl Write,
        compression: Compression,
    ) -> Result<Written, ManifestJoinError> {
        let mut entries = self.entries()?;
        let groups = std::iter::from_fn(|| entries.group().transpose());
        write_groups(out, compression, &self.header, groups)
    }

    /// Reads a part by a thread of its own, where they are few.
    fn in_front(
        &self,
        path: &Path,
        reader: ManifestReader,
    ) -> Result<EntryReader, ManifestJoinError> {
        if self.paths.len() > MOST_THREADS {
            return Ok(Box::new(reader));
        }
        match read_ahead(reader) {
            Ok(entries) => Ok(Box::new(entries)),
            Err(error) => {
                Err(ManifestError { path: path.into(), fault: Fault::Read(error) }.into())
            }
        }
    }

    fn entries(&self) -> Result<SideBySide<'_>, ManifestJoinError> {
        let mut readers = Vec::new();
        let mut heads = BinaryHeap::new();
        for path in &self.paths {
            let reader = ManifestReader::open_part(path)?;
            let mut reader = self.in_front(path, reader)?;
            if let Some(entry) = reader.next().transpose()? {
                heads.push(Head { entry, reader: readers.len() });
            }
            readers.push(reader);
        }
        Ok(SideBySide { parts: self, readers, heads, rules: PathRules::default(), line: 1 })
    }
}

/// Parts that have a thread each to be read by: it takes memory for a few thousand entries.
const MOST_THREADS: usize = 32;

type EntryReader = Box<dyn Iterator<Item = Result<Entry, ManifestError>>>;

/// Whether a manifest is one of the shards that others are of.
fn belongs(
    path: &Path,
    header: &Header,
    shards: &PartsOf,
    others: &[Header],
) -> Result<(), ManifestJoinError> {
    let other = |what: String| Err(ManifestJoinError::Others { path: path.into(), what });
    let Some(part) = header.part else {
        return other(
            "it is a whole manifest and no part of one; keep it in another folder".to_owned(),
        );
    };
    let count = shards.created_at.len();
    if part.count.get() as usize != count {
        return other(format!("it is of {} shards, and the others are of {count}", part.count));
    }
    let created_at = shards.created_at.get(&part.index).copied().flatten();
    if header.root != shards.root || created_at != Some(header.created_at) {
        return other(format!(
            "it was not written by the scan whose facts are given for shard {part}"
        ));
    }
    if others.iter().any(|known| known.part == Some(part)) {
        return other(format!("the manifest of shard {part} was given twice"));
    }
    let same = |known: &Header| known.root == header.root && known.tool == header.tool;
    if !others.iter().all(same) {
        return other("it is of another tree, or by another fscan, than the others".to_owned());
    }
    Ok(())
}

fn has(header: &Header, index: u32) -> bool {
    header.part.is_some_and(|Shard { index: own, .. }| own == index)
}

/// The mount that all parts are of: they may be those of several machines.
fn common_session(headers: &[Header]) -> Option<String> {
    let mut sessions = headers.iter().map(|header| &header.mount_session);
    let first = sessions.next()?;
    first.clone().filter(|_| sessions.all(|session| session == first))
}

fn gaps(headers: &[Header], unexamined: Vec<Vec<u8>>) -> Gaps {
    let all = || headers.iter().map(|header| &header.gaps);
    let named = all().flat_map(|gaps| gaps.unexamined.clone());
    let gaps = Gaps {
        unexamined: Vec::new(),
        excluded: all().next().map(|gaps| gaps.excluded.clone()).unwrap_or_default(),
        hides_trusted: all().any(|gaps| gaps.hides_trusted),
        // Only a look at the whole tree shows that.
        names_lost: false,
        links_of_files_alone: all().any(|gaps| gaps.links_of_files_alone),
    };
    gaps.with_unexamined(named.chain(unexamined))
}

/// The next entry of a part.
struct Head {
    entry: Entry,
    reader: usize,
}

impl Ord for Head {
    /// The first path is the greatest, since a heap hands out the greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        compare_paths(&other.entry.path, &self.entry.path).then(other.reader.cmp(&self.reader))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// All parts, entry by entry.
struct SideBySide<'a> {
    parts: &'a ManifestParts,
    readers: Vec<EntryReader>,
    heads: BinaryHeap<Head>,
    rules: PathRules,
    line: u64,
}

impl SideBySide<'_> {
    /// The next entry; its path alone where it cannot stand in a manifest, because the directory
    /// above it went away while the shards were scanned.
    fn next_of_all(&mut self) -> Result<Option<Result<Entry, Vec<u8>>>, ManifestJoinError> {
        let Some(Head { mut entry, reader }) = self.heads.pop() else { return Ok(None) };
        if let Some(next) = self.readers.get_mut(reader).and_then(Iterator::next).transpose()? {
            self.heads.push(Head { entry: next, reader });
        }
        let own = entry.same_file_as.as_ref().unwrap_or(&entry.path);
        if let Some(first) = self.parts.first_names.get(own) {
            entry.same_file_as = Some(first.clone());
        }
        self.line += 1;
        match self.rules.judge(&entry, self.line) {
            Ok(()) => Ok(Some(Ok(entry))),
            Err(Fault::NoParent { .. } | Fault::Twice { .. }) => Ok(Some(Err(entry.path))),
            Err(fault) => {
                let path = self.parts.paths.get(reader).map(|path| path.as_path().into());
                let path = path.unwrap_or_else(|| PathName::new(Vec::new()));
                Err(ManifestError { path, fault }.into())
            }
        }
    }

    /// Some blocks, as long as those of a tree are.
    fn group(&mut self) -> Result<Option<Vec<Vec<Entry>>>, ManifestJoinError> {
        let mut blocks: Vec<Vec<Entry>> = Vec::new();
        while let Some(entry) = self.next_of_all()? {
            let Ok(entry) = entry else { continue };
            let is_full = is_full_behind(blocks.last().map_or(0, Vec::len) + 1, &entry);
            match blocks.last_mut() {
                Some(block) => block.push(entry),
                None => blocks.push(vec![entry]),
            }
            if is_full && blocks.len() == TOGETHER {
                break;
            }
            if is_full {
                blocks.push(Vec::new());
            }
        }
        Ok(Some(blocks).filter(|blocks| blocks.iter().any(|block| !block.is_empty())))
    }
}
