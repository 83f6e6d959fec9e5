//! Which of the volumes that the user gave a root is on.

use super::gathered::{Gathered, Origin};
use super::objects::{LonghornObjects, plural};
use super::standing::Standing;
use super::{MOUNT, not_known};
use crate::environment::Place;

/// The volume.
pub(super) struct Chosen {
    pub name: String,
    /// How that is known.
    pub source: String,
}

/// None of them.
pub(super) struct NotChosen {
    pub why: String,
    /// How that is known.
    pub source: String,
}

/// By the name that the mount says; else by what its claim is bound to; else the only one.
pub(super) fn volume(
    place: &Place,
    standing: &Standing,
    known: &Gathered,
) -> Result<Chosen, NotChosen> {
    let objects = &known.objects;
    let file = if let Origin::File(name) = &known.origin { name.as_str() } else { "the file" };
    let not = |because: &str| NotChosen { why: not_known(standing, because), source: MOUNT.into() };
    match standing {
        Standing::Elsewhere { .. } => return Err(not("")),
        Standing::Named { name, source, is_certain } => {
            if *is_certain || objects.volumes.contains_key(name) {
                return Ok(Chosen { name: name.clone(), source: (*source).to_owned() });
            }
            if let Some(volume) = objects.volume_of(name) {
                let source = format!("{source}; {file}, PersistentVolume {name}");
                return Ok(Chosen { name: volume.to_owned(), source });
            }
            let holds = plural(objects.volumes.len() as u64, "Volume");
            return Err(not(&format!("{file} holds {holds}, none of that name")));
        }
        Standing::Unnamed | Standing::BlockDevice => {}
    }
    by_claim(place, objects, file)
        .or_else(|| the_only_one(objects, file))
        .ok_or_else(|| not(&ambiguous(objects, file)))
}

/// By the claim that a pod mounts there, or by the only claim there is.
fn by_claim(place: &Place, objects: &LonghornObjects, file: &str) -> Option<Chosen> {
    let point = place.mount.as_ref().map(|mount| mount.point.as_slice())?;
    let mounted = objects.pods.iter().find_map(|pod| pod.claim_at(point));
    let only = || {
        let mut claims = objects.claims.keys();
        claims.next().filter(|_| objects.claims.len() == 1).cloned()
    };
    let claim = mounted.or_else(only)?;
    let name = objects.volume_of_claim(&claim)?.to_owned();
    let source = format!("{file}: the claim {}/{} is bound to it", claim.0, claim.1);
    Some(Chosen { name, source })
}

fn the_only_one(objects: &LonghornObjects, file: &str) -> Option<Chosen> {
    let (name, _) = objects.volumes.iter().next().filter(|_| objects.volumes.len() == 1)?;
    let source = format!("the only volume in {file}; the mount does not name one");
    Some(Chosen { name: name.clone(), source })
}

fn ambiguous(objects: &LonghornObjects, file: &str) -> String {
    if objects.volumes.is_empty() {
        return format!("{file} holds no Volume; it holds {}", objects.summary());
    }
    let count = plural(objects.volumes.len() as u64, "Volume");
    format!("{file} holds {count} and the mount does not name one; give the one that it is on")
}
