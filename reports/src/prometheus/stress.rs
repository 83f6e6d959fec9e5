//! What hammering filesystems came to, by target.

use crate::{Stress, StressTarget};

use super::{Exposition, Metric, PLACES};

/// A metric, and what it is of a target.
type OfTarget = (Metric, fn(&StressTarget) -> u64);

/// The metrics that are numbers of a target.
const NUMBERS: [OfTarget; 4] = [
    (Metric { name: "stress_operations", help: "Operations that ran." }, |t| t.operations),
    (Metric { name: "stress_written_bytes", help: "Content that was written." }, |t| {
        t.bytes_written
    }),
    (Metric { name: "stress_operations_without_space", help: "Operations on a full disk." }, |t| {
        t.no_space
    }),
    (Metric { name: "stress_complete", help: "1 if all was done that was asked for." }, |t| {
        u64::from(t.is_whole())
    }),
];

/// Adds them.
pub(super) fn add(stress: &Stress, page: &mut Exposition) {
    let targets = || stress.targets.iter().take(PLACES);
    for (metric, number) in NUMBERS {
        page.labelled(metric, targets().map(|target| (labels(target), number(target))));
    }
    page.labelled(
        Metric { name: "stress_duration_seconds", help: "How long the operations took." },
        targets().map(|target| (labels(target), target.seconds)),
    );
    page.labelled(
        Metric { name: "stress_divergences", help: "Kinds of divergences that are listed." },
        targets().map(|target| (labels(target), stress.divergences_on(&target.name).count())),
    );
    page.number(
        Metric { name: "stress_divergences_all", help: "Kinds of divergences on all targets." },
        stress.divergence_count(),
    );
    page.number(
        Metric { name: "stress_targets_not_provided", help: "Targets that could not be made." },
        stress.not_provided.len(),
    );
}

fn labels(target: &StressTarget) -> [(&'static str, String); 2] {
    [("target", target.name.clone()), ("filesystem", target.filesystem.clone())]
}
