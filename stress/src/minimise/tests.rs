//! Judges whose minimum is known.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::name::Name;
use crate::op::OpKind;
use crate::operand::{AllocateHow, AttributeHow, Crowd, Handle, Mode, OpenHow, RenameHow};
use crate::path::{Path, Place};
use OpKind::{Close, Link, Open, RemoveDirectory, Rename, Unlink};

const PLENTY: Bounds = Bounds { attempts: 1_000_000, time: Duration::from_mins(10) };

fn ops(text: &[&str]) -> Vec<Op> {
    text.iter().map(|line| line.parse().unwrap()).collect()
}

fn text(ops: &[Op]) -> Vec<String> {
    ops.iter().map(Op::to_string).collect()
}

/// Operations that no judge here needs.
fn noise(count: usize) -> Vec<Op> {
    let op = |number: usize| match number % 3 {
        0 => format!("write d1/k{} at=700 length=4000 fill=9", number % 5000),
        1 => format!("mkdir d2/pkg{} mode=0700", number % 64),
        _ => format!("stat d3/m{}", number % 5000),
    };
    (0..count).map(|number| op(number).parse().unwrap()).collect()
}

/// `needed`, at these positions in noise.
fn hidden(count: usize, needed: &[(usize, &str)]) -> Vec<Op> {
    let mut all = noise(count);
    for (position, line) in needed {
        all[*position] = line.parse().unwrap();
    }
    all
}

/// Minimises; what comes out was accepted, and nothing is in it that could go.
fn minimised(all: Vec<Op>, same: impl Fn(&[Op]) -> bool) -> Minimised {
    let mut accepted = Vec::new();
    let mut judge = |candidate: &[Op]| {
        assert!(!candidate.is_empty());
        if same(candidate) {
            accepted = candidate.to_vec();
            Answer::Same
        } else {
            Answer::Other
        }
    };
    let outcome = minimise(all, PLENTY, &mut judge);
    assert_eq!(outcome.ops, accepted);
    assert_eq!(outcome.ending, Ending::Minimal);
    for gone in 0..outcome.ops.len() {
        let mut fewer = outcome.ops.clone();
        fewer.remove(gone);
        assert!(fewer.is_empty() || !same(&fewer), "operation {gone} can go");
    }
    outcome
}

/// Whether operations of these kinds are there in this order.
fn in_order(candidate: &[Op], kinds: &[OpKind]) -> bool {
    let mut rest = candidate.iter().map(Op::kind);
    kinds.iter().all(|kind| rest.any(|found| found == *kind))
}

#[test]
fn three_of_two_thousand_operations_are_found() {
    let needed = [
        (17, "link d0/pkg3 pkg9/f4"),
        (1203, "rename d0/long1 d4/f7 how=exchange"),
        (1999, "unlink d0/d1/f9"),
    ];
    let same = |candidate: &[Op]| in_order(candidate, &[Link, Rename, Unlink]);
    let outcome = minimised(hidden(2000, &needed), same);
    assert_eq!(text(&outcome.ops), ["link f0 f0", "rename f0 f0 how=plain", "unlink f0"]);
    assert!(outcome.tried < 250, "{}", outcome.tried);
}

#[test]
fn ten_thousand_operations_are_no_trouble() {
    let needed = [(5, "rmdir d0/d1"), (5001, "rename f1 f2 how=plain"), (9000, "rmdir d0")];
    let same = |candidate: &[Op]| in_order(candidate, &[RemoveDirectory, Rename, RemoveDirectory]);
    let outcome = minimised(hidden(10_000, &needed), same);
    assert_eq!(outcome.ops.len(), 3);
    assert!(outcome.tried < 200, "{}", outcome.tried);
}

#[test]
fn many_needed_operations_are_all_kept() {
    let all = hidden(512, &[]);
    let writes = |ops: &[Op]| ops.iter().filter(|op| matches!(op, Op::Write { .. })).count();
    let outcome = minimised(all, |candidate| writes(candidate) >= 40);
    assert_eq!(outcome.ops.len(), 40);
    assert!(outcome.tried < 5000, "{}", outcome.tried);
}

#[test]
fn operations_that_can_only_go_together_go() {
    // What is opened must be closed, so neither can go alone.
    let balanced = |ops: &[Op]| {
        let opened = ops.iter().filter(|op| matches!(op, Op::Open { .. })).count();
        let closed = ops.iter().filter(|op| matches!(op, Op::Close { .. })).count();
        opened == closed
    };
    let same =
        |candidate: &[Op]| balanced(candidate) && in_order(candidate, &[Link, Unlink, Rename]);
    let needed = [
        (3, "link f0 f0"),
        (5, "open h3 f1 how=read mode=0644"),
        (50, "unlink f0"),
        (70, "close h3"),
        (90, "rename f0 f0 how=plain"),
    ];
    let outcome = minimised(hidden(100, &needed), same);
    assert_eq!(text(&outcome.ops), ["link f0 f0", "unlink f0", "rename f0 f0 how=plain"]);
}

