//! The bits that are taken off the mode of what this process makes.

use std::fs;

use rustix::fs::Mode;

/// The umask. umask(2) tells it only by setting another one, which is every thread's until it is
/// set back: of two that ask at once, one may set back what the other one set. So it is read from
/// /proc/self/status, and asked for only where that is not there.
pub(crate) fn umask() -> u16 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let told = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    told.and_then(|octal| u16::from_str_radix(octal.trim(), 8).ok()).unwrap_or_else(asked_for)
}

fn asked_for() -> u16 {
    let umask = rustix::process::umask(Mode::RWXG | Mode::RWXO);
    rustix::process::umask(umask);
    umask.bits() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_changes_it_for_nobody() {
        let before = umask();
        let ask = || (0..2000).all(|_| umask() == before);
        let same = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().all(|thread| thread.join().unwrap())
        });
        assert!(same && umask() == before);
    }
}
