//! What is known again under another path, and what is not.

use super::*;

/// The file of `old` at `new`.
fn at(old: &str, new: &str) -> Entry {
    with(file(old), |e| e.path = new.into())
}

#[test]
fn a_renamed_file_moved() {
    let told = told(&[file("a")], &[at("a", "b")]);
    assert_eq!(told.lines(), ["moved a b"]);
    assert_eq!(told.comparison.totals.moved, Tally { entries: 1, bytes: 100 });
    assert_eq!(told.comparison.totals.added, Tally::default());
}

#[test]
fn other_bytes_an_empty_file_and_an_unread_one_did_not_move() {
    let same = |change: fn(&mut Entry)| {
        told(&[with(file("a"), change)], &[with(at("a", "b"), change)]).lines()
    };
    let apart = ["added b", "missing a"];
    assert_eq!(told(&[file("a")], &[file("b")]).lines(), apart);
    assert_eq!(same(|e| e.size = 0), apart);
    assert_eq!(same(|e| e.hash = None), apart);
    assert_eq!(same(|e| e.unreadable = vec![0..1; 1]), apart);
}

#[test]
fn among_equal_files_the_same_name_is_preferred() {
    let before = [directory("d"), at("s", "d/licence"), at("s", "y")];
    let after = [at("s", "b"), directory("d"), directory("q"), at("s", "q/licence")];
    let expected = ["added q", "moved d/licence q/licence", "moved y b"];
    assert_eq!(told(&before, &after).lines(), expected);
}

/// Else one that changed would shift all that follow.
#[test]
fn among_equal_files_of_one_name_those_of_the_same_directory_are_preferred() {
    let tree = |top: &str, content: &str| {
        let tree = "T/ T/a/ T/a/f=L T/b/ T/b/f=CONTENT T/c/ T/c/f=L T/d/ T/d/f=L";
        tree.replace("CONTENT", content).replace('T', top)
    };
    let told = told_of(&tree("old", "L"), &tree("new", "X"));
    assert_eq!(told.lines(), ["content new/b/f: hash was old/b/f", "moved old new +8"]);
}

#[test]
fn one_copy_of_two_is_missing() {
    let before = [at("s", "a"), at("s", "b")];
    assert_eq!(told(&before, &[at("s", "c")]).lines(), ["missing b", "moved a c"]);
}

#[test]
fn a_renamed_directory_moved_with_all_that_it_held() {
    let link = |path: &str| entry(path.as_bytes(), FileKind::Symlink);
    let empty = |path: &str| with(file("empty"), |e| (e.path, e.size) = (path.into(), 0));
    let tree = |top: &str| {
        let path = |below: &str| format!("{top}{below}");
        vec![
            directory(top),
            link(&path("/link")),
            empty(&path("/empty")),
            directory(&path("/sub")),
            at("x", &path("/sub/x")),
            directory(&path("/void")),
        ]
    };
    let told_whole = told(&tree("old"), &tree("new"));
    assert_eq!(told_whole.lines(), ["moved old new +5"]);
    assert_eq!(told_whole.comparison.totals.moved.entries, 6);
    let mut less = tree("new");
    less.retain(|entry| entry.path != b"new/link");
    assert_eq!(told(&tree("old"), &less).lines(), ["missing old/link", "moved old new +4"]);
}
