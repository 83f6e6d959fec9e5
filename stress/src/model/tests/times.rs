//! When contents and inodes changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::held::{Case, hold};
use crate::model::{Caller, Model, Modified, Node};
use crate::op::Op;
use crate::operand::Handle;
use crate::outcome::Seen;

/// Everything was changed long ago: at 5, and the directories at 6 seconds.
const GROUND: &str = "mkdir d0 mode=0755; mkdir d2 mode=0755; create f0 mode=0644; \
    write f0 at=0 length=10000 fill=1; create f1 mode=0644; create d0/f1 mode=0644; \
    mkdir d0/d1 mode=0755; symlink f0 f2; symlink f9 f4; \
    utimens f0 seconds=5 nanoseconds=5; utimens f1 seconds=5 nanoseconds=5; \
    utimens d0/d1 seconds=5 nanoseconds=5; utimens d0 seconds=6 nanoseconds=0; \
    utimens d2 seconds=6 nanoseconds=0; pause";

const SET: &[Case] = &[
    ("of a file", "stat f0 -> modified=5.000000005"),
    ("of a directory", "stat d0 -> modified=6.000000000"),
    (
        "to the last nanosecond",
        "utimens f0 seconds=7 nanoseconds=999999999; stat f0 -> modified=7.999999999",
    ),
    ("before 1970", "utimens f0 seconds=-3 nanoseconds=1; stat f0 -> modified=-3.000000001"),
    (
        "through a link",
        "utimens f2 seconds=8 nanoseconds=0; stat f0 -> modified=8.000000000; stat f2 -> modified=now",
    ),
    ("through a link to nothing", "utimens f4 seconds=8 nanoseconds=0 -> ENOENT"),
    ("of what is not there", "utimens f9 seconds=8 nanoseconds=0 -> ENOENT"),
    ("below a file", "utimens f0/f9 seconds=8 nanoseconds=0 -> ENOTDIR"),
    ("to no nanosecond", "utimens f0 seconds=8 nanoseconds=1000000000 -> EINVAL"),
    (
        "to no nanosecond, of what is not there",
        "utimens f9 seconds=8 nanoseconds=1000000000 -> EINVAL",
    ),
    (
        "of what is open",
        "open h0 f0 how=read mode=00; utimens f0 seconds=8 nanoseconds=0; fstat h0 -> modified=8.000000000",
    ),
];

const CONTENT: &[Case] = &[
    ("written", "write f0 at=0 length=1 fill=1; stat f0 -> modified=now"),
    (
        "nothing written",
        "write f0 at=0 length=0 fill=1; append f0 length=0 fill=1; stat f0 -> modified=5.000000005",
    ),
    ("appended", "append f0 length=1 fill=1; stat f0 -> modified=now"),
    (
        "written by a handle",
        "open h0 f0 how=write mode=00; stat f0 -> modified=5.000000005; pwrite h0 at=0 length=1 fill=1; fstat h0 -> modified=now",
    ),
    ("cut", "truncate f0 size=1; stat f0 -> modified=now"),
    (
        "cut by a handle",
        "open h0 f0 how=write mode=00; ftruncate h0 size=1; fstat h0 -> modified=now",
    ),
    ("cut to what it is", "truncate f0 size=10000; stat f0 -> modified=now"),
    ("emptied as it is opened", "open h0 f0 how=write+truncate mode=00; stat f0 -> modified=now"),
    (
        "copied to",
        "copy f0 f1 at=0 to_at=0 length=10; stat f1 -> modified=now; stat f0 -> modified=5.000000005",
    ),
    ("read", "read f0 at=0 length=10; fsync f0; stat f0 -> modified=5.000000005"),
    ("moved", "rename f0 d0/f0 how=plain; stat d0/f0 -> modified=5.000000005"),
    ("linked", "link f0 d0/f0; stat f0 -> modified=5.000000005"),
    ("a name less", "link f0 d0/f0; unlink f0; stat d0/f0 -> modified=5.000000005"),
    ("another mode", "chmod f0 mode=0600; stat f0 -> modified=5.000000005"),
    (
        "another attribute",
        "setxattr f0 attribute=1 length=5 fill=1 how=any; removexattr f0 attribute=1; stat f0 -> modified=5.000000005",
    ),
    ("a file for another", "rename f0 f1 how=exchange; stat f0 -> modified=5.000000005"),
    (
        "a range that could not be treated",
        "fallocate f0 how=collapse at=0 length=20480 -> EINVAL; stat f0 -> size=10000",
    ),
    ("a range", "fallocate f0 how=keep-size at=0 length=4096; stat f0 -> size=10000"),
];

