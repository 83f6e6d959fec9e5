use super::*;
use crate::{Severity, Totals};

fn held(files: u64, bytes: u64) -> DirectoryHeld {
    DirectoryHeld {
        files,
        bytes_apparent: bytes,
        bytes_allocated: bytes.next_multiple_of(4096),
        ..DirectoryHeld::default()
    }
}

fn root(path: &str) -> PathName {
    PathName::new(path.into())
}

/// A tree of `count` directories with odd sizes.
fn tree(count: u64) -> Vec<(Vec<u8>, DirectoryHeld)> {
    let path = |n: u64| format!("/home/coder/{}/{}/{}/{n}", n % 5, n % 7, n % 11);
    (0..count).map(|n| (path(n).into_bytes(), held(n % 4, n * n % 10_007))).collect()
}

fn tally(room: usize, tree: &[(Vec<u8>, DirectoryHeld)]) -> DirectoryTally {
    let mut tally = DirectoryTally::with_room(room);
    tree.iter().for_each(|(path, held)| tally.add(path, *held));
    tally
}

fn told(tally: DirectoryTally) -> Directories {
    Directories::of(&[(root("/home/coder"), tally)], &Totals::default()).unwrap()
}

#[test]
fn a_row_holds_what_is_below_it_and_names_the_row_around_it() {
    let mut tally = DirectoryTally::default();
    tally.add(b"/home/coder", held(1, 10));
    tally.add(b"/home/coder/app/src", held(2, 100));
    tally.add(b"/home/coder/app-old", held(1, 1));
    let told = told(tally);
    let rows: Vec<_> = told
        .rows
        .iter()
        .map(|row| (row.path.escaped(), row.within, row.files, row.bytes_apparent))
        .collect();
    let row = |path: &str, within, files, bytes| (path.to_owned(), within, files, bytes);
    assert_eq!(
        rows,
        [
            row("/home/coder", None, 4, 111),
            row("/home/coder/app", Some(0), 2, 100),
            row("/home/coder/app-old", Some(0), 1, 1),
            row("/home/coder/app/src", Some(1), 2, 100),
        ]
    );
    assert_eq!(told.deepest, None);
}

#[test]
fn rows_and_the_rest_make_the_totals() {
    let tree = tree(50_000);
    let sum = |of: fn(&DirectoryHeld) -> u64| tree.iter().map(|(_, held)| of(held)).sum::<u64>();
    let (apparent, allocated) = (sum(|h| h.bytes_apparent), sum(|h| h.bytes_allocated));
    let totals = Totals {
        bytes_apparent: apparent + 7,
        bytes_allocated: allocated + 4096,
        ..Totals::default()
    };
    let tally = tally(3 << 19, &tree);
    let told = Directories::of(&[(root("/home/coder"), tally)], &totals).unwrap();
    assert_eq!(told.rows[0].bytes_apparent, apparent);
    assert_eq!(told.rows[0].bytes_allocated, allocated);
    assert_eq!((told.elsewhere_apparent, told.elsewhere_allocated), (7, 4096));
    assert!(told.rows.len() == 240, "{}", told.rows.len());
    for (index, row) in told.rows.iter().enumerate().skip(1) {
        let around = &told.rows[usize::try_from(row.within.unwrap()).unwrap()];
        let path = row.path.as_bytes();
        assert!(path.starts_with(around.path.as_bytes()), "row {index}");
        assert!(row.bytes_apparent <= around.bytes_apparent);
    }
}

#[test]
fn however_a_tree_is_split_the_outcome_is_the_same() {
    let tree = tree(4000);
    for room in [3 << 19, 100_000, 10_000, 1000] {
        let alone = tally(room, &tree);
        let expected = told(alone.clone());
        for parts in [2, 5, 97] {
            let mut joined = DirectoryTally::with_room(room);
            for part in (0..parts).rev() {
                let own: Vec<_> = tree.iter().skip(part).step_by(parts).rev().cloned().collect();
                joined.merge(tally(room, &own));
            }
            assert_eq!(joined.deepest(), alone.deepest(), "{room} {parts}");
            assert_eq!(told(joined), expected, "{room} {parts}");
        }
    }
}

