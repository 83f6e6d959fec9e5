//! A lane: one tree after the other on one site, with operations on it until the run ends.
//!
//! A round is a fresh tree and the operations that come then. So whatever differs can be brought
//! about again by the operations of one round, and memory does not grow with time.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use super::divergences::Divergences;
use super::log::Log;
use super::options::{StressOptions, Watch};
use super::rest;
use super::shrink::Shrink;
use super::tally::{Tally, written};
use super::trial::{Footing, Met};
use crate::difference::Difference;
use crate::generator::Generator;
use crate::op::Op;
use crate::site::{Ground, Site, SiteError};
use crate::target::DirectoryTarget;
use crate::world::{Verdict, World};

/// Operations of a round.
const ROUND: u64 = 10_000;

/// Operations of a round that begins with a lower layer: of that, little is left after more.
const LAYERED_ROUND: u64 = 2_500;

/// How often the clock and the watch are looked at, in operations.
const LOOK_EVERY: u64 = 64;

/// The tree is scanned in one round of so many.
const SCAN_EVERY: u64 = 16;

/// Space and inodes with which a filesystem is not full, whatever it says.
const PLENTY_OF_BYTES: u64 = 64 << 20;
const PLENTY_OF_INODES: u64 = 1000;

/// Why a lane ended.
#[derive(Debug)]
pub enum Ended {
    /// It did what was asked for.
    Completed,
    /// It was asked to stop.
    Stopped,
    /// Something differed, and that was to be the end.
    Diverged,
    /// The site is gone, or can no longer be written to.
    Lost(String),
    /// There is no space left.
    NoSpace(String),
    /// It could not be worked in at all.
    Unusable(SiteError),
}

/// What a lane works with.
pub struct Lane<'a> {
    /// What is asked for.
    pub options: &'a StressOptions,
    /// Where.
    pub site: &'a Site,
    /// Which one of the site.
    pub number: usize,
    /// What is known of the site.
    pub footing: &'a Footing,
    /// Who watches.
    pub watch: &'a Watch,
    /// Where divergences are told.
    pub divergences: &'a Divergences,
    /// When the run ends.
    pub deadline: Option<Instant>,
    /// How many operations it has to do.
    pub budget: Option<u64>,
}

/// How a round ended.
enum Round {
    Done,
    Over,
    NoSpace,
    Met(Box<Met>, Log),
}

