//! Directories that are known again by the names in them.

use super::*;

#[test]
fn a_directory_of_links_and_empty_files_is_known_again_by_its_names() {
    let table = [
        ("an empty file", "f=", "f="),
        ("a link", "l>T", "l>T"),
        ("a directory", "d/", "d/"),
        ("a FIFO and a device node", "n#3 p|", "n#3 p|"),
        ("all of them", "d/ d/e/ d/f= d/l>T", "d/ d/e/ d/f= d/l>T"),
        ("other metadata", "f= l>T", "f= l>T"),
    ];
    for (what, below, below_now) in table {
        let count = below.split(' ').count() + 2;
        let told = told_of(&tree("old", below), &tree("new", below_now));
        assert_eq!(told.lines(), [format!("moved old new +{count}")], "{what}");
        assert_eq!(told.comparison.totals.moved.entries, count as u64 + 1, "{what}");
    }
}

fn tree(top: &str, below: &str) -> String {
    let below = below.split_whitespace().chain(["x=", "y="]);
    let below: Vec<String> = below.map(|word| format!("{top}/{word}")).collect();
    format!("{top}/ {}", below.join(" "))
}

#[test]
fn another_shape_is_another_directory() {
    let table = [
        ("too few names", "", ""),
        ("a name", "a=", "b="),
        ("a target", "l>T", "l>U"),
        ("a device number", "n#3", "n#4"),
        ("a type", "a/", "a|"),
        ("an entry more", "a=", "a= b="),
        ("a level", "a/ a/b/", "a/ b/"),
        ("a content that is not known", "a= u=?", "a= u=?"),
    ];
    for (what, before, after) in table {
        let told = told_of(&tree("old", before), &tree("new", after));
        let kinds: Vec<_> = told.lines().iter().map(|line| line[..7].trim().to_owned()).collect();
        assert_eq!(kinds, ["added n", "missing"], "{what}");
    }
}

#[test]
fn metadata_are_no_part_of_the_shape_and_told_beside_the_move() {
    let told = told_of("old/ old/d/ old/f= old/l>T", "new/ new/d/ new/f=+m new/l>T");
    assert_eq!(told.lines(), ["metadata new/f: mode was old/f", "moved old new +3"]);
}

#[test]
fn of_several_directories_of_one_shape_none_is_known_again() {
    let apart = ["added c", "missing a", "missing b"];
    let told = told_of("a/ a/f= b/ b/f=", "c/ c/f=");
    assert_eq!(told.lines().iter().map(|l| l.replace(" +1", "")).collect::<Vec<_>>(), apart);
    let told = told_of("c/ c/f=", "a/ a/f= b/ b/f=");
    assert_eq!(told.lines(), ["added a +1", "added b +1", "missing c +1"]);
}

/// Names that many directories have say less than the directory that holds them.
#[test]
fn what_moved_along_is_not_taken_for_another_directory_of_its_shape() {
    let before = "old/ old/1=A old/2=B old/keep/ old/keep/f=";
    let after = "new/ new/1=A new/2=B new/keep/ new/keep/f= new/keep/g= other/ other/f=";
    assert_eq!(
        told_of(before, after).lines(),
        ["added new/keep/g", "added other +1", "moved old new +4"]
    );
}

/// Every package has such folders; one that is lost is not another one that came.
#[test]
fn names_alone_do_not_tell_directories_of_other_places_apart() {
    let before = "a/ a/bin/ a/bin/tsc>T a/bin/x= a/bin/y= a/own=A";
    let after = "b/ b/bin/ b/bin/tsc>T b/bin/x= b/bin/y= b/own=B";
    assert_eq!(told_of(before, after).lines(), ["added b +5", "missing a +5"]);
}

/// By name and bytes alone the licences would go to the wrong directories.
#[test]
fn equal_files_follow_their_directories() {
    let before = "a/ a/licence=L a/x=X b/ b/licence=L b/y=Y";
    let after = "c/ c/licence=L c/y=Y d/ d/licence=L d/x=X";
    assert_eq!(told_of(before, after).lines(), ["moved a d +2", "moved b c +2"]);
}

#[test]
fn lone_links_and_empty_files_say_nothing() {
    for (before, after) in [("a=", "b="), ("a>T", "b>T"), ("a|", "b|"), ("d/a=", "b=")] {
        let lines = told_of(before, after).lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("added") && lines[1].starts_with("missing"), "{lines:?}");
    }
}
