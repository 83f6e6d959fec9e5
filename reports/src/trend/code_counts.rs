//! How many findings of each code every report of a series has.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trend::identity::Identity;
use crate::trend::look::{Look, look};
use crate::trend::run::Seen;
use crate::{Code, Severity};

/// Findings of a code over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendCode {
    /// The code.
    pub code: Code,
    /// The worst of them.
    pub severity: Severity,
    /// How many, in each report of the series; none where they were not looked for everywhere.
    pub counts: Vec<Option<u64>>,
}

/// Counts them.
pub(super) fn code_counts(runs: &[Seen<'_>]) -> Vec<TrendCode> {
    let mut all: BTreeMap<Code, (Severity, BTreeMap<usize, u64>)> = BTreeMap::new();
    for (number, run) in runs.iter().enumerate() {
        for finding in run.findings() {
            let (worst, counts) =
                all.entry(finding.code).or_insert((finding.severity, BTreeMap::new()));
            *worst = (*worst).max(finding.severity);
            let count = counts.entry(number).or_default();
            *count = count.saturating_add(finding.occurrences);
        }
    }
    let mut codes: Vec<_> = all
        .into_iter()
        .map(|(code, (severity, counts))| TrendCode {
            code,
            severity,
            counts: known(runs, code, &counts),
        })
        .collect();
    codes.sort_by_key(|row| (std::cmp::Reverse(row.severity), row.code));
    codes
}

fn known(runs: &[Seen<'_>], code: Code, counts: &BTreeMap<usize, u64>) -> Vec<Option<u64>> {
    let Some(newest) = runs.last() else { return Vec::new() };
    let of_code = Identity::of_code(code);
    let known = |(number, run): (usize, &Seen<'_>)| {
        let count = counts.get(&number).copied();
        count.or_else(|| (look(run, newest, &of_code) == Look::Whole).then_some(0))
    };
    runs.iter().enumerate().map(known).collect()
}
