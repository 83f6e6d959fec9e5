//! Mounts that end with their guard.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use rustix::io::Errno;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use scanner::scratch::Scratch;

use super::error::NotRemoved;

/// How long what is open there has to be closed, each time: the kernel closes some files a little
/// later than it is told to.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(1),
    Duration::from_millis(5),
    Duration::from_millis(20),
    Duration::from_millis(100),
    Duration::from_millis(400),
    Duration::from_millis(1500),
];

/// A mounted filesystem. It is unmounted when this is dropped.
#[derive(Debug)]
pub struct Mounted {
    point: PathBuf,
    unmounted: bool,
    _below: Below,
}

/// What a mount point lies in, and an image: it stays as long.
#[derive(Debug)]
pub enum Below {
    /// Nothing that would go away.
    Ground,
    /// A scratch directory.
    Scratch { _scratch: Box<Scratch> },
    /// Another mount.
    Mount { _mount: Arc<Mounted> },
}

impl Mounted {
    /// A tmpfs of so many bytes at most. Inodes take memory too: there is one for each 4 KiB.
    pub fn tmpfs(point: &Path, bytes: u64, below: Below) -> Result<Self, Errno> {
        let inodes = bytes / 4096;
        let options = format!("size={bytes},nr_inodes={inodes},mode=0755");
        mount_type("tmpfs", point, options.as_bytes())?;
        Ok(Mounted::at(point, below))
    }

    /// An overlay.
    pub fn overlay(point: &Path, options: &[u8]) -> Result<Self, Errno> {
        mount_type("overlay", point, options)?;
        Ok(Mounted::at(point, Below::Ground))
    }

    /// What somebody mounted.
    pub fn at(point: &Path, below: Below) -> Self {
        Mounted { point: point.to_owned(), unmounted: false, _below: below }
    }

    /// Where it is mounted.
    pub fn point(&self) -> &Path {
        &self.point
    }

    /// Unmounts it.
    pub fn close(mut self) -> Result<(), NotRemoved> {
        let unmounted = self.unmount();
        unmounted.map_err(|errno| NotRemoved::Mounted { path: self.point.as_path().into(), errno })
    }

    fn unmount(&mut self) -> Result<(), Errno> {
        let mut done = unmount(&self.point, UnmountFlags::NOFOLLOW);
        for pause in PAUSES {
            if done != Err(Errno::BUSY) {
                break;
            }
            sleep(pause);
            done = unmount(&self.point, UnmountFlags::NOFOLLOW);
        }
        self.unmounted = done.is_ok();
        done
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if !self.unmounted && self.unmount().is_err() {
            // It goes when the last file in it is closed.
            let _ = unmount(&self.point, UnmountFlags::NOFOLLOW | UnmountFlags::DETACH);
        }
    }
}

fn mount_type(kind: &str, point: &Path, options: &[u8]) -> Result<(), Errno> {
    let options = CString::new(options).map_err(|_| Errno::INVAL)?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount(kind, point, kind, flags, Some::<&CStr>(&options))
}

/// A path as it stands in the options of an overlay: commas and colons separate there, and a
/// backslash takes that from them (kernel Documentation/filesystems/overlayfs.rst).
pub fn escape_option(path: &Path) -> Vec<u8> {
    let mut escaped = Vec::new();
    for byte in path.as_os_str().as_bytes() {
        if matches!(byte, b'\\' | b',' | b':') {
            escaped.push(b'\\');
        }
        escaped.push(*byte);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_layer_whatever_is_in_it() {
        assert_eq!(escape_option(Path::new(r"/a,b:c\d")), br"/a\,b\:c\\d");
    }
}
