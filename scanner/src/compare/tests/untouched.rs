//! Names that went although nothing changed the directory that held them.

use reports::Timestamp;

use super::*;

/// Directories rest since 1_700_000_000.
fn told_of_same(before: &str, after: &str, since: i64) -> Vec<String> {
    let same_tree_since = Timestamp::from_unix_seconds(since);
    let options = CompareOptions { same_tree_since, ..CompareOptions::default() };
    told_with(&notation::entries(before), &notation::entries(after), &options).lines()
}

#[test]
fn what_went_from_a_directory_that_rests_is_lost() {
    for (before, after, expected) in [
        ("a=A", "", &["lost a"][..]),
        ("d/ d/a=A d/b=B", "d/ d/b=B", &["lost d/a"]),
        ("d/ d/e/ d/e/a=A", "d/", &["lost d/e"]),
        ("d/ d/a=A d/e/ d/e/b=B", "d/ d/e/ d/e/b=B", &["lost d/a"]),
        ("d/ d/e/ d/e/b=B d/f=A", "d/ d/e/ d/e/b=B", &["lost d/f"]),
        ("d/ d/a=A", "d/ d/a/", &["lost d/a: type"]),
        ("d/ d/a=A e/", "d/ e/ e/a=A", &["moved d/a e/a"]),
        ("d/ d/a=A", "d/+t", &["missing d/a"]),
        ("d/ d/e/ d/e/a=A", "d/ d/e/+t", &["missing d/e/a"]),
        ("d/ d/e/ d/e/b=B d/f=A", "d/+t d/e/ d/e/b=B", &["missing d/f"]),
        ("d/ d/a=A", "d/+t d/a/", &["type d/a: type"]),
        ("d/+t d/a=A", "d/+t", &["missing d/a"]),
    ] {
        let told = told_of_same(before, after, 1_700_000_010);
        assert_eq!(told, expected, "{before} | {after}");
    }
}

#[test]
fn on_another_tree_or_in_a_directory_that_had_just_changed_it_is_missing() {
    assert_eq!(told_of("d/ d/a=A", "d/").lines(), ["missing d/a"]);
    assert_eq!(told_of_same("d/ d/a=A", "d/", 1_700_000_003), ["missing d/a"]);
    assert_eq!(told_of_same("d/ d/a=A", "d/", 1_600_000_000), ["missing d/a"]);
}
