//! Lines that b3sum takes, and paths that it does not.

use super::sample::{directory, entry, file};
use crate::inode_facts::FileKind;
use crate::manifest::{Entry, SumsOutcome, write_sums};

fn sums(entries: &[Entry]) -> (String, SumsOutcome) {
    let mut out = Vec::new();
    let outcome = write_sums(&mut out, entries.iter()).unwrap();
    (String::from_utf8(out).unwrap(), outcome)
}

#[test]
fn names_are_escaped_as_b3sum_does() {
    for (name, prefix, shown) in [
        ("a  b", "", "a  b"),
        ("a\\b", "\\", "a\\\\b"),
        ("a\nb", "\\", "a\\nb"),
        ("a\r", "\\", "a\\r"),
        ("-", "", "./-"),
    ] {
        let hash = blake3::hash(name.as_bytes()).to_hex();
        assert_eq!(sums(&[file(name)]).0, format!("{prefix}{hash}  {shown}\n"));
    }
}

#[test]
fn what_cannot_stand_there_is_told() {
    let mut unread = file("unread");
    unread.hash = None;
    let mut damaged = file("damaged");
    damaged.unreadable = vec![0..1; 1];
    let odd = entry(b"\xff", FileKind::Regular);
    let (text, outcome) = sums(&[directory("d"), odd, file("\u{fffd}"), unread, damaged]);
    assert_eq!(text, "");
    assert_eq!((outcome.written, outcome.unsuitable, outcome.unread), (0, 2, 2));
    let examples: Vec<_> = outcome.examples.iter().map(reports::PathName::escaped).collect();
    assert_eq!(examples, ["\\xff", "\u{fffd}"]);
}
