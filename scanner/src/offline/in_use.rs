//! Whether somebody uses the filesystem: what e2fsck says of one that is mounted proves nothing.
//!
//! A block device is in use when the mount table has its number; when ext4 has a folder for it
//! in /sys/fs/ext4, which is there in every mount namespace and for every user; or when an
//! exclusive open is refused, as it is for what is mounted anywhere and for what RAID, LVM, the
//! device mapper or swap claim (open(2), `O_EXCL`). A file is in use when a loop device that
//! stands on it is.

use std::fs::{self, OpenOptions};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use reports::escape;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::target::Target;
use crate::inode_facts::Device;
use crate::mounts;

/// Who uses `target`, in words; none where nobody was found.
pub(super) fn of(target: &Target) -> Option<String> {
    match target.device() {
        Some(device) => of_device(device, &target.path),
        None => loop_devices(target).into_iter().find_map(|(name, device)| {
            let how = of_device(device, &Path::new("/dev").join(&name))?;
            Some(format!("/dev/{} stands on it and is {how}", name.display()))
        }),
    }
}

fn of_device(device: Device, path: &Path) -> Option<String> {
    let table = mounts::read().unwrap_or_default();
    if let Some(mount) = table.iter().find(|mount| mount.device == device) {
        return Some(format!("mounted at {}", escape(&mount.point)));
    }
    let name = kernel_name(device);
    if name.is_some_and(|name| Path::new("/sys/fs/ext4").join(name).exists()) {
        return Some("mounted in another mount namespace".to_owned());
    }
    is_claimed(path).then(|| {
        "claimed exclusively: mounted elsewhere, or part of RAID, LVM, a mapping or swap".to_owned()
    })
}

/// The kernel's name of a block device (`loop0`, `sda1`).
fn kernel_name((major, minor): Device) -> Option<PathBuf> {
    let link = fs::read_link(format!("/sys/dev/block/{major}:{minor}")).ok()?;
    Some(PathBuf::from(link.file_name()?))
}

/// Whether somebody holds the device exclusively. Where it may not be opened that is not known.
fn is_claimed(path: &Path) -> bool {
    let flags = OFlags::EXCL | OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    opened.is_err_and(|error| Errno::from_io_error(&error) == Some(Errno::BUSY))
}

/// The loop devices that stand on a file.
fn loop_devices(target: &Target) -> Vec<(PathBuf, Device)> {
    let devices = fs::read_dir("/sys/block").into_iter().flatten().flatten();
    let standing_on_it = devices.filter(|device| {
        let backing = fs::read(device.path().join("loop/backing_file")).unwrap_or_default();
        leads_to(backing.trim_ascii_end(), target)
    });
    let numbered = standing_on_it.filter_map(|device| {
        let number = fs::read_to_string(device.path().join("dev")).ok()?;
        let (major, minor) = number.trim_end().split_once(':')?;
        Some((PathBuf::from(device.file_name()), (major.parse().ok()?, minor.parse().ok()?)))
    });
    numbered.collect()
}

/// Whether a path that the kernel tells is that of the target: the same file, or where it cannot
/// be looked up from here, the same words.
fn leads_to(backing: &[u8], target: &Target) -> bool {
    if backing.is_empty() {
        return false;
    }
    let backing = PathBuf::from(std::ffi::OsString::from_vec(backing.to_vec()));
    match fs::metadata(&backing) {
        Ok(metadata) => (metadata.dev(), metadata.ino()) == target.identity(),
        Err(_) => target
            .path
            .canonicalize()
            .is_ok_and(|path| path.as_os_str().as_bytes() == backing.as_os_str().as_bytes()),
    }
}
