//! What tells a filesystem from another one that was made anew on the same device and mounted at the
//! same place: its UUID. No privilege is needed to ask.
//!
//! Where the kernel does not tell the UUID (ext4 before Linux 6.9), statfs tells a number that is
//! made from it. Elsewhere that number says nothing of the kind: xfs makes it from the device's
//! number.

use std::os::fd::BorrowedFd;
use std::path::Path;

use rustix::fs::fstatvfs;
use serde::{Deserialize, Serialize};

use crate::filesystem::Filesystem;
use crate::oddities::Uuid;
use crate::system_calls::{btrfs_uuid, filesystem_uuid, xfs_uuid};

/// What a filesystem is known by. The UUID is the same for as long as it lives; so is the number,
/// but btrfs has another one for each subvolume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesystemIdentity {
    /// Its UUID, as blkid shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// `f_fsid` of statfs(2) in hexadecimal, where that is made from the UUID (and on btrfs from the
    /// subvolume's number).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl FilesystemIdentity {
    /// Asks for that of the filesystem that an open directory lies on. `told` says where it tells it.
    pub fn of(directory: BorrowedFd<'_>, told: Uuid) -> Self {
        let uuid = match told {
            Uuid::NotKept => return FilesystemIdentity::default(),
            Uuid::Kept | Uuid::InFsid => filesystem_uuid(directory),
            Uuid::InGeometry => filesystem_uuid(directory).or_else(|_| xfs_uuid(directory)),
            Uuid::InInfo => btrfs_uuid(directory),
        };
        let made_from_it = matches!(told, Uuid::InFsid | Uuid::InInfo);
        let id = made_from_it.then(|| fsid(directory)).flatten();
        FilesystemIdentity { uuid: uuid.ok().and_then(shown), id }
    }

    /// That of the filesystem that a directory lies on; nothing is known where it cannot be opened.
    pub fn at(directory: &Path) -> Self {
        Filesystem::at(directory).map(|it| it.identity).unwrap_or_default()
    }

    /// Whether anything is known.
    pub fn is_known(&self) -> bool {
        self.uuid.is_some() || self.id.is_some()
    }

    /// Whether both are known to be of one filesystem, and of one subvolume where there are such.
    pub fn is_of_the_same(&self, other: &Self) -> bool {
        self.same(other).contains(&Some(true)) && !self.is_of_another(other)
    }

    /// Whether both are known to be of two filesystems, or of two subvolumes.
    pub fn is_of_another(&self, other: &Self) -> bool {
        self.same(other).contains(&Some(false))
    }

    fn same(&self, other: &Self) -> [Option<bool>; 2] {
        let same =
            |own: &Option<String>, other: &Option<String>| Some(own.as_ref()? == other.as_ref()?);
        [same(&self.uuid, &other.uuid), same(&self.id, &other.id)]
    }
}

/// A UUID in groups; none where it is all zeros, which many filesystems without one have.
fn shown(uuid: [u8; 16]) -> Option<String> {
    let number = u128::from_be_bytes(uuid);
    let digits = format!("{number:032x}");
    let groups: Vec<_> = [0..8, 8..12, 12..16, 16..20, 20..32]
        .into_iter()
        .filter_map(|group| digits.get(group))
        .collect();
    (number != 0).then(|| groups.join("-"))
}

fn fsid(directory: BorrowedFd<'_>) -> Option<String> {
    let statvfs = fstatvfs(directory).ok()?;
    (statvfs.f_fsid != 0).then(|| format!("{:016x}", statvfs.f_fsid))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::*;
    use crate::oddities;

    #[test]
    fn a_uuid_is_shown_as_blkid_does_and_zeros_are_none() {
        let uuid = *b"\x01\x23\x45\x67\x89\xab\xcd\xef\x00\x11\x22\x33\x44\x55\x66\x77";
        assert_eq!(shown(uuid).as_deref(), Some("01234567-89ab-cdef-0011-223344556677"));
        assert_eq!(shown([0; 16]), None);
    }

    #[test]
    fn what_is_not_known_is_not_the_same() {
        let identity = |uuid: &str, id: &str| {
            let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            FilesystemIdentity { uuid: known(uuid), id: known(id) }
        };
        for (one, other, same) in [
            (identity("a", "1"), identity("a", "1"), true),
            (identity("a", ""), identity("a", "1"), true),
            (identity("", "1"), identity("a", "1"), true),
            (identity("a", "1"), identity("a", "2"), false),
            (identity("a", "1"), identity("b", "1"), false),
            (identity("a", ""), identity("", "1"), false),
            (identity("", ""), identity("", ""), false),
        ] {
            assert_eq!(one.is_of_the_same(&other), same, "{one:?} {other:?}");
            assert_eq!(other.is_of_the_same(&one), same, "{other:?} {one:?}");
        }
    }

    /// tmpfs draws a UUID at each mount, which says nothing of what lies in it.
    #[test]
    fn what_is_not_kept_is_not_told() {
        let root = File::open("/").unwrap();
        for kind in ["tmpfs", "fuse.sshfs", "nfs4", "unheard-of"] {
            let identity = FilesystemIdentity::of(root.as_fd(), oddities::of(kind).uuid);
            assert_eq!(identity, FilesystemIdentity::default(), "{kind}");
        }
    }
}
