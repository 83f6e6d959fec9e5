//! A filter of system calls, as container runtimes set one (seccomp(2)).
#![allow(unsafe_code, reason = "no safe wrapper sets a filter")]

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP,
    SECCOMP_MODE_FILTER, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS,
    sock_filter, sock_fprog,
};

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
            Filter::Refuses => SECCOMP_RET_ERRNO | libc::EPERM as u32,
            Filter::Kills => SECCOMP_RET_KILL_PROCESS,
        };
        let mut program = [
            // The number of the call stands at the beginning of seccomp_data.
            statement(BPF_LD | BPF_W | BPF_ABS, 0, 0),
            statement(BPF_JMP | BPF_JEQ | BPF_K, libc::SYS_mount as u32, 2),
            statement(BPF_JMP | BPF_JEQ | BPF_K, libc::SYS_unshare as u32, 1),
            statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0),
            statement(BPF_RET | BPF_K, then, 0),
        ];
        let program = sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
        // SAFETY: the program outlives the calls, which copy it.
        unsafe {
            assert_eq!(libc::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
            assert_eq!(libc::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &raw const program), 0);
        }
    }
}

/// An instruction that goes on `jump` instructions further where it compares equal.
fn statement(code: u32, k: u32, jump: u8) -> sock_filter {
    sock_filter { code: code as u16, jt: jump, jf: 0, k }
}
