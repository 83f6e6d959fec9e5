//! Directories: one row for what is below them, and no time for what is told already.

use super::*;

fn later(path: &str) -> Entry {
    with(directory(path), |e| e.modified_at = (1_800_000_000, 0))
}

#[test]
fn a_missing_or_added_directory_is_one_row_and_counted_whole() {
    let full = [directory("a"), directory("a/b"), file("a/b/c"), file("a/d"), file("e")];
    let told_missing = told(&full, &[file("e")]);
    assert_eq!(told_missing.lines(), ["missing a +3"]);
    let what = FileKind::Directory;
    let whole =
        DifferenceKind::Missing { what, below: 3, bytes: 200, untouched: false, stray: None };
    assert_eq!(told_missing.differences[0].kind, whole);
    assert_eq!(told_missing.comparison.totals.missing, Tally { entries: 4, bytes: 200 });
    let told_added = told(&[file("e")], &full);
    assert_eq!(told_added.lines(), ["added a +3"]);
    assert_eq!(told_added.comparison.totals.added.entries, 4);
}

#[test]
fn a_directory_s_time_is_not_told_where_a_name_in_it_is() {
    let before = [directory("d"), directory("d/s"), file("d/s/x"), file("d/y")];
    for (what, after, expected) in [
        ("missing", vec![later("d"), directory("d/s"), file("d/s/x")], vec!["missing d/y"]),
        (
            "added",
            vec![later("d"), directory("d/s"), file("d/s/x"), file("d/y"), file("d/z")],
            vec!["added d/z"],
        ),
        (
            "moved",
            vec![
                later("d"),
                later("d/s"),
                with(file("d/s/x"), |e| e.path = b"d/s/w".into()),
                file("d/y"),
            ],
            vec!["metadata d: mtime", "moved d/s/x d/s/w"],
        ),
        (
            "retyped",
            vec![later("d"), directory("d/s"), file("d/s/x"), entry(b"d/y", FileKind::Fifo)],
            vec!["type d/y: type"],
        ),
        (
            "nothing",
            vec![later("d"), directory("d/s"), file("d/s/x"), file("d/y")],
            vec!["metadata d: mtime"],
        ),
        (
            "something in a directory below, whose time is the same",
            vec![later("d"), directory("d/s"), file("d/y")],
            vec!["metadata d: mtime", "missing d/s/x"],
        ),
        (
            "something deeper",
            vec![later("d"), later("d/s"), file("d/y")],
            vec!["metadata d: mtime", "missing d/s/x"],
        ),
    ] {
        assert_eq!(told(&before, &after).lines(), expected, "{what}");
    }
}

#[test]
fn a_directory_s_owner_is_told_whatever_is_in_it() {
    let after = with(later("d"), |e| e.uid = 0);
    let told = told(&[directory("d"), file("d/x")], &[after]);
    assert_eq!(told.lines(), ["metadata d: owner,mtime", "missing d/x"]);
}

#[test]
fn an_empty_tree_against_a_full_one_is_flagged() {
    let nothing_left =
        |before: &[Entry], after: &[Entry]| told(before, after).comparison.nothing_left;
    assert!(nothing_left(&[file("a")], &[]));
    assert!(!nothing_left(&[file("a")], &[file("b")]));
    assert!(!nothing_left(&[], &[]) && !nothing_left(&[], &[file("a")]));
}

#[test]
fn differences_are_counted_by_directory_of_the_root() {
    let before = [directory("a"), file("a/x"), directory("b"), file("b/x"), file("c"), file("d")];
    let after = [directory("b"), with(file("b/x"), |e| e.mode = 0), file("d")];
    let rows = told(&before, &after).comparison.directories;
    let row = |name: &str| rows.iter().find(|row| row.name == name.as_bytes()).unwrap().totals;
    assert_eq!(rows.len(), 3);
    assert_eq!(row("a").missing, Tally { entries: 2, bytes: 100 });
    assert_eq!(row("b").metadata, Tally { entries: 1, bytes: 100 });
    assert_eq!(row(".").missing, Tally { entries: 1, bytes: 100 });
}
