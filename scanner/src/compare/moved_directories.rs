//! Which directories moved, by the files that did.
//!
//! A licence text that two packages share does not make one of the other: of the files that are
//! known by their bytes, on the side that has more of them, at least half must be in both.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::lone::Lones;

/// Two directories, and how many files moved from somewhere in the one to the same place in the
/// other.
struct Candidate {
    from: usize,
    to: usize,
    files: u64,
}

/// The directories that may have moved, by files that did, those with most of them first.
pub(super) fn moved_directories(
    missing: &Lones,
    added: &Lones,
    files: impl Iterator<Item = (usize, usize)>,
) -> Vec<(usize, usize)> {
    let (in_missing, in_added) = (telling_files(missing), telling_files(added));
    let mut candidates = candidates(missing, added, files);
    candidates.retain(|Candidate { from, to, files }| {
        let more = in_missing.get(*from).max(in_added.get(*to)).copied();
        more.is_some_and(|more| files * 2 >= more)
    });
    candidates.sort_by_key(|pair| (Reverse(pair.files), pair.from, pair.to));
    candidates.into_iter().map(|pair| (pair.from, pair.to)).collect()
}

/// Goes from each file upwards, as long as the directories have the same names on the way.
fn candidates(
    missing: &Lones,
    added: &Lones,
    files: impl Iterator<Item = (usize, usize)>,
) -> Vec<Candidate> {
    let mut found = Vec::new();
    let above = |(from, to)| Some((missing.parent(from)?, added.parent(to)?));
    let name = |lones: &Lones, index| lones.get(index).map(|lone| lone.name().to_vec());
    // Directories stand before what they hold: the last pair is complete.
    let mut counts: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for above in files.filter_map(above) {
        *counts.entry(above).or_default() += 1;
    }
    while let Some(((from, to), files)) = counts.pop_last() {
        found.push(Candidate { from, to, files });
        if name(missing, from) == name(added, to)
            && let Some(above) = above((from, to))
        {
            *counts.entry(above).or_default() += files;
        }
    }
    found
}

/// How many files below each directory are known by their bytes.
fn telling_files(lones: &Lones) -> Vec<u64> {
    let mut counts = vec![0; lones.len()];
    for (index, lone) in lones.iter().rev() {
        let below = counts.get(index).copied().unwrap_or_default();
        if let Some(above) = lone.parent.and_then(|parent| counts.get_mut(parent)) {
            *above += below + u64::from(lone.is_telling());
        }
    }
    counts
}
