//! What the mount table and sysfs say of the volume that a root is on.
//!
//! A Longhorn volume is the device `/dev/longhorn/NAME` and is mounted from there, also into
//! pods where that node of the device does not exist. An encrypted one is mounted from
//! `/dev/mapper/NAME`, on a device of dm-crypt that stands on it. One that several pods share is
//! NFS from the export `/NAME` of a share manager. The devices of the first data engine call
//! themselves IET VIRTUAL-DISK. No privilege is needed.

use std::fs;
use std::path::{Path, PathBuf};

use super::name;
use crate::environment::Place;
use crate::mounts::Mount;

/// The longest vendor or model that is read from sysfs, in bytes.
const LONGEST: usize = 64;

/// Most devices below a device of dm that are looked at.
const MOST_SLAVES: usize = 16;

/// What a root is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// On the volume of this name.
    Named {
        name: String,
        /// How that is known.
        source: &'static str,
        /// Whether the name needs no confirmation: what it was read from names Longhorn.
        is_certain: bool,
    },
    /// On a device of Longhorn's that does not say its name.
    Unnamed,
    /// On a block device that may be anything.
    BlockDevice,
    /// Not on Longhorn.
    Elsewhere {
        /// Why not.
        why: String,
    },
}

/// Tells what a root is on. `sysfs` is /sys.
pub(super) fn of(place: &Place, sysfs: &Path) -> Standing {
    let Some(mount) = &place.mount else {
        let why = "what is mounted there is not known".to_owned();
        return Standing::Elsewhere { why };
    };
    let source = str::from_utf8(&mount.source).unwrap_or_default();
    if let Some(name) = source.strip_prefix("/dev/longhorn/").filter(|name| name::is_valid(name)) {
        return named(name, "mount table, /dev/longhorn", true);
    }
    if mount.filesystem.starts_with("nfs") {
        return of_export(source);
    }
    let device = device_folder(mount, sysfs);
    if device.is_none() && !source.starts_with("/dev/") {
        let why = format!("not on a Longhorn volume: it is {}", mount.filesystem);
        return Standing::Elsewhere { why };
    }
    let is_longhorn = device.is_some_and(|device| stands_on_longhorn(&device));
    let mapped = source.strip_prefix("/dev/mapper/").filter(|name| name::is_valid(name));
    match (mapped, persistent_volume(mount)) {
        (Some(name), _) if is_longhorn => {
            named(name, "mount table, /dev/mapper on a device of Longhorn's", true)
        }
        (_, Some(name)) => named(name, "mount table, the folder of the PersistentVolume", false),
        (Some(name), None) if name.starts_with("pvc-") => {
            named(name, "mount table, /dev/mapper", false)
        }
        _ if source.starts_with("/dev/longhorn/") || is_longhorn => Standing::Unnamed,
        _ => Standing::BlockDevice,
    }
}

fn named(name: &str, source: &'static str, is_certain: bool) -> Standing {
    Standing::Named { name: name.to_owned(), source, is_certain }
}

/// `10.43.7.1:/pvc-...`, as a share manager exports it; other provisioners' exports lie deeper.
fn of_export(source: &str) -> Standing {
    let export = source.rsplit_once(":/").map(|(_, export)| export.trim_end_matches('/'));
    if let Some(name) = export.filter(|name| name.starts_with("pvc-") && name::is_valid(name)) {
        return named(name, "mount table, the NFS export of a share manager", false);
    }
    let why = "not on a Longhorn volume: its NFS export is not called as one".to_owned();
    Standing::Elsewhere { why }
}

/// The PersistentVolume of a mount that kubelet made, from the folder that it lies in.
fn persistent_volume(mount: &Mount) -> Option<&str> {
    [&mount.point, &mount.root].into_iter().find_map(|path| {
        let path = str::from_utf8(path).ok()?;
        let (_, rest) = path
            .split_once("/kubernetes.io~csi/")
            .or_else(|| path.split_once("/volume-subpaths/"))?;
        rest.split('/').next().filter(|name| name::is_valid(name))
    })
}

/// The folder of the block device in sysfs, by its number, else by the name it was mounted from:
/// the numbers of btrfs belong to no device.
fn device_folder(mount: &Mount, sysfs: &Path) -> Option<PathBuf> {
    let (major, minor) = mount.device;
    let source = str::from_utf8(&mount.source).ok().and_then(|source| source.strip_prefix("/dev/"));
    let by_number = Some(format!("dev/block/{major}:{minor}"));
    let by_name = source.map(|name| format!("class/block/{}", name.replace('/', "!")));
    let mut links = [by_number, by_name].into_iter().flatten();
    links.find_map(|link| fs::canonicalize(sysfs.join(link)).ok())
}

/// Whether the device, or one below it, calls itself one of Longhorn's.
fn stands_on_longhorn(device: &Path) -> bool {
    // A partition has its disk above it.
    let disk = [Some(device), device.parent()].into_iter().flatten();
    if disk.into_iter().any(is_longhorn) {
        return true;
    }
    let slaves = fs::read_dir(device.join("slaves")).into_iter().flatten().flatten();
    let mut slaves =
        slaves.take(MOST_SLAVES).filter_map(|slave| fs::canonicalize(slave.path()).ok());
    slaves.any(|slave| is_longhorn(&slave))
}

fn is_longhorn(disk: &Path) -> bool {
    let says = |name: &str| {
        let text = fs::read(disk.join("device").join(name)).unwrap_or_default();
        let text = text.get(..LONGEST.min(text.len())).unwrap_or_default();
        String::from_utf8_lossy(text).trim().to_owned()
    };
    says("vendor") == "IET" && says("model") == "VIRTUAL-DISK"
}