#[test]
fn what_is_too_deep_counts_above_and_nothing_is_lost() {
    let tree = tree(4000);
    let bytes = |told: &Directories| told.rows[0].bytes_apparent;
    let wide = told(tally(3 << 19, &tree));
    let narrow = told(tally(10_000, &tree));
    assert_eq!((wide.deepest, narrow.deepest), (None, Some(4)));
    assert_eq!(bytes(&wide), bytes(&narrow));
    assert!(narrow.rows.iter().all(|row| row.path.as_bytes().split(|b| *b == b'/').count() <= 5));
}

/// Twenty thousand directories in the root, with one below each, in which nearly all is.
fn wide() -> Vec<(Vec<u8>, DirectoryHeld)> {
    let path = |n: u64| format!("/home/coder/project-{n}").into_bytes();
    let below = |n: u64| [path(n), b"/src".to_vec()].concat();
    let both = |n: u64| [(path(n), held(1, 10)), (below(n), held(2, n * n % 10_007))];
    (0..20_000).flat_map(both).collect()
}

fn of_root(tree: &[(Vec<u8>, DirectoryHeld)]) -> DirectoryTally {
    let mut tally = DirectoryTally::default();
    tally.set_root(b"/home/coder");
    tree.iter().for_each(|(path, held)| tally.add(path, *held));
    tally
}

#[test]
fn thousands_of_directories_in_the_root_are_told_apart_by_size() {
    let tree = wide();
    let alone = told(of_root(&tree));
    assert_eq!((alone.deepest, alone.rows.len()), (Some(3), 240));
    let sizes = |n: u64| 10 + n * n % 10_007;
    let mut largest: Vec<u64> = (0..20_000).map(sizes).collect();
    largest.sort_unstable_by(|a, b| b.cmp(a));
    let mut rows: Vec<u64> = alone.rows[1..].iter().map(|row| row.bytes_apparent).collect();
    rows.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(rows, largest[..239], "each with all that is below it");
    for parts in [2, 7] {
        let mut joined = DirectoryTally::default();
        for part in (0..parts).rev() {
            let own: Vec<_> = tree.iter().skip(part).step_by(parts).rev().cloned().collect();
            let text = serde_json::to_string(&of_root(&own)).unwrap();
            joined.merge(serde_json::from_str(&text).unwrap());
        }
        assert_eq!(told(joined), alone, "{parts} parts");
    }
}

/// A path of this many names.
fn deep(names: usize) -> Vec<u8> {
    [b"/home/coder".as_slice(), &b"/d".repeat(names - 2)].concat()
}

/// What is not told apart is told where something is not, and nowhere else.
#[test]
fn only_what_was_deeper_makes_it_be_told_how_deep_directories_are_told_apart() {
    let in_root = || wide().into_iter().step_by(2).collect::<Vec<_>>();
    let below = || (b"/home/coder/project-7/src".to_vec(), held(1, 1));
    for (name, tree, expected) in [
        ("directories in the root alone", in_root(), None),
        ("and one below", [in_root(), vec![below()]].concat(), Some(3)),
        ("as deep as may be", vec![(deep(64), held(1, 1))], None),
        ("deeper", vec![(deep(3), held(1, 1)), (deep(65), held(1, 1))], Some(64)),
    ] {
        let backwards: Vec<_> = tree.iter().rev().cloned().collect();
        assert_eq!(of_root(&tree).deepest(), expected, "{name}");
        assert_eq!(of_root(&backwards).deepest(), expected, "{name}, backwards");
        for parts in [2, 7] {
            let mut joined = DirectoryTally::default();
            for part in 0..parts {
                let own: Vec<_> = tree.iter().skip(part).step_by(parts).cloned().collect();
                let text = serde_json::to_string(&of_root(&own)).unwrap();
                joined.merge(serde_json::from_str(&text).unwrap());
            }
            assert_eq!(joined.deepest(), expected, "{name}, {parts} parts");
        }
    }
}

