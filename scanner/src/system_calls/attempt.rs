//! A process of its own for a few calls that would change this one: namespaces and mounts.
//!
//! The parent (`parent`) follows the process by the words that it writes into a pipe; the process
//! (`child`) makes the calls, tells the first that fails, and ends. Its namespaces and mounts end
//! with it.

mod child;
mod parent;

use std::ffi::CString;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::Pid;

use parent::Child;

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

/// An error by its number. A write that is cut short has none.
fn named(errno: i32) -> Errno {
    if (1..4096).contains(&errno) { Errno::from_raw_os_error(errno) } else { Errno::IO }
}

#[cfg(test)]
mod tests;
