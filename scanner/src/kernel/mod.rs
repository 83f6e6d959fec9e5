//! The kernel's own word on a filesystem: what it recorded before and during the scan.
//!
//! - `error_counters`: ext4's record of errors, in sysfs.
//! - `kernel_log`: lines of the kernel's log that name the device.
//! - `mount_state`: whether an error turned the mount read-only.

mod error_counters;
mod kernel_log;
mod mount_state;

pub use error_counters::ErrorCounters;
use kernel_log::LogPosition;
pub use kernel_log::try_log;
use mount_state::read_only_by_error;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use reports::{Code, Finding, FindingCollector, PathName, Subject};

use crate::errors_policy::ErrorsPolicy;
use crate::inode_facts::Device;
use crate::mounts::Mount;
use crate::oddities;

/// The kernel counts an error some time after the call that met it (a work queue updates the
/// superblock; 1.5 ms were seen).
const RECORDED_WITHIN: Duration = Duration::from_millis(10);

/// The filesystems that a scan comes to, and what the kernel had on record of each before.
#[derive(Debug, Default)]
pub struct KernelWatch {
    watched: Mutex<Vec<Watched>>,
    /// What was on record of the first of them when another process began with it.
    earlier: Mutex<Option<ErrorCounters>>,
}

#[derive(Debug)]
struct Watched {
    mount: Mount,
    /// The kernel's name of the device, where it keeps counters for it.
    device: Option<String>,
    before: Option<ErrorCounters>,
    /// Where the kernel's log ended, where it can be read.
    log: Option<LogPosition>,
    damaged: bool,
}

/// How far the kernel could be asked about a filesystem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelCheck {
    /// The counters were read.
    Ran {
        /// Why the kernel's log was not.
        log: Option<String>,
        /// Blocks that the errors on record name.
        blocks: Vec<u64>,
    },
    /// This filesystem keeps no counters that can be read.
    Skipped {
        /// Why not.
        reason: String,
    },
}

impl KernelCheck {
    /// Blocks that the errors on record name, where there is a record.
    pub fn blocks(&self) -> Option<&[u64]> {
        match self {
            KernelCheck::Ran { blocks, .. } => Some(blocks),
            KernelCheck::Skipped { .. } => None,
        }
    }
}

impl KernelWatch {
    /// For a scan that others began.
    pub fn after(earlier: Option<ErrorCounters>) -> Self {
        KernelWatch { watched: Mutex::default(), earlier: Mutex::new(earlier) }
    }

    /// What was on record of a device before the scan.
    pub fn counters(&self, device: Device) -> Option<ErrorCounters> {
        let watched = self.watched();
        watched.iter().find(|known| known.mount.device == device)?.before.clone()
    }

