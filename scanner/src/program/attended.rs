//! A long run of a program that is asked to end before it is made to.
//!
//! At its deadline, or when it is to stop, it is sent SIGTERM, so that it can put away what it has,
//! and SIGKILL when that takes longer than its grace. Of what it says the end is kept; what it
//! prints is for nobody.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::group::Group;
use super::stream::Stream;
use super::{ProgramError, Run};
use crate::system_calls::end_with_parent;

/// How long a program may run, and how it is ended.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// When it is asked to end.
    pub deadline: Instant,
    /// How long that may take.
    pub grace: Duration,
    /// How much of the end of what it says is kept, in bytes.
    pub said: usize,
}

/// Why a program was asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Its time was up.
    OutOfTime,
    /// It was to stop.
    Stopped,
}

/// How a program ended.
#[derive(Debug)]
pub struct Attended {
    /// Its status; none where that is not known, or the kernel does not let it go.
    pub status: Option<ExitStatus>,
    /// Why it was asked to end, if it was.
    pub cut: Option<Cut>,
    /// Whether it did not end when asked and was killed.
    pub killed: bool,
    /// The end of what it printed to standard error.
    pub said: Vec<u8>,
    /// How long it ran.
    pub took: Duration,
}

/// Runs a program with standard input empty, messages in English and `without` some variables of the
/// environment, and waits for its end. `begun` is told the number of its process group. Where the
/// calling thread is killed the program is asked to end.
pub fn attend(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    without: &[&str],
    patience: &Patience,
    begun: &dyn Fn(u32),
    is_stopped: &dyn Fn() -> bool,
) -> Result<Attended, ProgramError> {
    let start = Instant::now();
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C").process_group(0);
    for name in without {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    end_with_parent(&mut command);
    let mut child = command.spawn().map_err(|error| ProgramError::start(program, &error))?;
    begun(child.id());
    let stderr = child.stderr.take().map(Into::into);
    let run = Run {
        program,
        group: Group::of(child),
        stdout: Stream::new("standard output", None, 0),
        stderr: Stream::ending("standard error", stderr, patience.said),
    };
    run.until_its_end(start, patience, is_stopped)
}

impl Run<'_> {
    fn until_its_end(
        mut self,
        start: Instant,
        patience: &Patience,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Attended, ProgramError> {
        let mut cut: Option<(Cut, Instant)> = None;
        loop {
            let ended = self.group.has_ended().map_err(|errno| self.watch("waitid", errno))?;
            let killed = !ended && cut.is_some_and(|(_, until)| Instant::now() >= until);
            if ended || killed {
                let status = self.group.end();
                self.take()?;
                let (took, cut) = (start.elapsed(), cut.map(|(cut, _)| cut));
                return Ok(Attended { status, cut, killed, said: self.stderr.into_bytes(), took });
            }
            self.take()?;
            let why = if is_stopped() {
                Some(Cut::Stopped)
            } else {
                (Instant::now() >= patience.deadline).then_some(Cut::OutOfTime)
            };
            if let (Some(why), None) = (why, cut) {
                self.group.ask();
                cut = Some((why, Instant::now() + patience.grace));
            }
            self.wait(super::BEAT)?;
        }
    }
}
