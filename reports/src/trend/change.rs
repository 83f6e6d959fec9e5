//! What changed between the runs of a series besides the findings: another filesystem at the same
//! path, another machine, another user.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clip::clip_end;
use crate::trend::run::Seen;
use crate::{FactName, FactValue};

/// Bytes of a value.
const VALUE: usize = 300;

/// What of a run or root changed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TrendAspect {
    /// The type of the filesystem.
    Filesystem,
    /// Its UUID.
    FilesystemUuid,
    /// The number that is made from its UUID.
    FilesystemId,
    /// Its device or source.
    Device,
    /// The persistent volume of its claim.
    PersistentVolume,
    /// The volume in Longhorn.
    LonghornVolume,
    /// How large it is, in bytes.
    Size,
    /// What the kernel does when it meets damage.
    ErrorsPolicy,
    /// The host's name.
    Host,
    /// The kernel's release.
    Kernel,
    /// The effective user and group.
    User,
    /// The version of fscan.
    Version,
}

/// A change from one run of a series to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendChange {
    /// The run of the series that it shows in, from 0.
    pub run: u32,
    /// The last run before it that knew what it was.
    #[serde(default)]
    pub since: u32,
    /// What changed.
    pub aspect: TrendAspect,
    /// What it was before.
    pub from: String,
    /// What it is.
    pub to: String,
    /// Whether it says that another filesystem stands at the path.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replaces: bool,
}

impl TrendAspect {
    /// Every one, in the order in which they are told.
    pub const ALL: [TrendAspect; 12] = [
        TrendAspect::Filesystem,
        TrendAspect::FilesystemUuid,
        TrendAspect::FilesystemId,
        TrendAspect::Device,
        TrendAspect::PersistentVolume,
        TrendAspect::LonghornVolume,
        TrendAspect::Size,
        TrendAspect::ErrorsPolicy,
        TrendAspect::Host,
        TrendAspect::Kernel,
        TrendAspect::User,
        TrendAspect::Version,
    ];

    /// As people call it.
    pub fn text(self) -> &'static str {
        match self {
            TrendAspect::Filesystem => "filesystem",
            TrendAspect::FilesystemUuid => "filesystem UUID",
            TrendAspect::FilesystemId => "filesystem id",
            TrendAspect::Device => "device",
            TrendAspect::PersistentVolume => "persistent volume",
            TrendAspect::LonghornVolume => "Longhorn volume",
            TrendAspect::Size => "size in bytes",
            TrendAspect::ErrorsPolicy => "errors policy",
            TrendAspect::Host => "host",
            TrendAspect::Kernel => "kernel",
            TrendAspect::User => "user",
            TrendAspect::Version => "version of fscan",
        }
    }

    /// Whether it is the same for as long as the filesystem lives.
    fn is_of_the_uuid(self) -> bool {
        matches!(self, TrendAspect::FilesystemUuid | TrendAspect::FilesystemId)
    }

    /// Whether it tells one filesystem from another whatever else is as before.
    fn identifies(self) -> bool {
        use TrendAspect::{Filesystem, LonghornVolume, PersistentVolume};
        matches!(self, Filesystem | PersistentVolume | LonghornVolume)
    }

    /// What a report says of it; none where it does not know.
    fn of(self, seen: &Seen<'_>) -> Option<String> {
        let fact = |name: FactName| match seen.fact(name)? {
            FactValue::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            FactValue::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let known = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let made = seen.target.is_some_and(|target| target.made);
        let tool = &seen.report().tool;
        match self {
            TrendAspect::Filesystem => known(&seen.root.filesystem).filter(|it| it != "unknown"),
            TrendAspect::FilesystemUuid => {
                seen.root.filesystem_uuid.as_deref().and_then(known).filter(|_| !made)
            }
            TrendAspect::FilesystemId => {
                seen.root.filesystem_id.as_deref().and_then(known).filter(|_| !made)
            }
            // That of a filesystem that is made for a run is another one in each.
            TrendAspect::Device => known(&seen.root.device).filter(|_| !made),
            TrendAspect::PersistentVolume => fact(FactName::PersistentVolume),
            TrendAspect::LonghornVolume => fact(FactName::LonghornVolume),
            TrendAspect::Size => fact(FactName::SpaceSize),
            TrendAspect::ErrorsPolicy => seen.root.errors_policy.clone(),
            TrendAspect::Host => known(&tool.host),
            TrendAspect::Kernel => known(&tool.kernel),
            TrendAspect::User => known(&tool.user),
            TrendAspect::Version => known(&tool.version),
        }
    }
}

