//! Which mount of a filesystem this is, of all that there were.
//!
//! While it stays mounted, the times that its inodes show are those in memory, and no write goes by
//! them. Later they are those on the device, where a crash, or a snapshot that was taken while the
//! filesystem was written to, has left them behind: content that was written in place may be there, and
//! its times not yet (ext4 commits them every 5 seconds, ext4(5); xfs within 30; lazytime within a day,
//! mount(8)). And an older state of the whole may have been put back.

use std::fs;
use std::os::unix::fs::MetadataExt;

use rustix::fs::{major, minor, stat, statvfs};

use crate::filesystem::Filesystem;
use crate::mounts::Mount;

/// Stands in the session of what lies in memory.
const IN_MEMORY: &str = "/memory/";

/// What tells one mount of a filesystem from earlier and later ones on the same machine, whoever asks
/// for it; none where the kernel does not tell. The boot; the number of the folder that ext4, xfs and
/// btrfs make in sysfs when they are mounted and remove at the end (fs/ext4/sysfs.c,
/// fs/xfs/xfs_sysfs.c, fs/btrfs/sysfs.c), where no number is given twice (fs/kernfs/dir.c,
/// `__kernfs_new_node`); and when the boot was by the clock (proc_stat(5), btime): that is another second
/// once the clock was set, or a virtual machine put back to an earlier moment.
pub fn of(filesystem: &Filesystem) -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    if filesystem.oddities.lies_in_memory {
        let drawn = number_of_memory(filesystem)?;
        return Some(format!("{}{IN_MEMORY}{drawn:016x}", boot.trim()));
    }
    let booted_at = fs::read_to_string("/proc/stat").ok().and_then(|stat| {
        stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse::<i64>().ok())
    })?;
    let folder = fs::metadata(folder(filesystem)?).ok()?;
    // Whoever mounts something else there may repeat a number.
    let is_sysfs = fs::metadata("/sys/kernel").is_ok_and(|sysfs| sysfs.dev() == folder.dev());
    is_sysfs.then(|| format!("{}/{}/{booted_at}", boot.trim(), folder.ino()))
}

/// Whether two sessions are known to be one of a filesystem in memory, where what was not written
/// through system calls leaves no time, and no device lies.
pub fn is_one_in_memory(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_some_and(|session| session.contains(IN_MEMORY)) && one == other
}

/// The number that a tmpfs draws when it is mounted (mm/shmem.c, `shmem_fill_super`), where its mount
/// point still shows it.
fn number_of_memory(filesystem: &Filesystem) -> Option<u64> {
    let point = &filesystem.mount.as_ref()?.point;
    let device = stat(point).ok()?.st_dev;
    let is_it = (major(device), minor(device)) == filesystem.device;
    let number = statvfs(point).ok()?.f_fsid;
    (is_it && number != 0).then_some(number)
}

fn folder(filesystem: &Filesystem) -> Option<String> {
    let device = || filesystem.mount.as_ref().and_then(Mount::device_name);
    match filesystem.kind.as_str() {
        "ext2" | "ext3" | "ext4" => Some(format!("/sys/fs/ext4/{}", device()?)),
        "xfs" => Some(format!("/sys/fs/xfs/{}", device()?)),
        "btrfs" => Some(format!("/sys/fs/btrfs/{}", filesystem.identity.uuid.as_deref()?)),
        _ => None,
    }
}