#[test]
fn memory_is_bounded_whatever_the_names() {
    let mut tally = DirectoryTally::default();
    tally.set_root(b"/root");
    let mut deep = b"/root".to_vec();
    for n in 0..20_000_u32 {
        deep.extend_from_slice(format!("/{n}{}", "x".repeat(200)).as_bytes());
        deep.truncate(60_000);
        tally.add(&deep, held(1, 1));
        tally.add(format!("/root/{n}/{}", "y".repeat(250)).as_bytes(), held(1, 1));
    }
    let (paths, count) = tally.iter().fold((0, 0), |(sum, n), (path, _)| (sum + path.len(), n + 1));
    assert!(paths + count * 160 <= 5 * (3 << 19), "{paths} bytes of {count} paths");
    assert!(count > 10_000, "{count} paths");
    let told = Directories::of(&[(root("/root"), tally)], &Totals::default()).unwrap();
    assert_eq!(told.rows[0].files, 40_000);
    assert!(serde_json::to_string(&told).unwrap().len() < 200 * 1024);
}

#[test]
fn an_overlong_path_counts_in_the_same_place_as_its_beginning() {
    let long = [b"/root".as_slice(), &b"/name".repeat(3000)].concat();
    let (mut whole, mut beginning) = (DirectoryTally::default(), DirectoryTally::default());
    whole.add(&long, held(1, 1));
    beginning.add(&long[..PathName::KEPT_END], held(1, 1));
    assert_eq!(told(whole), told(beginning));
}

#[test]
fn damage_counts_in_its_directory_and_has_a_row_however_small() {
    let mut tally = tally(3 << 19, &tree(4000));
    let damaged = root("/home/coder/small/broken/file");
    let directory = DirectoryTally::around(&damaged);
    tally.add_findings(directory, Severity::Corrupt, 4);
    tally.add_findings(directory, Severity::Suspect, 2);
    tally.add_findings(directory, Severity::Warning, 9);
    tally.add_findings(b"/home", Severity::Corrupt, 1);
    tally.take_findings(&damaged, Severity::Corrupt, 1);
    let told = told(tally);
    assert_eq!((told.rows[0].corrupt, told.rows[0].suspect), (4, 2));
    let row = told.rows.iter().find(|row| row.path == root("/home/coder/small/broken")).unwrap();
    assert_eq!((row.damage(), row.files), (5, 0));
    assert!(!told.rows.iter().any(|row| row.path == damaged));
}

#[test]
fn what_is_below_another_name_of_a_directory_counts_below_the_first() {
    let mut named = DirectoryTally::default();
    named.add(b"/home/coder/b/x", held(1, 5));
    named.add(b"/home/coder/b", held(1, 1));
    named.add(b"/home/coder/bb", held(1, 2));
    named.rename(b"/home/coder/b", b"/home/coder/a");
    let mut expected = DirectoryTally::default();
    expected.add(b"/home/coder/a/x", held(1, 5));
    expected.add(b"/home/coder/a", held(1, 1));
    expected.add(b"/home/coder/bb", held(1, 2));
    assert_eq!(told(named), told(expected));
}

#[test]
fn the_root_of_all_is_a_root_like_others() {
    let mut tally = DirectoryTally::default();
    tally.add(b"/", held(1, 1));
    tally.add(b"/etc", held(1, 2));
    tally.add_findings(DirectoryTally::around(&root("/passwd")), Severity::Corrupt, 1);
    let told = Directories::of(&[(root("/"), tally)], &Totals::default()).unwrap();
    let rows: Vec<_> = told.rows.iter().map(|r| (r.path.escaped(), r.within, r.damage())).collect();
    assert_eq!(rows, [("/".to_owned(), None, 1), ("/etc".to_owned(), Some(0), 0)]);
}

#[test]
fn roots_that_hold_nothing_make_no_section() {
    let empty = (root("/empty"), DirectoryTally::default());
    assert_eq!(Directories::of(&[empty], &Totals::default()), None);
}
