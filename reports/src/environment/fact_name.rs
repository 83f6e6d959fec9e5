//! The names of facts. Everything people read about them stands in one table.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which fact. The word in reports is the name in kebab-case.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the table of texts says what each means")]
pub enum FactName {
    User,
    Container,
    PodName,
    PodNamespace,
    InitSystem,
    RootFilesystem,
    RootLayers,
    InitialUserNamespace,
    MappedUserIds,
    MappedGroupIds,
    UserNamespaces,
    MaxUserNamespaces,
    AppArmorRestriction,
    SubordinateUserIds,
    SubordinateGroupIds,
    IdMapHelpers,
    IdMapping,
    NoNewPrivileges,
    Seccomp,
    BoundingSet,
    MountTmpfs,
    NestedOverlay,
    NestedOverlayUserxattr,
    MemoryLimit,
    MemoryUsed,
    TmpfsMounts,
    SharedMemorySize,
    Docker,
    DockerDataRoot,
    DockerDataRootFilesystem,
    DockerImageStore,
    ContainerdRoot,
    ContainerdRootFilesystem,
    Buildkit,
    Buildah,
    NpmCache,
    NpmCacheFilesystem,
    NpmComplaints,
    PnpmStore,
    PnpmStoreFilesystem,
    KernelLog,
    Kubectl,
    Filesystem,
    Device,
    MountOptions,
    ErrorsPolicy,
    KernelErrors,
    KernelFirstError,
    KernelLastError,
    SpaceSize,
    SpaceFree,
    InodesSize,
    InodesFree,
    BlockSize,
    Layers,
    BlockDevice,
    DeviceModel,
    InstallLeftovers,
    LonghornVolume,
    Claim,
    ClaimNamespace,
    Workload,
    PersistentVolume,
    StorageClass,
    ReclaimPolicy,
    VolumeState,
    VolumeRobustness,
    VolumeReplicas,
    VolumeNode,
    VolumeSize,
    DataEngine,
    LonghornVersion,
    SnapshotIntegrity,
    LastBackup,
    LastDegraded,
    LastSalvaged,
    EngineReadOnly,
    VerifiedCopy,
}

/// What people read about a fact.
#[derive(Clone, Copy, Debug)]
pub struct FactText {
    /// Which.
    pub name: FactName,
    /// The word in reports.
    pub word: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// What its value is, with its unit.
    pub meaning: &'static str,
}

impl FactName {
    /// Every fact with its texts.
    pub fn all() -> &'static [FactText] {
        TABLE
    }

    /// What people read about this fact.
    #[expect(
        clippy::indexing_slicing,
        reason = "the table has a row for each variant, in order; a test holds it to that"
    )]
    pub fn text(self) -> &'static FactText {
        &TABLE[self as usize]
    }

    /// Whether it is about a root, and not about the machine.
    pub fn is_of_root(self) -> bool {
        (FactName::Filesystem..=FactName::EngineReadOnly).contains(&self)
    }

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        self.text().word
    }
}

const fn row(
    name: FactName,
    word: &'static str,
    title: &'static str,
    meaning: &'static str,
) -> FactText {
    FactText { name, word, title, meaning }
}

