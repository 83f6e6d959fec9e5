//! A program of others, run for a bounded time.

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use reports::PathName;

/// How often it is looked whether it has ended.
const BEAT: Duration = Duration::from_millis(2);

/// What a program came to.
#[derive(Debug)]
pub(super) struct Output {
    /// Whether it says that it worked.
    pub(super) success: bool,
    /// What it said of errors, its beginning.
    pub(super) stderr: Vec<u8>,
}

/// Why a program came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgramError {
    /// It could not be started.
    #[error("{} cannot be started: {error}", .program.escaped())]
    NotStarted {
        /// The program.
        program: PathName,
        /// Why.
        error: std::io::Error,
    },
    /// It did not end in time and was killed.
    #[error("{}: no end within {} s", .program.escaped(), .limit.as_secs_f64())]
    Late {
        /// The program.
        program: PathName,
        /// The time that it had.
        limit: Duration,
    },
}

/// Runs a program.
pub(super) fn run(
    program: &OsStr,
    arguments: &[String],
    time_limit: Duration,
    output_limit: usize,
) -> Result<Output, ProgramError> {
    let name = || PathName::from(std::path::Path::new(program));
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null());
    let child = command.stderr(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| ProgramError::NotStarted { program: name(), error })?;
    let stderr = read(&mut child, output_limit);
    let until = Instant::now() + time_limit;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            let left = until.saturating_duration_since(Instant::now());
            let stderr = stderr.recv_timeout(left).unwrap_or_default();
            return Ok(Output { success: status.success(), stderr });
        }
        if Instant::now() >= until {
            let _ = child.kill();
            let _ = child.wait();
            return Err(ProgramError::Late { program: name(), limit: time_limit });
        }
        thread::sleep(BEAT);
    }
}

/// Reads what it says of errors on a thread of its own, and drops what is too much.
fn read(child: &mut Child, limit: usize) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    if let Some(mut stderr) = child.stderr.take() {
        let read = move || {
            let mut kept = Vec::new();
            let _ = stderr.by_ref().take(limit as u64).read_to_end(&mut kept);
            let _ = send.send(kept);
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        };
        drop(thread::Builder::new().spawn(read));
    }
    receive
}
