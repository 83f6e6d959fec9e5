//! What has its old name in a directory that moved: it is what it was, whatever became of it.

use super::*;

/// Two files that show where `old` went.
const OLD: &str = "old/ old/1=One old/2=Two";
const NEW: &str = "new/ new/1=One new/2=Two";

#[test]
fn what_became_of_an_entry_in_a_moved_directory_is_told_once() {
    let table = [
        ("a file", "f=A", "f=A", &["moved old new +3"][..]),
        ("an empty file", "f=", "f=", &["moved old new +3"]),
        ("a link", "l>T", "l>T", &["moved old new +3"]),
        ("a FIFO", "p|", "p|", &["moved old new +3"]),
        ("a device node", "n#3", "n#3", &["moved old new +3"]),
        ("an empty directory", "d/", "d/", &["moved old new +3"]),
        ("bytes alone", "f=A", "f=B", &["content new/f: hash was old/f", "moved old new +3"]),
        (
            "bytes and time",
            "f=A",
            "f=B+t",
            &["content new/f: hash,mtime was old/f", "moved old new +3"],
        ),
        (
            "bytes and size",
            "f=A",
            "f=B+s",
            &["content new/f: size,hash was old/f", "moved old new +3"],
        ),
        (
            "bytes and mode",
            "f=A",
            "f=B+m",
            &["content new/f: hash,mode was old/f", "moved old new +3"],
        ),
        ("emptied", "f=A", "f=", &["content new/f: size,hash was old/f", "moved old new +3"]),
        ("mode", "f=A", "f=A+m", &["metadata new/f: mode was old/f", "moved old new +3"]),
        (
            "mode of an empty file",
            "f=",
            "f=+m",
            &["metadata new/f: mode was old/f", "moved old new +3"],
        ),
        ("mode of a FIFO", "p|", "p|+m", &["metadata new/p: mode was old/p", "moved old new +3"]),
        ("a target", "l>T", "l>U", &["metadata new/l: target was old/l", "moved old new +3"]),
        (
            "a device number",
            "n#3",
            "n#4",
            &["metadata new/n: device was old/n", "moved old new +3"],
        ),
        ("a type", "f=A", "f>T", &["moved old new +3", "type new/f: type was old/f"]),
        ("a file's name", "f=A", "g=A", &["moved old new +2", "moved old/f new/g"]),
        ("a link's name", "l>T", "k>T", &["added new/k", "missing old/l", "moved old new +2"]),
        ("gone", "f=A", "", &["missing old/f", "moved old new +2"]),
        ("come", "", "f=A", &["added new/f", "moved old new +2"]),
    ];
    let inside = |top: &str, word: &str| match word {
        "" => String::new(),
        word => format!("{top}/{word}"),
    };
    for (what, before, after, expected) in table {
        let before = format!("{OLD} {}", inside("old", before));
        let after = format!("{NEW} {}", inside("new", after));
        let told = told_of(&before, &after);
        assert_eq!(told.lines(), expected, "{what}");
        assert!(told.unchecked.is_empty(), "{what}");
    }
}

#[test]
fn a_directory_that_became_a_file_loses_what_it_held() {
    let told = told_of(&format!("{OLD} old/d/ old/d/f=A"), &format!("{NEW} new/d=D"));
    let expected = ["missing old/d/f", "moved old new +3", "type new/d: type was old/d"];
    assert_eq!(told.lines(), expected);
}

#[test]
fn a_change_deep_in_a_moved_directory_leaves_one_row_for_the_rest() {
    let old = format!("{OLD} old/d/ old/d/e/ old/d/e/f=A old/d/e/l>T");
    let new = format!("{NEW} new/d/+m new/d/e/ new/d/e/f=B new/d/e/l>T");
    let expected = [
        "content new/d/e/f: hash was old/d/e/f",
        "metadata new/d: mode was old/d",
        "moved old new +6",
    ];
    assert_eq!(told_of(&old, &new).lines(), expected);
}

#[test]
fn a_content_that_is_not_known_in_a_moved_directory_is_neither_missing_nor_the_same() {
    for (before, after) in [("old/f=A", "new/f=?"), ("old/f=?", "new/f=A"), ("old/f=?", "new/f=?")]
    {
        let told = told_of(&format!("{OLD} {before}"), &format!("{NEW} {after}"));
        assert_eq!(told.lines(), ["moved old new +3"], "{before} {after}");
        assert_eq!(told.unchecked, [(WhyUnchecked::NotHashed, "new/f".to_owned())]);
        let totals = told.comparison.totals;
        assert_eq!((totals.moved.entries, totals.unchecked.entries), (3, 1));
    }
}

/// A licence that two packages share does not make one of the other.
#[test]
fn a_directory_moved_where_at_least_half_of_its_files_did() {
    let table = [
        (
            "one of three",
            "q/ q/licence=L q/main=C q/readme=D",
            &["added q +2", "missing p +2", "moved p/licence q/licence"][..],
        ),
        (
            "two of three",
            "q/ q/licence=L q/main=A q/readme=D",
            &["content q/readme: hash was p/readme", "moved p q +3"],
        ),
        (
            "one of two",
            "q/ q/licence=L q/main=C",
            &["added q +1", "missing p +2", "moved p/licence q/licence"],
        ),
        (
            "all that is left",
            "q/ q/licence=L",
            &["added q", "missing p +2", "moved p/licence q/licence"],
        ),
    ];
    for (what, after, expected) in table {
        let told = told_of("p/ p/licence=L p/main=A p/readme=B", after);
        assert_eq!(told.lines(), expected, "{what}");
    }
}

#[test]
fn a_directory_above_moved_only_where_those_below_kept_their_names() {
    let before = "x/ x/sub/ x/sub/1=A";
    let moved = told_of(before, "y/ y/sub/ y/sub/1=A y/sub/2=B");
    assert_eq!(moved.lines(), ["added y/sub/2", "moved x y +2"]);
    let apart = told_of(before, "y/ y/bus/ y/bus/1=A y/bus/2=B");
    assert_eq!(apart.lines(), ["added y", "added y/bus/2", "missing x", "moved x/sub y/bus +1"]);
}

#[test]
fn a_directory_is_where_most_of_it_went() {
    let before = "old/ old/1=A old/2=B old/3=C";
    let after = "few/ few/1=A most/ most/2=B most/3=C";
    let expected = ["added few", "moved old most +2", "moved old/1 few/1"];
    assert_eq!(told_of(before, after).lines(), expected);
}
