//! Which directories have a row: the largest ones, and those with most damage.

use std::collections::{BTreeMap, BTreeSet};

use super::tally::{DirectoryHeld, DirectoryTally, is_within};
use super::{Directories, DirectoryRow};
use crate::{PathName, Totals};

/// Rows of the largest directories.
const LARGEST: usize = 240;

/// Rows of the most damaged ones.
const MOST_DAMAGED: usize = 60;

/// Bytes that the paths of either may take.
const PATHS: usize = 16 * 1024;

/// A directory with what is below it.
type Sums<'a> = BTreeMap<&'a [u8], DirectoryHeld>;

impl Directories {
    /// Of roots and what is in them; none without a root in which anything is.
    pub fn of(roots: &[(PathName, DirectoryTally)], totals: &Totals) -> Option<Self> {
        let mut rows = Vec::new();
        let sums: Vec<_> = roots.iter().map(|(root, tally)| sums(root.as_bytes(), tally)).collect();
        let chosen = chosen(&sums);
        for (index, sums) in sums.iter().enumerate() {
            push_rows(sums, |path| chosen.contains(&(index, path)), &mut rows);
        }
        let roots_hold = |count: fn(&DirectoryRow) -> u64| {
            rows.iter().filter(|row| row.within.is_none()).map(count).fold(0, u64::saturating_add)
        };
        let elsewhere_apparent =
            totals.bytes_apparent.saturating_sub(roots_hold(|row| row.bytes_apparent));
        let elsewhere_allocated =
            totals.bytes_allocated.saturating_sub(roots_hold(|row| row.bytes_allocated));
        let deepest = roots.iter().filter_map(|(_, tally)| tally.deepest()).min();
        (!rows.is_empty()).then_some(Directories {
            rows,
            elsewhere_apparent,
            elsewhere_allocated,
            deepest,
        })
    }
}

/// Each directory of a root with what is below it. What lies beyond the root (a finding about its
/// mount point) counts for the root itself.
fn sums<'a>(root: &'a [u8], tally: &'a DirectoryTally) -> Sums<'a> {
    let mut sums = Sums::new();
    for (path, held) in tally.iter() {
        let mut at = if is_within(path, root) { path } else { root };
        loop {
            *sums.entry(at).or_default() += held;
            if at.len() <= root.len() {
                break;
            }
            at = parent(at, root);
        }
    }
    sums
}

fn parent<'a>(path: &'a [u8], root: &'a [u8]) -> &'a [u8] {
    let end = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    path.get(..end).filter(|above| above.len() >= root.len()).unwrap_or(root)
}

/// Roots, and the first directories by size and by damage. One that is around another comes before
/// it in either order, so the row of the directory around it is there as well.
fn chosen<'a>(sums: &[Sums<'a>]) -> BTreeSet<(usize, &'a [u8])> {
    let all: Vec<_> = sums
        .iter()
        .enumerate()
        .flat_map(|(root, sums)| sums.iter().map(move |(path, held)| (root, *path, *held)))
        .collect();
    let roots =
        sums.iter().enumerate().filter_map(|(root, sums)| Some((root, *sums.keys().next()?)));
    let largest = first_by(&all, LARGEST, |held| held.bytes_apparent);
    let damaged = first_by(&all, MOST_DAMAGED, DirectoryHeld::damage);
    roots.chain(largest).chain(damaged).collect()
}

fn first_by<'a>(
    all: &[(usize, &'a [u8], DirectoryHeld)],
    most: usize,
    measure: impl Fn(&DirectoryHeld) -> u64,
) -> Vec<(usize, &'a [u8])> {
    let mut all: Vec<_> = all.iter().filter(|(.., held)| measure(held) > 0).collect();
    all.sort_by_key(|(root, path, held)| (std::cmp::Reverse(measure(held)), *root, *path));
    let mut room = PATHS;
    let fits = |row: &&&(usize, &[u8], DirectoryHeld)| {
        room = room.saturating_sub(row.1.len());
        room > 0
    };
    all.iter().take(most).take_while(fits).map(|(root, path, _)| (*root, *path)).collect()
}

/// Pushes the rows of one root.
fn push_rows(sums: &Sums<'_>, wanted: impl Fn(&[u8]) -> bool, rows: &mut Vec<DirectoryRow>) {
    let Some((root, _)) = sums.first_key_value() else { return };
    let mut known: BTreeMap<&[u8], u64> = BTreeMap::new();
    for (path, held) in sums.iter().filter(|(path, _)| wanted(path)) {
        let around = (path != root).then(|| known.get(parent(path, root))).flatten();
        rows.push(DirectoryRow {
            path: PathName::new(path.to_vec()),
            within: around.copied(),
            directories: held.directories,
            files: held.files,
            bytes_apparent: held.bytes_apparent,
            bytes_allocated: held.bytes_allocated,
            corrupt: held.corrupt,
            suspect: held.suspect,
        });
        known.insert(path, rows.len() as u64 - 1);
    }
}
