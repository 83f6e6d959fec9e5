//! The facts of a root, from the objects that speak of its volume.

use reports::{Answer, Fact, FactName, PathName};
use serde_json::Value;

use super::gathered::{Gathered, Resource};
use super::volume::{Backup, Volume};

/// Every fact of a root that is told here, in order.
pub(super) const NAMES: [FactName; 19] = [
    FactName::LonghornVolume,
    FactName::Claim,
    FactName::ClaimNamespace,
    FactName::Workload,
    FactName::PersistentVolume,
    FactName::StorageClass,
    FactName::ReclaimPolicy,
    FactName::VolumeState,
    FactName::VolumeRobustness,
    FactName::VolumeReplicas,
    FactName::VolumeNode,
    FactName::VolumeSize,
    FactName::DataEngine,
    FactName::LonghornVersion,
    FactName::SnapshotIntegrity,
    FactName::LastBackup,
    FactName::LastDegraded,
    FactName::LastSalvaged,
    FactName::EngineReadOnly,
];

/// Every fact that is told here: whether there is a kubectl, and those of roots.
pub(super) const LEARNT: [FactName; 20] = {
    let mut all = [FactName::Kubectl; 20];
    let (_, of_roots) = all.split_at_mut(1);
    of_roots.copy_from_slice(&NAMES);
    all
};

/// An answer and how it is known.
type Known = (Answer, String);

/// The facts of a root of whose volume nothing is known.
pub(super) fn none_of(path: &PathName, why: &str, source: &str) -> Vec<Fact> {
    NAMES.map(|name| Fact::of_path(name, path, Answer::unknown(why), source)).into()
}

/// The facts of a root that is on the volume `name`, which is known from `source`.
pub(super) fn of_volume(
    path: &PathName,
    name: &str,
    source: &str,
    gathered: &Gathered,
) -> Vec<Fact> {
    let about = About { name, gathered, volume: gathered.objects.volumes.get(name) };
    let fact = |fact| {
        let (answer, source) = match fact {
            FactName::LonghornVolume => (Answer::is(name), source.to_owned()),
            fact => about.fact(fact),
        };
        Fact::of_path(fact, path, answer, source)
    };
    NAMES.map(fact).into()
}

/// What there is about a volume.
struct About<'a> {
    name: &'a str,
    gathered: &'a Gathered,
    volume: Option<&'a Volume>,
}