/// Every fact, in the order of [`FactName`].
static TABLE: &[FactText] = &[
    row(FactName::User, "user", "user", "The user's name, or number where it has none."),
    row(
        FactName::Container,
        "container",
        "container",
        "What the process runs in: `kubernetes`, `docker`, `podman`, another word that the container says of itself, or `none`.",
    ),
    row(FactName::PodName, "pod-name", "pod", "The pod's name."),
    row(
        FactName::PodNamespace,
        "pod-namespace",
        "namespace of the pod",
        "The namespace of the pod.",
    ),
    row(
        FactName::InitSystem,
        "init-system",
        "init system",
        "`systemd` where that is process 1 of the machine or container, else `other`.",
    ),
    row(
        FactName::RootFilesystem,
        "root-filesystem",
        "filesystem of /",
        "The type of the filesystem that / is.",
    ),
    row(
        FactName::RootLayers,
        "root-layers",
        "layers of /",
        "How many lower layers the overlay has that / is.",
    ),
    row(
        FactName::InitialUserNamespace,
        "initial-user-namespace",
        "initial user namespace",
        "Whether the process is in the initial user namespace (user_namespaces(7)).",
    ),
    row(
        FactName::MappedUserIds,
        "mapped-user-ids",
        "user ids",
        "How many user ids exist in this user namespace.",
    ),
    row(
        FactName::MappedGroupIds,
        "mapped-group-ids",
        "group ids",
        "How many group ids exist in this user namespace.",
    ),
    row(
        FactName::UserNamespaces,
        "user-namespaces",
        "new user namespaces",
        "Whether a user namespace could be made, really tried.",
    ),
    row(
        FactName::MaxUserNamespaces,
        "max-user-namespaces",
        "user.max_user_namespaces",
        "How many user namespaces a user may make (namespaces(7)).",
    ),
    row(
        FactName::AppArmorRestriction,
        "app-armor-restriction",
        "AppArmor restriction",
        "Whether AppArmor keeps unprivileged users from what user namespaces are for (kernel.apparmor_restrict_unprivileged_userns).",
    ),
    row(
        FactName::SubordinateUserIds,
        "subordinate-user-ids",
        "subordinate user ids",
        "How many user ids /etc/subuid gives the user.",
    ),
    row(
        FactName::SubordinateGroupIds,
        "subordinate-group-ids",
        "subordinate group ids",
        "How many group ids /etc/subgid gives the user.",
    ),
    row(
        FactName::IdMapHelpers,
        "id-map-helpers",
        "newuidmap and newgidmap",
        "Whether the two are there and may do what they are for: `setuid`, `capabilities`, `powerless` or `missing`.",
    ),
    row(
        FactName::IdMapping,
        "id-mapping",
        "id mapping",
        "Whether subordinate ids could be mapped into a user namespace, really tried.",
    ),
    row(
        FactName::NoNewPrivileges,
        "no-new-privileges",
        "no_new_privs",
        "Whether setuid programs gain nothing (prctl(2), PR_SET_NO_NEW_PRIVS).",
    ),
    row(
        FactName::Seccomp,
        "seccomp",
        "seccomp",
        "The mode of system call filtering: `none`, `strict` or `filter`.",
    ),
    row(
        FactName::BoundingSet,
        "bounding-set",
        "capability bounding set",
        "Which capabilities can ever be had: `full`, `none`, or their names.",
    ),
    row(
        FactName::MountTmpfs,
        "mount-tmpfs",
        "tmpfs mount",
        "Whether tmpfs could be mounted in namespaces of one's own, really tried.",
    ),
    row(
        FactName::NestedOverlay,
        "nested-overlay",
        "nested overlay",
        "Whether an overlay could be mounted whose layers lie on the filesystem that Docker's data root is on, really tried: `works`, `refused` (the filesystem cannot be an upper layer) or `forbidden` (the user may not mount).",
    ),
    row(
        FactName::NestedOverlayUserxattr,
        "nested-overlay-userxattr",
        "nested overlay with userxattr",
        "The same with the option userxattr, as it is mounted without root.",
    ),
    row(
        FactName::MemoryLimit,
        "memory-limit",
        "memory limit",
        "The most memory that the container or machine may use, in bytes.",
    ),
    row(
        FactName::MemoryUsed,
        "memory-used",
        "memory in use",
        "The memory in use by it, in bytes, page cache included.",
    ),
    row(
        FactName::TmpfsMounts,
        "tmpfs-mounts",
        "tmpfs mounts",
        "Where tmpfs is mounted and how large each is.",
    ),
    row(
        FactName::SharedMemorySize,
        "shared-memory-size",
        "/dev/shm",
        "How large /dev/shm is, in bytes.",
    ),
    row(
        FactName::Docker,
        "docker",
        "Docker",
        "Where the program docker or dockerd is; empty where there is none.",
    ),
    row(
        FactName::DockerDataRoot,
        "docker-data-root",
        "Docker data root",
        "Where Docker keeps images and containers.",
    ),
    row(
        FactName::DockerDataRootFilesystem,
        "docker-data-root-filesystem",
        "filesystem of the Docker data root",
        "The type of the filesystem that it lies on.",
    ),
    row(
        FactName::DockerImageStore,
        "docker-image-store",
        "Docker image store",
        "`containerd` where Docker keeps images under containerd's root, else `docker`.",
    ),
    row(
        FactName::ContainerdRoot,
        "containerd-root",
        "containerd root",
        "Where containerd keeps images and snapshots.",
    ),
    row(
        FactName::ContainerdRootFilesystem,
        "containerd-root-filesystem",
        "filesystem of the containerd root",
        "The type of the filesystem that it lies on.",
    ),
    row(
        FactName::Buildkit,
        "buildkit",
        "BuildKit",
        "Where the program buildkitd or buildctl is; empty where there is none.",
    ),
    row(
        FactName::Buildah,
        "buildah",
        "Buildah",
        "Where the program buildah or podman is; empty where there is none.",
    ),
    row(FactName::NpmCache, "npm-cache", "npm cache", "Where npm keeps what it fetched."),
    row(
        FactName::NpmCacheFilesystem,
        "npm-cache-filesystem",
        "filesystem of the npm cache",
        "The type of the filesystem that it lies on.",
    ),
    row(
        FactName::NpmComplaints,
        "npm-complaints",
        "complaints in npm's logs",
        "Which of some words stand in the newest logs of npm: `TAR_ENTRY_ERROR`, `Cannot cd into`, `EINTEGRITY`, `ENOTEMPTY`, `invalid argument, fchown`.",
    ),
    row(FactName::PnpmStore, "pnpm-store", "pnpm store", "Where pnpm keeps what it fetched."),
    row(
        FactName::PnpmStoreFilesystem,
        "pnpm-store-filesystem",
        "filesystem of the pnpm store",
        "The type of the filesystem that it lies on.",
    ),
    row(
        FactName::KernelLog,
        "kernel-log",
        "kernel log",
        "Whether the kernel's log can be read (CAP_SYSLOG where kernel.dmesg_restrict is set).",
    ),
    row(
        FactName::Kubectl,
        "kubectl",
        "kubectl",
        "Where the program kubectl is; empty where there is none.",
    ),
    row(
        FactName::Filesystem,
        "filesystem",
        "filesystem",
        "The type of the filesystem, as mounted.",
    ),
    row(FactName::Device, "device", "device", "What it was mounted from."),
    row(
        FactName::MountOptions,
        "mount-options",
        "mount options",
        "Options of the mount and of the superblock.",
    ),
    row(
        FactName::ErrorsPolicy,
        "errors-policy",
        "errors=",
        "What the kernel does when it meets damage: `continue`, `remount-ro` or `panic`.",
    ),
    row(
        FactName::KernelErrors,
        "kernel-errors",
        "errors on record",
        "How many errors ext4 has on record since the last fsck.",
    ),
    row(
        FactName::KernelFirstError,
        "kernel-first-error",
        "first error on record",
        "When the first of them was, in seconds since 1970.",
    ),
    row(
        FactName::KernelLastError,
        "kernel-last-error",
        "last error on record",
        "When the last of them was, in seconds since 1970.",
    ),
    row(FactName::SpaceSize, "space-size", "space", "Size of the filesystem, in bytes."),
    row(
        FactName::SpaceFree,
        "space-free",
        "free space",
        "What of that this user can still fill, in bytes.",
    ),
    row(FactName::InodesSize, "inodes-size", "inodes", "How many inodes there can be."),
    row(
        FactName::InodesFree,
        "inodes-free",
        "free inodes",
        "How many of them this user can still use.",
    ),
    row(FactName::BlockSize, "block-size", "block size", "Bytes of a block of the filesystem."),
    row(FactName::Layers, "layers", "layers", "How many lower layers the overlay has."),
    row(
        FactName::BlockDevice,
        "block-device",
        "block device",
        "The kernel's name of the device (`sdb`, `dm-3`).",
    ),
    row(
        FactName::DeviceModel,
        "device-model",
        "device model",
        "Vendor and model that the device says of itself (`IET VIRTUAL-DISK`).",
    ),
    row(
        FactName::InstallLeftovers,
        "install-leftovers",
        "leftovers of installs",
        "Directories that an interrupted npm install left (`node_modules/.foo-XXXXXXXX`).",
    ),
    row(FactName::LonghornVolume, "longhorn-volume", "Longhorn volume", "The name of the volume."),
    row(FactName::Claim, "claim", "PVC", "The PersistentVolumeClaim."),
    row(
        FactName::ClaimNamespace,
        "claim-namespace",
        "namespace of the PVC",
        "The namespace of the claim.",
    ),
    row(
        FactName::Workload,
        "workload",
        "workload",
        "What makes the pods that use the volume, as kubectl names it (`statefulset/coder`).",
    ),
    row(FactName::PersistentVolume, "persistent-volume", "PV", "The PersistentVolume."),
    row(
        FactName::StorageClass,
        "storage-class",
        "StorageClass",
        "The StorageClass that the claim names.",
    ),
    row(
        FactName::ReclaimPolicy,
        "reclaim-policy",
        "reclaim policy",
        "What becomes of the volume when its claim is deleted: `Delete` or `Retain`.",
    ),
    row(
        FactName::VolumeState,
        "volume-state",
        "volume state",
        "`attached`, `detached` and what lies between.",
    ),
    row(
        FactName::VolumeRobustness,
        "volume-robustness",
        "robustness",
        "What Longhorn says of the replicas: `healthy`, `degraded`, `faulted` or `unknown`.",
    ),
    row(
        FactName::VolumeReplicas,
        "volume-replicas",
        "replicas",
        "How many replicas the volume is to have.",
    ),
    row(FactName::VolumeNode, "volume-node", "node", "The node that it is attached to."),
    row(FactName::VolumeSize, "volume-size", "volume size", "Its size, in bytes."),
    row(FactName::DataEngine, "data-engine", "data engine", "`v1` or `v2`."),
    row(
        FactName::LonghornVersion,
        "longhorn-version",
        "Longhorn version",
        "The version of the engine that the volume runs on.",
    ),
    row(
        FactName::SnapshotIntegrity,
        "snapshot-integrity",
        "snapshot data integrity",
        "Whether checksums of snapshots are compared: `disabled`, `fast-check`, `enabled`, or `ignored`, which means the setting of all volumes.",
    ),
    row(
        FactName::LastBackup,
        "last-backup",
        "last backup",
        "The backup that was made last, or when; empty where none was ever made.",
    ),
    row(
        FactName::LastDegraded,
        "last-degraded",
        "last degraded",
        "When a replica was last lost; empty where none was.",
    ),
    row(
        FactName::LastSalvaged,
        "last-salvaged",
        "last salvaged",
        "When all replicas had failed and some were taken back; empty where that never was.",
    ),
    row(
        FactName::EngineReadOnly,
        "engine-read-only",
        "filesystem read-only",
        "Whether Longhorn's engine says that the filesystem turned read-only (condition FilesystemReadOnly).",
    ),
    row(
        FactName::VerifiedCopy,
        "verified-copy",
        "verified copy",
        "Whether the user says that a copy of what is there was verified.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_each_fact_in_order() {
        for (position, row) in TABLE.iter().enumerate() {
            assert_eq!(row.name as usize, position, "{}", row.word);
            assert_eq!(serde_json::to_value(row.name).unwrap(), row.word);
            assert!(row.meaning.ends_with('.') && !row.title.is_empty(), "{}", row.word);
        }
        let last = TABLE.last().map(|row| row.name);
        assert_eq!(last, Some(FactName::VerifiedCopy), "a variant stands behind the last row");
    }
}
