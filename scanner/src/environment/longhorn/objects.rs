//! Objects of Longhorn and Kubernetes, by their names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::claim::{Claim, PersistentVolume, Pod};
use super::fields::Fields;
use super::volume::{Backup, Engine, Volume};

/// Kinds of no use here that are told by name.
const NAMED_KINDS: usize = 8;

/// The longest name of a kind that is told, in characters.
const KIND: usize = 40;

/// What was read. Of two objects of one kind and name the later one counts.
#[derive(Clone, Debug, Default)]
pub struct LonghornObjects {
    pub(super) volumes: BTreeMap<String, Volume>,
    pub(super) engines: Vec<Engine>,
    pub(super) backups: Vec<Backup>,
    pub(super) claims: BTreeMap<(String, String), Claim>,
    pub(super) persistent_volumes: BTreeMap<String, PersistentVolume>,
    /// Their reclaim policies.
    pub(super) storage_classes: BTreeMap<String, reports::Answer>,
    /// The value of the setting snapshot-data-integrity.
    pub(super) integrity: Option<String>,
    pub(super) pods: Vec<Pod>,
    replicas: u64,
    others: BTreeMap<String, u64>,
    pub(super) unread: u64,
}

impl LonghornObjects {
    /// Takes an object. One that lacks what it must have counts as unread.
    pub(super) fn add(&mut self, kind: &str, group: Option<&str>, object: &Value) {
        let fields = Fields(object);
        if self.take(kind, group, fields).is_none() {
            self.unread += 1;
        }
    }

    fn take(&mut self, kind: &str, group: Option<&str>, fields: Fields) -> Option<()> {
        let called = || fields.name("metadata.name");
        // Other groups have kinds of the same names (velero.io has Backups). Where no group is
        // said it is taken for the right one.
        match (group.unwrap_or(group_of(kind)), kind) {
            ("longhorn.io", "Volume") => {
                self.volumes.insert(called()?, Volume::read(fields));
            }
            ("longhorn.io", "Engine") => self.engines.push(Engine::read(fields)?),
            ("longhorn.io", "Replica") => self.replicas += 1,
            ("longhorn.io", "Backup") => self.backups.extend(Backup::read(fields)),
            ("longhorn.io", "BackupVolume") => self.backups.extend(Backup::read_last(fields)),
            ("longhorn.io", "Setting") => {
                if called()? == "snapshot-data-integrity" {
                    self.integrity = fields.word("value").map(str::to_owned);
                }
            }
            ("", "PersistentVolumeClaim") => self.claims.extend([Claim::read(fields)?]),
            ("", "PersistentVolume") => {
                self.persistent_volumes.insert(called()?, PersistentVolume::read(fields));
            }
            ("storage.k8s.io", "StorageClass") => {
                self.storage_classes.insert(called()?, fields.text("reclaimPolicy"));
            }
            ("", "Pod") => self.pods.push(Pod::read(fields)?),
            _ => self.add_other(kind),
        }
        Some(())
    }

    /// Counts an object of a kind that is of no use here.
    pub(super) fn add_other(&mut self, kind: &str) {
        let mut kind: String = kind.chars().take(KIND).collect();
        if self.others.len() >= NAMED_KINDS && !self.others.contains_key(&kind) {
            "and others".clone_into(&mut kind);
        }
        *self.others.entry(kind).or_default() += 1;
    }

    /// Takes what `other` has as well.
    pub(super) fn merge(&mut self, other: LonghornObjects) {
        self.volumes.extend(other.volumes);
        self.engines.extend(other.engines);
        self.backups.extend(other.backups);
        self.claims.extend(other.claims);
        self.persistent_volumes.extend(other.persistent_volumes);
        self.storage_classes.extend(other.storage_classes);
        self.integrity = other.integrity.or(self.integrity.take());
        self.pods.extend(other.pods);
        self.replicas += other.replicas;
        self.unread += other.unread;
        for (kind, count) in other.others {
            *self.others.entry(kind).or_default() += count;
        }
    }

    /// What there is, in words: `2 Volumes, 1 Engine, 3 of no use here (Node, Pod)`.
    pub fn summary(&self) -> String {
        let counts = [
            (self.volumes.len() as u64, "Volume"),
            (self.engines.len() as u64, "Engine"),
            (self.replicas, "Replica"),
            (self.backups.len() as u64, "completed Backup"),
            (self.claims.len() as u64, "PersistentVolumeClaim"),
            (self.persistent_volumes.len() as u64, "PersistentVolume"),
            (self.storage_classes.len() as u64, "StorageClass"),
            (self.pods.len() as u64, "Pod"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let mut parts: Vec<String> = counts.map(|(count, noun)| plural(count, noun)).collect();
        if !self.others.is_empty() {
            let kinds: Vec<&str> = self.others.keys().map(String::as_str).collect();
            let count: u64 = self.others.values().sum();
            parts.push(format!("{count} of no use here ({})", kinds.join(", ")));
        }
        if self.unread > 0 {
            parts.push(format!("{} that could not be read", self.unread));
        }
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }

    /// The PersistentVolume of a Longhorn volume, with its name.
    pub(super) fn persistent_volume_of(&self, volume: &str) -> Option<(&str, &PersistentVolume)> {
        let is_it = |(_, pv): &(&String, &PersistentVolume)| pv.volume() == Some(volume);
        self.persistent_volumes.iter().find(is_it).map(|(name, pv)| (name.as_str(), pv))
    }

    /// The Longhorn volume that a PersistentVolume stands for.
    pub(super) fn volume_of(&self, persistent_volume: &str) -> Option<&str> {
        let pv = self.persistent_volumes.get(persistent_volume);
        pv.and_then(PersistentVolume::volume).or_else(|| {
            let is_for = |v: &Volume| v.persistent_volume.as_deref() == Some(persistent_volume);
            self.volumes.iter().find(|(_, v)| is_for(v)).map(|(name, _)| name.as_str())
        })
    }

    /// The Longhorn volume that a claim is bound to.
    pub(super) fn volume_of_claim(&self, claim: &(String, String)) -> Option<&str> {
        let pv = self.claims.get(claim).and_then(|known| known.persistent_volume.as_deref());
        pv.and_then(|pv| self.volume_of(pv)).or_else(|| {
            let is_for = |v: &Volume| v.claim.as_ref() == Some(claim);
            self.volumes.iter().find(|(_, v)| is_for(v)).map(|(name, _)| name.as_str())
        })
    }
}

/// The API group that a kind is of.
fn group_of(kind: &str) -> &'static str {
    match kind {
        "PersistentVolumeClaim" | "PersistentVolume" | "Pod" => "",
        "StorageClass" => "storage.k8s.io",
        _ => "longhorn.io",
    }
}

/// `1 Volume`, `2 Volumes`, `2 StorageClasses`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    match (count, noun.ends_with('s')) {
        (1, _) => format!("1 {noun}"),
        (_, true) => format!("{count} {noun}es"),
        (_, false) => format!("{count} {noun}s"),
    }
}
