//! The findings of a series over time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clip::clip_end;
use crate::sum::sum;
use crate::trend::code_counts::CodeCounts;
use crate::trend::identity::Identity;
use crate::trend::judge::{Sight, judge};
use crate::trend::look::{Look, look};
use crate::trend::run::{Seen, looks};
use crate::trend::{TrendCode, TrendCounter, TrendFinding, TrendState};
use crate::{Code, Finding, Severity, Subject};

/// Rows of a series.
const ROWS: usize = 300;

/// Subjects of one code beyond which all of it are counted together.
const SUBJECTS: usize = 1000;

/// Bytes of what was seen.
const FOUND: usize = 300;

/// How many findings of a series became what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendTally {
    /// What they became.
    pub state: TrendState,
    /// How many rows, those without a row included; suppressed ones are not counted.
    pub rows: u64,
}

/// What is told of the findings of a series.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The first of them: what is worse first.
    pub(super) first: Vec<TrendFinding>,
    /// How many more there are.
    pub(super) beyond: u64,
    /// How many became what.
    pub(super) tallies: Vec<TrendTally>,
    /// The worst of what is worse.
    pub(super) worst: Option<Severity>,
    /// How many findings of each code.
    pub(super) codes: Vec<TrendCode>,
}

/// What one report has of one identity.
#[derive(Clone, Debug)]
struct Had {
    count: u64,
    severity: Severity,
    found: String,
    device: Option<String>,
}

/// What all reports have of it, by report.
type History = BTreeMap<usize, Had>;

/// Runs, and what is known of all of them.
struct Series<'a> {
    runs: &'a [Seen<'a>],
    /// Which look each belongs to.
    looks: &'a [usize],
    /// The first run of the filesystem that the newest one saw.
    anew: usize,
    counter: Option<&'a TrendCounter>,
}

