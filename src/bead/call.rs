//! A client that is run: no shell, a process group and a time of its own.

use std::io::{Seek, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use scanner::program::{Limits, ProgramError, run_with};

use crate::signals::Caught;

/// How long it may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The most that it may say, in bytes.
const MOST_OUTPUT: usize = 4 << 20;

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

impl Call<'_> {
    /// Runs it to its end, within 30 seconds.
    pub fn run(&self, caught: &Caught) -> anyhow::Result<Ended> {
        self.run_within(TIME_LIMIT, caught)
    }

    fn run_within(&self, limit: Duration, caught: &Caught) -> anyhow::Result<Ended> {
        // A file rather than a pipe: it can be opened again as /dev/stdin, and nothing blocks.
        let mut input = tempfile::tempfile().context("a temporary file")?;
        input.write_all(self.text).and_then(|()| input.rewind()).context("a temporary file")?;
        let limits =
            Limits { deadline: Instant::now() + limit, stdout: MOST_OUTPUT, stderr: MOST_OUTPUT };
        let is_stopped = || caught.signal().is_some();
        let ran = run_with(self.program, self.arguments, Stdio::from(input), &limits, &is_stopped);
        match (ran, caught.signal()) {
            (Ok(printed), _) => Ok(Ended::Said(printed.stdout)),
            (Err(ProgramError::Stopped { .. }), Some(signal)) => Ok(Ended::Stopped(signal)),
            (Err(error), _) => bail!(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

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
        assert_eq!(error, "/bin/sh: it ended with exit status 3: no such bead");
        let error = complaint("echo '{\"error\": \"x\"}'; exit 1");
        assert_eq!(error, "/bin/sh: it ended with exit status 1: {\"error\": \"x\"}");
        assert!(complaint("yes").contains("it printed more than"));
    }

    #[test]
    fn a_signal_ends_it() {
        let caught = Caught::default();
        let noted = caught.clone();
        let later = thread::spawn(move || {
            thread::sleep(Duration::from_millis(200));
            noted.note(15);
        });
        let arguments = ["-c".to_owned(), "sleep 300".to_owned()];
        let call = Call { program: Path::new("/bin/sh"), arguments: &arguments, text: b"" };
        assert!(matches!(call.run(&caught), Ok(Ended::Stopped(15))));
        later.join().unwrap();
    }
}
