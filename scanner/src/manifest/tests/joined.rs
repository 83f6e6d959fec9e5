//! Manifests of parts, joined.

use std::path::PathBuf;

use reports::Timestamp;

use super::sample::{directory, file, header, rich, tree, written};
use crate::manifest::{
    Compression, Counts, Entry, Fault, LinkedNames, ManifestJoinError, ManifestParts,
    ManifestReader, PartsOf, parent_of, write_manifest,
};

/// A tree of many directories, with a file of three names.
fn whole() -> Vec<Entry> {
    let mut entries = rich();
    for first in 0..40 {
        entries.push(directory(&format!("dir-{first:02}")));
        entries.extend((0..70).map(|second| file(&format!("dir-{first:02}/file-{second}"))));
    }
    for name in ["dir-03/zz", "dir-20/zz", "dir-21/zz"] {
        let mut linked = file(name);
        linked.hash = Some([7; 32]);
        linked.same_file_as = (name != "dir-03/zz").then(|| b"dir-03/zz".to_vec());
        entries.push(linked);
    }
    let mut all = tree(&entries);
    all.dedup_by(|one, other| one.path == other.path);
    all
}

/// Which part an entry is of: that of the directory that it stands in.
fn part_of(entry: &Entry, count: u32) -> u32 {
    let hash = blake3::hash(parent_of(&entry.path).unwrap_or(b"/"));
    u32::from(hash.as_bytes()[0]) % count
}

/// Writes the parts, and tells what shards know of names.
fn parts(folder: &std::path::Path, all: &[Entry], count: u32) -> (Vec<PathBuf>, PartsOf) {
    let mut linked = LinkedNames::default();
    let part = |index: u32| {
        let mut entries: Vec<Entry> =
            all.iter().filter(|entry| part_of(entry, count) == index).cloned().collect();
        let names = |entry: &Entry| entry.path.ends_with(b"/zz");
        let first = entries.iter().find(|entry| names(entry)).map(|entry| entry.path.clone());
        for entry in entries.iter_mut().filter(|entry| names(entry)) {
            entry.same_file_as = first.clone().filter(|first| *first != entry.path);
        }
        linked.extend(first.into_iter().map(|first| (12, first)));
        let path = folder.join(format!("{index}.jsonl"));
        let mut header = header(Counts::of(&entries));
        header.part = format!("{index}/{count}").parse().ok();
        let mut out = Vec::new();
        write_manifest(&mut out, Compression::by_name(&path), &header, &[entries.as_slice()])
            .unwrap();
        std::fs::write(&path, out).unwrap();
        path
    };
    let paths = (0..count).map(part).collect();
    let header = header(Counts::default());
    let created_at = (0..count).map(|index| (index, Some(header.created_at))).collect();
    (paths, PartsOf { root: header.root, created_at, linked, unexamined: Vec::new() })
}

#[test]
fn parts_join_to_the_bytes_of_the_whole() {
    let (all, folder) = (whole(), tempfile::tempdir().unwrap());
    let (expected, _) = written(&all, Compression::None);
    for count in [1, 2, 7, 40] {
        let (paths, linked) = parts(folder.path(), &all, count);
        let joined = ManifestParts::open(paths, linked).unwrap();
        let mut out = Vec::new();
        joined.write(&mut out, Compression::None).unwrap();
        assert!(out == expected, "{count} parts");
    }
}

#[test]
fn what_lost_the_directory_above_it_is_a_gap() {
    let (mut all, folder) = (whole(), tempfile::tempdir().unwrap());
    all.retain(|entry| entry.path != b"dir-05");
    let (paths, linked) = parts(folder.path(), &all, 3);
    let joined = ManifestParts::open(paths, linked).unwrap();
    assert!(joined.header().gaps.unexamined.contains(&b"dir-05/file-3".to_vec()));
    let path = folder.path().join("joined.jsonl");
    joined.write(&mut std::fs::File::create(&path).unwrap(), Compression::None).unwrap();
    let read: Result<Vec<Entry>, _> = ManifestReader::open(&path).unwrap().collect();
    assert_eq!(read.unwrap().len(), all.len() - 70);
}

#[test]
fn a_part_alone_is_no_manifest_and_the_whole_no_part() {
    let (all, folder) = (whole(), tempfile::tempdir().unwrap());
    let (paths, linked) = parts(folder.path(), &all, 2);
    let alone = ManifestReader::open(&paths[0]).unwrap_err();
    assert!(matches!(alone.fault, Fault::Part(part) if part.index == 0), "{alone}");
    let wrong = |paths: &[PathBuf], what: &str| {
        let error = ManifestParts::open(paths.to_vec(), linked.clone()).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    };
    wrong(&paths[..1], "shard 1/2 is missing");
    wrong(&[paths[0].clone(), paths[0].clone()], "shard 0/2 was given twice");
    wrong(&[], "shard 0/2 is missing");
    let mut another_run = linked.clone();
    another_run.created_at.insert(1, Timestamp::from_unix_seconds(1_700_000_001));
    let error = ManifestParts::open(paths.clone(), another_run).unwrap_err();
    assert!(error.to_string().contains("facts are given for shard 1/2"), "{error}");
    let whole = folder.path().join("whole.jsonl");
    std::fs::write(&whole, written(&all, Compression::None).0).unwrap();
    wrong(&[paths[0].clone(), whole], "a whole manifest");
    std::fs::write(&paths[1], "{}").unwrap();
    let error = ManifestParts::open(paths, linked).unwrap_err();
    assert!(matches!(error, ManifestJoinError::Read(_)), "{error}");
}
