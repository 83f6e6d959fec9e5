//! One report of a series.

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
#[derive(Clone, Copy, Debug)]
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
        let (report, root) = (self.report(), self.root);
        report.findings.iter().filter(move |finding| {
            let of = root_of(report, finding.subject.path.as_ref());
            of.is_some_and(|of| std::ptr::eq(of, root))
        })
    }

    /// What is known of the root.
    pub(super) fn fact(&self, name: FactName) -> Option<&'a FactValue> {
        self.report().environment.as_ref()?.of_path(name, &self.root.path)
    }
}

/// The root that a path belongs to: the nearest above it, or the one whose mount point it is. What
/// belongs to none is told of the first.
fn root_of<'a>(report: &'a Report, path: Option<&PathName>) -> Option<&'a Root> {
    let first = report.roots.first();
    let Some(path) = path else { return first };
    let above = report.roots.iter().filter(|root| is_beneath(path, &root.path));
    let nearest = above.max_by_key(|root| root.path.as_bytes().len());
    let mounted = || {
        let mut roots = report.roots.iter();
        roots.find(|root| root.mount_point.as_bytes() == path.as_bytes())
    };
    nearest.or_else(mounted).or(first)
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
    let folder = folder.as_bytes();
    let folder = folder.strip_suffix(b"/").unwrap_or(folder);
    let rest = path.as_bytes().strip_prefix(folder);
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
