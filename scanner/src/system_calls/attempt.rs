//! A process of its own for a few calls that would change this one: namespaces and mounts.
//!
//! All that the calls need is laid out before the fork. The copy of a process with several threads
//! may neither allocate nor take a lock (fork(2), signal-safety(7)): it makes the calls, tells the
//! first that fails through a pipe, and ends. Its namespaces and mounts end with it.

use std::ffi::{CStr, CString};
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::{AsRawFd, RawFd};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};

/// How often it is looked whether the process has ended without a word.
const BEAT: Duration = Duration::from_millis(20);

/// How long a process that is to end may take for it.
const GRACE: Duration = Duration::from_secs(1);

/// A call that the process makes.
#[derive(Debug)]
pub enum Call {
    /// unshare(2), with these flags.
    Unshare(libc::c_int),
    /// Writes a text into a file that is there.
    Write {
        /// The file.
        file: CString,
        /// What is written, in one write(2).
        text: CString,
    },
    /// chdir(2).
    ChangeDirectory(CString),
    /// mkdir(2).
    MakeDirectory(CString),
    /// mount(2).
    Mount {
        /// What is mounted.
        source: CString,
        /// Where.
        target: CString,
        /// The filesystem type.
        kind: CString,
        /// `MS_*`.
        flags: libc::c_ulong,
        /// Options of the filesystem.
        options: CString,
    },
    /// umount2(2), without flags.
    Unmount(CString),
    /// Waits until the parent has done its part.
    HandOver,
}

/// How the process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every call worked.
    Done,
    /// A call did not, and none was made after it.
    Failed {
        /// Its place among the calls.
        call: usize,
        /// What the kernel said.
        errno: Errno,
    },
    /// It was killed before it said anything: a filter of system calls may do that.
    Killed,
    /// It was not done in time, and was killed.
    Late {
        /// Whether it is gone. One that hangs in the kernel cannot be killed and is left behind.
        gone: bool,
    },
}

/// Makes the calls in a process of its own. At each [`Call::HandOver`] `part` is called with the
/// number of the process. An error: no process could be made.
pub fn attempt(
    calls: &[Call],
    time_limit: Duration,
    part: &mut dyn FnMut(Pid),
) -> Result<Ended, Errno> {
    let until = Instant::now() + time_limit;
    let mut child = Child::start(calls)?;
    let ended = child.follow(until, part);
    let gone = child.end();
    Ok(match ended {
        Some(ended) => ended,
        None => Ended::Late { gone },
    })
}

/// What the process writes of itself: eight bytes, which a pipe never splits (pipe(7)).
#[derive(Clone, Copy)]
struct Word {
    /// The place of a call, or one of the two below.
    what: u32,
    errno: i32,
}

const DONE: u32 = u32::MAX;
const HANDS_OVER: u32 = u32::MAX - 1;

impl Word {
    fn to_bytes(self) -> [u8; 8] {
        (u64::from(self.what) << 32 | u64::from(self.errno as u32)).to_be_bytes()
    }

    fn of(bytes: [u8; 8]) -> Self {
        let both = u64::from_be_bytes(bytes);
        Word { what: (both >> 32) as u32, errno: both as u32 as i32 }
    }
}

/// What came of a process in a given time.
enum Heard {
    Word(Word),
    /// It ended without a word.
    Ended,
    Nothing,
}

/// The process, as the parent holds it.
struct Child {
    pid: Pid,
    words: PipeReader,
    go: PipeWriter,
    has_ended: bool,
}

