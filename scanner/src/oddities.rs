//! The legitimate oddities of filesystems: what looks like damage and is not.
//!
//! One row a kind of filesystem. A check asks the row; no check knows a filesystem by name. A
//! row is never added to silence what looks like a defect: each field names its source.

/// What a directory's link count says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectoryLinks {
    /// 2 + subdirectories.
    Subdirectories,
    /// 2 + subdirectories, or 1 in a directory that holds, or once held, about 65,000 of them.
    /// ext4's `dir_nlink`: the count stays 1 once 65,000 was passed, and a directory that had
    /// so many names is at least 64,998 * 12 bytes large (kernel fs/ext4/namei.c,
    /// `ext4_inc_count`).
    SubdirectoriesOrOverflown,
    /// 2 + subdirectories, or 1: merged directories of overlayfs turn to 1 when a child is
    /// copied up (kernel fs/overlayfs/inode.c, `ovl_getattr`).
    SubdirectoriesOrOne,
    /// Nothing: btrfs has 1 in every directory (libarchive#307); for others no rule is known.
    Nothing,
}

/// What the addresses of extents (FIEMAP) mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtentAddresses {
    /// Bytes of the filesystem's one device.
    Device,
    /// Bytes of an address space that the filesystem lays over its devices (btrfs: chunks).
    Volume,
    /// Nothing that can be compared: overlayfs passes on what its layers say.
    Nothing,
}

/// Where a filesystem's UUID is told that is kept in the filesystem itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uuid {
    /// Nowhere: it has none, or draws one at each mount (tmpfs, mm/shmem.c).
    NotKept,
    /// By FS_IOC_GETFSUUID alone.
    Kept,
    /// There, and statfs makes `f_fsid` from it (fs/ext4/super.c, `ext4_statfs`).
    InFsid,
    /// There, and by XFS_IOC_FSGEOMETRY. `f_fsid` is made from the device's number.
    InGeometry,
    /// By BTRFS_IOC_FS_INFO, and `f_fsid` is made from it and the subvolume's number
    /// (fs/btrfs/super.c, `btrfs_statfs`).
    InInfo,
}

/// What may be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a row of independent facts, one a column")]
pub struct Oddities {
    /// The filesystem's own code in this kernel decides what a lookup says, so EIO or ESTALE is
    /// damage. A network or FUSE server may say so for reasons of its own.
    pub answers_for_itself: bool,
    /// What a directory's link count says.
    pub directory_links: DirectoryLinks,
    /// `d_ino` equals `st_ino`. Not on overlayfs: with layers on several filesystems it reports
    /// foreign numbers (kernel Documentation/filesystems/overlayfs.rst, table of inode
    /// properties; systemd#9134). btrfs differs at the roots of subvolumes, which have a device
    /// number of their own and are not compared.
    pub entry_numbers_match: bool,
    /// An inode number stands for one inode of the device as long as the inode lives. Not on
    /// overlayfs without xino, where a directory that left the cache comes back with another
    /// number, nor where a server makes numbers up.
    pub numbers_identify: bool,
    /// A number that many empty directories share: btrfs shows one in a snapshot where a nested
    /// subvolume was not snapshotted along (`BTRFS_EMPTY_SUBVOL_DIR_OBJECTID`).
    pub shared_number: Option<u64>,
    /// `st_nlink` of a file counts its names. Not on overlayfs: without `index=on` a copy-up
    /// breaks hard links and leaves the old count (xfstests overlay/018, overlay/033).
    pub file_links_count_names: bool,
    /// "." and ".." are entries on disk that can be wrong (fs/ext4/dir.c, fs/ext4/inline.c). Others
    /// make them up while listing (`dir_emit_dots`).
    pub dot_entries_on_disk: bool,
    /// ext2, ext3 and ext4: sizes of directories are whole blocks, reserved inodes are 1 to 10,
    /// `f_files` is the highest inode number.
    pub is_ext: bool,
    /// `st_size` of a symbolic link is its target's length, unless it is encrypted.
    pub symlink_size_is_length: bool,
    /// `ctime` is set by the kernel alone. Images that are made as a whole (squashfs, erofs) and
    /// servers show what they were told.
    pub change_time_is_true: bool,
    /// Two names that are exchanged within a directory have other times of change afterwards. Not on
    /// xfs, which sets those of the directory alone (fs/xfs/xfs_inode.c, `xfs_cross_rename`).
    pub exchanges_show: bool,
    /// Once a file's pages are clean, the next store to a mapped one shows in its times, and
    /// cachestat(2) tells which are not. Not on tmpfs, which writes nothing back, so that only the
    /// first store to a page shows, nor on overlayfs, which holds no pages itself.
    pub mapped_stores_show: bool,
    /// What it holds lies in memory: no device can lie about it.
    pub lies_in_memory: bool,
    /// A link count of 0 cannot be reached by a name.
    pub named_inodes_have_links: bool,
    /// A directory's size counts its names, 20 bytes each, and says nothing of their length.
    pub sizes_count_names: bool,
    /// Names that nobody touches stay listed exactly once while others come and go. On tmpfs of
    /// Linux 6.6 to 6.18 a name can be repeated or lost when the entry at the cursor is unlinked
    /// between two reads.
    pub listing_survives_unlink: bool,
    /// What the addresses of extents mean.
    pub extent_addresses: ExtentAddresses,
    /// Its files are those of other filesystems, so that one may answer what another refuses.
    pub has_layers: bool,
    /// Where its UUID is told.
    pub uuid: Uuid,
    /// `f_fsid` of statfs(2) is as before after the filesystem was attached anew: it is made from a
    /// UUID or the like (fs/jfs/super.c, `jfs_statfs`; fs/ceph/super.c, `ceph_statfs`;
    /// fs/smb/client/cifsfs.c, `cifs_statfs`) or drawn at the mount with all that is in it (tmpfs);
    /// an overlay without a UUID of its own shows that of its upper layer. Others make it from the
    /// device's number (fs/xfs/xfs_super.c, `xfs_fs_statfs`; likewise f2fs, nilfs2, squashfs, erofs).
    pub fsid_is_its_own: bool,
    /// The size that statfs(2) tells is as before whatever is in use.
    pub keeps_its_size: bool,
}

