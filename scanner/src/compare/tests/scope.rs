//! What is left out, and what could not be looked at.

use super::*;
use crate::exclusions::Exclusions;

fn excluding(globs: &[&str]) -> CompareOptions {
    let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
    CompareOptions {
        exclude: Some(Exclusions::new(&globs).unwrap()),
        roots: vec![b"/home".to_vec()],
        ..CompareOptions::default()
    }
}

fn unexamined(path: &str) -> Gaps {
    Gaps { unexamined: vec![path.into()], ..Gaps::default() }
}

#[test]
fn what_is_excluded_is_left_out_with_all_below_it() {
    let before =
        [directory("cache"), file("cache/x"), directory("d"), file("d/y.tmp"), file("kept")];
    for globs in [&["cache", "*.tmp", "d"][..], &["/home/cache", "/home/d"]] {
        let told = told_with(&before, &[], &excluding(globs));
        assert_eq!(told.lines(), ["missing kept"], "{globs:?}");
    }
}

#[test]
fn an_excluded_name_explains_its_directory_s_time() {
    let later = with(directory("d"), |e| e.modified_at = (9, 9));
    let told = told_with(&[directory("d"), file("d/x.tmp")], &[later], &excluding(&["*.tmp"]));
    assert_eq!(told.lines(), Vec::<String>::new());
}

#[test]
fn what_could_not_be_examined_is_unchecked_and_not_missing() {
    let before = [directory("d"), directory("d/s"), file("d/s/x"), file("d/y"), file("ds")];
    let options = CompareOptions { after: unexamined("d/s"), ..CompareOptions::default() };
    let told = told_with(&before, &[directory("d"), directory("d/s")], &options);
    assert_eq!(told.lines(), ["missing d/y", "missing ds"]);
    assert_eq!(told.unchecked, [(WhyUnchecked::NotExamined, "d/s/x".to_owned())]);
}

#[test]
fn a_name_that_could_not_be_examined_explains_no_time() {
    let before = [directory("d"), directory("d/s"), file("d/s/x"), directory("e"), file("e/x")];
    let later = |path| with(directory(path), |e| e.modified_at = (9, 9));
    let gaps = Gaps { unexamined: vec![b"d/s".to_vec(), b"e".to_vec()], ..Gaps::default() };
    let options = CompareOptions { after: gaps.clone(), ..CompareOptions::default() };
    let told = told_with(&before, &[later("d"), later("e")], &options);
    assert_eq!(told.lines(), ["metadata d: mtime"], "what e holds may have come or gone");
    let options = CompareOptions { before: gaps, ..CompareOptions::default() };
    // Of the other side: it was removed, or was made since, which the row of the name tells.
    let removed = told_with(&before[..3], &[later("d")], &options);
    assert_eq!(removed.lines(), ["missing d/s +1"]);
    let after = [later("d"), directory("d/s"), file("d/s/x"), later("e"), file("e/x")];
    let told = told_with(&[directory("d"), directory("e")], &after, &options);
    assert_eq!(told.lines(), ["metadata d: mtime"]);
}

#[test]
fn what_could_not_be_examined_before_is_unchecked_and_not_added() {
    let after = [directory("d"), directory("d/s"), file("d/s/x"), file("d/y"), file("ds")];
    let options = CompareOptions { before: unexamined("d/s"), ..CompareOptions::default() };
    let told = told_with(&[directory("d"), directory("d/s")], &after, &options);
    assert_eq!(told.lines(), ["added d/y", "added ds"]);
    assert_eq!(told.unchecked, [(WhyUnchecked::NotExamined, "d/s/x".to_owned())]);
}

#[test]
fn a_link_to_what_could_not_be_examined_before_is_not_told_as_joined() {
    let name = |path: &str, first: &str| with(file(path), |e| e.same_file_as = Some(first.into()));
    let before = [directory("a"), file("b"), name("c", "b")];
    let after = [directory("a"), file("a/x"), name("b", "a/x"), name("c", "a/x")];
    let hashed = |entries: &[Entry]| -> Vec<Entry> {
        entries.iter().map(|e| with(e.clone(), |e| e.hash = e.hash.map(|_| [7; 32]))).collect()
    };
    let options = CompareOptions { before: unexamined("a"), ..CompareOptions::default() };
    let told = told_with(&hashed(&before), &hashed(&after), &options);
    assert_eq!(told.lines(), Vec::<String>::new());
}