#[test]
fn what_can_go_once_something_before_it_is_gone_goes() {
    // What is closed can only go once nothing opens it. There are too many operations for pairs,
    // and none can be simpler.
    let all = ops(&(0..64).map(|_| "unlink f0").collect::<Vec<_>>());
    let all = [all, ops(&["open h0 f0 how=read mode=0644", "close h0", "rmdir d0"])].concat();
    let count = |ops: &[Op], kind| ops.iter().filter(|op| op.kind() == kind).count();
    let same = |candidate: &[Op]| {
        count(candidate, Unlink) >= 64
            && count(candidate, RemoveDirectory) > 0
            && count(candidate, Close) >= count(candidate, Open)
    };
    assert_eq!(minimised(all, same).ops.len(), 65);
}

#[test]
fn the_least_number_that_is_enough_is_found() {
    let long = |op: &Op| matches!(op, Op::Write { length, .. } if *length >= 4097);
    let same = |candidate: &[Op]| candidate.iter().any(long);
    let needed = [(700, "write d0/long3 at=123456789 length=1000000 fill=77")];
    let outcome = minimised(hidden(2000, &needed), same);
    assert_eq!(text(&outcome.ops), ["write f0 at=0 length=4097 fill=1"]);
    assert!(outcome.tried < 200, "{}", outcome.tried);
}

#[test]
fn names_that_operations_share_stay_shared() {
    // The second operation must be about what the first one made.
    let same = |candidate: &[Op]| {
        candidate.iter().enumerate().any(|(made, op)| {
            let Op::MakeDirectory { path: directory, .. } = op else { return false };
            candidate[made..].iter().any(
                |op| matches!(op, Op::Create { path, .. } if path.split().0 == directory.names()),
            )
        })
    };
    let needed = [
        (10, "mkdir modules0/retired4/pkg8 mode=0700"),
        (90, "create modules0/retired4/pkg8/odd3 mode=0600"),
    ];
    let outcome = minimised(hidden(100, &needed), same);
    assert_eq!(text(&outcome.ops), ["mkdir d0 mode=0755", "create d0/f0 mode=0644"]);
}

#[test]
fn bounds_and_the_callers_stop_are_kept_to() {
    let all = hidden(1000, &[(500, "unlink f1")]);
    let same = |candidate: &[Op]| candidate.iter().any(|op| matches!(op, Op::Unlink { .. }));
    let mut asked = 0;
    let mut judge = |candidate: &[Op]| {
        asked += 1;
        if same(candidate) { Answer::Same } else { Answer::Other }
    };
    let bounds = Bounds { attempts: 5, ..PLENTY };
    let outcome = minimise(all.clone(), bounds, &mut judge);
    assert_eq!((outcome.ending, outcome.tried, asked), (Ending::BoundsReached, 5, 5));
    assert!(outcome.ops.len() < 1000 && same(&outcome.ops));

    let no_time = Bounds { time: Duration::ZERO, ..PLENTY };
    let outcome = minimise(all.clone(), no_time, &mut |_| Answer::Same);
    assert_eq!((outcome.ending, outcome.tried), (Ending::BoundsReached, 0));
    assert_eq!(outcome.ops, all);

    let mut left = 3;
    let outcome = minimise(all.clone(), PLENTY, &mut |candidate| {
        left -= 1;
        match (left, same(candidate)) {
            (0, _) => Answer::Stop,
            (_, true) => Answer::Same,
            (_, false) => Answer::Other,
        }
    });
    assert_eq!((outcome.ending, outcome.tried), (Ending::Stopped, 3));
    assert!(same(&outcome.ops));

    let outcome = minimise(all.clone(), PLENTY, &mut |_| Answer::Other);
    assert_eq!((outcome.ending, outcome.tried), (Ending::NotReproduced, 1));
    assert_eq!(outcome.ops, all);
}

#[test]
fn no_candidate_is_judged_twice() {
    let mut seen = std::collections::HashSet::new();
    let mut judge = |candidate: &[Op]| {
        assert!(seen.insert(candidate.to_vec()), "{candidate:?}");
        if in_order(candidate, &[Link, Unlink]) { Answer::Same } else { Answer::Other }
    };
    let all = hidden(30, &[(7, "link d0/f1 d1/f2"), (20, "unlink d0/f1")]);
    assert_eq!(minimise(all, PLENTY, &mut judge).ops.len(), 2);
}

