//! How far a report looked for a finding: the difference between "not there" and "not looked at".

use std::collections::BTreeSet;

use crate::trend::identity::Identity;
use crate::trend::run::{Seen, is_beneath};
use crate::{CheckStatus, Code, StressEnding, TarRun, TarTrips, Unchecked};

/// How far a report looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Where the finding is or was: what it did not find there is not there.
    Whole,
    /// Not everywhere where it may be, and why.
    Short(String),
}

impl Look {
    fn short(why: impl Into<String>) -> Self {
        Look::Short(why.into())
    }
}

/// How far `seen` looked for something that `other` looked for or found.
pub(super) fn look(seen: &Seen<'_>, other: &Seen<'_>, of: &Identity) -> Look {
    if !seen.report().complete {
        return Look::short("the run was stopped before its end");
    }
    let check = seen.kind.check_of(of.code);
    let ran = match check {
        "stress" => stress(seen, other),
        _ => ran(seen, other, check),
    };
    let also = match check {
        "tar" => tar(seen.report().tar.as_ref(), other.report().tar.as_ref()),
        "baseline" => baseline(seen, other),
        _ => None,
    };
    let why = ran.or(also).or_else(|| left_out(seen, other, of, check));
    why.map_or(Look::Whole, Look::Short)
}

/// Why a check did not look at everything. One that ran may leave something unjudged, and says so: a
/// scan without privileges leaves more than one with them.
fn ran(seen: &Seen<'_>, other: &Seen<'_>, check: &str) -> Option<String> {
    let of = |seen: &Seen<'_>| seen.root.checks.iter().find(|run| run.name == check).cloned();
    let Some(run) = of(seen) else { return Some(format!("the check {check} did not run")) };
    let as_much = of(other).is_some_and(|other| other.reason == run.reason);
    let how = match run.status {
        CheckStatus::Ran if run.reason.is_some() && !as_much => "left something open",
        CheckStatus::Ran => return None,
        CheckStatus::Partial => "ran in part",
        CheckStatus::Skipped => "was skipped",
    };
    let reason = run.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("the check {check} {how}{reason}"))
}

/// Operations are drawn from a seed: with another one, what did not happen again may be there.
fn stress(seen: &Seen<'_>, other: &Seen<'_>) -> Option<String> {
    let (Some(ours), Some(theirs)) = (&seen.report().stress, &other.report().stress) else {
        return Some("nothing was hammered".to_owned());
    };
    let of = |stress: &crate::Stress| (stress.seed, stress.profile.clone(), stress.threads);
    let target = seen.target.filter(|target| target.operations > 0);
    let Some(target) = target else { return Some("no operation ran".to_owned()) };
    if target.ended != StressEnding::Completed {
        return Some(format!("it {}", target.ended.text()));
    }
    if of(ours) != of(theirs) {
        return Some(format!("other operations ran (seed {}, {})", ours.seed, ours.profile));
    }
    let less = other.target.is_some_and(|theirs| theirs.operations > target.operations);
    less.then(|| "fewer operations ran".to_owned())
}

/// Other packages, or fewer patterns, may not meet what others met.
fn tar(ours: Option<&TarTrips>, theirs: Option<&TarTrips>) -> Option<String> {
    let Some(ours) = ours else { return Some("nothing was extracted".to_owned()) };
    let theirs = theirs?;
    let patterns = |trips: &TarTrips, whole: bool| -> BTreeSet<_> {
        let arms = trips.runs.iter().filter(|run| !run.control);
        arms.filter(|run| !whole || TarRun::is_whole(run)).map(|run| run.pattern).collect()
    };
    if ours.source != theirs.source || ours.seed != theirs.seed || ours.churn != theirs.churn {
        return Some(format!("something else was extracted ({})", ours.source));
    }
    let missing = &patterns(theirs, false) - &patterns(ours, true);
    let pattern = missing.first()?;
    Some(format!("the pattern {} did not run to its end", pattern.as_str()))
}

/// What one baseline misses another one may never have had.
fn baseline(seen: &Seen<'_>, other: &Seen<'_>) -> Option<String> {
    let of = |seen: &Seen<'_>| seen.report().diff.as_ref().map(|diff| diff.before.created_at);
    let differs = of(other).is_some() && of(seen) != of(other);
    differs.then(|| "another baseline was compared with".to_owned())
}

/// Whether places that were not examined may be where the finding is.
fn left_out(seen: &Seen<'_>, other: &Seen<'_>, of: &Identity, check: &str) -> Option<String> {
    let rows = seen.report().unchecked.iter();
    let mut rows = rows.filter(|row| concerns(row, check)).filter(|row| match &of.subject.path {
        // Of many places the first are named: it may lie in another one, however many there were
        // in the other report.
        Some(path) => {
            let all_named = row.examples.len() as u64 >= row.count;
            !all_named || row.examples.iter().any(|place| is_beneath(path, place))
        }
        None => is_wider(row, &other.report().unchecked),
    });
    let row = rows.next()?;
    Some(format!("it may lie where nothing was examined: {}", row.reason.text()))
}

/// Whether a row is about what a check looks at: the names of other checks are not.
fn concerns(row: &Unchecked, check: &str) -> bool {
    let is_check = Code::all().iter().any(|text| text.check == row.what);
    !is_check || row.what == check
}

/// Whether more was left out for this reason than in the other report.
fn is_wider(row: &Unchecked, others: &[Unchecked]) -> bool {
    let mut others = others.iter();
    let same = others.find(|other| other.reason == row.reason && other.what == row.what);
    same.is_none_or(|same| same.count < row.count)
}
