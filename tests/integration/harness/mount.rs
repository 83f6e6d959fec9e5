//! Mounts that end with their guard.

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use rustix::fs::{CWD, Mode, OFlags, openat};

use super::lab::tool;

/// A mounted filesystem; unmounted when dropped.
pub(crate) struct Mount {
    point: PathBuf,
    /// The other end of a FUSE mount: dropping it makes the kernel give up waiting.
    fuse: Option<OwnedFd>,
}

impl Mount {
    pub(crate) fn point(&self) -> &Path {
        &self.point
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.point.join(name)
    }

    /// What is mounted, as the mount table names it.
    pub(crate) fn source(&self) -> PathBuf {
        let table = fs::read_to_string("/proc/thread-self/mounts").unwrap();
        let mut lines = table.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        let line = lines.find(|fields| Path::new(fields[1]) == self.point).unwrap();
        PathBuf::from(line[0])
    }

    /// A tmpfs with options such as `size=1m`.
    pub(crate) fn tmpfs(point: &Path, options: &str) -> Mount {
        Mount::of("tmpfs", "tmpfs", point, options)
    }

    /// Where the kernel's connections to FUSE servers can be ended.
    pub(crate) fn fuse_control(point: &Path) -> Mount {
        Mount::of("fusectl", "fusectl", point, "")
    }

    /// An overlay; `lower` may be several folders with colons between them.
    pub(crate) fn overlay(point: &Path, lower: &Path, upper: &Path, work: &Path) -> Mount {
        let (lower, upper, work) = (lower.display(), upper.display(), work.display());
        let options = format!("lowerdir={lower},upperdir={upper},workdir={work}");
        Mount::of("overlay", "overlay", point, &options)
    }

    /// A folder under a second path.
    pub(crate) fn bind(source: &Path, point: &Path) -> Mount {
        fs::create_dir_all(point).unwrap();
        mount(Some(source), point, None::<&str>, MsFlags::MS_BIND, None::<&str>).unwrap();
        Mount::at(point)
    }

    /// An image, through a loop device that goes away with the mount.
    pub(crate) fn image(file: &Path, point: &Path, options: &str) -> Mount {
        Mount::try_image(file, point, options).unwrap_or_else(|said| panic!("{said}"))
    }

    /// As [`Mount::image`], of an image that the kernel may refuse; then with what was said.
    ///
    /// Others may take the loop device that `mount` chose before it does: it is asked anew then.
    pub(crate) fn try_image(file: &Path, point: &Path, options: &str) -> Result<Mount, String> {
        fs::create_dir_all(point).unwrap();
        let options = format!("loop,{options}");
        let mut command = tool("mount");
        command.env("LC_ALL", "C").args(["-o", &options]).arg(file).arg(point);
        let mut output = command.output().unwrap();
        for _ in 0..20 {
            if !String::from_utf8_lossy(&output.stderr).contains("failed to setup loop device") {
                break;
            }
            sleep(Duration::from_millis(50));
            output = command.output().unwrap();
        }
        if output.status.success() {
            Ok(Mount::at(point))
        } else {
            Err(format!("{command:?}: {output:?}"))
        }
    }

    /// A FUSE mount whose server never answers, as behind a network that is gone.
    pub(crate) fn hung(point: &Path) -> Mount {
        fs::create_dir_all(point).unwrap();
        let fuse = openat(CWD, "/dev/fuse", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty());
        let fuse = fuse.expect("open /dev/fuse");
        let fd = fuse.as_raw_fd();
        let options = format!("fd={fd},rootmode=40000,user_id=0,group_id=0,allow_other");
        let mut mounted = Mount::of("fuse", "hung", point, &options);
        mounted.fuse = Some(fuse);
        mounted
    }

    /// Nothing can be written to it any more.
    pub(crate) fn turn_read_only(&self) {
        let flags = MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        mount(None::<&str>, &self.point, None::<&str>, flags, None::<&str>).unwrap();
    }

    /// Takes it away from its path; who has it open goes on.
    pub(crate) fn unmount_lazily(self) {
        umount2(&self.point, MntFlags::MNT_DETACH).unwrap();
    }

    fn of(kind: &str, source: &str, point: &Path, options: &str) -> Mount {
        fs::create_dir_all(point).unwrap();
        let flags = MsFlags::empty();
        mount(Some(source), point, Some(kind), flags, Some(options))
            .unwrap_or_else(|errno| panic!("mount {kind} with {options}: {errno}"));
        Mount::at(point)
    }

    fn at(point: &Path) -> Mount {
        let point = point.to_owned();
        Mount { point, fuse: None }
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        drop(self.fuse.take());
        for _ in 0..100 {
            match umount2(&self.point, MntFlags::empty()) {
                Err(Errno::EBUSY) => sleep(Duration::from_millis(20)),
                _ => return,
            }
        }
        let _ = umount2(&self.point, MntFlags::MNT_DETACH);
    }
}