impl Lane<'_> {
    /// Works until the run ends.
    pub fn run(&self, ground: &mut Ground, tally: &mut Tally) -> Ended {
        let mut full = 0;
        loop {
            if let Some(ended) = self.ended(tally).or_else(|| self.vanished().map(Ended::Lost)) {
                return ended;
            }
            let (mut world, path) = match self.footing.begin(ground) {
                Ok(begun) => begun,
                Err(error) => return Self::not_begun(error, tally),
            };
            match self.round(&mut world, tally) {
                Round::Done => full = 0,
                Round::Over => {}
                // The model no longer knows what is there: nothing is held against it.
                Round::NoSpace if full < 3 => {
                    full += 1;
                    continue;
                }
                Round::NoSpace => return Ended::NoSpace("no space, four times".to_owned()),
                Round::Met(met, ops) => {
                    drop(world);
                    if let Some(ended) = self.met(&met, &ops, ground, tally) {
                        return ended;
                    }
                    continue;
                }
            }
            self.scan_now_and_then(&world, &path, tally);
        }
    }

    fn ended(&self, tally: &Tally) -> Option<Ended> {
        if self.watch.is_stopped() {
            return Some(Ended::Stopped);
        }
        if self.options.until_divergence && self.divergences.any() {
            return Some(Ended::Diverged);
        }
        let done = self.budget.is_some_and(|budget| tally.operations >= budget);
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        (done || late).then_some(Ended::Completed)
    }

    fn not_begun(error: SiteError, tally: &Tally) -> Ended {
        match error.errno() {
            Some(Errno::NOSPC | Errno::DQUOT) => Ended::NoSpace(error.to_string()),
            _ if tally.operations == 0 => Ended::Unusable(error),
            _ => Ended::Lost(error.to_string()),
        }
    }

    fn round(&self, world: &mut World<DirectoryTarget>, tally: &mut Tally) -> Round {
        // Streams of one seed do not meet: a lane has 2^32 rounds.
        let stream = (self.number as u64) << 32 | tally.rounds;
        let generator = Generator::new(&self.options.mix, self.options.seed, stream);
        tally.rounds += 1;
        let most = self.options.max_bytes / self.options.lanes as u64;
        let mut log = Log::default();
        let mut unseen = 0;
        let length = if self.footing.nature.layered { LAYERED_ROUND } else { ROUND };
        for (number, op) in (1..=length).zip(generator) {
            if number % LOOK_EVERY == 0 {
                self.watch.add_operations(LOOK_EVERY);
                if self.ended(tally).is_some() {
                    return Round::Over;
                }
            }
            let unseen_then = unseen + unseen_by_model(&op);
            let taken = world.model().allocated() + unseen;
            // Half is for what is written.
            let too_much = unseen_then > unseen && unseen_then > most / 2;
            if taken + needs(&op) > most || too_much || world.rules_out(&op) {
                continue;
            }
            let ran = world.run(&op);
            unseen = unseen_then;
            tally.add(&op, &ran);
            log.push(op, ran.errno.is_none());
            if let Some(round) = self.judged(ran.verdict, &mut log, tally) {
                return round;
            }
        }
        tally.live_most = tally.live_most.max(world.model().live());
        self.compare(world, log, tally)
    }

    /// What becomes of a round after an operation; none where it goes on.
    fn judged(&self, verdict: Verdict, log: &mut Log, tally: &mut Tally) -> Option<Round> {
        let differences = match verdict {
            Verdict::Agrees | Verdict::Unsupported => return None,
            Verdict::Excused(rows) => {
                rows.iter().for_each(|row| *tally.quirks.entry(*row).or_default() += 1);
                return None;
            }
            Verdict::NoSpace => {
                tally.no_space += 1;
                if !has_plenty(self.site) {
                    return Some(Round::NoSpace);
                }
                vec![Difference::error(None, Some(Errno::NOSPC))]
            }
            Verdict::Differs(differences) => differences,
        };
        let ops = std::mem::take(log);
        let op = ops.last()?.clone();
        let met = Met { position: ops.len() - 1, op, differences };
        Some(Round::Met(Box::new(met), ops))
    }

    /// Looks at the whole tree.
    fn compare(
        &self,
        world: &mut World<DirectoryTarget>,
        mut log: Log,
        tally: &mut Tally,
    ) -> Round {
        tally.comparisons += 1;
        for op in world.model().observations() {
            if self.watch.is_stopped() {
                return Round::Over;
            }
            let ran = world.run(&op);
            log.push(op, ran.errno.is_none());
            if let Some(round) = self.judged(ran.verdict, &mut log, tally) {
                return round;
            }
            // What was seen is no part of what shows it again.
            log.pop();
        }
        Round::Done
    }

    fn scan_now_and_then(&self, world: &World<DirectoryTarget>, path: &Path, tally: &mut Tally) {
        if tally.rounds % SCAN_EVERY == 1 && !self.watch.is_stopped() {
            tally.scans += 1;
            let disagreement = rest::scan(path, world.model(), self.watch);
            self.divergences.scanned(self.site, self.number, tally.rounds - 1, disagreement);
        }
    }

    /// Tells a divergence, minimised where it is the first of its class on this site.
    fn met(&self, met: &Met, ops: &Log, ground: &mut Ground, tally: &Tally) -> Option<Ended> {
        if let Some(lost) = self.lost(met) {
            return Some(Ended::Lost(lost));
        }
        self.watch.add_divergence();
        let round = tally.rounds - 1;
        if self.divergences.is_new(&self.site.name, met.class()) {
            let shrink = Shrink { footing: self.footing, watch: self.watch };
            let shrunk = self.watch.while_minimising(|| shrink.shrink(met, ops, ground));
            self.divergences.add(self.site, self.footing, self.options, round, met, shrunk);
        }
        self.options.until_divergence.then_some(Ended::Diverged)
    }

    /// Whether the site is no longer there, or no longer to be written to.
    fn lost(&self, met: &Met) -> Option<String> {
        let op = &met.op;
        let found = met.differences.iter().find_map(|difference| match difference.aspect {
            crate::difference::Aspect::Error(_, found) => found,
            _ => None,
        })?;
        match found {
            Errno::ROFS => Some(format!("{op}: EROFS: the filesystem turned read-only")),
            Errno::NOTCONN | Errno::NODEV | Errno::SHUTDOWN | Errno::NXIO => {
                let name = scanner::errno_word(found);
                Some(format!("{op}: {name}: the filesystem no longer answers"))
            }
            _ => self.vanished(),
        }
    }

    fn vanished(&self) -> Option<String> {
        let says = |call: &str, errno| format!("{call} says {}", scanner::errno_word(errno));
        if let Err(errno) = self.site.space() {
            return Some(says("statfs", errno));
        }
        match self.site.is_reached() {
            Ok(true) => None,
            Ok(false) => Some("its path leads elsewhere: unmounted, or mounted over".to_owned()),
            Err(errno) => Some(says("stat of its path", errno)),
        }
    }
}

/// Whether a filesystem is not full, whatever it says.
pub fn has_plenty(site: &Site) -> bool {
    site.space().is_ok_and(|space| {
        space.free_bytes >= PLENTY_OF_BYTES && space.free_inodes >= PLENTY_OF_INODES
    })
}

/// Bytes that an operation can add, in the pages that it touches.
fn needs(op: &Op) -> u64 {
    let bytes = match op {
        Op::Allocate { length, .. } => *length,
        op => written(op),
    };
    if bytes == 0 { 0 } else { bytes.saturating_add(2 * PAGE) / PAGE * PAGE }
}

/// Bytes that an operation can allocate without writing to them, so that the model does not count
/// them: those of a round are taken to stay.
fn unseen_by_model(op: &Op) -> u64 {
    match op {
        Op::Allocate { .. } | Op::Copy { .. } => needs(op),
        _ => 0,
    }
}

/// What filesystems allocate at least, in bytes.
const PAGE: u64 = 4096;

/// How long one divergence is minimised.
pub const MINIMISED_FOR: Duration = Duration::from_mins(1);
