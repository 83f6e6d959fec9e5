//! What a series says look by look. The runs of a night look at different things (its quick scan reads
//! no content), and so may runs that alternate: what a run never looks at is no gap in what is known.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::trend::{TrendRun, TrendSeries};

/// One value a run, none where it is not known.
type Values = [Option<u64>];

impl TrendRun {
    /// Whether it made a check, be it in part.
    pub(super) fn made(&self, check: &str) -> bool {
        self.checks_ran.iter().chain(&self.checks_partial).any(|name| name == check)
    }
}

impl TrendSeries {
    /// The runs of each look.
    pub(super) fn looks(&self) -> Vec<Range<usize>> {
        let mut looks: Vec<Range<usize>> = Vec::new();
        let mut last = None;
        for (number, run) in self.runs.iter().enumerate() {
            match looks.last_mut().filter(|_| last == Some(run.look)) {
                Some(look) => look.end = number + 1,
                None => looks.push(number..number + 1),
            }
            last = Some(run.look);
        }
        looks
    }

    fn runs_of(&self, look: &Range<usize>) -> &[TrendRun] {
        self.runs.get(look.clone()).unwrap_or_default()
    }

    /// The checks that a look made.
    fn checks_of(&self, look: &Range<usize>) -> BTreeSet<&str> {
        let runs = self.runs_of(look).iter();
        runs.flat_map(|run| run.checks_ran.iter().chain(&run.checks_partial))
            .map(String::as_str)
            .collect()
    }

    /// How many each look saw of what a check finds. A look that did not make the check is left out,
    /// unless it is the newest or knows all the same.
    pub(super) fn steps(&self, check: &str, counts: &Values) -> Vec<Option<u64>> {
        let looks = self.looks();
        let newest = looks.len().saturating_sub(1);
        let steps = looks.iter().enumerate().map(|(number, look)| {
            let count = most(counts, look);
            let made = self.runs_of(look).iter().any(|run| run.made(check));
            (count.is_some() || made || number == newest).then_some(count)
        });
        steps.flatten().collect()
    }
}

/// The most that a run of a look counted: what its runs saw together.
pub(super) fn most(counts: &Values, look: &Range<usize>) -> Option<u64> {
    counts.get(look.clone())?.iter().flatten().max().copied()
}

/// What the last run of a look measured that knows it.
pub(super) fn last(values: &Values, look: &Range<usize>) -> Option<u64> {
    values.get(look.clone())?.iter().rev().flatten().next().copied()
}

/// The looks that stand beside one another in a table: like is held against like.
pub(super) struct Columns {
    /// The first of them, unless that is the one before the newest.
    pub(super) first: Option<Range<usize>>,
    /// The one before the newest.
    pub(super) before: Range<usize>,
    /// The newest look.
    pub(super) newest: Range<usize>,
    /// How many looks are left out, which made other checks than the newest.
    pub(super) others: usize,
}

impl Columns {
    /// Those of a series; none where it has one look alone. Where no earlier look made the same
    /// checks as the newest, all count.
    pub(super) fn of(series: &TrendSeries) -> Option<Self> {
        let mut earlier = series.looks();
        let newest = earlier.pop()?;
        let all = earlier.len();
        let checks = series.checks_of(&newest);
        let is_alike = |look: &Range<usize>| series.checks_of(look) == checks;
        if earlier.iter().any(is_alike) {
            earlier.retain(is_alike);
        }
        let others = all - earlier.len();
        let before = earlier.pop()?;
        Some(Columns { first: earlier.into_iter().next(), before, newest, others })
    }

    /// Whether another filesystem stands there in the newest look than in the one before.
    pub(super) fn is_replaced(&self, series: &TrendSeries) -> bool {
        let since = self.before.end..self.newest.end;
        series.changes.iter().any(|it| it.replaces && since.contains(&(it.run as usize)))
    }
}
