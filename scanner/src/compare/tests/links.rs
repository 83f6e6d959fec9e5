//! Hard links: partitions are compared, not first names.

use super::*;

/// Files of one content, each with the first name of its inode where that is another one.
fn names(groups: &[&str]) -> Vec<Entry> {
    let mut names = Vec::new();
    for group in groups {
        let mut group = group.split(' ');
        let first = group.next().unwrap();
        let file = |path: &str| with(file("same"), |e| e.path = path.into());
        names.push(file(first));
        names.extend(group.map(|path| {
            with(file(path), |e| {
                e.same_file_as = Some(first.into());
                e.hash = file("x").hash;
            })
        }));
    }
    names
}

#[test]
fn each_stray_is_named_once() {
    let table: [(&[&str], &[&str], &[&str]); 10] = [
        (&["a b c"], &["a b c"], &[]),
        (&["a b"], &["a", "b"], &["torn b from a"]),
        (&["a b c"], &["a", "b", "c"], &["torn b from a", "torn c from a"]),
        (&["a", "b"], &["a b"], &["joined b to a"]),
        (&["a b c"], &["b c"], &["missing a"]),
        (&["a b"], &["b"], &["missing a"]),
        (&["b c"], &["a b c"], &["added a"]),
        (&["a b c d"], &["a b", "c d"], &["torn c from a", "torn d from a"]),
        (&["a b", "c d"], &["a c", "b d"], &["joined c to a", "torn b from a", "torn d from c"]),
        (&["a b c"], &["a", "b c"], &["torn a from b"]),
    ];
    for (before, after, expected) in table {
        let told = told(&names(before), &names(after));
        assert_eq!(told.lines(), expected, "{before:?} {after:?}");
    }
}

#[test]
fn links_that_are_ignored_or_cannot_be_seen_are_no_difference() {
    let (before, after) = (names(&["a b"]), names(&["a", "b"]));
    let ignore = [Field::Links].into_iter().collect();
    let told_ignoring =
        told_with(&before, &after, &CompareOptions { ignore, ..CompareOptions::default() });
    assert_eq!(told_ignoring.lines(), Vec::<String>::new());
    let after = Gaps { unexamined: vec![b"a".to_vec()], ..Gaps::default() };
    let options = CompareOptions { after, ..CompareOptions::default() };
    assert_eq!(told_with(&before, &names(&["b"]), &options).lines(), Vec::<String>::new());
}

#[test]
fn a_torn_file_counts_as_other_metadata_once() {
    let told_torn = told(&names(&["a b"]), &names(&["a", "b"]));
    let totals = told_torn.comparison.totals;
    assert_eq!((totals.metadata.entries, totals.unchanged.entries), (1, 2));
    let mut after = names(&["a", "b"]);
    after[1].mode = 0;
    let told_both = told(&names(&["a b"]), &after);
    assert_eq!(told_both.lines(), ["metadata b: mode", "torn b from a"]);
    assert_eq!(told_both.comparison.totals.metadata.entries, 1);
}

/// Manifests of an early form note nothing of those.
#[test]
fn links_of_other_kinds_are_compared_where_both_sides_note_them() {
    let links = |same_file_as: Option<&str>| {
        let of = |e: &mut Entry| e.same_file_as = same_file_as.map(Into::into);
        let (first, second) = (entry(b"a", FileKind::Symlink), entry(b"b", FileKind::Symlink));
        [vec![first, with(second, of)], names(&["c d"])].concat()
    };
    let early = Gaps { links_of_files_alone: true, ..Gaps::default() };
    let (before, after) = (links(None), [&links(Some("a"))[..2], &names(&["c", "d"])].concat());
    assert_eq!(told(&before, &after).lines(), ["joined b to a", "torn d from c"]);
    for options in [
        CompareOptions { before: early.clone(), ..CompareOptions::default() },
        CompareOptions { after: early, ..CompareOptions::default() },
    ] {
        assert_eq!(told_with(&before, &after, &options).lines(), ["torn d from c"]);
    }
}
