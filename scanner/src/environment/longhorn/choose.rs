//! Which of the volumes that the user gave a root is on.
//!
//! A name that the mount says, or a pod's claim that is mounted there, leads to it. Where neither
//! does, the volume that the text speaks of alone is taken for one root at most: that which is on
//! a device like Longhorn's, else the only one on a block device, else that whose device has the
//! volume's size. What other roots are known to be on is none's.

use std::collections::BTreeSet;
use std::path::Path;

use reports::{Answer, FactValue};

use super::backing::{self, Backing};
use super::gathered::{Gathered, Origin};
use super::objects::{LonghornObjects, plural};
use super::{MOUNT, not_known};
use crate::environment::Place;
use crate::inode_facts::Device;

/// What encryption and a partition table may take of a volume, in bytes: LUKS2 takes 16 MiB.
const OVERHEAD: u64 = 64 << 20;

/// A root, and what it is on.
pub(super) struct Root<'a> {
    pub place: &'a Place,
    pub on: Backing,
    /// The size of its block device, in bytes.
    size: Option<u64>,
}

impl<'a> Root<'a> {
    /// Tells what a root is on. `sysfs` is /sys.
    pub(super) fn of(place: &'a Place, sysfs: &Path) -> Self {
        let size = place.mount.as_ref().and_then(|mount| backing::size(mount, sysfs));
        Root { place, on: backing::of(place, sysfs), size }
    }

    fn device(&self) -> Option<Device> {
        self.place.mount.as_ref().map(|mount| mount.device)
    }

    /// The volume that it is on by what names it: the mount, or a pod that mounts a claim there.
    fn named(&self, objects: &LonghornObjects, file: &str) -> Option<Chosen> {
        let Backing::Named { name, source, is_certain } = &self.on else {
            return self.by_pod(objects, file);
        };
        if *is_certain || objects.volumes.contains_key(name) {
            return Some(Chosen { name: name.clone(), source: (*source).to_owned() });
        }
        let volume = objects.volume_of(name)?.to_owned();
        Some(Chosen { name: volume, source: format!("{source}; {file}, PersistentVolume {name}") })
    }

    fn by_pod(&self, objects: &LonghornObjects, file: &str) -> Option<Chosen> {
        let is_block = matches!(self.on, Backing::Unnamed | Backing::BlockDevice);
        let mount = self.place.mount.as_ref().filter(|_| is_block)?;
        let claim = objects.pods.iter().find_map(|pod| pod.claim_at(&mount.point))?;
        Chosen::by_claim(&claim, objects, file)
    }
}

/// The volume.
pub(super) struct Chosen {
    pub name: String,
    /// How that is known.
    pub source: String,
}

impl Chosen {
    fn by_claim(claim: &(String, String), objects: &LonghornObjects, file: &str) -> Option<Self> {
        let name = objects.volume_of_claim(claim)?.to_owned();
        let source = format!("{file}: the claim {}/{} is bound to it", claim.0, claim.1);
        Some(Chosen { name, source })
    }

    /// The only volume that a text speaks of: that of its only claim, else its only Volume.
    fn the_only_one(objects: &LonghornObjects, file: &str) -> Option<Self> {
        let claim = objects.claims.keys().next().filter(|_| objects.claims.len() == 1);
        if let Some(chosen) = claim.and_then(|claim| Self::by_claim(claim, objects, file)) {
            return Some(chosen);
        }
        let (name, _) = objects.volumes.iter().next().filter(|_| objects.volumes.len() == 1)?;
        let source = format!("the only volume in {file}; the mount does not name one");
        Some(Chosen { name: name.clone(), source })
    }
}

/// None of them.
pub(super) struct NotChosen {
    pub why: String,
    /// How that is known.
    pub source: String,
}

