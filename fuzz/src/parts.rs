//! Parts of a scan: their facts and their manifests, one document after the other in one input.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::{Compression, write::GzEncoder};
use reports::PathName;
use scanner::manifest::{self, Entry, ManifestParts, ManifestReader, PartsOf};
use scanner::{
    CheckSet, Control, Effort, Exclusions, GivenToMerge, Joined, LonghornSource, ScanOptions,
    ShardFacts, join, read_shard_from,
};
use tempfile::TempDir;

use crate::json;
use crate::repair::remade_manifest;

/// What stands between documents.
const BETWEEN: u8 = 0x1e;

/// Parts that are read of one input.
const MOST: usize = 4;

/// Mutates one of the documents, for `fuzz_mutator!`.
pub fn mutate_parts(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut documents: Vec<Vec<u8>> =
        data[..size].split(|byte| *byte == BETWEEN).map(<[u8]>::to_vec).collect();
    let chosen = seed as usize % documents.len();
    let document = &documents[chosen];
    let mutated = if is_facts(document) {
        json::mutated(document, seed / 7)
    } else {
        Some(remade_manifest(document, max_size, seed / 7))
    };
    let Some(mutated) = mutated else {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    };
    documents[chosen] = mutated;
    let whole = documents.join(&BETWEEN);
    if whole.len() > max_size {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    data[..whole.len()].copy_from_slice(&whole);
    whole.len()
}

fn is_facts(document: &[u8]) -> bool {
    document.starts_with(br#"{"fscan_shard""#)
}

/// Joins what can be read of an input, in every way that `fscan merge` does.
///
/// # Panics
///
/// Where what is joined is not what it must be.
pub fn join_parts(input: &[u8]) {
    let (facts, manifests): (Vec<_>, Vec<_>) =
        input.split(|byte| *byte == BETWEEN).take(2 * MOST).partition(|part| is_facts(part));
    let facts = facts.into_iter().filter_map(read).take(MOST).collect();
    let Some(mut joined) = joined(facts) else { return };
    let ground = Ground::default();
    ground.join_manifests(&manifests, joined.parts());
    ground.merge(joined);
}

/// A folder with a tree that parts may claim to be of; it goes away with the input.
struct Ground {
    folder: TempDir,
    /// What a scan of the tree hands over.
    own: ShardFacts,
}

impl Default for Ground {
    /// In memory.
    ///
    /// # Panics
    ///
    /// Where a folder cannot be made there.
    fn default() -> Self {
        let memory = Path::new("/dev/shm");
        let within = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("fscan-fuzz-").tempdir_in(within).unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir_all(tree.join("b/a")).unwrap();
        fs::write(tree.join("b/file"), "content").unwrap();
        fs::hard_link(tree.join("b/file"), tree.join("link")).unwrap();
        let own = facts_of(&tree);
        Ground { folder, own }
    }
}

impl Ground {
    /// What is written of manifests reads back, or nothing is.
    fn join_manifests(&self, manifests: &[&[u8]], parts: PartsOf) {
        let path = |index| self.folder.path().join(format!("{index}.jsonl"));
        let paths: Vec<PathBuf> = (0..manifests.len()).map(path).collect();
        paths.iter().zip(manifests).for_each(|(path, text)| fs::write(path, text).unwrap());
        let Ok(parts) = ManifestParts::open(paths, parts) else { return };
        let mut whole = Vec::new();
        parts.write(&mut whole, manifest::Compression::None).unwrap();
        let reader =
            ManifestReader::new(PathName::new(Vec::new()), std::io::Cursor::new(whole)).unwrap();
        reader.collect::<Result<Vec<Entry>, _>>().unwrap();
    }

    /// The second half of the scan, as if the parts were of the tree here: whatever they say, nothing
    /// of it is touched.
    fn merge(&self, mut joined: Joined) {
        let own = &self.own.header;
        joined.header.root = own.root.clone();
        joined.header.ground = own.ground.clone();
        let given = GivenToMerge {
            threads: 1,
            force: false,
            read_only: true,
            own_files: Vec::new(),
            longhorn: LonghornSource::Nothing,
            stat_timeout: None,
        };
        let Ok(mut options) = joined.header.options(given) else { return };
        options.effort = Effort::LookOnly;
        (options.checks.environment, options.checks.kernel) = (false, false);
        let before = listing(self.folder.path());
        scanner::merge(options, joined, &Arc::new(Control::new(|_| ())));
        assert_eq!(listing(self.folder.path()), before);
    }
}

/// Parts as if they were all of one scan.
fn joined(mut parts: Vec<ShardFacts>) -> Option<Joined> {
    let first = parts.first()?.header.clone();
    let count = u32::try_from(parts.len()).ok().and_then(|count| count.try_into().ok())?;
    for (index, part) in (0..).zip(&mut parts) {
        let own = std::mem::replace(&mut part.header, first.clone());
        (part.header.started_at, part.header.ended_at) = (own.started_at, own.ended_at);
        part.header.recorded_at = own.recorded_at;
        (part.header.shard.index, part.header.shard.count) = (index, count);
    }
    join(parts.into_iter().map(|part| (PathName::new(Vec::new()), part))).ok()
}

fn read(text: &[u8]) -> Option<ShardFacts> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text).unwrap();
    read_shard_from(PathName::new(Vec::new()), &*packed.finish().unwrap()).ok()
}

fn facts_of(tree: &Path) -> ShardFacts {
    let options = ScanOptions {
        roots: vec![tree.to_owned()],
        checks: CheckSet { environment: false, kernel: false, tar: false, ..CheckSet::ALL },
        threads: 1,
        exclude: Exclusions::default(),
        cross_mounts: false,
        force: false,
        all_findings: false,
        max_rate: None,
        keep_cache: false,
        records: false,
        checkpoint: None,
        own_files: Vec::new(),
        untouched: Vec::new(),
        effort: Effort::LookOnly,
        shard: "0/1".parse().ok(),
        longhorn: LonghornSource::Nothing,
        stat_timeout: None,
    };
    scanner::scan(options, &Arc::new(Control::new(|_| ()))).shard.expect("the tree can be scanned")
}

/// Names and times of change of all that is in a folder.
fn listing(folder: &Path) -> Vec<(PathBuf, std::time::SystemTime)> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let metadata = entry.metadata().unwrap();
            all.push((entry.path(), metadata.modified().unwrap()));
            folders.extend(metadata.is_dir().then(|| entry.path()));
        }
    }
    all.sort();
    all
}
