//! From what was seen to a report, where it goes, and the exit code.

use std::path::Path;
use std::time::Duration;

use reports::{
    CheckRun, CheckStatus, Day, DeviceBlocks, Diff, Directories, Environment, Finding, PathName,
    Report, ReportFile, Resumed, Root, SCHEMA_VERSION, Severity, Stress, TarTrips, Timestamp, Tool,
    Totals, Unchecked, UncheckedCollector, UncheckedReason, Verdict,
};

use scanner::Scan;

use crate::arguments::ResultArguments;
use crate::manifest::Compared;
use crate::output::{self, Content};
use crate::problem;
use crate::signals::Caught;
use crate::status::Status;
use crate::tool::tool;

/// What a run saw; nothing, and not to its end, by default.
#[derive(Default)]
pub struct Seen {
    /// What was asked for.
    pub roots: Vec<Root>,
    /// What was seen, in numbers.
    pub totals: Totals,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// What could not be examined.
    pub unchecked: Vec<Unchecked>,
    /// Where in the trees bytes and damage lie.
    pub directories: Option<Directories>,
    /// Where on the devices the damage is.
    pub blocks: Vec<DeviceBlocks>,
    /// What was taken over from earlier runs.
    pub resumed: Option<Resumed>,
    /// What the machine, the pod and the volumes are.
    pub environment: Option<Environment>,
    /// What a comparison with a manifest came to.
    pub diff: Option<Diff>,
    /// What tar round trips came to.
    pub tar: Option<TarTrips>,
    /// What operations on filesystems came to.
    pub stress: Option<Stress>,
    /// Whether the run came to its end.
    pub complete: bool,
}

impl Seen {
    /// What a scan saw.
    pub fn of(scan: Scan) -> Self {
        Seen {
            roots: scan.roots,
            totals: scan.totals,
            findings: scan.findings,
            unchecked: scan.unchecked,
            directories: scan.directories,
            blocks: scan.blocks,
            resumed: None,
            environment: scan
                .environment
                .map(|facts| Environment { facts, components: Vec::new() }),
            diff: None,
            tar: scan.tar,
            stress: None,
            complete: scan.complete,
        }
    }

    /// Notes that nothing was compared although that was asked for: the run is no success, whatever
    /// the scan saw.
    pub fn not_compared(&mut self, was_asked_for: bool, error: &anyhow::Error) {
        if was_asked_for && self.diff.is_none() {
            let check = CheckRun {
                name: "baseline".to_owned(),
                status: CheckStatus::Partial,
                reason: Some(format!("nothing was compared: {error:#}")),
            };
            self.roots.iter_mut().for_each(|root| root.checks.push(check.clone()));
            let mut unchecked = UncheckedCollector::default();
            for root in &self.roots {
                unchecked.add(UncheckedReason::NotCompared, "tree", root.path.clone());
            }
            self.unchecked.extend(unchecked.into_rows());
        }
    }

    /// Adds what a comparison with a baseline brought.
    pub fn add(&mut self, compared: Compared) {
        self.findings.extend(compared.findings.into_rows());
        self.findings.sort_by_key(|row| (std::cmp::Reverse(row.severity), row.code));
        self.unchecked.extend(compared.unchecked.into_rows());
        self.roots.iter_mut().for_each(|root| root.checks.push(compared.check.clone()));
        self.diff = Some(compared.diff);
    }
}

/// A run under way, and what shall become of it.
pub struct Outcome<'a> {
    arguments: &'a ResultArguments,
    started_at: Timestamp,
    /// When others began with it, and how long that took.
    earlier: Option<(Timestamp, Duration)>,
    /// Files that do not seem to be writable.
    unwritable: Vec<&'a Path>,
    /// Whether another file that was asked for could not be written.
    lacks_a_file: bool,
}

impl<'a> Outcome<'a> {
    /// Begins a run. That the report cannot be written is said at once rather than after an hour;
    /// the run is worth its summary all the same.
    pub fn begin(arguments: &'a ResultArguments) -> Self {
        let mut unwritable = Vec::new();
        let report = arguments.output.as_deref().map(|file| (file, Content::Report));
        let metrics = arguments.prometheus_file.as_deref().map(|file| (file, Content::Metrics));
        for (file, content) in report.into_iter().chain(metrics) {
            if let Err(error) = output::check_target(file, content) {
                output::complain(&error);
                unwritable.push(file);
            }
        }
        if let Some(file) = twice(arguments) {
            let shown = PathName::from(file).escaped();
            output::say(&format!("{shown}: one file cannot hold the report and the metrics"));
            unwritable.push(file);
        }
        Outcome {
            arguments,
            started_at: Timestamp::now(),
            earlier: None,
            unwritable,
            lacks_a_file: false,
        }
    }

