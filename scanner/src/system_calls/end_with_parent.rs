//! prctl(2), PR_SET_PDEATHSIG: a child that is asked to end when its parent is gone.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Has the kernel ask a program to end (SIGTERM) when the thread that starts it has ended, however
/// that comes: killed, or out of memory. It does not hold for a program that is given other
/// privileges than its parent (execve(2)).
pub fn end_with_parent(command: &mut Command) {
    let parent = rustix::process::getpid();
    let tie = move || {
        // SAFETY: the calls take numbers, and touch no memory.
        let failed = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM) };
        // One that ended before that is not waited for.
        if failed != 0 || rustix::process::getppid() != Some(parent) {
            return Err(io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: in the copy of the process `tie` makes system calls alone, and takes no lock.
    unsafe { command.pre_exec(tie) };
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn it_ends_with_the_thread_that_started_it() {
        let start = || {
            let mut command = Command::new("/bin/sleep");
            end_with_parent(command.arg("20"));
            command.spawn().unwrap()
        };
        let begun = Instant::now();
        let mut child = std::thread::spawn(start).join().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGTERM));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}
