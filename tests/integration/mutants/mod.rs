//! Recall: mutants of healthy ext4 images, each damaged once at random, and how many of those
//! that e2fsck calls damaged fscan recognises while they are mounted.
//!
//! A mutant is its number: it chooses a class of damage, a base that suits, whether checksums
//! are made to fit, and the place. Environment variables:
//!
//! - `FSCAN_MUTANTS`: how many mutants; floors hold for the usual number alone;
//! - `FSCAN_MUTANT`: makes and judges the mutant of that number alone, prints what e2fsck and
//!   fscan say of it, and keeps its image.

mod attributes;
mod bases;
mod census;
mod checksums;
mod classes;
mod crc32c;
mod directory;
mod floors;
mod golden;
mod in_use;
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
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::{env, iter};

use bases::Base;
use judge::{Judged, Scan};
use mutant::Plan;
use tally::Tally;

use crate::harness::{Dir, Mount, Need, in_lab};
use crate::healthy::expect_healthy;

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

/// A recognised mutant says something only where a sound image is not called damaged.
#[test]
fn bases_are_healthy() {
    in_lab_with_bases(|dir, bases| {
        for base in bases {
            let file = dir.join("base");
            judge::write_image(&file, &base.volume);
            for options in ["errors=continue", "ro,errors=continue"] {
                let mount = Mount::image(&file, &dir.join("mnt"), options);
                expect_healthy(dir, mount.point());
            }
        }
    });
}

#[test]
fn mutants_are_recognised() {
    in_lab_with_bases(|dir, bases| {
        if let Some(number) = from_environment("FSCAN_MUTANT") {
            single::show(dir, bases, number);
            return;
        }
        let count = from_environment("FSCAN_MUTANTS").unwrap_or(MUTANTS);
        let judged = judge_all(bases, count);
        say(&tally::report(&judged));
        expect_scans(&judged);
        if count == MUTANTS {
            expect_floors(&judged);
        }
    });
}

fn in_lab_with_bases(body: impl FnOnce(&Dir, &'static [Base]) + Send + 'static) {
    in_lab(LAB, |dir| body(dir, bases()));
}

/// Made once, by a thread of its own: it stays on one CPU.
fn bases() -> &'static [Base] {
    static BASES: OnceLock<Vec<Base>> = OnceLock::new();
    BASES.get_or_init(|| {
        let (sender, made) = mpsc::channel();
        in_lab(LAB, move |dir| sender.send(bases::make(dir)).unwrap());
        made.recv().unwrap()
    })
}

/// Past the capture of test output: the figures are worth a look when all is well, too.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn from_environment(name: &str) -> Option<u64> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name}={value} is no number")))
}

/// Judges mutants 0 up to `count`; the answers are in the order of their numbers.
fn judge_all(bases: &'static [Base], count: u64) -> Vec<Judged> {
    let next = Arc::new(AtomicU64::new(0));
    let (sender, judged) = mpsc::channel();
    let workers = (0..WORKERS).map(|_| {
        let (next, sender) = (Arc::clone(&next), sender.clone());
        let numbers = iter::from_fn(move || Some(next.fetch_add(1, Ordering::Relaxed)));
        let numbers = numbers.take_while(move |number| *number < count);
        thread::spawn(move || in_lab(LAB, move |dir| work(dir, bases, numbers, &sender)))
    });
    let workers: Vec<_> = workers.collect();
    drop(sender);
    let mut judged: Vec<Judged> = judged.iter().collect();
    for worker in workers {
        worker.join().expect("a worker failed");
    }
    judged.sort_by_key(|judged| judged.plan.number);
    judged
}

/// Judges mutants with the images in memory.
fn work(
    dir: &Dir,
    bases: &[Base],
    numbers: impl Iterator<Item = u64>,
    judged: &mpsc::Sender<Judged>,
) {
    let _memory = Mount::tmpfs(dir.path(), "size=512m,mode=0755");
    for plan in numbers.map(Plan::of) {
        let made = plan.carry_out(bases);
        judged.send(judge::judge(dir, plan, made)).unwrap();
    }
}

/// A scan that panics or does not end is a failure, whatever the damage.
fn expect_scans(judged: &[Judged]) {
    let failed = |judged: &Judged| {
        let failed = judged.scans.iter().flatten().find(|scan| matches!(scan, Scan::Failed(_)));
        failed.map(|scan| format!("{}: {scan:?}", judged.plan.number))
    };
    let failed: Vec<String> = judged.iter().filter_map(failed).collect();
    assert!(failed.is_empty(), "scans of mutants failed:\n{}", failed.join("\n"));
}

fn expect_floors(judged: &[Judged]) {
    let mut below = vec![];
    let mut expect = |name: &str, tally: Tally, floor: floors::Floor| {
        let recall = tally.recall().unwrap_or_default();
        // Floors are rounded as the table is.
        if recall.iter().zip(floor).any(|(recall, floor)| *recall < floor - 0.05) {
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
