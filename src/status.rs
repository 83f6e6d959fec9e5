//! Exit codes.

use std::process::ExitCode;

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings.
    Findings,
    /// Usage, or the run could not be done.
    CouldNotRun,
    /// With `--strict`: nothing found, but something stayed unchecked.
    Unchecked,
    /// Stopped by a signal of this number.
    Stopped(u8),
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(match status {
            Status::Clean => 0,
            Status::Findings => 1,
            Status::CouldNotRun => 2,
            Status::Unchecked => 3,
            Status::Stopped(signal) => 128 + signal,
        })
    }
}
