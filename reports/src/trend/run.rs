//! One report of a series.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::trend::{Dated, TrendKind};
use crate::{FactName, FactValue, Finding, PathName, Report, Root, StressTarget};

/// One report of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendRun {
    /// Which of the trend's reports, from 0.
    pub report: u32,
    /// Which look of the series it belongs to, from 0: all runs of one night are one.
    pub look: u32,
    /// Checks that ran on everything in their scope.
    pub checks_ran: Vec<String>,
    /// Checks that ran on a part of it.
    pub checks_partial: Vec<String>,
    /// Checks that did not run.
    pub checks_skipped: Vec<String>,
}

/// A report as a series sees it: what of it is about one path.
#[derive(Clone, Debug)]
pub(super) struct Seen<'a> {
    /// Which report, from 0.
    pub(super) index: usize,
    /// Where it comes from.
    pub(super) dated: &'a Dated,
    /// What kind of run it was.
    pub(super) kind: TrendKind,
    /// The root.
    pub(super) root: &'a Root,
    /// The target, where the root is one that was hammered.
    pub(super) target: Option<&'a StressTarget>,
    /// What is found on this root.
    found: Vec<&'a Finding>,
}

impl<'a> Seen<'a> {
    /// The report.
    pub(super) fn report(&self) -> &'a Report {
        &self.dated.report
    }

    /// What the path is called in every report: a target that was made has a path of its own in
    /// each run, and its name in all.
    pub(super) fn place(&self) -> PathName {
        match self.target.filter(|target| target.made) {
            Some(target) => PathName::new(target.name.clone().into_bytes()),
            None => self.root.path.clone(),
        }
    }

    /// Whether the report is about this path alone, so that its sums are of it.
    pub(super) fn is_alone(&self) -> bool {
        self.report().roots.len() == 1
    }

    /// What is found on this root.
    pub(super) fn findings(&self) -> impl Iterator<Item = &'a Finding> {
        self.found.iter().copied()
    }

    /// What is known of the root.
    pub(super) fn fact(&self, name: FactName) -> Option<&'a FactValue> {
        self.report().environment.as_ref()?.of_path(name, &self.root.path)
    }
}

/// A report as the series of its roots see it. Findings are handed to their roots in one go: both
/// may be many.
pub(super) fn of_report(index: usize, dated: &Dated) -> Vec<Seen<'_>> {
    let report = &dated.report;
    let kind = TrendKind::of(report);
    let roots = Roots::of(report);
    let mut found = vec![Vec::new(); report.roots.len()];
    for finding in &report.findings {
        let root = roots.of_path(finding.subject.path.as_ref());
        found.get_mut(root).into_iter().for_each(|of_root| of_root.push(finding));
    }
    let targets = report.stress.iter().flat_map(|stress| &stress.targets);
    let targets: BTreeMap<_, _> =
        targets.rev().map(|target| (target.directory.as_bytes(), target)).collect();
    let seen = report.roots.iter().zip(found).map(|(root, found)| {
        let target = targets.get(root.path.as_bytes()).copied();
        Seen { index, dated, kind, root, target, found }
    });
    seen.collect()
}

/// The roots of a report, to be found by their paths: each by its place among them.
struct Roots<'a> {
    by_path: BTreeMap<&'a [u8], usize>,
    by_mount_point: BTreeMap<&'a [u8], usize>,
}

impl<'a> Roots<'a> {
    fn of(report: &'a Report) -> Self {
        let mut roots = Roots { by_path: BTreeMap::new(), by_mount_point: BTreeMap::new() };
        for (number, root) in report.roots.iter().enumerate() {
            // One that was given twice has its findings at its first place.
            roots.by_path.entry(bare(root.path.as_bytes())).or_insert(number);
            roots.by_mount_point.entry(root.mount_point.as_bytes()).or_insert(number);
        }
        roots
    }

    /// The root that a path belongs to: the nearest above it, or the one whose mount point it is.
    /// What belongs to none is told of the first.
    fn of_path(&self, path: Option<&PathName>) -> usize {
        let Some(path) = path else { return 0 };
        let mut above = Some(bare(path.as_bytes()));
        while let Some(folder) = above {
            if let Some(number) = self.by_path.get(folder) {
                return *number;
            }
            let slash = folder.iter().rposition(|byte| *byte == b'/');
            above = slash.and_then(|slash| folder.get(..slash));
        }
        self.by_mount_point.get(path.as_bytes()).copied().unwrap_or_default()
    }
}

/// A path without the slash at its end; of `/` nothing is left.
fn bare(path: &[u8]) -> &[u8] {
    path.strip_suffix(b"/").unwrap_or(path)
}

/// Which look each run belongs to, from 0: those of one night that follow one another are one.
pub(super) fn looks(runs: &[Seen<'_>]) -> Vec<usize> {
    let mut looks: Vec<usize> = Vec::new();
    let mut night = None;
    for run in runs {
        let same = run.dated.night.is_some() && run.dated.night.as_ref() == night;
        night = run.dated.night.as_ref();
        looks.push(looks.last().map_or(0, |last| if same { *last } else { last + 1 }));
    }
    looks
}

/// Whether `path` is `folder` or lies in it.
pub(super) fn is_beneath(path: &PathName, folder: &PathName) -> bool {
    let rest = path.as_bytes().strip_prefix(bare(folder.as_bytes()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

impl TrendRun {
    pub(super) fn of(seen: &Seen<'_>, look: usize) -> Self {
        use crate::CheckStatus::{Partial, Ran, Skipped};
        let named = |status| {
            let checks = seen.root.checks.iter().filter(move |check| check.status == status);
            checks.map(|check| check.name.clone()).collect()
        };
        TrendRun {
            report: seen.index as u32,
            look: look as u32,
            checks_ran: named(Ran),
            checks_partial: named(Partial),
            checks_skipped: named(Skipped),
        }
    }
}
