//! What the mount table and sysfs say of the volume that a root is on.
//!
//! A Longhorn volume is the device `/dev/longhorn/NAME` and is mounted from there, also into
//! pods where that node of the device does not exist. An encrypted one is mounted from
//! `/dev/mapper/NAME`, on a device of dm-crypt that stands on it. One that several pods share is
//! NFS from the export `/NAME` of a share manager. The devices of the first data engine call
//! themselves IET VIRTUAL-DISK, but so do those of others (OpenStack Cinder), so that only
//! /dev/longhorn proves anything. No privilege is needed.

use std::fs;
use std::path::{Path, PathBuf};

use super::name;
use crate::environment::Place;
use crate::environment::disk::Disk;
use crate::environment::text_file;
use crate::mounts::Mount;

/// What sysfs counts sizes in, in bytes, whatever the device's blocks are.
const SECTOR: u64 = 512;

/// Most devices below a device of dm that are looked at.
const MOST_SLAVES: usize = 16;

/// What a root is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Backing {
    /// On the volume of this name.
    Named {
        name: String,
        /// How that is known.
        source: &'static str,
        /// Whether the name needs no confirmation: what it was read from names Longhorn.
        is_certain: bool,
    },
    /// On a device that calls itself as Longhorn's do, and does not say its name.
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
pub(super) fn of(place: &Place, sysfs: &Path) -> Backing {
    let Some(mount) = &place.mount else {
        let why = "what is mounted there is not known".to_owned();
        return Backing::Elsewhere { why };
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
        return Backing::Elsewhere { why };
    }
    let is_longhorn = device.is_some_and(|device| stands_on_longhorn(&device));
    let mapped = source.strip_prefix("/dev/mapper/").filter(|name| is_usual(name));
    match (persistent_volume(mount), mapped) {
        (Some(name), _) => named(name, "mount table, the folder of the PersistentVolume", false),
        (None, Some(name)) => named(name, "mount table, /dev/mapper", false),
        _ if source.starts_with("/dev/longhorn/") || is_longhorn => Backing::Unnamed,
        _ => Backing::BlockDevice,
    }
}

/// Whether a name is one as Kubernetes gives them to PersistentVolumes.
fn is_usual(name: &str) -> bool {
    name.starts_with("pvc-") && name::is_valid(name)
}

fn named(name: &str, source: &'static str, is_certain: bool) -> Backing {
    Backing::Named { name: name.to_owned(), source, is_certain }
}

/// `10.43.7.1:/pvc-...`, as a share manager exports it; other provisioners' exports lie deeper.
fn of_export(source: &str) -> Backing {
    let export = source.rsplit_once(":/").map(|(_, export)| export.trim_end_matches('/'));
    if let Some(name) = export.filter(|name| is_usual(name)) {
        return named(name, "mount table, the NFS export of a share manager", false);
    }
    let why = "not on a Longhorn volume: its NFS export is not called as one".to_owned();
    Backing::Elsewhere { why }
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

/// The size of the block device, in bytes.
pub(super) fn size(mount: &Mount, sysfs: &Path) -> Option<u64> {
    let text = text_file::read(&device_folder(mount, sysfs)?.join("size")).ok()?;
    text.trim().parse::<u64>().ok()?.checked_mul(SECTOR)
}

/// Whether the device, or one below it, calls itself one of Longhorn's.
fn stands_on_longhorn(device: &Path) -> bool {
    if Disk::of(device).may_be_longhorn() {
        return true;
    }
    let slaves = fs::read_dir(device.join("slaves")).into_iter().flatten().flatten();
    let mut slaves =
        slaves.take(MOST_SLAVES).filter_map(|slave| fs::canonicalize(slave.path()).ok());
    slaves.any(|slave| Disk::of(&slave).may_be_longhorn())
}
