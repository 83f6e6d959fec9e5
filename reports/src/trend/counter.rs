//! ext4's record of errors over time. e2fsck sets the counter back to 0, and a filesystem that is
//! made anew begins at 0: neither takes away from what was recorded in all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trend::judge::Judged;
use crate::trend::run::{Seen, looks};
use crate::trend::{Dated, TrendState};
use crate::{FactName, FactValue, Timestamp};

/// The kernel writes its record some time after the error, and to the second, in seconds.
const SLACK: f64 = 2.0;

/// The counter of errors of a series' filesystem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendCounter {
    /// What the counter said in each run; none where that is not known.
    pub values: Vec<Option<u64>>,
    /// When the last error was met that was on record, in each run.
    pub last_errors: Vec<Option<Timestamp>>,
    /// Runs before which it was set back (by e2fsck), or began anew with another filesystem.
    pub resets: Vec<u32>,
    /// How many errors were recorded after the first run that knows the counter: of the filesystem
    /// that the newest run saw.
    pub increase: u64,
    /// Whether it was set back before the newest look, or in it.
    pub reset_since: bool,
    /// Whether the newest run's last error was met while no run of fscan looked: looking at damage
    /// is recorded as well.
    pub met_by_others: bool,
}

/// What one run says of the counter.
#[derive(Clone, Copy)]
struct Reading {
    run: usize,
    count: u64,
    first: Option<u64>,
    last: Option<u64>,
}

/// The counter of a series; none where no run knows it. `replaced` are the runs in which another
/// filesystem stands there.
pub(super) fn counter(
    runs: &[Seen<'_>],
    replaced: &[usize],
    reports: &[&Dated],
) -> Option<TrendCounter> {
    let readings: Vec<Reading> = runs.iter().enumerate().filter_map(reading).collect();
    let last = readings.last()?;
    let mut resets = Vec::new();
    let mut increase = 0_u64;
    for (before, now) in readings.iter().zip(readings.iter().skip(1)) {
        let anew = replaced.iter().any(|run| (before.run + 1..=now.run).contains(run));
        let more = if anew || now.was_reset_since(before) {
            resets.push(now.run as u32);
            now.count
        } else {
            now.count.saturating_sub(before.count)
        };
        // Those of another filesystem say nothing of this one.
        increase = if anew { more } else { increase.saturating_add(more) };
    }
    let looks = looks(runs);
    let newest_look = looks.last();
    let begin = looks.iter().position(|look| Some(look) == newest_look).unwrap_or_default();
    let of_run = |run: usize| readings.iter().find(|reading| reading.run == run);
    let time = |seconds: u64| Timestamp::from_unix_seconds(i64::try_from(seconds).ok()?);
    Some(TrendCounter {
        values: (0..runs.len()).map(|run| of_run(run).map(|it| it.count)).collect(),
        last_errors: (0..runs.len()).map(|run| time(of_run(run)?.last?)).collect(),
        reset_since: resets.last().is_some_and(|run| *run as usize >= begin),
        resets,
        increase,
        met_by_others: last
            .last
            .is_some_and(|last| met_by_others(last as f64, runs.get(..begin), reports)),
    })
}

fn reading((run, seen): (usize, &Seen<'_>)) -> Option<Reading> {
    let number = |name| seen.fact(name).and_then(FactValue::number);
    Some(Reading {
        run,
        count: number(FactName::KernelErrors)?,
        first: number(FactName::KernelFirstError),
        last: number(FactName::KernelLastError),
    })
}

impl Reading {
    /// A lower count, or another first error: what was there is forgotten.
    fn was_reset_since(&self, before: &Reading) -> bool {
        let first = self.first.zip(before.first);
        self.count < before.count || first.is_some_and(|(now, before)| now != before)
    }
}

/// Whether an error was met after the runs before the newest look, and during no run.
fn met_by_others(last: f64, earlier: Option<&[Seen<'_>]>, reports: &[&Dated]) -> bool {
    let span = |dated: &Dated| {
        let report = &dated.report;
        (report.started_at.as_unix_seconds(), report.finished_at.as_unix_seconds())
    };
    let after = earlier.and_then(<[_]>::last).is_some_and(|seen| last > span(seen.dated).1 + SLACK);
    let during = reports
        .iter()
        .copied()
        .map(span)
        .any(|(start, end)| (start - SLACK..=end + SLACK).contains(&last));
    after && !during
}

impl TrendCounter {
    /// What becomes of a record that is there as before.
    pub(super) fn judge(&self, (state, because): Judged) -> Judged {
        match state {
            TrendState::Same if self.reset_since => {
                (TrendState::Growing, Some("errors were recorded again after a reset".to_owned()))
            }
            TrendState::Same if self.met_by_others => {
                (TrendState::Growing, Some("errors were met while no scan looked".to_owned()))
            }
            _ => (state, because),
        }
    }
}
