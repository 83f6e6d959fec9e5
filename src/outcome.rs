//! From what was seen to a report, where it goes, and the exit code.

use reports::{
    CheckRun, CheckStatus, Day, Diff, Environment, Finding, Report, Resumed, Root, SCHEMA_VERSION,
    Severity, Stress, TarTrips, Timestamp, Totals, Unchecked, Verdict,
};

use crate::arguments::ResultArguments;
use crate::manifest::Compared;
use crate::output;
use crate::signals::Caught;
use crate::status::Status;
use crate::tool::tool;

/// What a run saw.
pub struct Seen {
    /// What was asked for.
    pub roots: Vec<Root>,
    /// What was seen, in numbers.
    pub totals: Totals,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// What could not be examined.
    pub unchecked: Vec<Unchecked>,
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
    /// Notes that nothing was compared although that was asked for.
    pub fn not_compared(&mut self, was_asked_for: bool, error: &anyhow::Error) {
        if was_asked_for && self.diff.is_none() {
            let check = CheckRun {
                name: "baseline".to_owned(),
                status: CheckStatus::Partial,
                reason: Some(format!("nothing was compared: {error:#}")),
            };
            self.roots.iter_mut().for_each(|root| root.checks.push(check.clone()));
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
    /// Whether the file of `-o` seems to be writable.
    writable: bool,
}

impl<'a> Outcome<'a> {
    /// Begins a run. That the report cannot be written is said at once rather than after an hour;
    /// the run is worth its summary all the same.
    pub fn begin(arguments: &'a ResultArguments) -> Self {
        let checked = arguments.output.as_deref().map_or(Ok(()), output::check_target);
        if let Err(error) = &checked {
            output::complain(error);
        }
        Outcome { arguments, started_at: Timestamp::now(), writable: checked.is_ok() }
    }

    /// Prints and saves the report, and decides the exit code.
    pub fn end(self, seen: Seen, could_not_run: bool, caught: &Caught) -> anyhow::Result<Status> {
        let mut report = self.report(seen);
        report.suppress(&self.arguments.settings.suppressions, Day::today());
        // The file is written also when stdout is full, and the other way round.
        let printed = output::print_report(&report, &self.arguments.shape);
        let saved = match self.arguments.output.as_deref() {
            Some(path) if self.writable => output::save_report(&report, path),
            _ => Ok(()),
        };
        printed?;
        saved?;
        Ok(match caught.signal() {
            // A signal that came when all was done changes nothing of the result.
            Some(signal) if !report.complete => Status::Stopped(signal),
            _ if !self.writable => Status::CouldNotRun,
            _ => self.status(&report, could_not_run),
        })
    }

    /// The exit code in one expression: damage first, then what could not be done.
    fn status(&self, report: &Report, could_not_run: bool) -> Status {
        let fail_on = Severity::from(self.arguments.fail_on);
        if report.worst().is_some_and(|worst| worst >= fail_on) {
            Status::Findings
        } else if could_not_run {
            Status::CouldNotRun
        } else if self.arguments.strict && report.left_something_unchecked() {
            Status::Unchecked
        } else {
            Status::Clean
        }
    }

    fn report(&self, seen: Seen) -> Report {
        let finished_at = Timestamp::now();
        let mut report = Report {
            schema_version: SCHEMA_VERSION,
            tool: tool(),
            started_at: self.started_at,
            finished_at,
            duration_seconds: finished_at.since(self.started_at).as_secs_f64(),
            complete: seen.complete,
            verdict: Verdict::Healthy,
            roots: seen.roots,
            totals: seen.totals,
            findings: seen.findings,
            suppressed: Vec::new(),
            unchecked: seen.unchecked,
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