const DIRECTORIES: &[Case] = &[
    ("a file comes", "create d2/f0 mode=0644; stat d2 -> modified=now"),
    ("a directory comes", "mkdir d2/d1 mode=0755; stat d2 -> modified=now"),
    ("a symbolic link comes", "symlink f0 d2/f0; stat d2 -> modified=now"),
    ("a link comes", "link f0 d2/f0; stat d2 -> modified=now"),
    (
        "an open file comes",
        "tmpfile h0 d2 mode=0600; stat d2 -> modified=6.000000000; linkfd h0 d2/f0; stat d2 -> modified=now",
    ),
    ("a file goes", "unlink d0/f1; stat d0 -> modified=now"),
    ("a directory goes", "rmdir d0/d1; stat d0 -> modified=now"),
    ("a file is moved here", "rename f0 d2/f0 how=plain; stat d2 -> modified=now"),
    (
        "a file is moved away",
        "rename d0/f1 d2/f1 how=plain; stat d0 -> modified=now; stat d2 -> modified=now",
    ),
    ("a file is moved within", "rename d0/f1 d0/f5 how=plain; stat d0 -> modified=now"),
    ("names change places", "rename d0/f1 f0 how=exchange; stat d0 -> modified=now"),
    ("nothing is moved", "rename d0/f1 d0/f1 how=plain; stat d0 -> modified=6.000000000"),
    (
        "nothing comes",
        "create d0/f1 mode=0644 -> EEXIST; mkdir d0/d1 mode=0644 -> EEXIST; unlink d0/f9 -> ENOENT; rmdir d0/f1 -> ENOTDIR; stat d0 -> modified=6.000000000",
    ),
    (
        "nothing is opened anew",
        "open h0 d0/f1 how=write+create mode=0644; stat d0 -> modified=6.000000000",
    ),
    (
        "something changes below",
        "write d0/f1 at=0 length=5 fill=1; create d0/d1/f1 mode=0644; chmod d0/f1 mode=0600; stat d0 -> modified=6.000000000; stat d0/d1 -> modified=now",
    ),
    (
        "listed",
        "list d0 buffer=4096; opendir h0 d0; getrest h0 buffer=96; stat d0 -> modified=6.000000000",
    ),
    ("another mode", "chmod d0 mode=0700; stat d0 -> modified=6.000000000"),
    (
        "a crowd comes and goes",
        "fill d2 crowd=short count=3; stat d2 -> modified=now; utimens d2 seconds=6 nanoseconds=0; purge d2 crowd=short count=3; stat d2 -> modified=now",
    ),
    (
        "no crowd comes or goes",
        "fill d2 crowd=short count=0; purge d2 crowd=short count=3; stat d2 -> modified=6.000000000",
    ),
    ("it is moved", "rename d0 d3 how=plain; stat d3 -> modified=6.000000000"),
    (
        "it is moved elsewhere, which may count",
        "rename d2 d0/d2 how=plain; stat d0/d2 -> directory",
    ),
];

/// Whatever changes an inode sets its change time: looking at it holds that against the clock.
const CHANGE: &[Case] = &[
    ("another mode", "pause; chmod f0 mode=0600; stat f0 -> regular"),
    ("another time", "pause; utimens f0 seconds=9 nanoseconds=0; stat f0 -> regular"),
    ("another name", "pause; rename f0 f5 how=plain; stat f5 -> regular"),
    ("another name of a directory", "pause; rename d0 d3 how=plain; stat d3 -> directory"),
    ("a name more", "pause; link f0 f5; stat f0 -> links=2"),
    ("a name less", "link f0 f5; pause; unlink f5; stat f0 -> links=1"),
    (
        "replaced, with another name",
        "link f0 f5; pause; rename f1 f5 how=plain; stat f0 -> links=1",
    ),
    ("the last name less", "open h0 f0 how=read mode=00; pause; unlink f0; fstat h0 -> links=0"),
    ("a directory's last name less", "opendir h0 d2; pause; rmdir d2; fstat h0 -> links=0"),
    ("the first name", "tmpfile h0 . mode=0600; pause; linkfd h0 f5; stat f5 -> links=1"),
    (
        "an attribute",
        "pause; setxattr f0 attribute=1 length=5 fill=1 how=any; stat f0 -> regular; pause; removexattr f0 attribute=1; stat f0 -> regular",
    ),
    (
        "its content",
        "pause; write f0 at=0 length=5 fill=1; stat f0 -> regular; pause; truncate f0 size=5; stat f0 -> size=5",
    ),
    (
        "its entries",
        "pause; create d0/f5 mode=0644; stat d0 -> directory; pause; unlink d0/f5; stat d0 -> directory",
    ),
];

#[test]
fn times_are_set() {
    hold(GROUND, SET);
}

#[test]
fn files_tell_when_their_content_changed() {
    hold(GROUND, CONTENT);
}

#[test]
fn directories_tell_when_their_names_changed() {
    hold(GROUND, DIRECTORIES);
}

#[test]
fn inodes_tell_when_they_changed() {
    hold(GROUND, CHANGE);
}

