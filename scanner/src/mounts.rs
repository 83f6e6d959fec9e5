//! The mount table, from /proc/thread-self/mountinfo (proc_pid_mountinfo(5)).

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::inode_facts::{Device, InodeFacts};

/// One line of the mount table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The id that statx reports as `stx_mnt_id`.
    pub id: u64,
    /// The id of the mount that it is mounted on.
    pub parent: u64,
    /// The device number of its files.
    pub device: Device,
    /// The directory of the filesystem that is mounted; `/` unless it is a bind mount, a
    /// subPath volume or a subvolume.
    pub root: Vec<u8>,
    /// Where it is mounted.
    pub point: Vec<u8>,
    /// Options of this mount (`rw,relatime`).
    pub options: String,
    /// The filesystem type (`ext4`).
    pub filesystem: String,
    /// The device or whatever else it was mounted from.
    pub source: Vec<u8>,
    /// Options of the superblock (`rw,errors=remount-ro`).
    pub super_options: String,
}

impl Mount {
    /// The kernel's name of the block device (`sda1`, `dm-3`), under which /sys/fs/ext4 and
    /// /proc/fs/ext4 know it. A slash within it stands as `!`.
    pub fn device_name(&self) -> Option<String> {
        let (major, minor) = self.device;
        let link = fs::read_link(format!("/sys/dev/block/{major}:{minor}")).ok();
        let from_sysfs = link.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        from_sysfs.or_else(|| {
            let source = str::from_utf8(&self.source).ok()?;
            Some(source.strip_prefix("/dev/")?.replace('/', "!"))
        })
    }
}

impl Mount {
    /// Why nothing can be written through it, in words; none where something can be, as far as the
    /// mount table tells.
    pub fn why_read_only(&self) -> Option<&'static str> {
        let has = |options: &str, word: &str| options.split(',').any(|option| option == word);
        if has(&self.super_options, "emergency_ro") {
            Some("an error turned the filesystem read-only, which scans tell of")
        } else if has(&self.super_options, "ro") {
            // An older kernel shows an error so as well.
            Some("the filesystem is mounted read-only; if an error did that, scans tell of it")
        } else if has(&self.options, "ro") {
            Some(
                "it is mounted read-only here, though the filesystem is not (a volume with readOnly, \
                 ReadWritePaths= of a systemd unit)",
            )
        } else {
            None
        }
    }

    /// The mounts that an overlay's layers lie on, as far as their paths are of this mount
    /// namespace; none for any other filesystem.
    pub fn layers(&self) -> Vec<Mount> {
        if self.filesystem != "overlay" {
            return Vec::new();
        }
        let paths = self.super_options.split(',').filter_map(|option| {
            let (key, paths) = option.split_once('=')?;
            matches!(key, "lowerdir" | "lowerdir+" | "datadir+" | "upperdir").then_some(paths)
        });
        let mounts = paths.flat_map(|paths| paths.split(':')).map(Path::new).filter_map(of_path);
        mounts.filter(|mount| mount.filesystem != "overlay").collect()
    }
}

/// The mount that an inode was reached through: by the id, or before Linux 5.8 the last one
/// that was mounted with its device.
pub(crate) fn of_inode(facts: &InodeFacts) -> Option<Mount> {
    let mut table = read().ok()?;
    let position = match facts.mount_id() {
        Some(id) => table.iter().position(|mount| mount.id == id)?,
        None => table.iter().rposition(|mount| mount.device == facts.device())?,
    };
    Some(table.swap_remove(position))
}

/// The mount that a path without symbolic links leads into, told by the table alone.
pub fn of_path(path: &Path) -> Option<Mount> {
    let covers = |mount: &Mount| path.starts_with(OsStr::from_bytes(&mount.point));
    let mounts = read().ok()?.into_iter().filter(covers);
    // Of mounts on the same point the last one covers the others.
    mounts.max_by_key(|mount| mount.point.len())
}

