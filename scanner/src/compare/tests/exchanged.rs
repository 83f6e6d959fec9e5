//! Another file of BEFORE in the place of one, with the same size and time.

use super::*;

#[test]
fn a_file_that_was_put_in_the_place_of_another_is_no_corruption() {
    for (before, after, expected) in [
        ("a=A b=B", "a=B b=A", &["content a: hash of b", "content b: hash of a"][..]),
        ("a=A b=B", "a=B", &["content a: hash of b", "missing b"]),
        (
            "a=A b=B c=C",
            "a=B b=C c=A",
            &["content a: hash of b", "content b: hash of c", "content c: hash of a"],
        ),
        // Two releases that changed places, with what is the same in both.
        (
            "new/ new/l=L new/v=B old/ old/l=L old/v=A",
            "new/ new/l=L new/v=A old/ old/l=L old/v=B",
            &["content new/v: hash of old/v", "content old/v: hash of new/v"],
        ),
        (
            "new/ new/l=L new/v=B old/ old/l=L old/v=A",
            "old/ old/l=L old/v=B",
            &["content old/v: hash of new/v", "missing new +2"],
        ),
        // In the place of the other one something else was made since.
        ("a=A b=B", "a=B b=C+s", &["content a: hash of b", "content b: size,hash"]),
        ("a=A b=B", "a=B b/", &["content a: hash of b", "type b: type"]),
        // A rename would have brought the time along.
        ("a=A b=B+t", "a=B b=A+t", &["corrupt a: hash", "corrupt b: hash"]),
        ("a=A b=B+t", "a=B", &["corrupt a: hash", "missing b"]),
        // One file is in one place.
        ("a=A b=A d=D", "a=D b=D", &["content a: hash of d", "corrupt b: hash", "missing d"]),
        ("a=A b=B", "a=B c=B", &["corrupt a: hash", "moved b c"]),
        // That one is where it was, or came to another place, or to none.
        ("a=A b=B", "a=B b=B", &["corrupt a: hash"]),
        ("a=A b=B", "a=C b=D", &["corrupt a: hash", "corrupt b: hash"]),
        ("a=A", "a=B b=B", &["added b", "corrupt a: hash"]),
        ("a=A b=B", "a=B+m b=C", &["content a: hash,mode of b", "corrupt b: hash"]),
    ] {
        assert_eq!(told_of(before, after).lines(), expected, "{before} | {after}");
    }
}