    /// The same of a run that others began earlier, and that took them so long.
    pub fn after(self, begun_at: Timestamp, took: Duration) -> Self {
        Outcome { earlier: Some((begun_at, took)), ..self }
    }

    /// Notes that a file which was asked for, other than the report and the metrics, could not be written:
    /// like one of those it is missed whatever was found.
    pub fn could_not_write(&mut self) {
        self.lacks_a_file = true;
    }

    /// Prints and saves the report, and decides the exit code.
    pub fn end(self, seen: Seen, could_not_run: bool, caught: &Caught) -> anyhow::Result<Status> {
        let mut report = self.report(seen);
        report.suppress(&self.arguments.settings.suppressions, Day::today());
        let (file, saved) = self.save(&report);
        let saved_all = self.unwritable.is_empty() && saved.is_ok() && !self.lacks_a_file;
        if self.arguments.shape.npd {
            saved.unwrap_or_else(|error| output::complain(&error));
            let unseen = self.arguments.strict && report.left_something_unchecked();
            return problem::print(&report, self.fail_on(), saved_all && !could_not_run && !unseen);
        }
        // Files are written also when stdout is full, and the other way round.
        let printed = output::print_report(&report, &self.arguments.shape, self.fail_on(), file);
        printed?;
        saved?;
        Ok(match caught.signal() {
            // A signal that came when all was done changes nothing of the result.
            Some(signal) if !report.complete => Status::Stopped(signal),
            _ if !saved_all => Status::CouldNotRun,
            _ => self.status(&report, could_not_run),
        })
    }

    /// Writes the files that were asked for: the one that holds the report, and what went wrong.
    fn save(&self, report: &Report) -> (Option<ReportFile>, anyhow::Result<()>) {
        let writable = |file: &&Path| !self.unwritable.contains(file);
        let output = self.arguments.output.as_deref().filter(writable);
        let metrics = self.arguments.prometheus_file.as_deref().filter(writable);
        let saved = output.map(|path| output::save_report(report, path)).transpose();
        let measured = metrics.map_or(Ok(()), |path| output::save_metrics(report, path));
        match saved {
            Ok(file) => (file, measured),
            Err(error) => {
                measured.unwrap_or_else(|other| output::complain(&other));
                (None, Err(error))
            }
        }
    }

    fn fail_on(&self) -> Severity {
        self.arguments.fail_on.into()
    }

    /// The exit code in one expression: damage first, then what could not be done.
    fn status(&self, report: &Report, could_not_run: bool) -> Status {
        if report.worst().is_some_and(|worst| worst >= self.fail_on()) {
            Status::Findings
        } else if could_not_run || (!report.complete && report.saw_nothing()) {
            Status::CouldNotRun
        } else if self.arguments.strict && report.left_something_unchecked() {
            Status::Unchecked
        } else {
            Status::Clean
        }
    }

    fn settings_file(&self) -> Option<String> {
        let file = self.arguments.settings.file.as_deref();
        file.map(|file| PathName::from(file).escaped())
    }

    fn report(&self, seen: Seen) -> Report {
        let finished_at = Timestamp::now();
        // The time between is no work.
        let (started_at, before) = self.earlier.unwrap_or((self.started_at, Duration::ZERO));
        let took = before + finished_at.since(self.started_at);
        let mut report = Report {
            schema_version: SCHEMA_VERSION,
            tool: Tool { settings: self.settings_file(), ..tool() },
            started_at,
            finished_at,
            duration_seconds: took.as_secs_f64(),
            complete: seen.complete,
            verdict: Verdict::Healthy,
            roots: seen.roots,
            totals: seen.totals,
            findings: seen.findings,
            suppressed: Vec::new(),
            unchecked: seen.unchecked,
            directories: seen.directories,
            blocks: seen.blocks,
            resumed: seen.resumed,
            environment: seen.environment,
            diff: seen.diff,
            tar: seen.tar,
            stress: seen.stress,
            recommendations: Vec::new(),
        };
        report.judge();
        report
    }
}

/// The file of metrics, where it is that of the report.
fn twice(arguments: &ResultArguments) -> Option<&Path> {
    let (output, metrics) = (arguments.output.as_deref()?, arguments.prometheus_file.as_deref()?);
    (output::place_of(output)? == output::place_of(metrics)?).then_some(metrics)
}
