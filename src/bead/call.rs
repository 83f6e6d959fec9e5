//! A client that is run: no shell, a process group and a time of its own.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reports::PathName;
use rustix::process::{Pid, Signal, kill_process_group};

use super::line;
use crate::signals::Caught;

/// How long it may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How often it is looked at.
const BEAT: Duration = Duration::from_millis(20);

/// The most that it may say, in bytes.
const MOST_OUTPUT: u64 = 4 << 20;

/// A program, its arguments, and what stands on its standard input.
pub struct Call<'a> {
    /// The program.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: &'a [String],
    /// The text.
    pub text: &'a [u8],
}

/// How it ended.
pub enum Ended {
    /// Well; what it printed.
    Said(Vec<u8>),
    /// This signal came meanwhile.
    Stopped(u8),
}

/// Why a program was given up.
enum Why {
    Signal(u8),
    Time,
    Output,
}

impl Call<'_> {
    /// Runs it to its end, within 30 seconds.
    pub fn run(&self, caught: &Caught) -> anyhow::Result<Ended> {
        self.run_within(TIME_LIMIT, caught)
    }

    fn run_within(&self, limit: Duration, caught: &Caught) -> anyhow::Result<Ended> {
        let shown = PathName::from(self.program).escaped();
        // Files rather than pipes: nothing blocks, whoever keeps them open.
        let (mut input, outputs) = (scratch()?, [scratch()?, scratch()?]);
        input.write_all(self.text).and_then(|()| input.rewind()).context("a temporary file")?;
        let [said, complained] = &outputs;
        let mut command = Command::new(self.program);
        command.args(self.arguments).process_group(0).stdin(Stdio::from(input));
        command.stdout(said.try_clone()?).stderr(complained.try_clone()?);
        let mut child = command.spawn().with_context(|| format!("{shown}: it cannot be run"))?;
        let status = match wait(&mut child, limit, &outputs, caught)? {
            Ok(status) => status,
            Err(Why::Signal(signal)) => return Ok(Ended::Stopped(signal)),
            Err(Why::Time) => bail!("{shown}: it did not end within {limit:?}, and was killed"),
            Err(Why::Output) => bail!("{shown}: it printed without end, and was killed"),
        };
        let [said, complained] = outputs.map(contents);
        let (said, complained) = (said?, complained?);
        if status.success() {
            return Ok(Ended::Said(said));
        }
        // Some clients complain in JSON on stdout.
        let complaint = [line(&complained), line(&said)].into_iter().find(|line| !line.is_empty());
        let complaint = complaint.unwrap_or_else(|| "it said nothing".to_owned());
        // "exit status: 3", "signal: 9 (SIGKILL)".
        bail!("{shown}: {status}: {complaint}")
    }
}

/// Waits for its end, or ends it.
fn wait(
    child: &mut Child,
    limit: Duration,
    outputs: &[File; 2],
    caught: &Caught,
) -> io::Result<Result<ExitStatus, Why>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Ok(status));
        }
        if let Some(why) = why(begun.elapsed() > limit, outputs, caught) {
            end(child);
            return Ok(Err(why));
        }
        thread::sleep(BEAT);
    }
}

fn why(late: bool, outputs: &[File; 2], caught: &Caught) -> Option<Why> {
    if let Some(signal) = caught.signal() {
        return Some(Why::Signal(signal));
    }
    let length = |file: &File| file.metadata().map_or(0, |metadata| metadata.len());
    if outputs.iter().any(|file| length(file) > MOST_OUTPUT) {
        return Some(Why::Output);
    }
    late.then_some(Why::Time)
}

/// Kills it and all that it started and did not send away.
fn end(child: &mut Child) {
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    let deadline = Instant::now() + Duration::from_secs(2);
    while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
        thread::sleep(BEAT);
    }
}

fn scratch() -> anyhow::Result<File> {
    tempfile::tempfile().context("a temporary file")
}

fn contents(mut file: File) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind().context("a temporary file")?;
    file.take(MOST_OUTPUT).read_to_end(&mut bytes).context("a temporary file")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> anyhow::Result<Ended> {
        let arguments = ["-c".to_owned(), script.to_owned()];
        let call = Call { program: Path::new("/bin/sh"), arguments: &arguments, text: b"the text" };
        call.run_within(limit, &Caught::default())
    }

    fn complaint(script: &str) -> String {
        format!("{:#}", sh(script, Duration::from_secs(10)).err().unwrap())
    }

    #[test]
    fn it_reads_the_text_and_what_it_says_is_kept() {
        for script in ["cat", "cat /dev/stdin", "echo x >&2; cat < /dev/stdin"] {
            let Ok(Ended::Said(said)) = sh(script, Duration::from_secs(10)) else {
                panic!("{script}");
            };
            assert_eq!(said, b"the text", "{script}");
        }
    }

    #[test]
    fn its_own_words_say_why_it_failed() {
        let error = complaint("echo no such bead >&2; echo out; exit 3");
        assert_eq!(error, "/bin/sh: exit status: 3: no such bead");
        let error = complaint("echo '{\"error\": \"x\"}'; exit 1");
        assert_eq!(error, "/bin/sh: exit status: 1: {\"error\": \"x\"}");
        assert_eq!(complaint("exit 1"), "/bin/sh: exit status: 1: it said nothing");
        assert!(complaint("kill -9 $$").contains("signal: 9"));
        let long = complaint("yes complaint | head -1000 >&2; exit 1");
        assert!(long.len() < 1000, "{}", long.len());
    }

    #[test]
    fn what_hangs_is_killed_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let script = format!("sleep 300 & echo $! > {}; wait", file.display());
        let begun = Instant::now();
        let error = sh(&script, Duration::from_millis(700)).err().unwrap().to_string();
        assert_eq!(error, "/bin/sh: it did not end within 700ms, and was killed");
        assert!(begun.elapsed() < Duration::from_secs(10));
        let pid = std::fs::read_to_string(file).unwrap();
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        let gone = || state().map_or(true, |stat| stat.contains(") Z "));
        let deadline = Instant::now() + Duration::from_secs(5);
        while !gone() && Instant::now() < deadline {
            thread::sleep(BEAT);
        }
        assert!(gone(), "the one in the background");
    }

    #[test]
    fn what_prints_without_end_is_killed() {
        assert!(complaint("yes").contains("it printed without end"));
    }

    #[test]
    fn what_cannot_be_run_is_named() {
        let call = Call { program: Path::new("/no/such"), arguments: &[], text: b"" };
        let error = call.run(&Caught::default()).err().unwrap();
        assert!(format!("{error:#}").starts_with("/no/such: it cannot be run: "));
    }
}
