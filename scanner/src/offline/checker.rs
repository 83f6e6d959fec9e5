//! e2fsck as a child process.
//!
//! It is given the image as its standard input, so that it opens what was opened here, whatever
//! the path is called: it would take `UUID=...` for a label and what follows a `?` for options.
//! `-n` opens it read-only and answers no to every question, `-f` checks also what is marked
//! clean, `-v` counts what there is.

use std::env;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Access, access};

use super::bounded_line;
use crate::control::Control;

/// Where it may be besides the PATH: an ordinary user's lacks the folders for administrators.
const MORE_FOLDERS: [&str; 3] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/// The name under which it finds its standard input.
pub(super) const IMAGE: &str = "/proc/self/fd/0";

/// How often a stop is looked for.
const BEAT: Duration = Duration::from_millis(50);

/// How often it is looked whether a child that closed its pipes, or was ended, is gone.
const ENDING: Duration = Duration::from_millis(5);

/// How long a child that was ended may take to be gone; one that the kernel holds in an
/// uninterruptible wait is left behind.
const GRACE: Duration = Duration::from_secs(2);

/// Lines that may wait to be taken.
const WAITING_LINES: usize = 256;

/// The program.
#[derive(Debug)]
pub(super) struct Checker {
    program: PathBuf,
}

/// A line without its newline.
#[derive(Debug)]
pub(super) enum Said {
    /// Of standard output, where problems are told.
    Out(Vec<u8>),
    /// Of standard error.
    Err(Vec<u8>),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself.
    Exited(ExitStatus),
    /// It was ended because a stop was asked for.
    Stopped,
}

impl Checker {
    /// Looks for the program; none where it is not installed.
    pub(super) fn find() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let more = MORE_FOLDERS.iter().map(PathBuf::from);
        Checker::find_in(env::split_paths(&path).chain(more))
    }

    /// A relative folder is left out: what lies in the working folder is nobody's e2fsck.
    fn find_in(folders: impl Iterator<Item = PathBuf>) -> Option<Self> {
        let mut programs = folders.filter(|folder| folder.is_absolute()).map(|f| f.join("e2fsck"));
        let runs = |path: &Path| path.is_file() && access(path, Access::EXEC_OK).is_ok();
        programs.find(|path| runs(path)).map(|program| Checker { program })
    }

    /// Checks `image` and hands every line to `take`, until it ends or `control` is stopped.
    pub(super) fn run(
        &self,
        image: &File,
        control: &Control,
        mut take: impl FnMut(Said),
    ) -> io::Result<Ended> {
        let mut child = Running(self.command(image.try_clone()?).spawn()?);
        let lines = child.read_lines()?;
        loop {
            match lines.recv_timeout(BEAT) {
                _ if control.is_stopped() => return Ok(child.end()),
                Ok(line) => take(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => match child.0.try_wait()? {
                    Some(status) => return Ok(Ended::Exited(status)),
                    None => thread::sleep(ENDING),
                },
            }
        }
    }

    fn command(&self, image: File) -> Command {
        let mut command = Command::new(&self.program);
        // Its remarks begin with the name that it was called by.
        command.arg0("e2fsck").args(["-fnv", IMAGE]);
        // Messages in English, and no settings of this machine: they can name files to log to.
        command.env("LC_ALL", "C").env("E2FSCK_CONFIG", "/dev/null");
        command.stdin(image).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// A child that does not outlive its guard.
struct Running(Child);

impl Running {
    /// Reads both pipes, each on a thread of its own that ends with its pipe.
    fn read_lines(&mut self) -> io::Result<Receiver<Said>> {
        let (send, lines) = mpsc::sync_channel(WAITING_LINES);
        if let Some(pipe) = self.0.stdout.take() {
            spawn_reader(pipe, send.clone(), Said::Out)?;
        }
        if let Some(pipe) = self.0.stderr.take() {
            spawn_reader(pipe, send, Said::Err)?;
        }
        Ok(lines)
    }

    /// Kills it: it has nothing to write that could be left half done, and it inherits that
    /// SIGINT and SIGTERM are blocked.
    fn end(&mut self) -> Ended {
        let deadline = Instant::now() + GRACE;
        let _ = self.0.kill();
        while matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(ENDING);
        }
        Ended::Stopped
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.end();
        }
    }
}

fn spawn_reader(
    pipe: impl Read + Send + 'static,
    lines: SyncSender<Said>,
    wrap: fn(Vec<u8>) -> Said,
) -> io::Result<()> {
    let mut reader = BufReader::new(pipe);
    thread::Builder::new().spawn(move || {
        while let Ok(Some(line)) = bounded_line::read(&mut reader) {
            if lines.send(wrap(line)).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    use super::*;

    /// A stand-in for e2fsck in a folder of its own.
    fn stand_in(script: &str, mode: u32) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("e2fsck");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(mode)).unwrap();
        folder
    }

    fn find_in(folders: &[&Path]) -> Option<Checker> {
        Checker::find_in(folders.iter().map(|folder| folder.to_path_buf()))
    }

    fn run(script: &str, control: &Control) -> (Vec<String>, Ended) {
        let folder = stand_in(script, 0o755);
        let checker = find_in(&[folder.path()]).unwrap();
        let mut lines = Vec::new();
        let image = File::open("/dev/null").unwrap();
        let ended = checker.run(&image, control, |said| lines.push(format!("{said:?}")));
        (lines, ended.unwrap())
    }

    #[test]
    fn only_a_program_that_can_be_run_is_found() {
        let (sound, not_executable) = (stand_in("true", 0o755), stand_in("true", 0o644));
        let nothing = tempfile::tempdir().unwrap();
        assert!(find_in(&[nothing.path(), Path::new("."), Path::new("")]).is_none());
        assert!(find_in(&[not_executable.path()]).is_none());
        let found = find_in(&[not_executable.path(), sound.path()]).unwrap();
        assert_eq!(found.program, sound.path().join("e2fsck"));
    }

    #[test]
    fn both_outputs_and_the_exit_status_come_back() {
        let control = Control::new(|_| ());
        let script = r#"echo "$@ $LC_ALL $E2FSCK_CONFIG"; echo oops >&2; exit 12"#;
        let (mut lines, ended) = run(script, &control);
        lines.sort();
        let words = b"-fnv /proc/self/fd/0 C /dev/null".to_vec();
        assert_eq!(
            lines,
            [format!("{:?}", Said::Err(b"oops".to_vec())), format!("{:?}", Said::Out(words))]
        );
        let Ended::Exited(status) = ended else { panic!("{ended:?}") };
        assert_eq!(status.code(), Some(12));
    }

    #[test]
    fn a_stop_ends_a_child_that_says_nothing() {
        let control = Arc::new(Control::new(|_| ()));
        let stopper = Arc::clone(&control);
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(200));
            stopper.stop();
        });
        let begun = Instant::now();
        let (_, ended) = run("exec sleep 60", &control);
        assert_eq!(ended, Ended::Stopped);
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
