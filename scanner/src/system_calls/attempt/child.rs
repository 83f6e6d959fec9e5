//! The process itself.
//!
//! All that its calls need is laid out before the fork. The copy of a process with several threads
//! may neither allocate nor take a lock (fork(2), signal-safety(7)): it makes system calls alone.

use std::ffi::CStr;
use std::os::fd::RawFd;

use rustix::io::Errno;
use rustix::process::Pid;

use super::{Call, DONE, HANDS_OVER, Word, named};

/// The ends of the two pipes that the process has.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    /// Where it writes its words.
    pub(super) word: RawFd,
    /// Where it waits for the parent.
    pub(super) go: RawFd,
}

/// Forks. No signal is taken in the process: handlers are the parent's and may write into its
/// descriptors.
pub(super) fn fork(calls: &[Call], ends: Ends, parent: Pid) -> Result<Pid, Errno> {
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

fn errno() -> i32 {
    // SAFETY: the address is valid as long as the thread lives.
    unsafe { *libc::__errno_location() }
}
