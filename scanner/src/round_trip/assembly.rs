//! What all runs came to, as the report tells it.

use std::collections::{BTreeMap, HashSet};

use reports::{
    CheckRun, CheckStatus, Finding, FindingCollector, PathName, Severity, TarClassification,
    TarError, TarErrorCount, TarRefused, TarRun, TarTrips, Totals, UncheckedCollector,
    UncheckedReason,
};

use super::account::Account;
use super::arm::absolute;
use super::findings::{Weight, differs, explained_failures, failed, row, stayed};
use super::options::TripOptions;
use super::packages::tree::Tree;
use super::packages::{Source, Supply};
use super::pattern::Pattern;
use super::place::Place;
use super::removal::NotRemoved;
use super::run::{RoundTrips, Runs};
use super::trouble::{Refused, Stumble};

/// Rows of one list that are kept.
const ROWS: usize = 100;

/// Rows of every class, so that the many do not push out the few.
fn keep_some_of_each(errors: &mut Vec<TarError>, classes: usize) {
    let most = ROWS / classes.max(1);
    let mut kept: BTreeMap<TarClassification, usize> = BTreeMap::new();
    errors.retain(|error| {
        let kept = kept.entry(error.classification).or_default();
        *kept += 1;
        *kept <= most
    });
}

/// A report's section under construction.
pub struct Assembly<'a> {
    options: &'a TripOptions,
    stopped: bool,
    trips: TarTrips,
    totals: Totals,
    findings: FindingCollector,
    unchecked: UncheckedCollector,
    refused: HashSet<Refused>,
    refused_beyond: u64,
    complete: bool,
}

impl<'a> Assembly<'a> {
    /// For these packages.
    pub fn new(options: &'a TripOptions, supply: &Supply, stopped: bool) -> Self {
        let seed = match options.source {
            Source::Generated { seed, .. } => Some(seed),
            _ => None,
        };
        Assembly {
            options,
            stopped,
            trips: TarTrips {
                source: options.source.describe(supply.packages.len()),
                seed,
                jobs: options.jobs.and_then(|jobs| u32::try_from(jobs).ok()),
                churn: options.churn,
                runs: Vec::new(),
                unreadable: Vec::new(),
                unreadable_beyond: 0,
                refused: Vec::new(),
                refused_beyond: 0,
            },
            totals: Totals::default(),
            findings: FindingCollector::new(options.all_findings),
            unchecked: UncheckedCollector::default(),
            refused: supply.refused.iter().cloned().collect(),
            refused_beyond: 0,
            complete: !stopped,
        }
    }

    /// Adds the runs in one directory.
    pub fn add_arm(&mut self, place: &Place, runs: Runs, control: bool) {
        for (pattern, account) in runs {
            self.complete &= account.complete;
            let run = self.run_of(place, pattern, account, control);
            self.trips.runs.push(run);
        }
    }

    /// What of a tree could not be packed.
    pub fn add_troubles(&mut self, tree: &Tree) {
        let troubles = tree.take_troubles();
        let weight = self.weight(tree.answers_for_itself);
        let path = |below: &[u8]| PathName::new(absolute(&tree.root, below));
        for below in &troubles.denied {
            self.unchecked.add(UncheckedReason::PermissionDenied, "entry", path(below));
        }
        for below in &troubles.too_long {
            self.unchecked.add(UncheckedReason::NotReached, "entry", path(below));
        }
        self.totals.volatile += troubles.volatile;
        self.totals.errors += troubles.stumbles.len() as u64;
        let rows: Vec<_> =
            troubles.stumbles.iter().map(|stumble| row(&tree.root, 1, stumble)).collect();
        rows.iter().for_each(|row| self.findings.add(failed(row, false, weight)));
        self.trips.unreadable_beyond = rows.len().saturating_sub(ROWS) as u64;
        self.trips.unreadable = rows.into_iter().take(ROWS).collect();
    }

    fn weight(&self, answers_for_itself: bool) -> Weight {
        Weight { answers_for_itself, churn: self.options.churn }
    }