/// Reads the mount table of this thread, which may have a mount namespace of its own. A line that cannot be understood is left out: the
/// caller then knows no mount of that id.
pub fn read() -> io::Result<Vec<Mount>> {
    Ok(parse(&fs::read("/proc/thread-self/mountinfo")?))
}

/// Reads a mount table in the kernel's form. A line that cannot be understood is left out.
pub fn parse(table: &[u8]) -> Vec<Mount> {
    table.split(|byte| *byte == b'\n').filter_map(parse_line).collect()
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`, with any
/// number of optional fields before the dash.
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let id = text(fields.next()?).parse().ok()?;
    let parent = text(fields.next()?).parse().ok()?;
    let device = text(fields.next()?);
    let (major, minor) = device.split_once(':')?;
    let root = unescape(fields.next()?);
    let point = unescape(fields.next()?);
    let options = text(fields.next()?);
    fields.by_ref().find(|field| field == b"-")?;
    Some(Mount {
        id,
        parent,
        device: (major.parse().ok()?, minor.parse().ok()?),
        root,
        point,
        options,
        filesystem: text(fields.next()?),
        source: unescape(fields.next()?),
        super_options: text(fields.next()?),
    })
}

fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(&unescape(field)).into_owned()
}

/// Space, tab, newline and backslash stand as `\040` and so on.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, tail @ ..] = rest {
        if let (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) =
            (first, tail)
        {
            bytes.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_optional_fields_and_escapes() {
        let line = br"36 35 98:0 /a\040b /mnt/x\134y rw,noatime master:1 shared:7 - ext4 /dev/l\011h rw,errors=panic";
        let mount = parse_line(line).unwrap();
        assert_eq!((mount.id, mount.parent, mount.device), (36, 35, (98, 0)));
        assert_eq!(
            (mount.root.as_slice(), mount.point.as_slice()),
            (&b"/a b"[..], &b"/mnt/x\\y"[..])
        );
        assert_eq!((mount.options.as_str(), mount.filesystem.as_str()), ("rw,noatime", "ext4"));
        assert_eq!(mount.source, b"/dev/l\th");
        assert_eq!(mount.super_options, "rw,errors=panic");
    }

    #[test]
    fn why_a_mount_takes_no_writes() {
        for (own, of_all, expected) in [
            ("rw,relatime", "rw,errors=continue", None),
            ("rw", "rw,emergency_ro", Some("an error turned")),
            ("rw", "ro,errors=remount-ro", Some("if an error did that")),
            ("ro", "ro", Some("mounted read-only")),
            ("ro,nosuid", "rw", Some("here, though the filesystem is not")),
            // Words that only begin so.
            ("rw,rootcontext", "rw,errors=remount-ro", None),
        ] {
            let line = format!("1 0 7:0 / /mnt {own} - ext4 /dev/loop0 {of_all}");
            let why = parse_line(line.as_bytes()).unwrap().why_read_only();
            assert_eq!(why.is_some(), expected.is_some(), "{line}: {why:?}");
            assert!(why.unwrap_or_default().contains(expected.unwrap_or_default()), "{why:?}");
        }
    }

    #[test]
    fn a_line_that_is_no_mount_is_left_out() {
        let table = b"garbage\n\n36 35 98:0 / /mnt rw\n1 0 0:1 / / rw - tmpfs none rw\n";
        let mounts = parse(table);
        assert_eq!(mounts.len(), 1);
        assert_eq!(mounts[0].filesystem, "tmpfs");
    }

    #[test]
    fn the_longest_mount_point_takes_a_path() {
        assert_eq!(of_path(Path::new("/proc/self")).unwrap().filesystem, "proc");
        assert_eq!(of_path(Path::new("/no-such-folder")).unwrap().point, b"/");
    }

    #[test]
    fn this_process_has_a_root() {
        assert!(read().unwrap().iter().any(|mount| mount.point == b"/"));
    }
}
