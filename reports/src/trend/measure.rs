//! Numbers of a series over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sum::sum;
use crate::trend::TrendKind;
use crate::trend::run::Seen;
use crate::{FactName, FactValue, TarRun, Unchecked};

/// What is measured.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TrendQuantity {
    /// Names that were seen.
    Entries,
    /// The size of the files, in bytes.
    Bytes,
    /// System calls on the tree that failed.
    FailedCalls,
    /// Places that were not examined and not left out by request.
    Unchecked,
    /// Space that is not free, in bytes.
    SpaceUsed,
    /// Space that is free, in bytes.
    SpaceFree,
    /// Inodes that are free.
    InodesFree,
    /// Calls that failed during extraction.
    TarErrors,
    /// The same in the control arm.
    TarControlErrors,
    /// Entries that read back otherwise or could not be removed.
    TarDiffering,
    /// Entries extracted in a second.
    TarRate,
    /// Classes of outcomes that nothing known allows.
    Divergences,
    /// Operations in a second.
    OperationsRate,
}

/// A quantity over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendMeasure {
    /// What is measured.
    pub quantity: TrendQuantity,
    /// How much, in each run of the series; none where that is not known.
    pub values: Vec<Option<u64>>,
}

impl TrendQuantity {
    /// Every one, in the order in which they are told.
    pub const ALL: [TrendQuantity; 13] = [
        TrendQuantity::Entries,
        TrendQuantity::Bytes,
        TrendQuantity::FailedCalls,
        TrendQuantity::Unchecked,
        TrendQuantity::SpaceUsed,
        TrendQuantity::SpaceFree,
        TrendQuantity::InodesFree,
        TrendQuantity::TarErrors,
        TrendQuantity::TarControlErrors,
        TrendQuantity::TarDiffering,
        TrendQuantity::TarRate,
        TrendQuantity::Divergences,
        TrendQuantity::OperationsRate,
    ];

    /// As people call it.
    pub fn text(self) -> &'static str {
        match self {
            TrendQuantity::Entries => "entries",
            TrendQuantity::Bytes => "size of files",
            TrendQuantity::FailedCalls => "failed calls",
            TrendQuantity::Unchecked => "not examined",
            TrendQuantity::SpaceUsed => "space used",
            TrendQuantity::SpaceFree => "space free",
            TrendQuantity::InodesFree => "inodes free",
            TrendQuantity::TarErrors => "tar errors",
            TrendQuantity::TarControlErrors => "tar errors, control",
            TrendQuantity::TarDiffering => "tar differing",
            TrendQuantity::TarRate => "tar entries/s",
            TrendQuantity::Divergences => "divergences",
            TrendQuantity::OperationsRate => "operations/s",
        }
    }

    /// The check without which a run says nothing of it; none where each run does.
    pub(super) fn check(self) -> Option<&'static str> {
        use TrendQuantity::{
            Divergences, InodesFree, OperationsRate, SpaceFree, SpaceUsed, TarControlErrors,
            TarDiffering, TarErrors, TarRate,
        };
        match self {
            SpaceUsed | SpaceFree | InodesFree => Some("environment"),
            TarErrors | TarControlErrors | TarDiffering | TarRate => Some("tar"),
            Divergences | OperationsRate => Some("stress"),
            _ => None,
        }
    }

    /// Whether it is in bytes.
    pub fn is_bytes(self) -> bool {
        matches!(self, TrendQuantity::Bytes | TrendQuantity::SpaceUsed | TrendQuantity::SpaceFree)
    }

    /// How much of it a report tells.
    fn of(self, seen: &Seen<'_>) -> Option<u64> {
        let totals = &seen.report().totals;
        let walked = seen.is_alone() && seen.kind == TrendKind::Scan;
        let fact = |name| seen.fact(name).and_then(FactValue::number);
        match self {
            TrendQuantity::Entries => walked.then_some(totals.entries),
            TrendQuantity::Bytes => walked.then_some(totals.bytes_apparent),
            TrendQuantity::FailedCalls => walked.then_some(totals.errors),
            TrendQuantity::Unchecked => {
                seen.is_alone().then(|| unchecked(&seen.report().unchecked))
            }
            TrendQuantity::SpaceUsed => {
                Some(fact(FactName::SpaceSize)?.saturating_sub(fact(FactName::SpaceFree)?))
            }
            TrendQuantity::SpaceFree => fact(FactName::SpaceFree),
            TrendQuantity::InodesFree => fact(FactName::InodesFree),
            TrendQuantity::TarErrors => tar(seen, false, TarRun::error_count),
            TrendQuantity::TarControlErrors => tar(seen, true, TarRun::error_count),
            TrendQuantity::TarDiffering => {
                tar(seen, false, |run| run.differing.saturating_add(run.left_behind))
            }
            TrendQuantity::TarRate => tar_rate(seen),
            TrendQuantity::Divergences => {
                let (stress, target) = (seen.report().stress.as_ref()?, seen.target?);
                Some(stress.divergences_on(&target.name).count() as u64)
            }
            TrendQuantity::OperationsRate => {
                let target = seen.target.filter(|target| target.operations > 0)?;
                Some(target.operations_per_second.round() as u64)
            }
        }
    }
}

impl TrendMeasure {
    /// Whether there was none of it in any run.
    pub(super) fn is_nothing(&self) -> bool {
        self.values.iter().all(|value| value.unwrap_or(0) == 0)
    }
}

fn unchecked(rows: &[Unchecked]) -> u64 {
    sum(rows.iter().filter(|row| !row.reason.by_request()).map(|row| row.count))
}

/// A sum over the runs of one arm that were on the root; what a small round trip of a scan came to
/// is compared as well.
fn tar(seen: &Seen<'_>, control: bool, count: fn(&TarRun) -> u64) -> Option<u64> {
    let mut runs = arm(seen, control).peekable();
    runs.peek()?;
    Some(sum(runs.map(count)))
}

fn arm<'a>(seen: &Seen<'a>, control: bool) -> impl Iterator<Item = &'a TarRun> {
    let runs = seen.report().tar.iter().flat_map(|trips| &trips.runs);
    let alone = seen.is_alone();
    let path = &seen.root.path;
    runs.filter(move |run| run.control == control && (alone || run.directory == *path))
}

fn tar_rate(seen: &Seen<'_>) -> Option<u64> {
    let entries = tar(seen, false, |run| run.entries)?;
    let seconds: f64 = arm(seen, false).map(|run| run.seconds).sum();
    (seconds > 0.0).then(|| (entries as f64 / seconds).round() as u64)
}

/// Every quantity that some run knows.
pub(super) fn measures(runs: &[Seen<'_>]) -> Vec<TrendMeasure> {
    let measure = |quantity: TrendQuantity| {
        let values: Vec<_> = runs.iter().map(|seen| quantity.of(seen)).collect();
        TrendMeasure { quantity, values }
    };
    let all = TrendQuantity::ALL.map(measure).into_iter();
    all.filter(|measure| measure.values.iter().any(Option::is_some)).collect()
}
