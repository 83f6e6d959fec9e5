//! What facts of volumes and filesystems are a risk, whatever a scan finds.
//!
//! Looks at facts alone; what is not known is no risk and no relief. Roots on one volume, or on
//! one filesystem, give one finding, with the first of them as its subject.

use std::collections::BTreeSet;

use reports::{Code, Fact, FactName, FactValue, Finding, FindingCollector, PathName, Subject};

/// A part of what there is below which it is scarce: one of this many.
const SCARCE: u128 = 100;

/// What speaks for a damaged bitmap of blocks or inodes.
const OF_BITMAPS: [Code; 4] = [
    Code::FreeBlocksMismatch,
    Code::UsedBlocksMismatch,
    Code::FreeInodesMismatch,
    Code::AllocationMapUnreadable,
];

/// What a damaged bitmap does to the numbers of statvfs. Source: kernel fs/ext4/ialloc.c and
/// fs/ext4/super.c (ext4_mark_group_bitmap_corrupted).
const OUT_OF_USE: &str = "the kernel takes groups with a damaged bitmap out of use, and what is free \
                          in them is not counted: this may be no lack of space";

/// Whether what a scan found of a filesystem speaks for a damaged bitmap.
pub fn speaks_of_bitmaps(findings: &FindingCollector) -> bool {
    OF_BITMAPS.into_iter().any(|code| findings.has(code))
}

/// Judges what is known of each root. `doubted` are roots on filesystems of which a scan found
/// what speaks for a damaged bitmap.
pub fn judge_environment(facts: &[Fact], doubted: &[PathName]) -> Vec<Finding> {
    let mut judged = BTreeSet::new();
    let mut findings = Vec::new();
    for path in paths(facts) {
        let root = RootFacts { facts, path, is_doubted: doubted.contains(path) };
        let on = (root.volume_key(), root.filesystem_key());
        if judged.insert(on.0) {
            findings.extend(volume(&root));
        }
        if judged.insert(on.1) {
            findings.extend(filesystem(&root));
        }
    }
    findings
}

/// The same where nothing is scanned: what a scan would ask the kernel itself.
pub fn judge_unscanned(facts: &[Fact]) -> Vec<Finding> {
    let mut judged = BTreeSet::new();
    let roots = paths(facts).into_iter();
    let roots = roots.map(|path| RootFacts { facts, path, is_doubted: false });
    let first = roots.filter(|root| judged.insert(root.filesystem_key()));
    let on_record = first.flat_map(|root| [errors_on_record(&root), turned_read_only(&root)]);
    on_record.flatten().chain(judge_environment(facts, &[])).collect()
}

fn errors_on_record(root: &RootFacts) -> Option<Finding> {
    let errors = root.number(FactName::KernelErrors).filter(|errors| *errors > 0)?;
    let found = format!("{errors} since the last e2fsck");
    let (code, fact) = (Code::KernelErrorsRecorded, FactName::KernelErrors);
    Some(root.finding(code, fact, "no error on record", found))
}

fn turned_read_only(root: &RootFacts) -> Option<Finding> {
    let said = root.fact(FactName::EngineReadOnly)?.value()?.flag()?;
    let (code, fact) = (Code::MountReadOnlyByError, FactName::EngineReadOnly);
    let expected = "a filesystem mounted read-write can be written";
    let found = "Longhorn's engine says that it turned read-only".to_owned();
    said.then(|| root.finding(code, fact, expected, found))
}

/// The roots, in the order in which they come.
fn paths(facts: &[Fact]) -> Vec<&PathName> {
    let mut seen = BTreeSet::new();
    let paths = facts.iter().filter_map(|fact| fact.path.as_ref());
    paths.filter(|path| seen.insert(*path)).collect()
}

/// The facts of one root.
struct RootFacts<'a> {
    facts: &'a [Fact],
    path: &'a PathName,
    /// Whether a scan found what speaks for a damaged bitmap.
    is_doubted: bool,
}