/// Chooses the volume of one of the roots.
pub(super) fn volume(root: &Root, roots: &[Root], known: &Gathered) -> Result<Chosen, NotChosen> {
    let objects = &known.objects;
    let file = if let Origin::File(name) = &known.origin { name.as_str() } else { "the file" };
    let not = |because: &str| NotChosen { why: not_known(&root.on, because), source: MOUNT.into() };
    if let Some(chosen) = root.named(objects, file) {
        return Ok(chosen);
    }
    match &root.on {
        Backing::Elsewhere { .. } => Err(not("")),
        Backing::Named { .. } => {
            let holds = plural(objects.volumes.len() as u64, "Volume");
            Err(not(&format!("{file} holds {holds}, none of that name")))
        }
        Backing::Unnamed | Backing::BlockDevice => {
            let only = Chosen::the_only_one(objects, file);
            let only = only.ok_or_else(|| not(&ambiguous(objects, file)))?;
            let is_on = Claimants::of(roots, &only, objects, file).admit(root, objects, &only);
            is_on.map(|()| only).map_err(|because| not(&because))
        }
    }
}

/// The roots that the only volume may be for.
struct Claimants<'a> {
    /// The one that is known to be on it.
    owner: Option<&'a Root<'a>>,
    /// The others.
    candidates: Vec<&'a Root<'a>>,
}

impl<'a> Claimants<'a> {
    fn of(roots: &'a [Root<'a>], only: &Chosen, objects: &LonghornObjects, file: &str) -> Self {
        let (mut owner, mut candidates) = (None, Vec::new());
        for root in roots {
            match root.named(objects, file) {
                Some(chosen) if chosen.name == only.name => owner = Some(root),
                None if matches!(root.on, Backing::Unnamed | Backing::BlockDevice) => {
                    candidates.push(root);
                }
                _ => {}
            }
        }
        if candidates.iter().any(|root| root.on == Backing::Unnamed) {
            candidates.retain(|root| root.on == Backing::Unnamed);
        }
        Claimants { owner, candidates }
    }

    /// Whether a root is on the volume; an error says why that is not known.
    fn admit(self, root: &Root, objects: &LonghornObjects, only: &Chosen) -> Result<(), String> {
        let name = &only.name;
        if let Some(owner) = self.owner {
            let is_same = owner.device() == root.device();
            let other = owner.place.name.escaped();
            return if is_same { Ok(()) } else { Err(format!("{other} is on the volume {name}")) };
        }
        let mut devices = devices(&self.candidates);
        if devices.len() > 1 {
            devices = devices_of_size(&self.candidates, size_of(objects, name));
        }
        if devices.len() != 1 {
            let count = self.candidates.len();
            return Err(format!("{count} roots may be on the volume {name}; ask about one alone"));
        }
        if root.device().is_some_and(|device| devices.contains(&device)) {
            return Ok(());
        }
        Err(format!("another root is rather on the volume {name}"))
    }
}

fn devices(roots: &[&Root]) -> BTreeSet<Device> {
    roots.iter().filter_map(|root| root.device()).collect()
}

/// The devices that are as large as the volume, but for what stands around a filesystem.
fn devices_of_size(roots: &[&Root], size: Option<u64>) -> BTreeSet<Device> {
    let fits = |root: &&&Root| {
        let left = root.size.zip(size).and_then(|(device, volume)| volume.checked_sub(device));
        left.is_some_and(|left| left <= OVERHEAD)
    };
    roots.iter().filter(fits).filter_map(|root| root.device()).collect()
}

fn size_of(objects: &LonghornObjects, name: &str) -> Option<u64> {
    match &objects.volumes.get(name)?.size {
        Answer::Value(FactValue::Number(size)) => Some(*size),
        _ => None,
    }
}

fn ambiguous(objects: &LonghornObjects, file: &str) -> String {
    if objects.volumes.is_empty() {
        return format!("{file} holds no Volume; it holds {}", objects.summary());
    }
    let count = plural(objects.volumes.len() as u64, "Volume");
    format!("{file} holds {count} and the mount does not name one; give the one that it is on")
}