/// A filesystem of which nothing is known, or whose answers a server makes up.
const FOREIGN: Oddities = Oddities {
    answers_for_itself: false,
    directory_links: DirectoryLinks::Nothing,
    entry_numbers_match: false,
    numbers_identify: false,
    shared_number: None,
    file_links_count_names: false,
    dot_entries_on_disk: false,
    is_ext: false,
    symlink_size_is_length: false,
    change_time_is_true: false,
    exchanges_show: false,
    mapped_stores_show: false,
    lies_in_memory: false,
    named_inodes_have_links: false,
    sizes_count_names: false,
    listing_survives_unlink: false,
    extent_addresses: ExtentAddresses::Nothing,
    has_layers: false,
    uuid: Uuid::NotKept,
    fsid_is_its_own: false,
    keeps_its_size: false,
};

/// A disk filesystem of the kernel without oddities.
const PLAIN: Oddities = Oddities {
    answers_for_itself: true,
    directory_links: DirectoryLinks::Subdirectories,
    entry_numbers_match: true,
    numbers_identify: true,
    shared_number: None,
    file_links_count_names: true,
    dot_entries_on_disk: false,
    is_ext: false,
    symlink_size_is_length: true,
    change_time_is_true: true,
    exchanges_show: true,
    mapped_stores_show: true,
    lies_in_memory: false,
    named_inodes_have_links: true,
    sizes_count_names: false,
    listing_survives_unlink: true,
    extent_addresses: ExtentAddresses::Nothing,
    has_layers: false,
    uuid: Uuid::Kept,
    fsid_is_its_own: true,
    keeps_its_size: false,
};

/// The row of a filesystem type as the mount table names it.
pub fn of(filesystem: &str) -> Oddities {
    match filesystem {
        "ext2" | "ext3" | "ext4" => Oddities {
            directory_links: DirectoryLinks::SubdirectoriesOrOverflown,
            dot_entries_on_disk: true,
            is_ext: true,
            extent_addresses: ExtentAddresses::Device,
            uuid: Uuid::InFsid,
            keeps_its_size: true,
            ..PLAIN
        },
        "xfs" => Oddities {
            exchanges_show: false,
            extent_addresses: ExtentAddresses::Device,
            uuid: Uuid::InGeometry,
            fsid_is_its_own: false,
            keeps_its_size: true,
            ..PLAIN
        },
        "btrfs" => Oddities {
            directory_links: DirectoryLinks::Nothing,
            shared_number: Some(2),
            extent_addresses: ExtentAddresses::Volume,
            uuid: Uuid::InInfo,
            ..PLAIN
        },
        "tmpfs" => Oddities {
            listing_survives_unlink: false,
            sizes_count_names: true,
            mapped_stores_show: false,
            lies_in_memory: true,
            uuid: Uuid::NotKept,
            ..PLAIN
        },
        "overlay" => Oddities {
            mapped_stores_show: false,
            directory_links: DirectoryLinks::SubdirectoriesOrOne,
            entry_numbers_match: false,
            numbers_identify: false,
            file_links_count_names: false,
            listing_survives_unlink: false,
            has_layers: true,
            ..PLAIN
        },
        "f2fs" | "nilfs2" => Oddities { answers_for_itself: true, uuid: Uuid::Kept, ..FOREIGN },
        // Images that are made as a whole.
        "erofs" | "squashfs" => {
            Oddities { answers_for_itself: true, uuid: Uuid::Kept, keeps_its_size: true, ..FOREIGN }
        }
        "jfs" | "bcachefs" | "zfs" => Oddities {
            answers_for_itself: true,
            uuid: Uuid::Kept,
            fsid_is_its_own: true,
            ..FOREIGN
        },
        "ceph" | "cifs" | "smb3" => Oddities { fsid_is_its_own: true, ..FOREIGN },
        _ => FOREIGN,
    }
}

/// Filesystems that store nothing: what they list is made up as it is read, and looking into
/// some of them has effects.
pub fn stores_nothing(filesystem: &str) -> bool {
    matches!(
        filesystem,
        "proc"
            | "sysfs"
            | "cgroup"
            | "cgroup2"
            | "debugfs"
            | "tracefs"
            | "securityfs"
            | "devpts"
            | "mqueue"
            | "bpf"
            | "autofs"
            | "binfmt_misc"
            | "configfs"
            | "fusectl"
            | "pstore"
            | "efivarfs"
            | "selinuxfs"
            | "rpc_pipefs"
            | "nsfs"
            | "hugetlbfs"
            | "resctrl"
    )
}