/// Judges the findings of a series, and counts those of each code. `replaced` are the runs in which
/// another filesystem stands there.
pub(super) fn rows(runs: &[Seen<'_>], replaced: &[usize], counter: Option<&TrendCounter>) -> Rows {
    let looks = looks(runs);
    let anew = replaced.last().copied().unwrap_or_default();
    let series = &Series { runs, looks: &looks, anew, counter };
    let mut codes = CodeCounts::of(runs.len());
    let mut rows = Vec::new();
    for (identity, history) in found(runs) {
        let sights = sights(series, &identity, &history);
        codes.add(identity.code, history.values().map(|had| had.severity).max(), &sights);
        rows.extend(row(series, identity, &history, &sights, None));
    }
    let codes = codes.rows(counter);
    // One look has nothing that it could be held against.
    if looks.last().is_none_or(|last| *last == 0) {
        return Rows { codes, ..Rows::default() };
    }
    for ((code, glob), history) in accepted(runs) {
        let identity = Identity::of_code(code);
        let sights = sights(series, &identity, &history);
        rows.extend(row(series, identity, &history, &sights, Some(glob)));
    }
    rows.sort_by(|a, b| {
        let key = |row: &TrendFinding| (row.suppressed.is_some(), row.state, Reverse(row.severity));
        key(a).cmp(&key(b)).then_with(|| (a.code, &a.subject).cmp(&(b.code, &b.subject)))
    });
    let tallies = tallies(&rows);
    let worst = rows.iter().filter(|row| row.is_worse()).map(|row| row.severity).max();
    let beyond = rows.len().saturating_sub(ROWS) as u64;
    rows.truncate(ROWS);
    Rows { first: rows, beyond, tallies, worst, codes }
}

fn tallies(rows: &[TrendFinding]) -> Vec<TrendTally> {
    let found = || rows.iter().filter(|row| row.suppressed.is_none());
    let count = |state| found().filter(|row| row.state == state).count() as u64;
    let tallies = TrendState::ALL.map(|state| TrendTally { state, rows: count(state) });
    tallies.into_iter().filter(|tally| tally.rows > 0).collect()
}

/// What every report has, by identity.
fn found(runs: &[Seen<'_>]) -> BTreeMap<Identity, History> {
    let together = counted_together(runs);
    let mut all: BTreeMap<Identity, History> = BTreeMap::new();
    for (number, run) in runs.iter().enumerate() {
        for finding in run.findings() {
            let identity = if together.contains(&finding.code) {
                Identity::of_code(finding.code)
            } else {
                Identity::of(finding)
            };
            let history = all.entry(identity).or_default();
            match history.get_mut(&number) {
                Some(had) => had.add(finding),
                None => drop(history.insert(number, Had::of(finding))),
            }
        }
    }
    all
}

/// Codes of which a report holds rows that stand for many, or more rows than are told apart: which
/// of them another report had cannot be known.
fn counted_together(runs: &[Seen<'_>]) -> BTreeSet<Code> {
    let mut subjects: BTreeMap<Code, usize> = BTreeMap::new();
    let mut together = BTreeSet::new();
    for finding in runs.iter().flat_map(Seen::findings) {
        let count = subjects.entry(finding.code).or_default();
        *count += 1;
        let many = *count > SUBJECTS.saturating_mul(runs.len());
        if many || finding.subject == Subject::default() {
            together.insert(finding.code);
        }
    }
    together
}

/// What every report accepts, by code and glob.
fn accepted(runs: &[Seen<'_>]) -> BTreeMap<(Code, String), History> {
    let mut all: BTreeMap<_, History> = BTreeMap::new();
    for (number, run) in runs.iter().enumerate().filter(|(_, run)| run.is_alone()) {
        for row in run.report().suppressed.iter().filter(|row| row.count > 0) {
            let key = (row.code, clip_end(row.glob.as_deref().unwrap_or_default(), FOUND));
            let history = all.entry(key).or_default();
            let (count, severity, found) = (row.count, row.severity, row.reason.clone());
            let had = Had { count, severity, found, device: None };
            match history.get_mut(&number) {
                Some(before) => before.count = before.count.saturating_add(row.count),
                None => drop(history.insert(number, had)),
            }
        }
    }
    all
}

impl Had {
    fn of(finding: &Finding) -> Self {
        Had {
            count: finding.occurrences,
            severity: finding.severity,
            found: clip_end(&finding.found, FOUND),
            device: finding.subject.device.clone(),
        }
    }

    fn add(&mut self, finding: &Finding) {
        self.count = self.count.saturating_add(finding.occurrences);
        self.severity = self.severity.max(finding.severity);
    }
}

/// A row; none of what was gone before.
fn row(
    series: &Series<'_>,
    identity: Identity,
    history: &History,
    sights: &[Sight],
    suppressed: Option<String>,
) -> Option<TrendFinding> {
    let judged = judge(&by_look(sights, series.looks))?;
    let is_record = identity.code == Code::KernelErrorsRecorded && suppressed.is_none();
    let counter = series.counter.filter(|_| is_record);
    let (state, because) = match counter {
        Some(counter) => counter.judge(judged),
        None => judged,
    };
    // One finding stands for all errors on record: their number says more.
    let counts = counter.map(|counter| counter.values.clone());
    let (_, last) = history.last_key_value()?;
    let mut subject = identity.subject;
    // What it is called there, which nothing is known by.
    subject.device =
        subject.device.or_else(|| last.device.clone().filter(|_| subject.path.is_some()));
    Some(TrendFinding {
        state,
        code: identity.code,
        severity: last.severity,
        subject,
        detail: identity.detail,
        suppressed,
        found: last.found.clone(),
        counts: counts.unwrap_or_else(|| sights.iter().map(Sight::known).collect()),
        because: because.map(|because| clip_end(&because, FOUND)),
    })
}

/// What each report says of it. Those of the newest look are asked how far they looked against the
/// last before that had it, the others against the newest.
fn sights(series: &Series<'_>, identity: &Identity, history: &History) -> Vec<Sight> {
    let runs = series.runs;
    let newest = runs.len().saturating_sub(1);
    let newest_look = series.looks.last();
    let begin = series.looks.iter().position(|look| Some(look) == newest_look).unwrap_or(newest);
    let last = history.range(..begin).next_back().map_or(newest, |(number, _)| *number);
    let sight = |(number, run): (usize, &Seen<'_>)| {
        let other = runs.get(if number >= begin { last } else { newest });
        let had = history.get(&number);
        Sight {
            count: had.map_or(0, |had| had.count),
            severity: had.map(|had| had.severity),
            look: other.map_or(Look::Whole, |other| look(run, other, identity)),
            of_another: number < series.anew,
            accepted: accepted_of(run, identity.code),
        }
    };
    runs.iter().enumerate().map(sight).collect()
}

/// What each look says of it.
fn by_look(sights: &[Sight], looks: &[usize]) -> Vec<Sight> {
    let mut together: Vec<(usize, Sight)> = Vec::new();
    for (sight, look) in sights.iter().zip(looks) {
        let sight = match together.pop_if(|(last, _)| last == look) {
            Some((_, before)) => before.and(sight.clone()),
            None => sight.clone(),
        };
        together.push((*look, sight));
    }
    together.into_iter().map(|(_, sight)| sight).collect()
}

fn accepted_of(run: &Seen<'_>, code: Code) -> u64 {
    let rows = run.report().suppressed.iter().filter(|row| row.code == code);
    sum(rows.map(|row| row.count))
}
