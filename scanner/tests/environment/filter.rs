//! A filter of system calls, as container runtimes set one (seccomp(2)).

use std::env;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

/// What happens to those who mount or make namespaces.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Filter {
    /// EPERM.
    Refuses,
    /// They are killed.
    Kills,
}

impl Filter {
    /// Sets it for this process, for good.
    pub(crate) fn install(self) {
        let then = match self {
            Filter::Refuses => SeccompAction::Errno(libc::EPERM as u32),
            Filter::Kills => SeccompAction::KillProcess,
        };
        let calls = [libc::SYS_mount, libc::SYS_unshare].map(|call| (call, vec![]));
        let architecture = env::consts::ARCH.try_into().unwrap();
        let rules = calls.into_iter().collect();
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, then, architecture);
        let program: BpfProgram = filter.unwrap().try_into().unwrap();
        apply_filter(&program).unwrap();
    }
}
