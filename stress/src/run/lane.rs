//! A lane: one tree after the other on one site, with operations on it until the run ends.
//!
//! A round is a fresh tree and the operations that come then. So whatever differs can be brought
//! about again by the operations of one round, and memory does not grow with time.

use std::path::Path;
use std::time::Instant;

use rustix::io::Errno;

use super::budget::Budget;
use super::divergences::Divergences;
use super::log::Log;
use super::options::{StressOptions, Watch};
use super::rest;
use super::shrink::Shrink;
use super::tally::Tally;
use super::trial::{Footing, Met};
use crate::difference::Difference;
use crate::generator::Generator;
use crate::site::{Ground, Site, SiteError, Space};
use crate::target::DirectoryTarget;
use crate::world::{Ran, Verdict, World};

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
        let mut budget = Budget::of(self.options.bytes_of_a_lane());
        let mut log = Log::default();
        let length = if self.footing.nature.layered { LAYERED_ROUND } else { ROUND };
        for (number, op) in (1..=length).zip(generator) {
            if number % LOOK_EVERY == 0 {
                self.watch.add_operations(LOOK_EVERY);
                if self.ended(tally).is_some() {
                    return Round::Over;
                }
            }
            if world.rules_out(&op) || !budget.admits(world.model(), &op) {
                continue;
            }
            if let Some(row) = world.avoids(&op) {
                *tally.quirks.entry(row).or_default() += 1;
                continue;
            }
            let ran = world.run(&op);
            tally.add(&op, &ran);
            log.push(op, ran.errno.is_none());
            if let Some(round) = self.judged(ran, &mut log, tally) {
                return round;
            }
        }
        tally.live_most = tally.live_most.max(world.model().live());
        self.compare(world, log, tally)
    }

    /// What becomes of a round after an operation; none where it goes on.
    fn judged(&self, ran: Ran, log: &mut Log, tally: &mut Tally) -> Option<Round> {
        let differences = match ran.verdict {
            Verdict::Agrees | Verdict::Unsupported => return None,
            Verdict::Excused(rows) => {
                rows.iter().for_each(|row| *tally.quirks.entry(*row).or_default() += 1);
                return None;
            }
            Verdict::NoSpace => {
                tally.no_space += 1;
                if is_full(self.site, ran.errno) {
                    return Some(Round::NoSpace);
                }
                vec![Difference::error(None, ran.errno)]
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
            if let Some(round) = self.judged(ran, &mut log, tally) {
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
            let shrink = Shrink {
                footing: self.footing,
                most: self.options.bytes_of_a_lane(),
                watch: self.watch,
            };
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
            Ok(false) => Some(
                "its path leads elsewhere: unmounted, mounted over, moved or removed".to_owned(),
            ),
            Err(errno) => Some(says("stat of its path", errno)),
        }
    }
}

/// Whether an error says what is so: that there is no space. A quota is not seen from here.
pub fn is_full(site: &Site, errno: Option<Errno>) -> bool {
    errno == Some(Errno::DQUOT) || !site.space().is_ok_and(has_plenty)
}

/// Whether a filesystem is not full, whatever it says.
fn has_plenty(space: Space) -> bool {
    // A filesystem that makes inodes as it needs them may say that it has none at all.
    let inodes = space.inodes == 0 || space.free_inodes >= PLENTY_OF_INODES;
    inodes && space.free_bytes >= PLENTY_OF_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filesystem_that_counts_no_inodes_can_have_plenty() {
        let space =
            Space { bytes: 1 << 30, free_bytes: 1 << 29, inodes: 0, free_inodes: 0, block: 4096 };
        assert!(has_plenty(space));
        assert!(has_plenty(Space { inodes: 5000, free_inodes: 1000, ..space }));
        assert!(!has_plenty(Space { inodes: 5000, free_inodes: 999, ..space }));
        assert!(!has_plenty(Space { free_bytes: (64 << 20) - 1, ..space }));
    }
}
