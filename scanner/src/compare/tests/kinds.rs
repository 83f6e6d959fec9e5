//! One thing changed, one difference of the right kind.

use super::*;

type Change = fn(&mut Entry);

#[test]
fn each_change_of_a_file_is_one_difference() {
    let table: [(&str, Change, &str); 13] = [
        ("nothing", |_| (), ""),
        ("bytes alone", |e| e.hash = Some([7; 32]), "corrupt f: hash"),
        (
            "bytes and time",
            |e| (e.hash, e.modified_at) = (Some([7; 32]), (9, 9)),
            "content f: hash,mtime",
        ),
        ("bytes and size", |e| (e.hash, e.size) = (Some([7; 32]), 9), "content f: size,hash"),
        ("size and no hash", |e| (e.hash, e.size) = (None, 9), "content f: size,hash"),
        (
            "bytes and owner",
            |e| (e.hash, e.uid, e.mode) = (Some([7; 32]), 9, 0o600),
            "corrupt f: hash,mode,owner",
        ),
        ("mode", |e| e.mode = 0o600, "metadata f: mode"),
        ("owner and group", |e| (e.uid, e.gid) = (0, 0), "metadata f: owner,group"),
        ("a nanosecond", |e| e.modified_at.1 += 1, "metadata f: mtime"),
        (
            "an attribute",
            |e| e.attributes = vec![((*b"user.a").into(), [1; 16])],
            "metadata f: attribute user.a",
        ),
        (
            "an access control list",
            |e| e.attributes = vec![((*b"system.posix_acl_access").into(), [1; 16])],
            "metadata f: acl",
        ),
        ("a type", |e| e.kind = FileKind::Fifo, "type f: type"),
        ("a target", |e| e.target = Some(b"x".into()), "metadata f: target"),
    ];
    for (what, change, expected) in table {
        let told = told(&[file("f")], &[with(file("f"), change)]);
        assert_eq!(told.lines().join("; "), expected, "{what}");
        assert_eq!(told.comparison.totals.is_intact(), expected.is_empty(), "{what}");
        assert!(told.unchecked.is_empty(), "{what}");
    }
}

#[test]
fn attributes_are_told_one_by_one() {
    let attributes = |names: &[(&str, u8)]| {
        let list = names.iter().map(|(name, value)| (name.as_bytes().into(), [*value; 16]));
        vec![with(file("f"), |e| e.attributes = list.collect())]
    };
    let before = attributes(&[("user.a", 1), ("user.b", 1), ("user.d", 1)]);
    let after = attributes(&[("user.b", 2), ("user.c", 1), ("user.d", 1)]);
    let told = told(&before, &after);
    let fields = &told.differences[0].fields;
    let shown = fields.iter().map(|f| (f.name.as_str(), f.old == "none", f.new == "none"));
    let shown: Vec<_> = shown.collect();
    assert_eq!(
        shown,
        [
            ("attribute user.a", false, true),
            ("attribute user.b", false, false),
            ("attribute user.c", true, false),
        ]
    );
}

#[test]
fn a_content_that_is_not_known_is_never_the_same() {
    let unread = |entry| with(entry, |e: &mut Entry| e.hash = None);
    let damaged = |entry| with(entry, |e: &mut Entry| e.unreadable = vec![0..9; 1]);
    for (before, after) in [
        (unread(file("f")), file("f")),
        (file("f"), unread(file("f"))),
        (unread(file("f")), unread(file("f"))),
        (damaged(file("f")), damaged(file("f"))),
    ] {
        let told = told(&[before], &[after]);
        assert_eq!(told.unchecked, [(WhyUnchecked::NotHashed, "f".to_owned())]);
        assert_eq!(told.comparison.totals.unchecked.entries, 1);
        assert!(told.lines().is_empty());
    }
}

#[test]
fn what_is_ignored_is_no_difference_and_what_is_beside_it_is_told() {
    let changed = with(file("f"), |e| (e.uid, e.mode, e.modified_at) = (0, 0o600, (1, 1)));
    let options = |words: &[&str]| CompareOptions {
        ignore: words.iter().map(|word| word.parse().unwrap()).collect::<IgnoredFields>(),
        ..CompareOptions::default()
    };
    let lines = |words: &[&str]| {
        told_with(&[file("f")], std::slice::from_ref(&changed), &options(words)).lines().join("")
    };
    assert_eq!(lines(&["owner", "mtime"]), "metadata f: mode");
    assert_eq!(lines(&["owner", "mtime", "mode"]), "");
    let with_attributes = with(file("f"), |e| {
        let names = ["system.posix_acl_access", "user.a"];
        e.attributes = names.map(|name| (name.as_bytes().into(), [1; 16])).into();
    });
    let attributes = |words: &[&str]| {
        let after = std::slice::from_ref(&with_attributes);
        told_with(&[file("f")], after, &options(words)).lines().join("")
    };
    assert_eq!(attributes(&[]), "metadata f: acl,attribute user.a");
    assert_eq!(attributes(&["acl"]), "metadata f: attribute user.a");
    assert_eq!(attributes(&["attributes"]), "");
    for word in Field::WORDS {
        assert!(word.parse::<Field>().is_ok(), "{word}");
    }
    // An ignored time does not turn an edit into corruption.
    let edited = with(file("f"), |e| (e.hash, e.modified_at) = (Some([7; 32]), (9, 9)));
    let told = told_with(&[file("f")], &[edited], &options(&["mtime"]));
    assert_eq!(told.lines(), ["content f: hash"]);
}
