//! How many findings of each code every report of a series has: the sum of what its rows say, so that
//! no number stands for what was not looked at.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trend::TrendCounter;
use crate::trend::judge::Sight;
use crate::{Code, Severity};

/// Findings of a code over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendCode {
    /// The code.
    pub code: Code,
    /// The worst of them.
    pub severity: Severity,
    /// How many (of errors on record: how many the kernel says), in each report of the series; none
    /// where none was found and not all were looked for that others have.
    pub counts: Vec<Option<u64>>,
    /// The reports that have at least so many, and did not look for all that others have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_least: Vec<u32>,
}

impl TrendCode {
    /// Whether these runs, which are of one look, saw at least so many as they say together. What
    /// one of them counted whole is not more for what another did not look at.
    pub(super) fn is_in_part(&self, runs: Range<usize>) -> bool {
        let knows = |run: &usize| self.counts.get(*run).copied().flatten().is_some();
        let in_part = |run: usize| self.at_least.iter().any(|it| *it as usize == run);
        runs.filter(knows).all(in_part)
    }
}

/// What the rows of each code say.
pub(super) struct CodeCounts {
    runs: usize,
    by_code: BTreeMap<Code, Counted>,
}

struct Counted {
    severity: Severity,
    /// Of each run how many were found, and whether all that other runs have were looked for.
    runs: Vec<(u64, bool)>,
}

impl CodeCounts {
    /// Of so many runs.
    pub(super) fn of(runs: usize) -> Self {
        CodeCounts { runs, by_code: BTreeMap::new() }
    }

    /// Adds what each run says of one finding, which was so bad at worst.
    pub(super) fn add(&mut self, code: Code, severity: Option<Severity>, sights: &[Sight]) {
        let runs = vec![(0, true); self.runs];
        let severity = severity.unwrap_or(Severity::Info);
        let counted = self.by_code.entry(code).or_insert(Counted { severity, runs });
        counted.severity = counted.severity.max(severity);
        for ((count, whole), sight) in counted.runs.iter_mut().zip(sights) {
            *count = count.saturating_add(sight.count);
            *whole &= sight.tells();
        }
    }

    /// A row a code, the worst first.
    pub(super) fn rows(self, counter: Option<&TrendCounter>) -> Vec<TrendCode> {
        let row = |(code, counted): (Code, Counted)| {
            let counter = counter.filter(|_| code == Code::KernelErrorsRecorded);
            counted.row(code, counter)
        };
        let mut rows: Vec<_> = self.by_code.into_iter().map(row).collect();
        rows.sort_by_key(|row| (Reverse(row.severity), row.code));
        rows
    }
}

impl Counted {
    fn row(&self, code: Code, counter: Option<&TrendCounter>) -> TrendCode {
        let severity = self.severity;
        if let Some(counter) = counter {
            let counts = counter.values.clone();
            return TrendCode { code, severity, counts, at_least: Vec::new() };
        }
        let known = |(count, whole): &(u64, bool)| (*whole || *count > 0).then_some(*count);
        let in_part = self.runs.iter().zip(0..).filter(|((count, whole), _)| *count > 0 && !whole);
        TrendCode {
            code,
            severity,
            counts: self.runs.iter().map(known).collect(),
            at_least: in_part.map(|(_, run)| run).collect(),
        }
    }
}
