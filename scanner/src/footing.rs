//! What a directory that is about to be written in stands on.

use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use reports::{CheckRun, Root};
use rustix::fs::{StatVfs, StatVfsMountFlags, fstatvfs};

use crate::errors_policy::ErrorsPolicy;
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;
use crate::root_report::join_options;
use crate::round_trip::open_directory;
use crate::scratch::ScratchError;

/// A directory, and what is known of its filesystem.
pub struct Footing {
    /// The directory, without symbolic links.
    pub path: PathBuf,
    pub(crate) filesystem: Filesystem,
    /// What the filesystem does when it meets damage, where it has such a policy.
    pub policy: Option<ErrorsPolicy>,
    /// Its space and inodes, and the flags of its mount.
    pub(crate) space: StatVfs,
}

impl Footing {
    /// Learns what a directory stands on.
    pub fn of(path: &Path) -> Result<Self, ScratchError> {
        let no_place = |errno| ScratchError::NoPlace { path: path.into(), errno };
        let directory = open_directory(path).map_err(no_place)?;
        let facts = InodeFacts::of_descriptor(directory.as_fd()).map_err(no_place)?;
        let filesystem = Filesystem::of(directory.as_fd(), &facts);
        let policy = filesystem.mount.as_ref().and_then(ErrorsPolicy::of);
        let space = fstatvfs(&directory).map_err(no_place)?;
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Ok(Footing { path, filesystem, policy, space })
    }

    /// The filesystem's type as the mount table names it (`ext4`, `fuse.sshfs`).
    pub fn kind(&self) -> &str {
        &self.filesystem.kind
    }

    /// Options of the mount, then of the superblock, as a report shows them.
    pub fn options(&self) -> String {
        self.filesystem.mount.as_ref().map(join_options).unwrap_or_default()
    }

    /// Whether nothing can be written there.
    pub fn is_read_only(&self) -> bool {
        self.space.f_flag.contains(StatVfsMountFlags::RDONLY)
    }

    /// What a report says of the directory.
    pub fn describe(&self, checks: Vec<CheckRun>) -> Root {
        describe(&self.path, &self.filesystem, self.policy, checks)
    }
}

/// What a report says of a directory that is worked in.
pub fn describe(
    path: &Path,
    filesystem: &Filesystem,
    policy: Option<ErrorsPolicy>,
    checks: Vec<CheckRun>,
) -> Root {
    let mount = filesystem.mount.as_ref();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Root {
        path: path.into(),
        filesystem: filesystem.kind.clone(),
        device: mount.map(|mount| text(&mount.source)).unwrap_or_default(),
        mount_options: mount.map(join_options).unwrap_or_default(),
        mount_point: mount.map(|mount| text(&mount.point)).unwrap_or_default(),
        errors_policy: policy.map(|policy| policy.to_string()),
        filesystem_uuid: filesystem.identity.uuid.clone(),
        filesystem_id: filesystem.identity.id.clone(),
        shard: None,
        checks,
    }
}
