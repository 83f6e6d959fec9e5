//! The report contract: what `-o` and `--format json` write and [`crate::from_json`] reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::components::components;
use crate::remediation::recommend;
use crate::{
    Day, DeviceBlocks, Diff, Directories, Environment, Finding, Known, PathName, Recommendation,
    Resumed, Severity, Stress, Suppressed, Suppression, TarTrips, Timestamp, Unchecked, Verdict,
    suppress,
};

/// The version of the contract in this file. It rises when a reader of the older version would
/// misread a report; added fields do not raise it.
pub const SCHEMA_VERSION: u32 = 1;

/// What one run found, saw and left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// Who looked, and where.
    pub tool: Tool,
    /// When the run began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The time between, in seconds.
    pub duration_seconds: f64,
    /// Whether the run came to its end; false after a signal or a mount that stopped answering.
    pub complete: bool,
    /// What all findings together say.
    pub verdict: Verdict,
    /// The trees that were asked for.
    pub roots: Vec<Root>,
    /// What was seen, in numbers.
    pub totals: Totals,
    /// Worst first, then by code, then by subject.
    pub findings: Vec<Finding>,
    /// What somebody accepts, and how many findings that were, which are not among the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// What could not be examined, and why.
    pub unchecked: Vec<Unchecked>,
    /// Where in the trees the bytes lie, and the damage, where trees were walked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directories: Option<Directories>,
    /// Where on the devices the damage is, a device a row, where something is known of that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<DeviceBlocks>,
    /// What was taken over from earlier runs that had been stopped, where something was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed: Option<Resumed>,
    /// What the machine, the pod and the volumes are, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// What a comparison with a manifest came to, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
    /// What tar round trips came to, where there were some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tar: Option<TarTrips>,
    /// What hammering filesystems came to, where that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stress: Option<Stress>,
    /// What to do, in order.
    pub recommendations: Vec<Recommendation>,
}

impl Report {
    /// Decides, from what was found and what is known, on the verdict, on what works, and on what
    /// is to be done.
    pub fn judge(&mut self) {
        self.verdict = Verdict::from_worst(self.worst());
        let recommendations = recommend(Known::of(self));
        self.recommendations = recommendations;
        let components = components(self);
        if let Some(known) = &mut self.environment {
            known.components = components;
        }
    }

    /// The severity of the worst finding.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Whether not a single name was seen, walking or extracting, and not an operation ran, so
    /// that no verdict means anything.
    pub fn saw_nothing(&self) -> bool {
        let extracted = self.tar.as_ref().map_or(0, TarTrips::verified);
        let ran = self.stress.as_ref().map_or(0, Stress::operations);
        let found = !self.findings.is_empty() || self.suppressed.iter().any(|row| row.count > 0);
        let walked =
            self.totals.entries > 0 || self.is_about_environment() || self.shard().is_some();
        !walked && extracted == 0 && ran == 0 && !found
    }

    /// Takes out what is suppressed on `today`: what is left makes the verdict, and what is to be
    /// done.
    pub fn suppress(&mut self, suppressions: &[Suppression], today: Day) {
        let before = self.findings.len();
        let findings = std::mem::take(&mut self.findings);
        let (findings, rows) = suppress(suppressions, findings, &self.roots, today);
        self.findings = findings;
        self.suppressed.extend(rows);
        if self.findings.len() < before {
            self.judge();
        }
    }

    /// Whether nothing was asked but what machine, pod and volumes are (`fscan env`).
    pub fn is_about_environment(&self) -> bool {
        let mut checks = self.roots.iter().flat_map(|root| &root.checks);
        self.environment.is_some()
            && checks.all(|check| check.name == "environment")
            && self.totals.entries == 0
            && self.tar.is_none()
            && self.stress.is_none()
            && self.diff.is_none()
    }

    /// Whether a comparison had to leave entries open: what is not known to differ is not known to be
    /// the same.
    pub fn left_something_uncompared(&self) -> bool {
        self.diff.as_ref().is_some_and(|diff| diff.totals.unchecked.entries > 0)
    }

    /// Whether a comparison was asked for and did not take place.
    pub fn compared_nothing(&self) -> bool {
        let mut checks = self.roots.iter().flat_map(|root| &root.checks);
        let asked = |check: &CheckRun| check.name == "baseline" && check.status != CheckStatus::Ran;
        self.diff.is_none() && checks.any(asked)
    }

    /// Whether all of it was done: it was not stopped, and what was to be compared was.
    pub fn came_to_its_end(&self) -> bool {
        self.complete && !self.compared_nothing()
    }