/// Operations, and what the last one demands: `m` of what must have changed, `?` of what perhaps
/// did, `c` of what must tell a later change time, and nothing of anything else. A filesystem that
/// forgets to set a time is found out by this alone.
const DEMANDED: &[Case] = &[
    ("chmod f0 mode=0600", "f0:c"),
    ("utimens f0 seconds=5 nanoseconds=0", "f0:c"),
    ("setxattr f0 attribute=1 length=5 fill=1 how=any", "f0:c"),
    ("setxattr f0 attribute=1 length=5 fill=1 how=any; removexattr f0 attribute=1", "f0:c"),
    ("write f0 at=0 length=5 fill=1", "f0:mc"),
    ("write f0 at=0 length=0 fill=1", ""),
    ("append f0 length=5 fill=1", "f0:mc"),
    ("truncate f0 size=0", "f0:mc"),
    ("open h0 f0 how=write+truncate mode=00", "f0:mc h0:mc"),
    ("open h0 f0 how=write+create mode=00", "h0:"),
    ("fallocate f0 how=keep-size at=0 length=5", "f0:?"),
    ("fallocate f0 how=collapse at=0 length=5", "f0:?"),
    ("copy f0 f1 at=0 to_at=0 length=5", "f1:mc"),
    ("copy f0 f1 at=0 to_at=0 length=0", "f1:?"),
    ("read f0 at=0 length=5", ""),
    ("create d0/f5 mode=0644", "d0:mc d0/f5:mc"),
    ("create d0/f1 mode=0644", ""),
    ("mkdir d0/d5 mode=0755", "d0:mc d0/d5:mc"),
    ("symlink f0 d0/f5", "d0:mc d0/f5:mc"),
    ("link f0 d0/f5", "d0:mc d0/f5:c f0:c"),
    ("unlink d0/f1", "d0:mc"),
    ("open h0 d0/f1 how=read mode=00; unlink d0/f1", "d0:mc h0:c"),
    ("link f0 f5; unlink f5", ".:mc f0:c"),
    ("opendir h0 d2; rmdir d2", ".:mc h0:c"),
    ("tmpfile h0 d0 mode=0600; linkfd h0 d0/f5", "d0:mc d0/f5:c h0:c"),
    ("rename f0 f5 how=plain", ".:mc f5:c"),
    ("rename f0 d0/f5 how=plain", ".:mc d0:mc d0/f5:c"),
    ("open h0 f1 how=read mode=00; rename f0 f1 how=plain", ".:mc f1:c h0:c"),
    ("rename d0 d5 how=plain", ".:mc d5:c"),
    ("rename d0 d2/d5 how=plain", ".:mc d2:mc d2/d5:?c"),
    ("rename d0/d1 d2 how=plain", ".:mc d0:mc d2:?c"),
    ("rename f0 f0 how=plain", ""),
    ("link f0 f5; rename f0 f5 how=plain", ""),
    ("rename f0 f1 how=exchange", ".:mc"),
    ("rename d0/f1 f0 how=exchange", ".:mc d0:mc"),
    ("rename d0/d1 d2 how=exchange", ".:mc d0:mc d0/d1:? d2:?"),
    ("rename d0/d1 f0 how=exchange", ".:mc d0:mc f0:?"),
    ("fill d2 crowd=short count=1", "d2:mc d2/k0:mc"),
    ("fill d2 crowd=short count=1; purge d2 crowd=short count=1", "d2:mc"),
    ("list d0 buffer=96", ""),
];

#[test]
fn what_must_tell_a_later_time_and_what_may() {
    for (lines, demanded) in DEMANDED {
        let caller = Caller { overrides: false, umask: 0o022 };
        let mut model = Model::new(Arc::default(), caller, (1, 0));
        let lines: Vec<&str> = GROUND.split(';').chain(lines.split(';')).map(str::trim).collect();
        let ops: Vec<Op> = lines.iter().filter_map(|line| line.parse().ok()).collect();
        for (number, op) in ops.iter().enumerate() {
            let now = if number + 1 == ops.len() { LATER } else { (1, 0) };
            let plan = model.plan(op);
            model.carry_out(plan, &Ok(Seen::Done), now);
        }
        let demanded: BTreeSet<String> = demanded.split_whitespace().map(String::from).collect();
        assert_eq!(told(&model), demanded, "{}", lines.last().unwrap());
    }
}

const LATER: scanner::InodeTime = (9, 0);

/// What tells of [`LATER`], by its path and as what is open.
fn told(model: &Model) -> BTreeSet<String> {
    let open = model.open(Handle::at(0)).and_then(|open| model.node(open.node()));
    let open = open.map(|node| format!("h0:{}", times(node)));
    model.observations().iter().filter_map(|op| told_of(model, op)).chain(open).collect()
}

fn told_of(model: &Model, op: &Op) -> Option<String> {
    let Op::Look { path } = op else { return None };
    let spot = model.spot(path.names(), false).ok()?;
    let node = model.node(spot.map_or(Some(model.top), |spot| spot.node)?)?;
    Some(times(node)).filter(|times| !times.is_empty()).map(|times| format!("{path}:{times}"))
}

fn times(node: &Node) -> String {
    let modified = match node.modified {
        touched if touched == Modified::touched(LATER) => "m",
        Modified { since: Some(LATER), .. } => "?",
        _ => "",
    };
    format!("{modified}{}", if node.changed == LATER { "c" } else { "" })
}