impl About<'_> {
    fn fact(&self, name: FactName) -> Known {
        match name {
            FactName::Claim => self.claim(|(_, claim)| claim),
            FactName::ClaimNamespace => self.claim(|(namespace, _)| namespace),
            FactName::Workload => {
                self.of_volume("status.kubernetesStatus.workloadsStatus", |v| &v.workload)
            }
            FactName::PersistentVolume => self.persistent_volume(),
            FactName::StorageClass => self.storage_class(),
            FactName::ReclaimPolicy => self.reclaim_policy(),
            FactName::VolumeState => self.of_volume("status.state", |v| &v.state),
            FactName::VolumeRobustness => self.of_volume("status.robustness", |v| &v.robustness),
            FactName::VolumeReplicas => self.of_volume("spec.numberOfReplicas", |v| &v.replicas),
            FactName::VolumeNode => self.of_volume("status.currentNodeID", |v| &v.node),
            FactName::VolumeSize => self.of_volume("spec.size", |v| &v.size),
            FactName::DataEngine => self.of_volume("spec.dataEngine", |v| &v.data_engine),
            FactName::LonghornVersion => self.of_volume("status.currentImage", |v| &v.version),
            FactName::SnapshotIntegrity => self.snapshot_integrity(),
            FactName::LastBackup => self.last_backup(),
            FactName::LastDegraded => self.of_volume("status.lastDegradedAt", |v| &v.last_degraded),
            FactName::LastSalvaged => {
                self.of_volume("status.lastAutoSalvagedAt", |v| &v.last_salvaged)
            }
            FactName::EngineReadOnly => self.engine_read_only(),
            _ => (Answer::unknown("it is no fact of a volume"), String::new()),
        }
    }

    fn source(&self, resource: Resource, field: &str) -> String {
        self.gathered.source(resource, field)
    }

    fn unknown(&self, resource: Resource, field: &str) -> Known {
        (Answer::unknown(self.gathered.why(resource)), self.source(resource, field))
    }

    fn of_volume(&self, field: &str, answer: impl Fn(&Volume) -> &Answer) -> Known {
        match self.volume {
            Some(volume) => (answer(volume).clone(), self.source(Resource::Volume, field)),
            None => self.unknown(Resource::Volume, field),
        }
    }

    /// The PersistentVolume's name, as it says itself, the Volume says, or a claim does.
    fn persistent_volume(&self) -> Known {
        let objects = &self.gathered.objects;
        if let Some((name, _)) = objects.persistent_volume_of(self.name) {
            let source = self.source(Resource::PersistentVolume, "spec.csi.volumeHandle");
            return (Answer::is(name), source);
        }
        if let Some(name) = self.volume.and_then(|volume| volume.persistent_volume.as_deref()) {
            let source = self.source(Resource::Volume, "status.kubernetesStatus.pvName");
            return (Answer::is(name), source);
        }
        // A volume that was provisioned for a claim is called as its PersistentVolume is.
        let mut claims = objects.claims.values();
        if claims.any(|claim| claim.persistent_volume.as_deref() == Some(self.name)) {
            return (Answer::is(self.name), self.source(Resource::Claim, "spec.volumeName"));
        }
        self.unknown(Resource::PersistentVolume, "metadata.name")
    }

    /// Namespace and name of the claim, and how they are known.
    fn bound_claim(&self) -> Option<((String, String), String)> {
        let objects = &self.gathered.objects;
        let pv = objects.persistent_volume_of(self.name);
        if let Some(claim) = pv.and_then(|(_, pv)| pv.claim.clone()) {
            return Some((claim, self.source(Resource::PersistentVolume, "spec.claimRef")));
        }
        if let Some(claim) = self.volume.and_then(|volume| volume.claim.clone()) {
            return Some((claim, self.source(Resource::Volume, "status.kubernetesStatus.pvcName")));
        }
        let (pv, _) = self.persistent_volume();
        let Answer::Value(pv) = pv else { return None };
        let is_it = |claim: &super::claim::Claim| claim.persistent_volume.as_deref() == pv.text();
        let (name, _) = objects.claims.iter().find(|(_, claim)| is_it(claim))?;
        Some((name.clone(), self.source(Resource::Claim, "spec.volumeName")))
    }

    fn claim(&self, part: impl Fn((String, String)) -> String) -> Known {
        match self.bound_claim() {
            Some((claim, source)) => (Answer::is(part(claim)), source),
            None => self.unknown(Resource::Claim, "spec.volumeName"),
        }
    }

    fn storage_class(&self) -> Known {
        let objects = &self.gathered.objects;
        let claim = self.bound_claim().and_then(|(claim, _)| objects.claims.get(&claim));
        if let Some(class) = claim.and_then(|claim| claim.storage_class.as_deref()) {
            return (Answer::is(class), self.source(Resource::Claim, "spec.storageClassName"));
        }
        let pv = objects.persistent_volume_of(self.name);
        if let Some(class) = pv.and_then(|(_, pv)| pv.storage_class.as_deref()) {
            let source = self.source(Resource::PersistentVolume, "spec.storageClassName");
            return (Answer::is(class), source);
        }
        self.unknown(Resource::Claim, "spec.storageClassName")
    }

    /// The PersistentVolume's own, else that of its class, which it began with.
    fn reclaim_policy(&self) -> Known {
        let objects = &self.gathered.objects;
        let field = "spec.persistentVolumeReclaimPolicy";
        if let Some((_, pv)) = objects.persistent_volume_of(self.name) {
            let source = self.source(Resource::PersistentVolume, field);
            return (pv.reclaim_policy.clone(), source);
        }
        let (class, _) = self.storage_class();
        let Answer::Value(class) = class else {
            return self.unknown(Resource::PersistentVolume, field);
        };
        match class.text().and_then(|class| objects.storage_classes.get(class)) {
            Some(policy) => (policy.clone(), self.source(Resource::StorageClass, "reclaimPolicy")),
            None => self.unknown(Resource::PersistentVolume, field),
        }
    }

    /// The volume's own, or where it leaves that to the setting of all volumes, that.
    fn snapshot_integrity(&self) -> Known {
        let own = self.of_volume("spec.snapshotDataIntegrity", |v| &v.integrity);
        let setting = self.gathered.objects.integrity.as_deref();
        let (Some(setting), true) = (setting, own.0 == Answer::is("ignored")) else {
            return own;
        };
        let engine = self.volume.map(|volume| &volume.data_engine);
        let source = self.source(Resource::Setting, "snapshot-data-integrity");
        (of_engine(setting, engine), source)
    }

    /// When or which the last one was, of all that tell of one.
    fn last_backup(&self) -> Known {
        let said = self.of_volume("status.lastBackupAt, status.lastBackup", |v| &v.last_backup);
        let is_said = said.0.clone() != Answer::is("") && matches!(said.0, Answer::Value(_));
        let of_this = self.gathered.objects.backups.iter().filter(|b| b.volume == self.name);
        match of_this.max_by_key(|backup| Backup::age_key(backup)) {
            Some(newest) if !is_said => {
                let source = self.source(Resource::Backup, "status.backupCreatedAt");
                (Answer::is(newest.at.as_str()), source)
            }
            _ => said,
        }
    }

    /// Of several Engines (a volume that moves has two) one that says yes counts most.
    fn engine_read_only(&self) -> Known {
        let engines = self.gathered.objects.engines.iter();
        let of_this = engines.filter(|engine| engine.volume == self.name);
        let weight = |answer: &Answer| match answer {
            Answer::Value(value) => {
                if value.flag() == Some(true) {
                    2
                } else {
                    0
                }
            }
            Answer::Unknown(_) => 1,
        };
        let field = "status.conditions, FilesystemReadOnly";
        match of_this.max_by_key(|engine| weight(&engine.read_only)) {
            Some(engine) => (engine.read_only.clone(), self.source(Resource::Engine, field)),
            None => self.unknown(Resource::Engine, field),
        }
    }
}

/// The setting's value for an engine: since there are two it may be `{"v1":"...","v2":"..."}`.
fn of_engine(setting: &str, engine: Option<&Answer>) -> Answer {
    let Ok(Value::Object(by_engine)) = serde_json::from_str(setting) else {
        return Answer::is(setting);
    };
    let engine = match engine {
        Some(Answer::Value(engine)) => engine.text(),
        _ => None,
    };
    let value = engine.and_then(|engine| by_engine.get(engine)).and_then(Value::as_str);
    let none =
        || Answer::unknown("the setting snapshot-data-integrity has no value for its engine");
    value.map_or_else(none, Answer::is)
}