    fn run_of(
        &mut self,
        place: &Place,
        pattern: &Pattern,
        mut account: Account,
        control: bool,
    ) -> TarRun {
        let scratch = &place.scratch.path;
        let weight = self.weight(place.filesystem.oddities.answers_for_itself);
        // The heaviest first, so that the many do not hide the few.
        account.stumbles.sort_by(|(a, one), (b, other)| {
            let key = |stumble: &Stumble| (stumble.classification, stumble.path.clone());
            (key(one), a).cmp(&(key(other), b))
        });
        let stumbles = || account.stumbles.iter();
        let mut errors: Vec<_> =
            stumbles().map(|(round, stumble)| row(scratch, *round, stumble)).collect();
        // What the control arm meets is for comparison; it says nothing of this filesystem.
        if !control {
            self.totals.errors += account.by_class.values().sum::<u64>();
            for (row, (_, stumble)) in errors.iter().zip(stumbles()) {
                if row.classification.accuses_filesystem() {
                    self.findings.add(failed(row, stumble.transient, weight));
                }
            }
            for (class, count) in &account.by_class {
                let first = errors.iter().find(|row| row.classification == *class);
                // Of those that accuse, the ones that were kept stand for themselves.
                let beyond = if class.accuses_filesystem() {
                    count.saturating_sub(
                        stumbles().filter(|(_, s)| s.classification == *class).count() as u64,
                    )
                } else {
                    *count
                };
                let finding = first.filter(|_| beyond > 0);
                let finding = finding.map(|row| explained_failures(scratch, row, beyond, weight));
                finding.into_iter().for_each(|finding| self.findings.add(finding));
            }
            let differences = account.differences.iter();
            differences.for_each(|one| self.findings.add(differs(scratch, one, weight)));
            self.not_removed(place, &account.not_removed);
        }
        keep_some_of_each(&mut errors, account.by_class.len());
        self.refused_beyond += account.refused_beyond;
        self.refused.extend(account.refused);
        TarRun {
            pattern: pattern.name,
            directory: place.path.as_path().into(),
            filesystem: place.filesystem.kind.clone(),
            control,
            rounds: account.rounds,
            packages: account.packages,
            entries: account.entries,
            verified: account.verified,
            bytes: account.bytes,
            seconds: account.took.as_secs_f64(),
            differing: account.differing,
            left_behind: account.left_behind,
            errors_beyond: account.by_class.values().sum::<u64>() - errors.len() as u64,
            errors,
            by_classification: account
                .by_class
                .iter()
                .map(|(class, count)| TarErrorCount { classification: *class, count: *count })
                .collect(),
            complete: account.complete,
        }
    }

    fn not_removed(&mut self, place: &Place, left: &[NotRemoved]) {
        let weight = self.weight(place.filesystem.oddities.answers_for_itself);
        let stayed = left.iter().map(|not| stayed(&place.scratch.path, not, weight));
        stayed.for_each(|finding| self.findings.add(finding));
    }

    /// Removes the scratch directories and puts everything together.
    pub fn finish(
        mut self,
        place: Place,
        beside: Option<Place>,
        without_control: Option<String>,
    ) -> RoundTrips {
        let mut kept = Vec::new();
        let status = if self.complete { CheckStatus::Ran } else { CheckStatus::Partial };
        let reason = if self.stopped { Some("stopped".to_owned()) } else { without_control };
        let root = place.describe(CheckRun { name: "tar".to_owned(), status, reason });
        if self.options.keep {
            kept.push(place.scratch.path.clone());
            kept.extend(beside.as_ref().map(|beside| beside.scratch.path.clone()));
        }
        let weight = self.weight(place.filesystem.oddities.answers_for_itself);
        let scratch = place.scratch.path.clone();
        for not in place.scratch.remove() {
            self.findings.add(stayed(scratch.parent().unwrap_or(&scratch), &not, weight));
        }
        if let Some(beside) = beside {
            let scratch = beside.scratch.path.clone();
            for not in beside.scratch.remove() {
                let finding = stayed(scratch.parent().unwrap_or(&scratch), &not, weight);
                self.findings.add(Finding { severity: Severity::Warning, ..finding });
            }
        }
        self.note_refused();
        let nothing = self.trips.runs.iter().all(|run| run.verified == 0);
        RoundTrips {
            unusable: nothing && self.complete && !self.trips.refused.is_empty(),
            trips: self.trips,
            root,
            totals: self.totals,
            findings: self.findings,
            unchecked: self.unchecked,
            kept,
            complete: self.complete,
        }
    }

    /// Each member once, however often it came.
    fn note_refused(&mut self) {
        let mut refused: Vec<_> = std::mem::take(&mut self.refused).into_iter().collect();
        refused.sort();
        // Each pattern reads in its own portions, and tells of another byte.
        refused.dedup_by(|one, other| {
            one.member.is_none() && one.archive == other.archive && other.member.is_none()
        });
        for one in &refused {
            let (reason, what) = match one.member {
                Some(_) => (UncheckedReason::ArchiveRefused, "archive member"),
                None => (UncheckedReason::ArchiveDamaged, "archive"),
            };
            let named = one.member.as_ref().unwrap_or(&one.archive);
            self.unchecked.add(reason, what, PathName::new(named.clone()));
        }
        self.trips.refused_beyond = self.refused_beyond + refused.len().saturating_sub(ROWS) as u64;
        let rows = refused.into_iter().take(ROWS).map(|one| TarRefused {
            archive: PathName::new(one.archive),
            member: one.member.map(PathName::new),
            why: one.why,
        });
        self.trips.refused = rows.collect();
    }
}