#[test]
fn attributes_that_could_not_be_read_are_unchecked_and_not_gone() {
    let before = with(file("f"), |e| {
        e.attributes = vec![((*b"user.b").into(), [1; 16])];
        e.mode = 0o600;
    });
    let options = CompareOptions { after: unexamined("f"), ..CompareOptions::default() };
    let mut told = Told::default();
    let sides = [before, file("f")].map(|f| tree(&[f]).into_iter().map(Ok::<_, ()>));
    let [before, after] = sides;
    compare(before, after, &options, &mut told).unwrap();
    assert_eq!(told.lines(), ["metadata f: mode"]);
    assert_eq!(told.unchecked, [(WhyUnchecked::NotExamined, "f".to_owned())]);
}

#[test]
fn attributes_that_one_side_was_not_shown_are_left_open() {
    let trusted = |name: &str| ((*name.as_bytes()).into(), [1; 16]);
    let before = with(file("f"), |e| e.attributes = vec![trusted("trusted.a"), trusted("user.b")]);
    let all = told_with(std::slice::from_ref(&before), &[file("f")], &CompareOptions::default());
    assert_eq!(all.lines(), ["metadata f: attribute trusted.a,attribute user.b"]);
    let hides = Gaps { hides_trusted: true, ..Gaps::default() };
    for options in [
        CompareOptions { before: hides.clone(), ..CompareOptions::default() },
        CompareOptions { after: hides, ..CompareOptions::default() },
    ] {
        let told = told_with(std::slice::from_ref(&before), &[file("f")], &options);
        assert_eq!(told.lines(), ["metadata f: attribute user.b"]);
        assert_eq!(told.unchecked, [(WhyUnchecked::NotShown, "f".to_owned())]);
    }
}

#[test]
fn what_could_not_be_examined_in_a_moved_directory_is_unchecked_and_not_missing() {
    let files = |top| ["1=A", "2=B", "3=C", "4=D"].map(|file| format!("{top}/{file}")).join(" ");
    let before = format!("old/ {} old/s/ old/s/x=X old/s/d/ old/s/d/y=Y old/z=Z", files("old"));
    let after = format!("new/ {} new/s/", files("new"));
    let (before, after) = (notation::entries(&before), notation::entries(&after));
    let options = CompareOptions { after: unexamined("new/s"), ..CompareOptions::default() };
    let told = told_with(&before, &after, &options);
    assert_eq!(told.lines(), ["missing old/z", "moved old new +5"]);
    let unchecked = ["new/s/d", "new/s/d/y", "new/s/x"];
    assert_eq!(told.unchecked, unchecked.map(|path| (WhyUnchecked::NotExamined, path.to_owned())));
}

#[test]
fn an_error_of_either_side_ends_the_comparison() {
    let good = || vec![Ok(directory("")), Ok(file("a"))];
    let bad = || vec![Ok(directory("")), Err("damaged")];
    for (before, after) in [(good(), bad()), (bad(), good())] {
        let options = CompareOptions::default();
        let mut told = Told::default();
        let compared = compare(before.into_iter(), after.into_iter(), &options, &mut told);
        assert_eq!(compared, Err("damaged"));
    }
}

#[test]
fn a_tree_that_lost_names_leaves_open_whether_all_is_there() {
    let lost = Gaps { names_lost: true, ..Gaps::default() };
    let (before, after) = (notation::entries("a=A b=B+a"), notation::entries("b=B c=C"));
    let without = told(&before, &after).lines();
    assert_eq!(without, ["added c", "metadata b: attribute user.a", "missing a"]);
    let (one, other) = (CompareOptions::default(), CompareOptions::default());
    let told_before = told_with(&before, &after, &CompareOptions { before: lost.clone(), ..one });
    assert_eq!(told_before.lines(), without);
    assert_eq!(told_before.unchecked, [(WhyUnchecked::NamesLost, String::new())]);
    assert!(!told_before.comparison.totals.is_intact());
    // What BEFORE tells of is there or not, whatever else is.
    let told_after = told_with(&before, &after, &CompareOptions { after: lost, ..other });
    assert_eq!(told_after.lines(), without);
    assert!(told_after.unchecked.is_empty());
}

