//! What is counted of a lane: operations, their errors, how long they took.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use reports::StressLatency;
use rustix::io::Errno;
use scanner::errno_word;

use crate::op::{Op, OpKind};
use crate::world::Ran;

/// The longest time that is told apart, in nanoseconds: an hour.
const LONGEST: u64 = 3_600_000_000_000;

/// Digits to which times are kept.
const DIGITS: u8 = 2;

/// Counts of one lane, or of several together.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Operations that ran, those that only look at the tree as a whole left out.
    pub operations: u64,
    /// Trees that were begun.
    pub rounds: u64,
    /// Bytes that were written.
    pub bytes_written: u64,
    /// The most files, directories and links at once.
    pub live_most: u64,
    /// How often the whole tree was compared.
    pub comparisons: u64,
    /// Directories that were read in steps to their end.
    pub listings: u64,
    /// How often the tree was scanned.
    pub scans: u64,
    /// Operations for which there was no space.
    pub no_space: u64,
    /// By operation, in their order.
    kinds: Vec<Kind>,
    /// How often each quirk was met, by its row.
    pub quirks: BTreeMap<usize, u64>,
}

/// Counts of one operation.
#[derive(Clone, Debug, Default)]
struct Kind {
    times: Option<Histogram<u64>>,
    /// How often each error was met, by its number; 0 is success.
    outcomes: Vec<u64>,
}

impl Kind {
    fn times(&mut self) -> Option<&mut Histogram<u64>> {
        if self.times.is_none() {
            // The bounds are constants that a histogram takes.
            self.times = Histogram::new_with_bounds(1, LONGEST, DIGITS).ok();
        }
        self.times.as_mut()
    }

    fn add(&mut self, errno: usize, count: u64) {
        if self.outcomes.len() <= errno {
            self.outcomes.resize(errno + 1, 0);
        }
        if let Some(known) = self.outcomes.get_mut(errno) {
            *known += count;
        }
    }
}

impl Default for Tally {
    fn default() -> Self {
        Tally {
            operations: 0,
            rounds: 0,
            bytes_written: 0,
            live_most: 0,
            comparisons: 0,
            listings: 0,
            scans: 0,
            no_space: 0,
            kinds: vec![Kind::default(); OpKind::ALL.len()],
            quirks: BTreeMap::new(),
        }
    }
}

impl Tally {
    /// Counts an operation.
    pub fn add(&mut self, op: &Op, ran: &Ran) {
        self.operations += 1;
        let kind = op.kind();
        if let Some(counts) = self.kinds.get_mut(kind as usize) {
            counts
                .add(ran.errno.map_or(0, |errno| errno.raw_os_error().unsigned_abs() as usize), 1);
            if let Some(times) = counts.times() {
                times.saturating_record(nanoseconds(ran.took));
            }
        }
        if ran.errno.is_none() {
            self.bytes_written += written(op);
            self.listings += u64::from(kind == OpKind::ListRest);
        }
    }

    /// Adds what another lane counted.
    pub fn merge(&mut self, other: &Tally) {
        self.operations += other.operations;
        self.rounds += other.rounds;
        self.bytes_written += other.bytes_written;
        self.live_most += other.live_most;
        self.comparisons += other.comparisons;
        self.listings += other.listings;
        self.scans += other.scans;
        self.no_space += other.no_space;
        for (own, other) in self.kinds.iter_mut().zip(&other.kinds) {
            if let Some(other) = &other.times
                && let Some(own) = own.times()
            {
                // Both have the same bounds.
                let _ = own.add(other);
            }
            let outcomes = other.outcomes.iter().enumerate();
            outcomes.for_each(|(errno, count)| own.add(errno, *count));
        }
        for (row, count) in &other.quirks {
            *self.quirks.entry(*row).or_default() += count;
        }
    }

    /// Times of all operations together, and of each.
    pub fn latency(&self) -> Vec<StressLatency> {
        let Some(all) = self.all_times() else { return Vec::new() };
        let each = OpKind::ALL.iter().zip(&self.kinds).filter_map(|(kind, counts)| {
            let times = counts.times.as_ref().filter(|times| !times.is_empty())?;
            Some(latency(kind.verb(), times))
        });
        std::iter::once(latency(StressLatency::ALL, &all)).chain(each).collect()
    }

    fn all_times(&self) -> Option<Histogram<u64>> {
        let mut times = self.kinds.iter().filter_map(|kind| kind.times.as_ref());
        let mut all = times.next()?.clone();
        for times in times {
            // Both have the same bounds.
            let _ = all.add(times);
        }
        Some(all)
    }

    /// How often each operation came to each outcome: the verb, the error or `ok`, the count.
    pub fn outcomes(&self) -> impl Iterator<Item = (&'static str, String, u64)> {
        OpKind::ALL.iter().zip(&self.kinds).flat_map(|(kind, counts)| {
            let met = counts.outcomes.iter().enumerate().filter(|(_, count)| **count > 0);
            met.map(|(errno, count)| {
                let outcome = match errno {
                    0 => "ok".to_owned(),
                    errno => errno_word(Errno::from_raw_os_error(errno as i32)),
                };
                (kind.verb(), outcome, *count)
            })
        })
    }
}

fn latency(operation: &str, times: &Histogram<u64>) -> StressLatency {
    StressLatency {
        operation: operation.to_owned(),
        count: times.len(),
        p50_ns: times.value_at_quantile(0.5),
        p90_ns: times.value_at_quantile(0.9),
        p99_ns: times.value_at_quantile(0.99),
        p999_ns: times.value_at_quantile(0.999),
        max_ns: times.max(),
    }
}

fn nanoseconds(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

/// Bytes that an operation writes when it succeeds.
pub fn written(op: &Op) -> u64 {
    match op {
        Op::Write { length, .. }
        | Op::WriteHandle { length, .. }
        | Op::Append { length, .. }
        | Op::Copy { length, .. } => (*length).into(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Verdict;

    fn ran(errno: Option<Errno>, microseconds: u64) -> Ran {
        let took = Duration::from_micros(microseconds);
        Ran { errno, took, verdict: Verdict::Agrees }
    }

    #[test]
    fn times_and_outcomes_are_kept_by_operation() {
        let write: Op = "write f0 at=0 length=10 fill=1".parse().unwrap();
        let unlink: Op = "unlink f0".parse().unwrap();
        let mut tally = Tally::default();
        (0..99).for_each(|_| tally.add(&write, &ran(None, 10)));
        tally.add(&write, &ran(Some(Errno::ISDIR), 1000));
        let mut other = Tally::default();
        other.add(&unlink, &ran(Some(Errno::NOENT), 1));
        tally.merge(&other);
        assert_eq!((tally.operations, tally.bytes_written), (101, 990));
        let outcomes: Vec<_> = tally.outcomes().collect();
        assert!(outcomes.contains(&("write", "ok".to_owned(), 99)));
        assert!(outcomes.contains(&("unlink", "ENOENT".to_owned(), 1)));
        let latency = tally.latency();
        let of_write = latency.iter().find(|row| row.operation == "write").unwrap();
        assert!((9_900..10_200).contains(&of_write.p50_ns), "{of_write:?}");
        assert!((990_000..1_020_000).contains(&of_write.max_ns), "{of_write:?}");
        assert_eq!((latency[0].operation.as_str(), latency[0].count), ("all", 101));
    }
}