impl TrendChange {
    /// What is told behind it.
    pub(super) fn meaning(&self) -> &'static str {
        match self.aspect {
            _ if self.replaces && self.aspect.is_of_the_uuid() => {
                "the filesystem was recreated or replaced: what was found before is no more of it"
            }
            TrendAspect::FilesystemUuid | TrendAspect::FilesystemId => {
                "the same filesystem under another UUID"
            }
            _ if self.replaces => {
                "another filesystem stands there: what was found before is no more of it"
            }
            TrendAspect::Device => "another name of the same filesystem",
            _ => "",
        }
    }
}

/// Every change, run by run. What a run does not know is held against the last one that knew, and
/// the number that is made from a UUID speaks where the UUID does not: btrfs makes it from the
/// subvolume's number as well.
pub(super) fn changes(runs: &[Seen<'_>]) -> Vec<TrendChange> {
    let mut changes: Vec<_> =
        TrendAspect::ALL.iter().flat_map(|aspect| of(*aspect, runs)).collect();
    changes.sort_by_key(|change| change.run);
    let with_uuid: BTreeSet<_> = changes
        .iter()
        .filter(|it| it.aspect == TrendAspect::FilesystemUuid)
        .map(|it| it.run)
        .collect();
    let has_uuid = |run: u32| {
        runs.get(run as usize).and_then(|it| TrendAspect::FilesystemUuid.of(it)).is_some()
    };
    let uuid_speaks =
        |it: &TrendChange| with_uuid.contains(&it.run) || has_uuid(it.run) && has_uuid(it.since);
    changes.retain(|it| it.aspect != TrendAspect::FilesystemId || !uuid_speaks(it));
    let replaces: Vec<_> = changes.iter().map(|it| replaces(it, &changes, runs)).collect();
    for (change, replaces) in changes.iter_mut().zip(replaces) {
        change.replaces = replaces;
    }
    changes
}

/// Whether a change says that another filesystem stands there. The kernel names devices in the
/// order in which it meets them: such a name says so only where the filesystem is another one in
/// something else as well.
fn replaces(change: &TrendChange, all: &[TrendChange], runs: &[Seen<'_>]) -> bool {
    let run = change.run as usize;
    let same_record = || has_the_same_record(run, runs);
    let same_uuid = || has_the_same_uuid(run, runs);
    match change.aspect {
        // One can be given anew (tune2fs -U).
        TrendAspect::FilesystemUuid | TrendAspect::FilesystemId => !same_record(),
        // An ext3 can be mounted as ext4.
        TrendAspect::Filesystem => !same_uuid(),
        TrendAspect::Device => {
            let is_numbered = [&change.from, &change.to].iter().all(|name| is_of_the_kernel(name));
            let mut beside = all.iter().filter(|other| other.run == change.run);
            let differs = beside.any(|it| it.aspect == TrendAspect::Size || it.aspect.identifies());
            (differs || !is_numbered) && !same_record() && !same_uuid()
        }
        aspect => aspect.identifies(),
    }
}

/// `/dev/sdb`, `/dev/nvme0n1p1`; `/dev/mapper/home` and `server:/home` say which one it is.
fn is_of_the_kernel(device: &str) -> bool {
    device.strip_prefix("/dev/").is_some_and(|name| !name.contains('/'))
}

/// Whether the kernel has the same first error on record as in the last run that knew of one: the
/// record lies in the filesystem itself.
fn has_the_same_record(run: usize, runs: &[Seen<'_>]) -> bool {
    let first = |seen: &Seen<'_>| seen.fact(FactName::KernelFirstError)?.number();
    let now = runs.get(run).and_then(first);
    let before = runs.iter().take(run).rev().find_map(first);
    now.is_some() && now == before
}

/// Whether the UUID is as in the last run that knew one, whatever the device is called.
fn has_the_same_uuid(run: usize, runs: &[Seen<'_>]) -> bool {
    [TrendAspect::FilesystemUuid, TrendAspect::FilesystemId].into_iter().any(|aspect| {
        let now = runs.get(run).and_then(|seen| aspect.of(seen));
        let before = runs.iter().take(run).rev().find_map(|seen| aspect.of(seen));
        now.is_some() && now == before
    })
}

fn of(aspect: TrendAspect, runs: &[Seen<'_>]) -> Vec<TrendChange> {
    let mut before: Option<(u32, String)> = None;
    let mut changes = Vec::new();
    for (run, seen) in runs.iter().enumerate() {
        let Some(now) = aspect.of(seen).map(|now| clip_end(&now, VALUE)) else { continue };
        let run = run as u32;
        match before.replace((run, now.clone())) {
            Some((since, from)) if from != now => {
                let to = now;
                changes.push(TrendChange { run, since, aspect, from, to, replaces: false });
            }
            _ => {}
        }
    }
    changes
}

/// The runs in which another filesystem or device stands at the path than before.
pub(super) fn replaced(changes: &[TrendChange]) -> Vec<usize> {
    let mut runs: Vec<_> =
        changes.iter().filter(|it| it.replaces).map(|it| it.run as usize).collect();
    runs.dedup();
    runs
}
