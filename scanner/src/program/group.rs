//! A program and what it starts, as a process group.

use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};

use super::BEAT;

/// How long a program that was killed may take to be gone; one that the kernel holds in an
/// uninterruptible wait is left behind.
const GRACE: Duration = Duration::from_secs(2);

/// A program that leads its group. It does not outlive this.
pub(super) struct Group {
    leader: Child,
    /// While the leader is not reaped its number, which is the group's, belongs to nobody else.
    is_reaped: bool,
}

impl Group {
    /// Of a child that was started as the leader of a group.
    pub(super) fn of(leader: Child) -> Self {
        Group { leader, is_reaped: false }
    }

    fn number(&self) -> Option<Pid> {
        i32::try_from(self.leader.id()).ok().and_then(Pid::from_raw)
    }

    /// Whether the leader has ended. It is not reaped by that.
    pub(super) fn has_ended(&self) -> Result<bool, Errno> {
        let leader = self.number().ok_or(Errno::SRCH)?;
        let how = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(leader), how) {
            Ok(status) => Ok(status.is_some()),
            // Where SIGCHLD is ignored a child that ended is gone at once.
            Err(Errno::CHILD) => Ok(true),
            Err(Errno::INTR) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    /// Asks the leader to end (SIGTERM); it knows what it started.
    pub(super) fn ask(&self) {
        if let (Some(leader), false) = (self.number(), self.is_reaped) {
            // ESRCH: it has ended.
            let _ = kill_process(leader, Signal::TERM);
        }
    }

    /// Kills all that is left of the group and reaps its leader. None where that is not possible.
    pub(super) fn end(&mut self) -> Option<ExitStatus> {
        if let (Some(group), false) = (self.number(), self.is_reaped) {
            // ESRCH: all of it is gone.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let deadline = Instant::now() + GRACE;
        loop {
            match self.leader.try_wait() {
                Ok(Some(status)) => {
                    self.is_reaped = true;
                    return Some(status);
                }
                Ok(None) if Instant::now() < deadline => thread::sleep(BEAT),
                Ok(None) | Err(_) => {
                    self.is_reaped = true;
                    return None;
                }
            }
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.is_reaped {
            self.end();
        }
    }
}
