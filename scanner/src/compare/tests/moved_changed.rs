//! What moved and is not what it was: told as moved, and each field that differs by its name.

use super::*;

#[test]
fn a_file_that_moved_and_changed_is_told_as_both() {
    let table = [
        ("nothing", "g=A", &["moved f g"][..]),
        ("mode", "g=A+m", &["metadata g: mode was f", "moved f g"]),
        ("owner and group", "g=A+o+g", &["metadata g: owner,group was f", "moved f g"]),
        ("time", "g=A+t", &["metadata g: mtime was f", "moved f g"]),
        ("an attribute", "g=A+a", &["metadata g: attribute user.a was f", "moved f g"]),
        ("an access control list", "g=A+l", &["metadata g: acl was f", "moved f g"]),
        ("content", "g=B", &["added g", "missing f"]),
    ];
    for (what, after, expected) in table {
        assert_eq!(told_of("f=A", after).lines(), expected, "{what}");
    }
}

#[test]
fn a_directory_that_moved_and_changed_is_told_as_both() {
    let table = [
        ("nothing", "new/ new/f=A", &["moved old new +1"][..]),
        ("mode", "new/+m new/f=A", &["metadata new: mode was old", "moved old new +1"]),
        ("time", "new/+t new/f=A", &["metadata new: mtime was old", "moved old new +1"]),
        (
            "time with a name that came",
            "new/+t new/f=A new/g=B",
            &["added new/g", "moved old new +1"],
        ),
        (
            "owner with a name that came",
            "new/+t+o new/f=A new/g=",
            &["added new/g", "metadata new: owner,mtime was old", "moved old new +1"],
        ),
    ];
    for (what, after, expected) in table {
        assert_eq!(told_of("old/ old/f=A", after).lines(), expected, "{what}");
    }
}

#[test]
fn a_directory_s_time_is_not_told_where_a_name_in_it_came_went_or_moved() {
    let before = "old/ old/sub/ old/sub/a=A old/sub/b=B old/c=C";
    let table = [
        (
            "went",
            "new/ new/sub/+t new/sub/a=A new/c=C",
            &["missing old/sub/b", "moved old new +3"][..],
        ),
        (
            "moved within",
            "new/ new/sub/+t new/sub/a=A new/sub/z=B new/c=C",
            &["moved old new +3", "moved old/sub/b new/sub/z"],
        ),
        (
            "is of another type",
            "new/ new/sub/+t new/sub/a=A new/sub/b| new/c=C",
            &["moved old new +4", "type new/sub/b: type was old/sub/b"],
        ),
        (
            "only its time",
            "new/ new/sub/+t new/sub/a=A new/sub/b=B new/c=C",
            &["metadata new/sub: mtime was old/sub", "moved old new +4"],
        ),
        (
            "deeper",
            "new/+t new/sub/+t new/sub/a=A new/c=C",
            &["metadata new: mtime was old", "missing old/sub/b", "moved old new +3"],
        ),
    ];
    for (what, after, expected) in table {
        assert_eq!(told_of(before, after).lines(), expected, "{what}");
    }
}

#[test]
fn what_is_ignored_is_not_told_of_what_moved() {
    let ignore = [Field::Mode, Field::Mtime].into_iter().collect();
    let options = CompareOptions { ignore, ..CompareOptions::default() };
    let (before, after) = (notation::entries("f=A"), notation::entries("g=A+m+t+o"));
    let told = told_with(&before, &after, &options);
    assert_eq!(told.lines(), ["metadata g: owner was f", "moved f g"]);
}

#[test]
fn both_values_of_a_field_are_told() {
    let told = told_of("f=A", "g=A+m+l");
    let changed = told.differences.iter().find(|d| d.kind == DifferenceKind::MetadataChanged);
    let fields = &changed.unwrap().fields;
    assert_eq!(fields[0], FieldChange::new("mode", "0644", "0600"));
    assert_eq!((fields[1].name.as_str(), fields[1].old.as_str()), ("acl", "none"));
}

/// What changed counts as changed, in the directory where it is told, and not as moved as well.
#[test]
fn what_moved_and_changed_counts_once() {
    let before = "old/ old/a=A old/b=B old/c=C old/d=D";
    let told = told_of(before, "new/ new/a=A new/b=B+m new/c=X new/d=D");
    let totals = told.comparison.totals;
    assert_eq!(totals.moved, Tally { entries: 3, bytes: 200 });
    assert_eq!(totals.metadata, Tally { entries: 1, bytes: 100 });
    assert_eq!(totals.changed, Tally { entries: 1, bytes: 100 });
    assert_eq!((totals.missing.entries, totals.added.entries), (0, 0));
    let rows = told.comparison.directories;
    let row = |name: &str| rows.iter().find(|row| row.name == name.as_bytes()).unwrap().totals;
    assert_eq!((row("old").moved.entries, row("old").changed.entries), (3, 0));
    assert_eq!((row("new").moved.entries, row("new").changed.entries), (0, 1));
    assert_eq!(row("new").metadata.entries, 1);
}
