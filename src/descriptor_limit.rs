//! How many files this process may have open at once.

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::fcntl_dupfd_cloexec;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors that most walks do with.
const USUAL: u64 = 4096;

/// More than any run has use for. Programs that it starts have the same limit, and some of them close
/// all descriptors that they could have.
const MOST: u64 = 1 << 16;

/// How many it may have open.
pub fn most() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Deep trees keep many directories open; the soft limit is often a thousand for the sake of
/// select(2), which is not used here. To be called before any thread is started.
pub fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(MOST, |maximum| maximum.min(MOST));
    if current.is_some_and(|current| current < wanted) {
        // Where it cannot be raised the walk makes do with less.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
    }
    make_room();
}

/// Has the kernel make its table of descriptors as large as most walks need it. Once threads share
/// the table it grows by the double whenever it is full, and each time all wait for the processors to
/// let go of the old one: 15 ms, four times up to 1,024 files (`expand_fdtable` in fs/file.c).
fn make_room() {
    let Ok(any) = openat(CWD, c"/", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) else { return };
    let last = USUAL.min(most()).saturating_sub(1);
    // Where it cannot be done it is done on the way.
    let _ = fcntl_dupfd_cloexec(any, i32::try_from(last).unwrap_or(i32::MAX));
}
