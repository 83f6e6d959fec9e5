//! The objects of Longhorn that speak of a volume (longhorn.io/v1beta1 and v1beta2, as kubectl
//! prints them).

use std::collections::BTreeSet;

use reports::{Answer, Timestamp};
use serde_json::Value;

use super::fields::Fields;

/// A `Volume`: each answer is that of a fact.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "a PersistentVolume is another thing")]
pub(super) struct Volume {
    pub state: Answer,
    pub robustness: Answer,
    pub replicas: Answer,
    pub node: Answer,
    pub size: Answer,
    pub data_engine: Answer,
    pub version: Answer,
    pub integrity: Answer,
    pub last_backup: Answer,
    pub last_degraded: Answer,
    pub last_salvaged: Answer,
    pub workload: Answer,
    /// The PersistentVolume that it is for.
    pub persistent_volume: Option<String>,
    /// Namespace and name of the claim that it is bound to now.
    pub claim: Option<(String, String)>,
}

impl Volume {
    /// Reads it.
    pub(super) fn read(fields: Fields) -> Self {
        Volume {
            state: fields.text("status.state"),
            robustness: fields.text("status.robustness"),
            replicas: fields.number("spec.numberOfReplicas"),
            node: fields.text("status.currentNodeID"),
            size: fields.number("spec.size"),
            data_engine: data_engine(fields),
            version: version(fields),
            integrity: fields.text("spec.snapshotDataIntegrity"),
            last_backup: last_backup(fields),
            last_degraded: observed(fields, "status.lastDegradedAt"),
            last_salvaged: observed(fields, "status.lastAutoSalvagedAt"),
            workload: workload(fields),
            persistent_volume: fields.name("status.kubernetesStatus.pvName"),
            claim: claim(fields),
        }
    }
}

/// Something that Longhorn notes when it happens; empty where it never did. An object without a
/// status was never looked after, so that nothing follows from what it lacks.
fn observed(fields: Fields, path: &str) -> Answer {
    if fields.at("status").is_some_and(Value::is_object) {
        fields.text_or_empty(path)
    } else {
        Answer::unknown("the Volume has no status")
    }
}

/// What makes the pods, if it is one thing that can be scaled. A ReplicaSet belongs to a Deployment
/// that would scale it back.
fn workload(fields: Fields) -> Answer {
    let path = "status.kubernetesStatus.workloadsStatus";
    let named =
        fields.list(path).map(|row| Some((row.word("workloadType")?, row.name("workloadName")?)));
    let named: Option<BTreeSet<_>> = named.collect();
    let named: Vec<_> = named.unwrap_or_default().into_iter().collect();
    match named.as_slice() {
        [(kind @ ("Deployment" | "StatefulSet"), name)] => {
            Answer::is(format!("{}/{name}", kind.to_lowercase()))
        }
        [] => Answer::unknown(format!("{path} names none")),
        _ => Answer::unknown(format!("{path} names several, or none that can be scaled")),
    }
}

/// When the last backup was made, else which it was.
fn last_backup(fields: Fields) -> Answer {
    let is_empty = |answer: &Answer| *answer == Answer::is("");
    let time = observed(fields, "status.lastBackupAt");
    if matches!(time, Answer::Value(_)) && !is_empty(&time) {
        return time;
    }
    let which = observed(fields, "status.lastBackup");
    if is_empty(&which) { time } else { which }
}

/// The claim, unless it is history (`lastPVCRefAt` says since when).
fn claim(fields: Fields) -> Option<(String, String)> {
    if fields.word("status.kubernetesStatus.lastPVCRefAt").is_some() {
        return None;
    }
    let namespace = fields.name("status.kubernetesStatus.namespace")?;
    Some((namespace, fields.name("status.kubernetesStatus.pvcName")?))
}

/// `v1` where it is not said: the field came with the second engine.
fn data_engine(fields: Fields) -> Answer {
    let paths = ["spec.dataEngine", "spec.backendStoreDriver"];
    let said = paths.into_iter().find(|path| fields.at(path).is_some_and(|v| v != ""));
    said.map_or(Answer::is("v1"), |path| fields.text(path))
}

