//! The process as its parent holds it: it is started, listened to, and ended in time.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::AsRawFd;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};

use super::child::{Ends, fork};
use super::{Call, DONE, Ended, HANDS_OVER, Word, named};

/// How often it is looked whether the process has ended without a word.
const BEAT: Duration = Duration::from_millis(20);

/// How long a process that is to end may take for it.
const GRACE: Duration = Duration::from_secs(1);

/// What came of a process in a given time.
enum Heard {
    Word(Word),
    /// It ended without a word.
    Ended,
    Nothing,
}

/// The process, as the parent holds it.
pub(super) struct Child {
    pid: Pid,
    words: PipeReader,
    go: PipeWriter,
    has_ended: bool,
}

impl Child {
    /// Starts it.
    pub(super) fn start(calls: &[Call]) -> Result<Self, Errno> {
        let broken = |error: std::io::Error| Errno::from_io_error(&error).unwrap_or(Errno::IO);
        let (words, its_words) = pipe().map_err(broken)?;
        let (its_go, go) = pipe().map_err(broken)?;
        let ends = Ends { word: its_words.as_raw_fd(), go: its_go.as_raw_fd() };
        let pid = fork(calls, ends, getpid())?;
        // Its ends are its own from here on.
        drop((its_words, its_go));
        Ok(Child { pid, words, go, has_ended: false })
    }

    /// Follows the process to its last word; none: it did not come in time.
    pub(super) fn follow(&mut self, until: Instant, part: &mut dyn FnMut(Pid)) -> Option<Ended> {
        loop {
            match self.hear(until) {
                Heard::Word(Word { what: HANDS_OVER, .. }) => {
                    part(self.pid);
                    // Where the process is gone, its end is noticed next.
                    let _ = self.go.write(&[1]);
                }
                Heard::Word(Word { what: DONE, .. }) => return Some(Ended::Done),
                Heard::Word(Word { what, errno }) => {
                    return Some(Ended::Failed { call: what as usize, errno: named(errno) });
                }
                Heard::Ended => return Some(Ended::Killed),
                Heard::Nothing => return None,
            }
        }
    }

    fn hear(&mut self, until: Instant) -> Heard {
        loop {
            let has_ended = self.has_ended();
            if self.has_word() {
                let mut bytes = [0; 8];
                let read = self.words.read_exact(&mut bytes);
                return read.map_or(Heard::Ended, |()| Heard::Word(Word::of(bytes)));
            }
            if has_ended {
                return Heard::Ended;
            }
            if Instant::now() >= until {
                return Heard::Nothing;
            }
        }
    }

    /// Waits a moment for something to be read. Its other end may be open elsewhere: processes that
    /// were forked meanwhile have it until they run another program.
    fn has_word(&self) -> bool {
        let mut polled = [PollFd::new(&self.words, PollFlags::IN)];
        let beat = Timespec { tv_sec: 0, tv_nsec: i64::from(BEAT.subsec_nanos()) };
        poll(&mut polled, Some(&beat)).is_ok_and(|ready| ready > 0)
    }

    fn has_ended(&mut self) -> bool {
        let waited = || waitpid(Some(self.pid), WaitOptions::NOHANG);
        // ECHILD: whoever started us has the kernel forget children (SIGCHLD is ignored).
        self.has_ended = self.has_ended || !matches!(waited(), Ok(None) | Err(Errno::INTR));
        self.has_ended
    }

    /// Ends the process, and tells whether it is gone.
    pub(super) fn end(&mut self) -> bool {
        if !self.has_ended() {
            // It is not waited for yet, so the number is still its own.
            let _ = kill_process(self.pid, Signal::KILL);
        }
        let until = Instant::now() + GRACE;
        while !self.has_ended() && Instant::now() < until {
            sleep(Duration::from_micros(200));
        }
        self.has_ended
    }
}
