//! What tar round trips came to, by pattern, here and in the control arm.

use std::collections::BTreeMap;

use crate::{TarPattern, TarRun, TarTrips};

use super::{Exposition, Metric};

/// A metric, and what it is of a run.
type OfRun = (Metric, fn(&TarRun) -> u64);

/// The metrics that are sums over the runs of a pattern.
const SUMS: [OfRun; 6] = [
    (Metric { name: "tar_entries", help: "Entries that were extracted." }, |run| run.entries),
    (Metric { name: "tar_entries_verified", help: "Entries compared after extraction." }, |run| {
        run.verified
    }),
    (
        Metric { name: "tar_entries_failed", help: "Calls that failed during extraction." },
        TarRun::error_count,
    ),
    (Metric { name: "tar_entries_differing", help: "Entries that read back otherwise." }, |run| {
        run.differing
    }),
    (
        Metric { name: "tar_entries_left_behind", help: "Entries that could not be removed." },
        |run| run.left_behind,
    ),
    (Metric { name: "tar_written_bytes", help: "Bytes that were written." }, |run| run.bytes),
];

/// Adds them.
pub(super) fn add(trips: &TarTrips, page: &mut Exposition) {
    let mut arms: BTreeMap<(TarPattern, bool), Vec<&TarRun>> = BTreeMap::new();
    for run in &trips.runs {
        arms.entry((run.pattern, run.control)).or_default().push(run);
    }
    for (metric, count) in SUMS {
        let samples = arms.iter().map(|(arm, runs)| {
            let total = runs.iter().fold(0, |sum: u64, run| sum.saturating_add(count(run)));
            (labels(*arm), total)
        });
        page.labelled(metric, samples);
    }
    page.labelled(
        Metric { name: "tar_duration_seconds", help: "How long extraction took." },
        arms.iter()
            .map(|(arm, runs)| (labels(*arm), runs.iter().map(|run| run.seconds).sum::<f64>())),
    );
    page.labelled(
        Metric { name: "tar_complete", help: "1 if all runs came to their ends." },
        arms.iter()
            .map(|(arm, runs)| (labels(*arm), u8::from(runs.iter().all(|run| run.complete)))),
    );
}

fn labels((pattern, control): (TarPattern, bool)) -> [(&'static str, String); 2] {
    [("pattern", pattern.as_str().to_owned()), ("control", control.to_string())]
}