/// The version of the image that it runs on, else of the one that it is to run on.
fn version(fields: Fields) -> Answer {
    let paths = ["status.currentImage", "spec.image", "spec.engineImage"];
    let Some(image) = paths.into_iter().find_map(|path| fields.word(path)) else {
        return Answer::unknown("no field names the engine's image");
    };
    let not_one = || Answer::unknown(format!("the image {image} does not say its version"));
    version_of(image).map_or_else(not_one, Answer::is)
}

/// `1.7.2` of `registry:5000/longhornio/longhorn-engine:v1.7.2@sha256:...`.
fn version_of(image: &str) -> Option<&str> {
    let named = image.split_once('@').map_or(image, |(named, _)| named);
    let last = named.rsplit('/').next()?;
    let (_, tag) = last.split_once(':')?;
    let version = tag.strip_prefix('v').unwrap_or(tag);
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}

/// An `Engine`.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    /// The name of its volume.
    pub volume: String,
    /// Whether it says that the filesystem turned read-only.
    pub read_only: Answer,
}

impl Engine {
    /// Reads it; none where it names no volume.
    pub(super) fn read(fields: Fields) -> Option<Self> {
        let label = fields.name("metadata.labels.longhornvolume");
        let volume = label.or_else(|| fields.name("spec.volumeName"))?;
        Some(Engine { volume, read_only: read_only(fields) })
    }
}

/// The condition FilesystemReadOnly. In v1beta1 conditions stand under their names.
fn read_only(fields: Fields) -> Answer {
    const TYPE: &str = "FilesystemReadOnly";
    let is_it = |condition: &Fields| condition.word("type") == Some(TYPE);
    let in_list = fields.list("status.conditions").find(is_it);
    let under_name = || fields.at("status.conditions")?.get(TYPE).map(Fields);
    match in_list.or_else(under_name).map(|condition| condition.word("status")) {
        Some(Some("True")) => Answer::is(true),
        Some(Some("False")) => Answer::is(false),
        Some(_) => Answer::unknown("the condition FilesystemReadOnly is neither True nor False"),
        None => Answer::unknown("the Engine has no condition FilesystemReadOnly"),
    }
}

/// A `Backup` that was completed, or what a `BackupVolume` says of the last one.
#[derive(Clone, Debug)]
pub(super) struct Backup {
    /// The name of its volume.
    pub volume: String,
    /// When it was made, as it says so.
    pub at: String,
}

impl Backup {
    /// Reads a `Backup`; none where it is not completed or names no volume.
    pub(super) fn read(fields: Fields) -> Option<Self> {
        if fields.word("status.state") != Some("Completed") {
            return None;
        }
        let label = || fields.name("metadata.labels.backup-volume");
        let at = fields.word("status.backupCreatedAt");
        let at = at.or_else(|| fields.word("status.snapshotCreatedAt"))?.to_owned();
        Some(Backup { volume: fields.name("status.volumeName").or_else(label)?, at })
    }

    /// Reads a `BackupVolume`, which before there were several backup targets was called as its
    /// volume is.
    pub(super) fn read_last(fields: Fields) -> Option<Self> {
        let called = || fields.name("metadata.name");
        let at = fields.word("status.lastBackupAt")?.to_owned();
        Some(Backup { volume: fields.name("spec.volumeName").or_else(called)?, at })
    }

    /// By this the newest is the greatest; a time that cannot be read is older than all others.
    pub(super) fn age_key(&self) -> Option<Timestamp> {
        Timestamp::try_from(self.at.clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_in_the_tag() {
        for (image, version) in [
            ("longhornio/longhorn-engine:v1.7.2", Some("1.7.2")),
            ("registry.example:5000/longhornio/longhorn-engine:v1.8.0-rc1", Some("1.8.0-rc1")),
            ("a/b:1.6.0@sha256:00ff", Some("1.6.0")),
            ("registry.example:5000/longhornio/longhorn-engine", None),
            ("longhornio/longhorn-engine:master-head", None),
            ("a@sha256:0011", None),
            (":", None),
        ] {
            assert_eq!(version_of(image), version, "{image}");
        }
    }
}
