//! A process under way: signalled, waited for, or killed when its time is up.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

use super::Outcome;

/// A process under way.
pub(crate) struct Running {
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    command: Vec<OsString>,
    started: Instant,
    deadline: Instant,
    folder: PathBuf,
}

impl Running {
    /// Takes over a child; `folder` is what a failed assertion lists.
    pub(super) fn new(
        mut child: Child,
        command: Vec<OsString>,
        folder: &Path,
        time_limit: Duration,
    ) -> Running {
        let started = Instant::now();
        Running {
            stdout: child.stdout.take().map(drain),
            stderr: child.stderr.take().map(drain),
            child,
            command,
            started,
            deadline: started + time_limit,
            folder: folder.to_owned(),
        }
    }

    /// The number of the process.
    pub(crate) fn number(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the process is still there");
    }

    /// Waits until it has a thread of that name, or has ended.
    pub(crate) fn wait_for_thread(&mut self, name: &str) {
        let tasks = format!("/proc/{}/task", self.child.id());
        let named = |task: fs::DirEntry| {
            let comm = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
            comm.trim_end() == name
        };
        while self.child.try_wait().unwrap().is_none() && Instant::now() < self.deadline {
            if fs::read_dir(&tasks).is_ok_and(|tasks| tasks.flatten().any(named)) {
                return;
            }
            sleep(Duration::from_millis(1));
        }
    }

    /// Waits until it has read that many bytes, or has ended.
    pub(crate) fn wait_until_read(&mut self, at_least: u64) {
        let io = format!("/proc/{}/io", self.child.id());
        while self.child.try_wait().unwrap().is_none() && Instant::now() < self.deadline {
            let text = fs::read_to_string(&io).unwrap_or_default();
            let read = text.lines().find_map(|line| line.strip_prefix("rchar: ")?.parse().ok());
            if read.is_some_and(|read: u64| read >= at_least) {
                return;
            }
            sleep(Duration::from_millis(1));
        }
    }

    pub(crate) fn wait(mut self) -> Outcome {
        let (status, in_time) = self.wait_or_kill();
        let read = |pipe: Option<JoinHandle<Vec<u8>>>| {
            pipe.map(|thread| thread.join().unwrap()).unwrap_or_default()
        };
        let outcome = Outcome {
            command: self.command,
            status,
            took: self.started.elapsed(),
            stdout: read(self.stdout),
            stderr: read(self.stderr),
            folder: self.folder,
        };
        if !in_time {
            outcome.fail("it did not end in time and was killed");
        }
        if outcome.stderr().contains("panicked at") {
            outcome.fail("it panicked");
        }
        outcome
    }

    fn wait_or_kill(&mut self) -> (ExitStatus, bool) {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, true);
            }
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let _ = self.child.kill();
                return (self.child.wait().unwrap(), false);
            }
            let left = left.try_into().expect("hours at most");
            let ended = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty()).unwrap();
            let _ = poll(&mut [PollFd::new(&ended, PollFlags::IN)], Some(&left));
        }
    }
}

/// Reads to the end in a thread, so that neither pipe fills up.
fn drain(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = vec![];
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}