    fn watched(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes down what is on record of a filesystem, before anything is looked up in it.
    pub fn begin(&self, mount: &Mount) {
        let mut watched = self.watched();
        if !watched.iter().any(|known| known.mount.device == mount.device) {
            let device = mount.device_name().filter(|_| oddities::of(&mount.filesystem).is_ext);
            let now = device.as_deref().and_then(ErrorCounters::read);
            let earlier = self.earlier.lock().unwrap_or_else(PoisonError::into_inner).take();
            let before = earlier.filter(|_| now.is_some()).or(now);
            let log = device.as_ref().and_then(|_| LogPosition::now());
            watched.push(Watched { mount: mount.clone(), device, before, log, damaged: false });
        }
    }

    /// Takes down that the scan found damage on a device by itself.
    pub fn note_damage(&self, device: Device) {
        let mut watched = self.watched();
        watched.iter_mut().filter(|w| w.mount.device == device).for_each(|w| w.damaged = true);
    }

    /// Whether damage on a device is known by now: the scan found it, or the kernel has it on record.
    /// `since` is when the tree was last looked at.
    pub fn is_damaged(&self, device: Device, since: Instant) -> bool {
        let ask = |what: fn(&Watched) -> bool| {
            self.watched().iter().any(|known| known.mount.device == device && what(known))
        };
        if ask(|known| known.damaged || known.before.as_ref().is_some_and(|it| it.errors > 0)) {
            return true;
        }
        if ask(|known| known.before.is_some()) {
            sleep(RECORDED_WITHIN.saturating_sub(since.elapsed()));
        }
        ask(Watched::has_new_errors)
    }

    /// Asks again and judges every filesystem, each once.
    pub fn judge(&self, findings: &mut FindingCollector) -> Vec<(Device, KernelCheck)> {
        let mut watched = std::mem::take(&mut *self.watched());
        watched.sort_by(|a, b| a.mount.point.cmp(&b.mount.point));
        if watched.iter().any(|watched| watched.before.is_some()) {
            sleep(RECORDED_WITHIN);
        }
        watched.iter().map(|watched| (watched.mount.device, watched.judge(findings))).collect()
    }
}

impl Watched {
    fn judge(&self, findings: &mut FindingCollector) -> KernelCheck {
        let after = self.device.as_deref().and_then(ErrorCounters::read);
        let log = self.device.as_deref().map(kernel_log::lines_of);
        let lines = match &log {
            Some(Ok(lines)) => lines.as_slice(),
            _ => &[],
        };
        let recorded = self.before.as_ref().filter(|counters| counters.errors > 0);
        let recorded = recorded.map(|counters| counters.recorded(self.subject(), lines));
        let grown = match (&self.before, &after) {
            (Some(before), Some(after)) => after.grown_since(before, self.subject(), lines),
            _ => None,
        };
        let grown = grown.or_else(|| self.spoken());
        let damaged = self.damaged || recorded.is_some() || grown.is_some();
        let has_errors = after.as_ref().is_some_and(|counters| counters.errors > 0);
        let all = [recorded, grown, self.turned_read_only(has_errors), self.goes_on(damaged)];
        all.into_iter().flatten().for_each(|finding| findings.add(finding));
        match (&after, log) {
            (Some(after), Some(log)) => {
                KernelCheck::Ran { log: log.err(), blocks: after.blocks().collect() }
            }
            _ => KernelCheck::Skipped { reason: self.why_not() },
        }
    }

    /// Whether the kernel counted errors since the scan began.
    fn has_new_errors(&self) -> bool {
        let now = self.device.as_deref().and_then(ErrorCounters::read);
        let counted = self.before.as_ref().zip(now);
        counted.is_some_and(|(before, now)| now.errors > before.errors)
    }

    /// Errors that the kernel's log alone tells of.
    fn spoken(&self) -> Option<Finding> {
        let errors = self.log.as_ref()?.errors_since(self.device.as_deref()?);
        let first = errors.first()?;
        let expected = "the kernel meets no damage while the tree is read";
        let found = format!("kernel log: {first}");
        let mut finding =
            Finding::new(Code::KernelErrorsDuringScan, self.subject(), expected, found);
        finding.evidence = errors.iter().skip(1).map(|l| format!("kernel log: {l}")).collect();
        Some(finding)
    }

    fn subject(&self) -> Subject {
        let path = Some(PathName::new(self.mount.point.clone()));
        Subject { path, device: self.device.clone(), inode: None }
    }

    fn turned_read_only(&self, has_errors: bool) -> Option<Finding> {
        let found = read_only_by_error(&self.mount, has_errors)?;
        let expected = "a filesystem mounted read-write can be written";
        Some(Finding::new(Code::MountReadOnlyByError, self.subject(), expected, found))
    }

    /// A damaged filesystem that is still written to. Without damage the policy, which is
    /// mkfs's default, is no news.
    fn goes_on(&self, damaged: bool) -> Option<Finding> {
        if !damaged || ErrorsPolicy::of(&self.mount) != Some(ErrorsPolicy::Continue) {
            return None;
        }
        let expected = "a damaged filesystem is not written to";
        let found = "errors=continue: the kernel goes on writing after an error";
        Some(Finding::new(Code::MountErrorsContinue, self.subject(), expected, found))
    }

    fn why_not(&self) -> String {
        let kind = &self.mount.filesystem;
        if oddities::of(kind).is_ext {
            let name = self.device.as_deref().unwrap_or("DEVICE");
            format!("/sys/fs/ext4/{name}/errors_count cannot be read")
        } else if kind == "btrfs" {
            "the error counters of btrfs are not read: see `btrfs device stats`".to_owned()
        } else {
            format!("{kind} has no error counters in sysfs")
        }
    }
}
