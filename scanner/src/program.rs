//! Runs a program of the system for a limited time, and takes what it prints up to a limit.
//!
//! The program is the leader of a process group of its own. Whenever a run is over, by itself or
//! because a limit was met, the whole group is killed and the program reaped: what it started in
//! the background neither outlives it nor keeps anybody waiting at a pipe. What left the group
//! (setsid(2)) lives on, but is not waited for either.

mod attended;
mod error;
mod group;
mod stream;

use std::env;
use std::ffi::OsStr;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Access, access};
use rustix::io::Errno;

pub use attended::{Attended, Cut, Patience, attend};
pub use error::{ProgramError, quote};
use group::Group;
use stream::Stream;

/// How often it is looked whether the program has ended.
const BEAT: Duration = Duration::from_millis(5);

/// How much a program may do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// When it is ended.
    pub deadline: Instant,
    /// The most that it may print to standard output, in bytes.
    pub stdout: usize,
    /// The most that it may print to standard error, in bytes.
    pub stderr: usize,
}

impl Limits {
    /// 16 MiB of output and 64 KiB of messages, until `deadline`.
    pub fn until(deadline: Instant) -> Self {
        Limits { deadline, stdout: 16 << 20, stderr: 64 << 10 }
    }
}

/// What a program that ended with success printed.
#[derive(Debug, PartialEq, Eq)]
pub struct Printed {
    /// To standard output.
    pub stdout: Vec<u8>,
    /// To standard error.
    pub stderr: Vec<u8>,
}

/// Looks for a program in the folders of a PATH. A relative folder is left out: what lies in the
/// working folder is nobody's program.
pub fn find(name: &str, path: &OsStr) -> Option<PathBuf> {
    let folders = env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(name)).find(|program| runs(program))
}

/// Whether this user may run what lies there.
pub fn runs(program: &Path) -> bool {
    program.is_file() && access(program, Access::EXEC_OK).is_ok()
}

/// Runs `program` with standard input empty and messages in English. An exit status other than 0
/// is an error. Starting it may take as long as the filesystem that it lies on takes.
pub fn run(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    limits: &Limits,
) -> Result<Printed, ProgramError> {
    run_with(program, arguments, Stdio::null(), limits, &|| false)
}

/// The same with something on standard input, until `is_stopped`.
pub fn run_with(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    input: Stdio,
    limits: &Limits,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Printed, ProgramError> {
    let begun = Instant::now();
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C").process_group(0);
    command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| ProgramError::start(program, &error))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut run = Run {
        program,
        group: Group::of(child),
        stdout: Stream::new("standard output", stdout.map(Into::into), limits.stdout),
        stderr: Stream::new("standard error", stderr.map(Into::into), limits.stderr),
    };
    let status = run.attend(begun, limits.deadline, is_stopped)?;
    run.conclude(status)
}

/// A program that runs. It does not outlive this.
struct Run<'a> {
    program: &'a Path,
    group: Group,
    stdout: Stream,
    stderr: Stream,
}

impl Run<'_> {
    /// Takes what it prints until it ends. None: how it ended will never be known.
    fn attend(
        &mut self,
        begun: Instant,
        deadline: Instant,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Option<ExitStatus>, ProgramError> {
        loop {
            if self.group.has_ended().map_err(|errno| self.watch("waitid", errno))? {
                // Those in its group end first, so that they cannot print for ever.
                let status = self.group.end();
                self.take()?;
                return Ok(status);
            }
            self.take()?;
            if is_stopped() {
                return Err(ProgramError::Stopped { program: self.program.into() });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let after = begun.elapsed();
                return Err(ProgramError::TimedOut { program: self.program.into(), after });
            }
            self.wait(left.min(BEAT))?;
        }
    }

    /// Takes what the pipes hold now.
    fn take(&mut self) -> Result<(), ProgramError> {
        for stream in [&mut self.stdout, &mut self.stderr] {
            stream.take(self.program)?;
        }
        Ok(())
    }

    /// Waits for the pipes.
    fn wait(&self, time: Duration) -> Result<(), ProgramError> {
        let pipes = [&self.stdout, &self.stderr].into_iter().filter_map(Stream::pipe);
        let mut waited: Vec<PollFd> =
            pipes.map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN)).collect();
        if waited.is_empty() {
            thread::sleep(time);
            return Ok(());
        }
        match poll(&mut waited, Timespec::try_from(time).ok().as_ref()) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(errno) => Err(self.watch("poll", errno)),
        }
    }

    fn watch(&self, operation: &'static str, errno: Errno) -> ProgramError {
        ProgramError::Watch { program: self.program.into(), operation, errno }
    }

    /// Tells success from failure.
    fn conclude(self, status: Option<ExitStatus>) -> Result<Printed, ProgramError> {
        let stderr = self.stderr.into_bytes();
        match status {
            Some(status) if status.success() => {
                Ok(Printed { stdout: self.stdout.into_bytes(), stderr })
            }
            Some(status) => {
                // Some complain on standard output alone.
                let is_silent = stderr.iter().all(u8::is_ascii_whitespace);
                let said = if is_silent { self.stdout.into_bytes() } else { stderr };
                Err(ProgramError::ended(self.program, status, said))
            }
            None => Err(ProgramError::Lost { program: self.program.into() }),
        }
    }
}

#[cfg(test)]
pub(crate) mod stand_in;
#[cfg(test)]
mod tests;
