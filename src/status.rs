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

impl Status {
    /// What becomes of it where a part could not be done: findings and signals weigh more.
    pub fn or_could_not_run(self) -> Self {
        match self {
            Status::Clean | Status::Unchecked => Status::CouldNotRun,
            other => other,
        }
    }
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
