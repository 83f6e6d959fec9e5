//! Why a program brought nothing.

use std::io::{self, ErrorKind};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use reports::PathName;
use rustix::io::Errno;

use crate::checks::errno_name;

/// The most of a program's own words that stands in a message, in characters.
const QUOTED: usize = 300;

/// Why a program brought nothing. Each message is one line that names the program.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It, or the interpreter that it names, is not there.
    #[error("{}: there is no such program, or its interpreter is missing", .program.escaped())]
    NotFound {
        /// The program.
        program: PathName,
    },
    /// It may not be run.
    #[error(
        "{}: it may not be executed (EACCES); look at its mode and at the mount option noexec",
        .program.escaped()
    )]
    NotExecutable {
        /// The program.
        program: PathName,
    },
    /// It could not be started.
    #[error("{}: it could not be started: {error}", .program.escaped())]
    CannotStart {
        /// The program.
        program: PathName,
        /// What the system said.
        error: String,
    },
    /// It was ended at its time limit.
    #[error("{}: it did not end within {:.1} s and was killed", .program.escaped(), .after.as_secs_f64())]
    TimedOut {
        /// The program.
        program: PathName,
        /// How long it had run.
        after: Duration,
    },
    /// It printed too much and was ended.
    #[error(
        "{}: it printed more than {limit} bytes to {stream} and was killed", .program.escaped()
    )]
    TooMuch {
        /// The program.
        program: PathName,
        /// Where to.
        stream: &'static str,
        /// How much it might print, in bytes.
        limit: usize,
    },
    /// It says that it failed.
    #[error("{}: it ended with exit status {code}: {}", .program.escaped(), quote(.said))]
    Failed {
        /// The program.
        program: PathName,
        /// Its exit status.
        code: i32,
        /// What it printed to standard error, or else to standard output.
        said: Vec<u8>,
    },
    /// Somebody else ended it.
    #[error("{}: it was killed by signal {signal}: {}", .program.escaped(), quote(.said))]
    Killed {
        /// The program.
        program: PathName,
        /// By which (signal(7)).
        signal: i32,
        /// What it printed to standard error, or else to standard output.
        said: Vec<u8>,
    },
    /// It was ended because it was to stop.
    #[error("{}: it was stopped", .program.escaped())]
    Stopped {
        /// The program.
        program: PathName,
    },
    /// Nobody knows how it ended.
    #[error("{}: it is gone or cannot be ended; how it ended is not known", .program.escaped())]
    Lost {
        /// The program.
        program: PathName,
    },
    /// What it prints or whether it runs cannot be seen; it was ended.
    #[error("{}: {operation}: {}; it was killed", .program.escaped(), errno_name(*.errno))]
    Watch {
        /// The program.
        program: PathName,
        /// The system call.
        operation: &'static str,
        /// Its errno.
        errno: Errno,
    },
}

impl ProgramError {
    /// It could not be started.
    pub(super) fn start(program: &Path, error: &io::Error) -> Self {
        let program = PathName::from(program);
        match error.kind() {
            ErrorKind::NotFound => ProgramError::NotFound { program },
            ErrorKind::PermissionDenied => ProgramError::NotExecutable { program },
            _ => {
                let errno = Errno::from_io_error(error);
                let error = errno.map_or_else(|| error.to_string(), errno_name);
                ProgramError::CannotStart { program, error }
            }
        }
    }

    /// It ended, and not with success.
    pub(super) fn ended(program: &Path, status: ExitStatus, said: Vec<u8>) -> Self {
        let program = PathName::from(program);
        match (status.code(), status.signal()) {
            (Some(code), _) => ProgramError::Failed { program, code, said },
            (None, Some(signal)) => ProgramError::Killed { program, signal, said },
            (None, None) => ProgramError::Lost { program },
        }
    }
}

/// The last line that it printed, where programs say why they end; of JSON all, as one line.
pub fn quote(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = if text.trim_start().starts_with('{') {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
        last.unwrap_or("it said nothing").to_owned()
    };
    let mut quoted: String = line.chars().take(QUOTED).collect();
    if quoted.len() < line.len() {
        quoted.push_str(" ...");
    }
    quoted
}