#[test]
fn what_a_manifest_left_out_is_open_and_what_is_asked_to_be_left_out_is_not() {
    let globs = |globs: &[&str]| {
        let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
        Some(Exclusions::new(&globs).unwrap())
    };
    let (before, after) = ("a/ a/b/ a/b/c=C a/d=D e=E", "a/ e=F");
    for (exclude, left_out, lines, open) in [
        (&[][..], &["a/b"][..], &["content e", "missing a/d"][..], &["a/b", "a/b/c"][..]),
        (&["a"], &["a/b"], &["content e"], &[]),
        (&["a/b"], &["a"], &["content e"], &["a/d"]),
        // What both sides tell was not left out.
        (&[], &["e"], &["content e", "missing a/b +1", "missing a/d"], &[]),
        (&[], &["nowhere"], &["content e", "missing a/b +1", "missing a/d"], &[""]),
    ] {
        let (exclude, left_out) = (globs(exclude), globs(left_out));
        let options = CompareOptions { exclude, left_out, ..CompareOptions::default() };
        let told = told_with(&notation::entries(before), &notation::entries(after), &options);
        let what: Vec<_> = told
            .lines()
            .iter()
            .map(|l| l.split(':').next().unwrap().replace("corrupt", "content"))
            .collect();
        assert_eq!(what, lines, "{options:?}");
        let unchecked: Vec<_> = told.unchecked.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(unchecked, open, "{options:?}");
    }
}

#[test]
fn what_lay_on_a_filesystem_that_is_not_mounted_is_unchecked_and_not_missing() {
    let before = notation::entries("a=A m/ m/d/ m/d/f=F m/g=G mm/ mm/x=X");
    let options = |mounts: &[&str]| CompareOptions {
        unmounted: mounts.iter().map(|mount| (*mount).into()).collect(),
        ..CompareOptions::default()
    };
    // Its root and the directory that it covered are two.
    let told = told_with(&before, &notation::entries("a=A m/+m mm/"), &options(&["m"]));
    assert_eq!(told.lines(), ["missing mm/x"]);
    assert_eq!(told.unchecked, vec![(WhyUnchecked::NotMounted, "m".to_owned()); 4]);

    // Whatever differs of them, and also where nothing lay in it.
    for (before, after) in [("m/ m/g=G", "m/+t"), ("m/", "m/+t"), ("m/", "m/+m")] {
        let sides = [before, after].map(notation::entries);
        let told = told_with(&sides[0], &sides[1], &options(&["m"]));
        assert_eq!(told.lines(), Vec::<String>::new(), "{before} | {after}");
        let unchecked = told.comparison.totals.unchecked.entries;
        assert_eq!(unchecked, sides[0].len() as u64, "{before} | {after}");
    }
    for (after, lost) in [
        // Something was put there: a copy that goes into one filesystem.
        ("a=A m/ m/g=G mm/ mm/x=X", "missing m/d +1"),
        ("a=A m/+t m/g=G mm/ mm/x=X", "missing m/d +1"),
        // It is not even a place to mount anything on.
        ("a=A mm/ mm/x=X", "missing m +3"),
    ] {
        let told = told_with(&before, &notation::entries(after), &options(&["m"]));
        assert_eq!((told.lines(), told.unchecked.len()), (vec![lost.to_owned()], 0), "{after}");
    }
    let told = told_with(&[directory("m")], &notation::entries("m/+m m/f="), &options(&["m"]));
    assert_eq!(told.lines(), ["added m/f", "metadata m: mode"]);
    let told = told_with(&before, &notation::entries("a=A m/ mm/ mm/x=X"), &options(&[]));
    assert_eq!(told.lines(), ["missing m/d +1", "missing m/g"]);
}

/// Its bytes may be others, whatever else is known to be.
#[test]
fn what_was_not_read_is_not_comparable_where_its_metadata_differs() {
    let told = told_of("f=?", "f=?+m");
    assert_eq!(told.lines(), ["metadata f: mode"]);
    let totals = told.comparison.totals;
    assert_eq!((totals.unchecked.entries, totals.metadata.entries), (1, 0));
}