impl Child {
    fn start(calls: &[Call]) -> Result<Self, Errno> {
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
    fn follow(&mut self, until: Instant, part: &mut dyn FnMut(Pid)) -> Option<Ended> {
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
    fn end(&mut self) -> bool {
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

/// The ends of the two pipes that the process has.
#[derive(Clone, Copy)]
struct Ends {
    word: RawFd,
    go: RawFd,
}

/// Forks. No signal is taken in the process: handlers are the parent's and may write into its
/// descriptors.
fn fork(calls: &[Call], ends: Ends, parent: Pid) -> Result<Pid, Errno> {
    // SAFETY: a signal set is plain bits, and both are filled before they are used. The mask is
    // this thread's alone. The copy makes nothing but the calls in `live`.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before);
        let pid = libc::fork();
        if pid == 0 {
            live(calls, ends, parent.as_raw_nonzero().get());
        }
        let errno = errno();
        libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut());
        Pid::from_raw(pid.max(0)).ok_or_else(|| named(errno))
    }
}

/// What the process does.
///
/// # Safety
///
/// To be called in a process that was just forked. Makes system calls only.
unsafe fn live(calls: &[Call], ends: Ends, parent: libc::pid_t) -> ! {
    // SAFETY: nothing but system calls on what was laid out before; there is no other thread.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        if libc::getppid() != parent {
            libc::_exit(1);
        }
        close_all_but(ends);
        for (place, call) in calls.iter().enumerate() {
            if !make(call, ends) {
                tell(ends, Word { what: place as u32, errno: errno() });
                libc::_exit(1);
            }
        }
        tell(ends, Word { what: DONE, errno: 0 });
        libc::_exit(0)
    }
}

/// Makes a call; whether it worked.
///
/// # Safety
///
/// As of [`live`].
unsafe fn make(call: &Call, ends: Ends) -> bool {
    // SAFETY: each pointer is that of a C string which lives as long as the process.
    unsafe {
        match call {
            Call::Unshare(flags) => libc::unshare(*flags) == 0,
            Call::Write { file, text } => write(file, text.to_bytes()),
            Call::ChangeDirectory(path) => libc::chdir(path.as_ptr()) == 0,
            Call::MakeDirectory(path) => libc::mkdir(path.as_ptr(), 0o700) == 0,
            Call::Mount { source, target, kind, flags, options } => {
                let (source, target, kind) = (source.as_ptr(), target.as_ptr(), kind.as_ptr());
                libc::mount(source, target, kind, *flags, options.as_ptr().cast()) == 0
            }
            Call::Unmount(path) => libc::umount2(path.as_ptr(), 0) == 0,
            Call::HandOver => {
                tell(ends, Word { what: HANDS_OVER, errno: 0 });
                let mut byte = 0_u8;
                libc::read(ends.go, (&raw mut byte).cast(), 1) == 1
            }
        }
    }
}

/// # Safety
///
/// As of [`live`].
unsafe fn write(file: &CStr, text: &[u8]) -> bool {
    // SAFETY: the string and the buffer outlive the calls.
    unsafe {
        let opened = libc::open(file.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if opened < 0 {
            return false;
        }
        let written = libc::write(opened, text.as_ptr().cast(), text.len());
        let errno_of_write = errno();
        libc::close(opened);
        *libc::__errno_location() = errno_of_write;
        usize::try_from(written) == Ok(text.len())
    }
}

/// # Safety
///
/// As of [`live`].
unsafe fn tell(ends: Ends, word: Word) {
    let bytes = word.to_bytes();
    // SAFETY: the buffer outlives the call.
    unsafe { libc::write(ends.word, bytes.as_ptr().cast(), bytes.len()) };
}

/// What hangs in the kernel and is left behind holds no file of ours open: not the pipe that
/// somebody reads our output from. Before Linux 5.9 it does.
///
/// # Safety
///
/// As of [`live`].
unsafe fn close_all_but(ends: Ends) {
    let (low, high) = (ends.word.min(ends.go) as u32, ends.word.max(ends.go) as u32);
    let ranges = [(0, low.wrapping_sub(1)), (low + 1, high.wrapping_sub(1)), (high + 1, u32::MAX)];
    for (first, last) in ranges {
        // A range that is empty wraps round or is upside down.
        if first <= last && last.wrapping_add(1) != first {
            // SAFETY: no descriptor is used afterwards but the two that are left out.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
        }
    }
}

/// An error by its number. A write that is cut short has none.
fn named(errno: i32) -> Errno {
    if (1..4096).contains(&errno) { Errno::from_raw_os_error(errno) } else { Errno::IO }
}

fn errno() -> i32 {
    // SAFETY: the address is valid as long as the thread lives.
    unsafe { *libc::__errno_location() }
}

#[cfg(test)]
mod tests;
