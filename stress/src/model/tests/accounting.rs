//! What the model counts: what there is, and the room that it takes.

use std::sync::Arc;

use crate::model::{Caller, Model};
use crate::op::Op;
use crate::outcome::Seen;

/// What it is about, operations, and then: how many nodes there are besides the top, and how many
/// pages they take.
type Counted = (&'static str, &'static str, u64, u64);

const TABLE: &[Counted] = &[
    ("nothing", "stat .", 0, 0),
    ("an empty file", "create f0 mode=0644", 1, 0),
    ("what was refused", "create f0 mode=0644; create f0 mode=0644; mkdir f0/d0 mode=0755", 1, 0),
    ("a byte takes a page", "create f0 mode=0644; write f0 at=5000 length=1 fill=1", 1, 1),
    ("a byte on each side", "create f0 mode=0644; write f0 at=4095 length=2 fill=1", 1, 2),
    (
        "the same bytes again",
        "create f0 mode=0644; write f0 at=0 length=10 fill=1; write f0 at=5 length=10 fill=1",
        1,
        1,
    ),
    ("a hole takes none", "create f0 mode=0644; truncate f0 size=1000000", 1, 0),
    ("cut", "create f0 mode=0644; write f0 at=0 length=8192 fill=1; truncate f0 size=4096", 1, 1),
    (
        "punched",
        "create f0 mode=0644; write f0 at=0 length=8192 fill=1; fallocate f0 how=punch at=0 length=4096",
        1,
        1,
    ),
    (
        "copied",
        "create f0 mode=0644; create f1 mode=0644; write f0 at=0 length=4096 fill=1; copy f0 f1 at=0 to_at=0 length=4096",
        2,
        2,
    ),
    ("removed", "create f0 mode=0644; write f0 at=0 length=5000 fill=1; unlink f0", 0, 0),
    (
        "replaced",
        "create f0 mode=0644; write f0 at=0 length=5000 fill=1; create f1 mode=0644; rename f1 f0 how=plain",
        1,
        0,
    ),
    (
        "moved onto itself",
        "create f0 mode=0644; write f0 at=0 length=1 fill=1; rename f0 f0 how=plain",
        1,
        1,
    ),
    ("linked", "create f0 mode=0644; write f0 at=0 length=1 fill=1; link f0 f1", 1, 1),
    (
        "one of two names removed",
        "create f0 mode=0644; write f0 at=0 length=1 fill=1; link f0 f1; unlink f0",
        1,
        1,
    ),
    (
        "removed and open",
        "create f0 mode=0644; write f0 at=0 length=1 fill=1; open h0 f0 how=read mode=00; unlink f0",
        1,
        1,
    ),
    (
        "removed, open and grown",
        "create f0 mode=0644; open h0 f0 how=write mode=00; unlink f0; pwrite h0 at=0 length=4097 fill=1",
        1,
        2,
    ),
    (
        "removed and closed",
        "create f0 mode=0644; write f0 at=0 length=1 fill=1; open h0 f0 how=read mode=00; unlink f0; close h0",
        0,
        0,
    ),
    (
        "removed and open twice",
        "create f0 mode=0644; open h0 f0 how=read mode=00; open h1 f0 how=read mode=00; unlink f0; close h0",
        1,
        0,
    ),
    (
        "removed, and its handle used anew",
        "create f0 mode=0644; write f0 at=0 length=1 fill=1; open h0 f0 how=read mode=00; unlink f0; opendir h0 .",
        0,
        0,
    ),
    (
        "a handle opened again",
        "create f0 mode=0644; open h0 f0 how=read mode=00; open h0 f0 how=read mode=00; close h0; unlink f0",
        0,
        0,
    ),
    ("without a name", "tmpfile h0 . mode=0600; pwrite h0 at=0 length=1 fill=1", 1, 1),
    (
        "without a name, closed",
        "tmpfile h0 . mode=0600; pwrite h0 at=0 length=1 fill=1; close h0",
        0,
        0,
    ),
    ("with its first name, closed", "tmpfile h0 . mode=0600; linkfd h0 f0; close h0", 1, 0),
    ("a directory removed and open", "mkdir d0 mode=0755; opendir h0 d0; rmdir d0", 1, 0),
    (
        "a directory removed and closed",
        "mkdir d0 mode=0755; opendir h0 d0; rmdir d0; close h0",
        0,
        0,
    ),
    (
        "a directory replaced",
        "mkdir d0 mode=0755; mkdir d1 mode=0755; rename d0 d1 how=plain",
        1,
        0,
    ),
    ("a crowd", "fill . crowd=short count=30; purge . crowd=short count=10", 20, 0),
    (
        "a number is given anew",
        "create f0 mode=0644; unlink f0; mkdir d0 mode=0755; create d0/f1 mode=0644",
        2,
        0,
    ),
];

#[test]
fn what_there_is_is_counted() {
    for (about, lines, nodes, pages) in TABLE {
        let caller = Caller { overrides: false, umask: 0o022 };
        let mut model = Model::new(Arc::default(), caller, (0, 0));
        for line in lines.split("; ") {
            let plan = model.plan(&line.parse::<Op>().unwrap());
            model.carry_out(plan, &Ok(Seen::Done), (0, 0));
        }
        assert_eq!((model.live(), model.allocated()), (nodes + 1, pages * 4096), "{about}");
    }
}