/// An operation of any kind, with operands of any value.
fn any_op(random: &mut ChaCha8Rng) -> Op {
    let mut number = || random.next_u64();
    let mut name = || Name::at(number() as u16);
    let path = Path::new(vec![name(), name(), name()]).unwrap();
    let to = Path::of(name()).join(name());
    let place = Place::from(Path::of(name()));
    let handle = Handle::at(number() as u8);
    let mode = Mode::new(number() as u16);
    let (at, length, buffer) = (number(), number() as u32, number() as u32 % 70_000);
    let (fill, attribute, count) = (number() as u8, number() as u8, number() as u16);
    let pick = number() as usize;
    match number() % 12 {
        0 => Op::Open { handle, path, how: OpenHow::new(pick as u8), mode },
        1 => Op::MakeDirectory { path, mode },
        2 => Op::Rename { from: path, to, how: RenameHow::ALL[pick % 3] },
        3 => Op::Symlink { target: path, path: to },
        4 => Op::Write { path, at, length, fill },
        5 => Op::Allocate { path, how: AllocateHow::ALL[pick % 6], at, length: number() },
        6 => Op::Copy { from: path, to, at, to_at: number(), length },
        7 => Op::List { place, buffer },
        8 => Op::SeekBack { handle, row: count },
        9 => Op::SetAttribute { path, attribute, length, fill, how: AttributeHow::ALL[pick % 3] },
        10 => Op::ChangeTime { path, seconds: number() as i64, nanoseconds: length },
        _ => Op::Fill { place, crowd: Crowd::ALL[pick % 2], count },
    }
}

#[test]
fn making_simpler_comes_to_an_end_without_a_way_back() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..500 {
        let mut op = any_op(&mut random);
        let mut seen = std::collections::HashSet::new();
        for step in 0.. {
            assert!(seen.insert(op.clone()), "{op} comes again");
            assert_eq!(op.to_string().parse(), Ok(op.clone()));
            assert!(step < 2000, "{op}");
            // The simplest, the least simple, or any.
            let candidates = simpler(&op);
            let Some(last) = candidates.len().checked_sub(1) else { break };
            let any = random.next_u64() as usize % candidates.len();
            op = candidates[[0, last, any][random.next_u64() as usize % 3]].clone();
        }
    }
}

#[test]
fn the_simplest_of_each_is_what_one_would_write() {
    for (before, after) in [
        (
            "open h3 d0/k7 how=read+write+create+exclusive mode=0123",
            "open h0 f0 how=read mode=0644",
        ),
        ("rename odd3/f2 f4 how=noreplace", "rename f0 f0 how=plain"),
        ("fill d0 crowd=long count=900", "fill . crowd=short count=0"),
        (
            "setxattr f0 attribute=3 length=70 fill=9 how=create",
            "setxattr f0 attribute=0 length=0 fill=1 how=any",
        ),
        ("getdents h2 buffer=24", "getdents h0 buffer=32768"),
        ("utimens f0 seconds=-9 nanoseconds=8", "utimens f0 seconds=0 nanoseconds=0"),
        ("fallocate f0 how=collapse at=8192 length=4096", "fallocate f0 how=extend at=0 length=0"),
        ("mkdir d0 mode=0700", "mkdir d0 mode=0755"),
    ] {
        let mut op: Op = before.parse().unwrap();
        while let Some(next) = simpler(&op).into_iter().next() {
            op = next;
        }
        assert_eq!(op.to_string(), after, "{before}");
    }
    let one = ops(&["fill d1 crowd=long count=1"]);
    assert_eq!(simpler(&one[0])[0].to_string(), "create d1/m0 mode=0644");
}

/// Every kind of operation.
fn every_operation() -> Vec<Op> {
    let all = ops(&include_str!("../every_operation.ops").lines().collect::<Vec<_>>());
    for kind in OpKind::ALL {
        assert!(all.iter().any(|op| op.kind() == *kind), "{kind:?}");
    }
    all
}

#[test]
fn no_operand_of_any_operation_is_passed_over() {
    const SIMPLEST: [&str; 16] = [
        "mode=0644",
        "mode=0755",
        "how=read",
        "how=plain",
        "how=extend",
        "how=any",
        "at=0",
        "to_at=0",
        "length=0",
        "size=0",
        "row=0",
        "count=0",
        "attribute=0",
        "fill=1",
        "buffer=32768",
        "crowd=short",
    ];
    for mut op in every_operation() {
        let before = op.to_string();
        while let Some(next) = simpler(&op).into_iter().next() {
            op = next;
        }
        for word in op.to_string().split(' ').skip(1) {
            let bare = ["f0", "d0", ".", "h0", "seconds=0", "nanoseconds=0"].contains(&word);
            assert!(bare || SIMPLEST.contains(&word), "{before}: {op}");
        }
    }
}
