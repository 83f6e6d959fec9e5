//! Recall: mutants of healthy ext4 images, each damaged once at random, and how many of those
//! that e2fsck calls damaged fscan recognises while they are mounted.
//!
//! A mutant is its number: it chooses a class of damage, a base that suits, whether checksums
//! are made to fit, and the place. Environment variables:
//!
//! - `FSCAN_MUTANTS`: how many mutants; floors hold for the usual number alone;
//! - `FSCAN_MUTANT`: makes and judges the mutant of that number alone, prints what e2fsck and
//!   fscan say of it, and keeps its image.

mod bases;
mod census;
mod checksums;
mod classes;
mod crc32c;
mod directory;
mod floors;
mod golden;
mod judge;
mod mapping;
mod mutant;
mod place;
mod rng;
mod single;
mod tally;
mod tree;
mod volume;

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::{env, iter};

use bases::Base;
use judge::{Judged, Scan};
use mutant::Plan;
use tally::Tally;

use crate::harness::{Dir, Mount, Need, in_lab};

const LAB: &[Need] = &[
    Need::Loop,
    Need::Tool("mkfs.ext4"),
    Need::Tool("debugfs"),
    Need::Tool("e2fsck"),
    Need::Tool("setpriv"),
];

/// How many mutants there are unless told otherwise.
const MUTANTS: u64 = 500;

/// A scan mostly waits before it looks a second time, so there are more of them than CPUs.
const WORKERS: usize = 10;

#[test]
fn mutants_are_recognised() {
    let Some(bases) = bases() else { return };
    if let Some(number) = from_environment("FSCAN_MUTANT") {
        single::show(bases, number);
        return;
    }
    let count = from_environment("FSCAN_MUTANTS").unwrap_or(MUTANTS);
    let judged = judge_all(&bases, count);
    // Past the capture of test output: the figures are worth a look when all is well, too.
    let _ = std::io::stderr().write_all(tally::report(&judged).as_bytes());
    let failed: Vec<u64> = judged
        .iter()
        .filter(|judged| has_failed(judged))
        .map(|judged| judged.plan.number)
        .collect();
    assert!(failed.is_empty(), "scans of these mutants failed: {failed:?}");
    if count == MUTANTS {
        expect_floors(&judged);
    }
}

/// The bases; nothing where the lab cannot run.
fn bases() -> Option<Arc<Vec<Base>>> {
    let (sender, made) = mpsc::channel();
    in_lab(LAB, move |dir| sender.send(bases::make(dir)).unwrap());
    made.recv().ok().map(Arc::new)
}

fn from_environment(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")))
}

/// Judges mutants 0 up to `count`; the answers are in the order of their numbers.
fn judge_all(bases: &Arc<Vec<Base>>, count: u64) -> Vec<Judged> {
    let next = Arc::new(AtomicU64::new(0));
    let judged = Arc::new(Mutex::new(vec![]));
    let workers = (0..WORKERS).map(|_| {
        let (bases, next, judged) = (Arc::clone(bases), Arc::clone(&next), Arc::clone(&judged));
        let numbers = iter::from_fn(move || Some(next.fetch_add(1, Ordering::Relaxed)));
        let numbers = numbers.take_while(move |number| *number < count);
        thread::spawn(|| in_lab(LAB, move |dir| work(dir, &bases, numbers, &judged)))
    });
    let workers: Vec<_> = workers.collect();
    for worker in workers {
        worker.join().expect("a worker failed");
    }
    let mut judged = std::mem::take(&mut *judged.lock().unwrap());
    judged.sort_by_key(|judged| judged.plan.number);
    judged
}

/// Judges mutants with the images in memory.
fn work(
    dir: &Dir,
    bases: &[Base],
    numbers: impl Iterator<Item = u64>,
    judged: &Mutex<Vec<Judged>>,
) {
    let _memory = Mount::tmpfs(dir.path(), "size=64m,mode=0755");
    for plan in numbers.map(Plan::of) {
        let made = plan.carry_out(bases);
        let one = judge::judge(dir, plan, made);
        judged.lock().unwrap().push(one);
    }
}

fn has_failed(judged: &Judged) -> bool {
    judged.scans.iter().flatten().any(|scan| matches!(scan, Scan::Failed(_)))
}

fn expect_floors(judged: &[Judged]) {
    let mut below = vec![];
    let mut expect = |name: &str, tally: Tally, floor: floors::Floor| {
        let recall = tally.recall().unwrap_or_default();
        if recall.iter().zip(floor).any(|(recall, floor)| *recall < floor) {
            below.push(format!("{name}: {recall:.1?} where {floor:.1?} was reached"));
        }
    };
    for (name, floor) in floors::CLASS_FLOORS {
        let of_class = judged.iter().filter(|judged| judged.plan.class.name == *name);
        expect(name, Tally::of(of_class), *floor);
    }
    expect("all", Tally::of(judged.iter()), floors::OVERALL);
    assert!(below.is_empty(), "recall as root and as nobody is too low:\n{}", below.join("\n"));
}
