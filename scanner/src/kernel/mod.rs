//! The kernel's own word on a filesystem: what it recorded before and during the scan.
//!
//! - [`ErrorCounters`]: ext4's record of errors, in sysfs.
//! - `kernel_log`: lines of the kernel's log that name the device.
//! - `mount_state`: whether an error turned the mount read-only.

mod error_counters;
mod kernel_log;
mod mount_state;

pub use error_counters::ErrorCounters;
pub use mount_state::read_only_by_error;

use std::thread::sleep;
use std::time::Duration;

use reports::{Code, Finding, FindingCollector, PathName, Subject};

use crate::errors_policy::ErrorsPolicy;
use crate::filesystem::Filesystem;

/// The kernel counts an error some time after the call that met it (a work queue updates the
/// superblock; 1.5 ms were seen).
const RECORDED_WITHIN: Duration = Duration::from_millis(10);

/// What the kernel said before a scan.
#[derive(Clone, Debug, Default)]
pub struct KernelState {
    device: Option<String>,
    before: Option<ErrorCounters>,
}

/// How far the kernel could be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelCheck {
    /// The counters were read.
    Ran {
        /// Why the kernel's log was not.
        log: Option<String>,
    },
    /// This filesystem keeps no counters that can be read.
    Skipped {
        /// Why not.
        reason: String,
    },
}

impl KernelState {
    /// Reads what is recorded now.
    pub fn before(filesystem: &Filesystem) -> Self {
        let device = filesystem.device_name().filter(|_| filesystem.oddities.is_ext);
        let before = device.as_deref().and_then(ErrorCounters::read);
        KernelState { device, before }
    }

    /// Reads it again and judges both. `damaged` says that the scan found damage by itself.
    pub fn judge(
        &self,
        filesystem: &Filesystem,
        policy: Option<ErrorsPolicy>,
        damaged: bool,
        findings: &mut FindingCollector,
    ) -> KernelCheck {
        let mount = filesystem.mount.as_ref();
        let subject = || Subject {
            path: mount.map(|mount| PathName::new(mount.point.clone())),
            device: self.device.clone(),
            inode: None,
        };
        let after = self.device.as_deref().and_then(|device| {
            sleep(RECORDED_WITHIN);
            ErrorCounters::read(device)
        });
        let log = self.device.as_deref().map(kernel_log::lines_of);
        let lines = match &log {
            Some(Ok(lines)) => lines.as_slice(),
            _ => &[],
        };
        let recorded = self.before.as_ref().filter(|counters| counters.errors > 0);
        if let Some(counters) = recorded {
            findings.add(counters.recorded(subject(), lines));
        }
        let grown = match (&self.before, &after) {
            (Some(before), Some(after)) => after.grown_since(before, subject(), lines),
            _ => None,
        };
        let known_damage = damaged || recorded.is_some() || grown.is_some();
        grown.into_iter().for_each(|finding| findings.add(finding));
        let has_errors = after.as_ref().is_some_and(|counters| counters.errors > 0);
        if let Some(found) = read_only_by_error(filesystem, has_errors) {
            let expected = "a filesystem mounted read-write can be written";
            findings.add(Finding::new(Code::MountReadOnlyByError, subject(), expected, found));
        }
        if known_damage && policy == Some(ErrorsPolicy::Continue) {
            let expected = "a damaged filesystem is not written to";
            let found = "errors=continue: the kernel goes on writing after an error";
            findings.add(Finding::new(Code::MountErrorsContinue, subject(), expected, found));
        }
        match (&after, log) {
            (Some(_), Some(log)) => KernelCheck::Ran { log: log.err() },
            _ => KernelCheck::Skipped { reason: self.why_not(filesystem) },
        }
    }

    fn why_not(&self, filesystem: &Filesystem) -> String {
        if filesystem.oddities.is_ext {
            let name = self.device.as_deref().unwrap_or("DEVICE");
            format!("/sys/fs/ext4/{name}/errors_count cannot be read")
        } else {
            format!("{} has no error counters in sysfs", filesystem.kind)
        }
    }
}
