//! What a series says look by look. The runs of a night look at different things (its quick scan reads
//! no content), and so may runs that alternate: what a run never looks at is no gap in what is known.

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

    /// Whether a look made a check, be it in part; without a check every look did.
    fn made(&self, look: &Range<usize>, check: Option<&str>) -> bool {
        check.is_none_or(|check| self.runs_of(look).iter().any(|run| run.made(check)))
    }

    /// How many each look saw of what a check finds. A look that did not make the check is left out,
    /// unless it is the newest or knows all the same.
    pub(super) fn steps(&self, check: &str, counts: &Values) -> Vec<Option<u64>> {
        let looks = self.looks();
        let newest = looks.len().saturating_sub(1);
        let steps = looks.iter().enumerate().map(|(number, look)| {
            let count = most(counts, look);
            let made = self.made(look, Some(check));
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

/// The looks that stand beside one another in a row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    /// The first of them, unless that is the one before the newest.
    pub(super) first: Option<Range<usize>>,
    /// The one before the newest.
    pub(super) before: Range<usize>,
    /// The newest look.
    pub(super) newest: Range<usize>,
}

impl Columns {
    /// Those of what a check finds (or every run tells): the looks that made it, or know all the
    /// same. None where the newest did not, or no earlier one.
    pub(super) fn of(series: &TrendSeries, check: Option<&str>, values: &Values) -> Option<Self> {
        let mut looks = series.looks();
        let newest = looks.pop()?;
        let counts = |look: &Range<usize>| series.made(look, check) || most(values, look).is_some();
        looks.retain(counts);
        let before = looks.pop().filter(|_| counts(&newest))?;
        Some(Columns { first: looks.into_iter().next(), before, newest })
    }

    /// The three of them.
    pub(super) fn all(&self) -> [Option<&Range<usize>>; 3] {
        [self.first.as_ref(), Some(&self.before), Some(&self.newest)]
    }

    /// Whether another filesystem stands there in the newest look than in the one before.
    pub(super) fn is_replaced(&self, series: &TrendSeries) -> bool {
        let since = self.before.end..self.newest.end;
        series.changes.iter().any(|it| it.replaces && since.contains(&(it.run as usize)))
    }
}
