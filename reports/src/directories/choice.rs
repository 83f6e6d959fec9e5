//! Which directories have a row: the largest ones, and those with most damage.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::quality::RandomState;

use super::tally::{DirectoryHeld, DirectoryTally, is_within};
use super::{Directories, DirectoryRow};
use crate::{PathName, Totals};

/// Rows of the largest directories.
const LARGEST: usize = 240;

/// Rows of the most damaged ones.
const MOST_DAMAGED: usize = 60;

/// Bytes that the paths of either may take.
const PATHS: usize = 16 * 1024;

/// Each directory of a root with what is below it.
type Sums<'a> = HashMap<&'a [u8], DirectoryHeld, RandomState>;

/// Which root, and a directory in it.
type Place<'a> = (usize, &'a [u8]);

impl Directories {
    /// Of roots and what is in them; none where nothing is in any.
    pub fn of(roots: &[(PathName, DirectoryTally)], totals: &Totals) -> Option<Self> {
        let sums: Vec<_> = roots.iter().map(|(root, tally)| sums(root.as_bytes(), tally)).collect();
        let tops = roots.iter().map(|(root, _)| root.as_bytes()).enumerate();
        let tops = tops.filter(|(index, root)| held(&sums, (*index, root)).is_some());
        let rows = rows(&sums, &tops.collect::<Vec<_>>());
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

/// What each directory of a root holds with all below it. What lies beyond the root (a finding
/// about its mount point) counts for the root itself.
fn sums<'a>(root: &'a [u8], tally: &'a DirectoryTally) -> Sums<'a> {
    let mut sums = Sums::default();
    for (path, held) in tally.iter() {
        let path = if is_within(path, root) { path } else { root };
        *sums.entry(path).or_default() += held;
    }
    // The longest paths first: all that is below a directory has a longer one.
    let mut waiting: BTreeMap<usize, Vec<&[u8]>> = BTreeMap::new();
    sums.keys().for_each(|path| waiting.entry(path.len()).or_default().push(path));
    while let Some((_, paths)) = waiting.pop_last() {
        for path in paths.into_iter().filter(|path| *path != root) {
            let (held, above) = (sums.get(path).copied().unwrap_or_default(), parent(path, root));
            *sums.entry(above).or_insert_with(|| {
                waiting.entry(above.len()).or_default().push(above);
                DirectoryHeld::default()
            }) += held;
        }
    }
    sums
}

fn parent<'a>(path: &'a [u8], root: &'a [u8]) -> &'a [u8] {
    let end = path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    path.get(..end).filter(|above| above.len() > root.len()).unwrap_or(root)
}

fn held(sums: &[Sums<'_>], (root, path): Place<'_>) -> Option<DirectoryHeld> {
    sums.get(root)?.get(path).copied()
}

/// The rows of the roots, and of the first directories by size and by damage. One that is around
/// another comes before it in either order, so the row of the directory around it is there as well.
fn rows<'a>(sums: &[Sums<'a>], roots: &[Place<'a>]) -> Vec<DirectoryRow> {
    let all: Vec<(Place<'a>, DirectoryHeld)> = sums
        .iter()
        .enumerate()
        .flat_map(|(root, sums)| sums.iter().map(move |(path, held)| ((root, *path), *held)))
        .collect();
    let largest = first_by(&all, LARGEST, |held| held.bytes_apparent);
    let damaged = first_by(&all, MOST_DAMAGED, DirectoryHeld::damage);
    let chosen: BTreeSet<Place<'a>> = roots.iter().copied().chain(largest).chain(damaged).collect();
    let index: BTreeMap<Place<'a>, u64> = chosen.iter().copied().zip(0..).collect();
    let rows = chosen.into_iter().filter_map(|place| {
        let top = roots.iter().find(|(root, _)| *root == place.0)?.1;
        let around = (place.1 != top).then(|| index.get(&(place.0, parent(place.1, top))));
        Some(row(place.1, held(sums, place)?, around.flatten().copied()))
    });
    rows.collect()
}

fn first_by<'a>(
    all: &[(Place<'a>, DirectoryHeld)],
    most: usize,
    measure: impl Fn(&DirectoryHeld) -> u64,
) -> Vec<Place<'a>> {
    let all = all.iter().map(|(place, held)| (Reverse(measure(held)), *place));
    let mut all: Vec<_> = all.filter(|(Reverse(size), _)| *size > 0).collect();
    if all.len() > most {
        all.select_nth_unstable(most);
        all.truncate(most);
    }
    all.sort_unstable();
    let mut room = PATHS;
    let fits = |(_, path): &Place<'a>| {
        room = room.saturating_sub(path.len());
        room > 0
    };
    all.into_iter().map(|(_, place)| place).take_while(fits).collect()
}

fn row(path: &[u8], held: DirectoryHeld, within: Option<u64>) -> DirectoryRow {
    DirectoryRow {
        path: PathName::new(path.to_vec()),
        within,
        directories: held.directories,
        files: held.files,
        bytes_apparent: held.bytes_apparent,
        bytes_allocated: held.bytes_allocated,
        corrupt: held.corrupt,
        suspect: held.suspect,
    }
}
