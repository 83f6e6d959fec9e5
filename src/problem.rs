//! `--npd`: one line and an exit code, as node-problem-detector wants them of its plugins.

use reports::{ProblemState, Report, Severity, in_a_line, problem_line};

use crate::output;
use crate::status::Status;

/// Prints what a report comes to. `whole` says that all was done that was asked for.
pub fn print(report: &Report, fail_on: Severity, whole: bool) -> anyhow::Result<Status> {
    let (state, line) = problem_line(report, fail_on, whole);
    output::print(|out| writeln!(out, "{line}"))?;
    Ok(match state {
        ProblemState::Ok => Status::Clean,
        ProblemState::Problem => Status::Findings,
        ProblemState::Unknown => Status::CouldNotRun,
    })
}

/// Prints why nothing can be said. Where that cannot be printed either, the exit code says it.
pub fn print_error(error: &anyhow::Error) {
    let line = in_a_line(&format!("unknown: {error:#}"));
    let _ = output::print(|out| writeln!(out, "{line}"));
}