impl<'a> RootFacts<'a> {
    fn fact(&self, name: FactName) -> Option<&'a Fact> {
        let is_it = |fact: &&Fact| fact.name == name && fact.path.as_ref() == Some(self.path);
        self.facts.iter().find(is_it)
    }

    fn text(&self, name: FactName) -> Option<&'a str> {
        self.fact(name)?.value()?.text()
    }

    fn number(&self, name: FactName) -> Option<u64> {
        self.fact(name)?.value()?.number()
    }

    /// What two roots on one volume have alike.
    fn volume_key(&self) -> String {
        match self.text(FactName::LonghornVolume) {
            Some(volume) => format!("volume {volume}"),
            None => format!("volume of {:?}", self.path),
        }
    }

    /// What two roots on one filesystem have alike: many a tmpfs is called as another is, but it is
    /// hardly as large.
    fn filesystem_key(&self) -> String {
        let Some(device) = self.text(FactName::Device) else {
            return format!("filesystem of {:?}", self.path);
        };
        let sizes = [FactName::SpaceSize, FactName::InodesSize].map(|name| self.number(name));
        format!("filesystem {:?} {device:?} {sizes:?}", self.text(FactName::Filesystem))
    }

    /// Whether nothing can be written there. The options are a text or a list.
    fn is_read_only(&self) -> bool {
        let is_said = |options: &str| options.split([',', ';', ' ']).any(|option| option == "ro");
        match self.fact(FactName::MountOptions).and_then(Fact::value) {
            Some(FactValue::Text(options)) => is_said(options),
            Some(FactValue::List(options)) => options.iter().any(|options| is_said(options)),
            _ => false,
        }
    }

    /// Whether the kernel may have taken a part of it out of use.
    fn may_hide_space(&self) -> bool {
        let is_ext = self.text(FactName::Filesystem).is_some_and(|kind| kind.starts_with("ext"));
        let has_errors = || self.number(FactName::KernelErrors).is_some_and(|errors| errors > 0);
        is_ext && (self.is_doubted || has_errors())
    }

    fn finding(&self, code: Code, fact: FactName, expected: &str, found: String) -> Finding {
        let subject = Subject { path: Some(self.path.clone()), ..Subject::default() };
        let mut finding = Finding::new(code, subject, expected, found);
        if code.text().word.starts_with("volume-") {
            finding.evidence.extend(self.volume_evidence());
        }
        let source = self.fact(fact).map(|fact| fact.source.as_str()).unwrap_or_default();
        finding.evidence.push(format!("source: {source}"));
        finding
    }

    fn volume_evidence(&self) -> Vec<String> {
        let volume = self.text(FactName::LonghornVolume).map(|name| format!("volume: {name}"));
        let claim = self.text(FactName::Claim).map(|claim| {
            let namespace = self.text(FactName::ClaimNamespace).unwrap_or("unknown");
            format!("PVC: {claim}, namespace {namespace}")
        });
        volume.into_iter().chain(claim).collect()
    }
}

/// What is a risk of the volume.
fn volume(root: &RootFacts) -> Vec<Finding> {
    let asked = [not_redundant, not_robust, salvaged, not_backed_up];
    asked.into_iter().filter_map(|ask| ask(root)).collect()
}

fn not_redundant(root: &RootFacts) -> Option<Finding> {
    let found = match root.number(FactName::VolumeReplicas)? {
        0 => "0 replicas",
        1 => "1 replica",
        _ => return None,
    };
    let expected = "2 replicas or more, each on a node of its own";
    let (code, fact) = (Code::VolumeNotRedundant, FactName::VolumeReplicas);
    Some(root.finding(code, fact, expected, found.to_owned()))
}

fn not_robust(root: &RootFacts) -> Option<Finding> {
    let (code, found) = match root.text(FactName::VolumeRobustness)? {
        "degraded" => (Code::VolumeDegraded, "robustness degraded: a replica is lost"),
        "faulted" => (Code::VolumeFaulted, "robustness faulted: no replica is sound"),
        _ => return None,
    };
    let replicas = root.number(FactName::VolumeReplicas);
    let of = replicas.map(|count| format!(", of {count}")).unwrap_or_default();
    let (fact, found) = (FactName::VolumeRobustness, format!("{found}{of}"));
    Some(root.finding(code, fact, "robustness healthy", found))
}

fn salvaged(root: &RootFacts) -> Option<Finding> {
    let time = root.text(FactName::LastSalvaged).filter(|time| !time.is_empty())?;
    let found = format!("all had failed, and some were taken back at {time}");
    let expected = "replicas of which one was always sound";
    Some(root.finding(Code::VolumeSalvaged, FactName::LastSalvaged, expected, found))
}

fn not_backed_up(root: &RootFacts) -> Option<Finding> {
    root.text(FactName::LastBackup).filter(|last| last.is_empty())?;
    let (code, fact) = (Code::VolumeNotBackedUp, FactName::LastBackup);
    Some(root.finding(code, fact, "a backup", "no backup is known".to_owned()))
}

/// What is a risk of the filesystem.
fn filesystem(root: &RootFacts) -> Vec<Finding> {
    if root.is_read_only() {
        return Vec::new();
    }
    let space = (Code::SpaceLow, FactName::SpaceSize, FactName::SpaceFree, "bytes");
    let inodes = (Code::InodesLow, FactName::InodesSize, FactName::InodesFree, "inodes");
    [space, inodes].into_iter().filter_map(|which| scarce(root, which)).collect()
}

/// Whether less than a hundredth is free. A filesystem that counts nothing has a total of 0.
fn scarce(
    root: &RootFacts,
    (code, size, free, unit): (Code, FactName, FactName, &str),
) -> Option<Finding> {
    let (total, left) = (root.number(size)?, root.number(free)?);
    if total == 0 || u128::from(left) * SCARCE >= u128::from(total) {
        return None;
    }
    let share = u128::from(left) * 10_000 / u128::from(total);
    let found = format!("{left} of {total} {unit} are free, {}.{:02} %", share / 100, share % 100);
    let mut finding = root.finding(code, free, "1 % or more is free", found);
    if root.may_hide_space() {
        // First, for a report that shows no more.
        finding.evidence.insert(0, OUT_OF_USE.to_owned());
    }
    Some(finding)
}

#[cfg(test)]
mod tests;