    /// Whether all that speaks of damage, accepted or not, is that the tree is not as a manifest has
    /// it. Work on it does that as well. A mere risk from outside (a full disk) says nothing of it.
    pub fn only_differs(&self) -> bool {
        let of_the_tree = |found: &&Finding| match found.code.text().check {
            "environment" => found.severity >= Severity::Suspect,
            _ => found.severity > Severity::Info,
        };
        let defects = || self.findings.iter().filter(of_the_tree);
        defects().next().is_some()
            && defects().all(|found| found.code.may_be_work())
            && !self.suppressed.iter().any(Suppressed::is_of_damage)
    }

    /// Which part of a tree this is about, where it is about a part.
    pub fn shard(&self) -> Option<&str> {
        self.roots.iter().find_map(|root| root.shard.as_deref())
    }

    /// Whether something stayed unexamined that was not left out by request.
    pub fn left_something_unchecked(&self) -> bool {
        let checks = || self.roots.iter().flat_map(|root| &root.checks);
        !self.complete
            || self.unchecked.iter().any(|row| !row.reason.by_request())
            || checks().any(|check| check.status == CheckStatus::Partial)
    }
}

/// Who looked, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `fscan`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The command line, an argument an item.
    pub command: Vec<String>,
    /// The host's name.
    pub host: String,
    /// The kernel's release.
    pub kernel: String,
    /// The effective user and group (`uid=1000 gid=1000`).
    pub user: String,
    /// Effective capabilities that widen what a scan can see (`CAP_DAC_READ_SEARCH`); empty for
    /// an ordinary user.
    pub privileges: Vec<String>,
    /// The settings file that defaults and suppressions came from, where one was in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
}

/// One tree that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Root {
    /// The path as given, made absolute.
    #[serde(flatten)]
    pub path: PathName,
    /// The filesystem type as mounted (`ext4`).
    pub filesystem: String,
    /// Its device or source, as the mount table names it.
    pub device: String,
    /// Mount and superblock options, as the mount table lists them.
    pub mount_options: String,
    /// Where it is mounted.
    pub mount_point: String,
    /// What the kernel does when it meets damage (`continue`, `remount-ro`, `panic`), where that
    /// could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors_policy: Option<String>,
    /// The filesystem's UUID, where it keeps one and the kernel tells it: another one at the same
    /// path is another filesystem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filesystem_uuid: Option<String>,
    /// A number that is made from the UUID (`f_fsid` of statfs(2), in hexadecimal), which older
    /// kernels tell as well. btrfs makes another one for each subvolume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filesystem_id: Option<String>,
    /// Which part of the tree was scanned (`3/8`, from 0 on), where it was a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Every check, and whether it ran.
    pub checks: Vec<CheckRun>,
}

/// Whether a check ran on a root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckRun {
    /// The check's name (`entries`).
    pub name: String,
    /// Whether it ran.
    pub status: CheckStatus,
    /// Why not, or what is missing from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How far a check came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckStatus {
    /// On everything in its scope.
    Ran,
    /// On a part of it.
    Partial,
    /// Not at all.
    Skipped,
}

/// What was seen, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Names, the roots included.
    pub entries: u64,
    /// Directories.
    pub directories: u64,
    /// Regular files, a hard-linked one once a name.
    pub files: u64,
    /// Symbolic links.
    pub symlinks: u64,
    /// Devices, FIFOs and sockets.
    pub other: u64,
    /// Names of regular files that have more than one link.
    pub hardlinked: u64,
    /// `st_size` of regular files in bytes. A hard-linked one is counted once, but once a name on
    /// overlayfs and where a server makes inode numbers up.
    pub bytes_apparent: u64,
    /// `st_blocks` of the same files, in bytes.
    pub bytes_allocated: u64,
    /// File content read, in bytes.
    pub bytes_read: u64,
    /// Files that agree with a checksum of their own, as far as it was read in this run.
    #[serde(default)]
    pub files_verified: u64,
    /// System calls on the tree that failed, whatever came of it.
    pub errors: u64,
    /// Anomalies that a second look explained by a concurrent change.
    pub volatile: u64,
}

impl std::ops::AddAssign<&Totals> for Totals {
    fn add_assign(&mut self, other: &Totals) {
        self.entries += other.entries;
        self.directories += other.directories;
        self.files += other.files;
        self.symlinks += other.symlinks;
        self.other += other.other;
        self.hardlinked += other.hardlinked;
        // Two sparse files can be larger than any number.
        self.bytes_apparent = self.bytes_apparent.saturating_add(other.bytes_apparent);
        self.bytes_allocated = self.bytes_allocated.saturating_add(other.bytes_allocated);
        self.bytes_read = self.bytes_read.saturating_add(other.bytes_read);
        self.files_verified += other.files_verified;
        self.errors += other.errors;
        self.volatile += other.volatile;
    }
}
