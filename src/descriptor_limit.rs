//! How many files this process may have open at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many it may have open.
pub fn most() -> u64 {
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

/// Deep trees keep many directories open; the soft limit is often a thousand for the sake of
/// select(2), which is not used here.
pub fn raise() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it cannot be raised the walk makes do with less.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
