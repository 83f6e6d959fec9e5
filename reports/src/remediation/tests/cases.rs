//! A row for each rule that asks for facts: those with which it applies, and those beside them
//! with which it does not.

use crate::{Code, FactName};

/// A fact as it stands in the tables below.
#[derive(Clone, Copy)]
pub(super) enum Value {
    Text(&'static str),
    Number(u64),
    Flag(bool),
    List(&'static [&'static str]),
}

use Value::{Flag, List, Number, Text};

pub(super) type Facts = &'static [(FactName, Value)];

pub(super) const VOLUME: (FactName, Value) = (FactName::LonghornVolume, Text("pvc-1"));
pub(super) const DOCKER: (FactName, Value) = (FactName::Docker, Text("/usr/bin/docker"));
pub(super) const BUILDAH: (FactName, Value) = (FactName::Buildah, Text("/usr/bin/buildah"));
pub(super) const ON_OVERLAY: (FactName, Value) =
    (FactName::DockerDataRootFilesystem, Text("overlay"));
pub(super) const DAMAGE: Option<Code> = Some(Code::DirentDangling);

/// A rule; a code that was found and facts with which it applies; the same with which it does not.
pub(super) type Case = (&'static str, (Option<Code>, Facts), &'static [(Option<Code>, Facts)]);

pub(super) const CASES: &[Case] = &[
    (
        "snapshot-longhorn-volume",
        (DAMAGE, &[VOLUME]),
        &[(None, &[VOLUME]), (DAMAGE, &[]), (Some(Code::TimeImplausible), &[VOLUME])],
    ),
    (
        "settle-differences",
        (Some(Code::EntryMissing), &[]),
        &[(Some(Code::EntryAdded), &[]), (DAMAGE, &[])],
    ),
    ("back-up-first", (Some(Code::VolumeNotBackedUp), &[]), &[(DAMAGE, &[VOLUME])]),
    (
        "wait-for-rebuild",
        (Some(Code::VolumeDegraded), &[]),
        &[(Some(Code::VolumeNotRedundant), &[VOLUME])],
    ),
    (
        "check-longhorn-ext4-offline",
        (DAMAGE, &[VOLUME]),
        &[(DAMAGE, &[]), (Some(Code::DirectoryReadUnstable), &[VOLUME])],
    ),
    ("check-ext4-offline", (DAMAGE, &[]), &[(DAMAGE, &[VOLUME])]),
    ("check-in-instance-manager", (DAMAGE, &[VOLUME]), &[(DAMAGE, &[])]),
    (
        "compare-replicas",
        (Some(Code::DirectoryReadUnstable), &[VOLUME, (FactName::VolumeReplicas, Number(2))]),
        &[
            (Some(Code::DirectoryReadUnstable), &[VOLUME, (FactName::VolumeReplicas, Number(1))]),
            (Some(Code::DirectoryReadUnstable), &[VOLUME]),
            (DAMAGE, &[VOLUME, (FactName::VolumeReplicas, Number(2))]),
        ],
    ),
    ("verify-after-salvage", (Some(Code::VolumeSalvaged), &[]), &[(DAMAGE, &[VOLUME])]),
    ("verify-after-salvage", (Some(Code::VolumeFaulted), &[]), &[]),
    (
        "healthy-is-no-proof",
        (DAMAGE, &[VOLUME, (FactName::VolumeRobustness, Text("healthy"))]),
        &[
            (DAMAGE, &[VOLUME, (FactName::VolumeRobustness, Text("degraded"))]),
            (DAMAGE, &[VOLUME]),
            (None, &[VOLUME, (FactName::VolumeRobustness, Text("healthy"))]),
        ],
    ),
    (
        "raise-replicas",
        (Some(Code::VolumeNotRedundant), &[]),
        &[(DAMAGE, &[VOLUME, (FactName::VolumeReplicas, Number(1))])],
    ),
    ("new-storage-class", (Some(Code::VolumeNotRedundant), &[]), &[(DAMAGE, &[VOLUME])]),
    (
        "check-snapshot-integrity",
        (None, &[VOLUME, (FactName::SnapshotIntegrity, Text("fast-check"))]),
        &[
            (None, &[VOLUME, (FactName::SnapshotIntegrity, Text("enabled"))]),
            (None, &[VOLUME, (FactName::SnapshotIntegrity, Text("ignored"))]),
            (None, &[VOLUME]),
            (None, &[(FactName::SnapshotIntegrity, Text("fast-check"))]),
        ],
    ),
    (
        "upgrade-longhorn",
        (None, &[VOLUME, (FactName::LonghornVersion, Text("1.2.5"))]),
        &[
            (None, &[VOLUME, (FactName::LonghornVersion, Text("1.2.6"))]),
            (None, &[VOLUME, (FactName::LonghornVersion, Text("1.3.2"))]),
            (None, &[VOLUME, (FactName::LonghornVersion, Text("1.10.0"))]),
            (None, &[VOLUME, (FactName::LonghornVersion, Text("master-head"))]),
            (None, &[(FactName::LonghornVersion, Text("1.2.5"))]),
        ],
    ),
    ("upgrade-longhorn", (None, &[VOLUME, (FactName::LonghornVersion, Text("1.3.1"))]), &[]),
    (
        "upgrade-longhorn",
        (None, &[VOLUME, (FactName::BlockSize, Number(1024))]),
        &[
            (None, &[VOLUME, (FactName::BlockSize, Number(4096))]),
            (None, &[(FactName::BlockSize, Number(1024))]),
        ],
    ),
    (
        "repair-ext4",
        (DAMAGE, &[]),
        &[(Some(Code::DirectoryReadUnstable), &[]), (DAMAGE, &[VOLUME])],
    ),
    (
        "restore-backup",
        (DAMAGE, &[VOLUME, (FactName::LastBackup, Text("2026-11-01T00:00:00Z"))]),
        &[
            (DAMAGE, &[VOLUME, (FactName::LastBackup, Text(""))]),
            (DAMAGE, &[VOLUME]),
            (None, &[VOLUME, (FactName::LastBackup, Text("2026-11-01T00:00:00Z"))]),
        ],
    ),
    (
        "recreate-volume-claim",
        (DAMAGE, &[VOLUME]),
        &[(DAMAGE, &[]), (Some(Code::VolumeNotRedundant), &[VOLUME])],
    ),
    ("recreate-volume-claim", (DAMAGE, &[(FactName::Claim, Text("home"))]), &[]),
    ("suspect-directory-index", (DAMAGE, &[]), &[(Some(Code::LinkCountWrong), &[])]),
    ("make-room", (Some(Code::SpaceLow), &[]), &[(DAMAGE, &[])]),
    ("make-room", (Some(Code::InodesLow), &[]), &[]),
    (
        "remove-install-leftovers",
        (None, &[(FactName::InstallLeftovers, List(&["/home/coder/node_modules/.a-12345678"]))]),
        &[(None, &[(FactName::InstallLeftovers, List(&[]))]), (None, &[])],
    ),
    (
        "install-on-tmpfs",
        (DAMAGE, &[(FactName::NpmCache, Text("/home/coder/.npm"))]),
        &[
            (None, &[(FactName::NpmCache, Text("/home/coder/.npm"))]),
            (DAMAGE, &[(FactName::NpmCache, Text("/elsewhere/.npm"))]),
            (DAMAGE, &[]),
            (Some(Code::DirectoryReadUnstable), &[(FactName::NpmCache, Text("/home/coder/.npm"))]),
        ],
    ),
    ("install-on-tmpfs", (DAMAGE, &[(FactName::PnpmStore, Text("/home/coder/store"))]), &[]),
    (
        "install-on-tmpfs",
        (DAMAGE, &[(FactName::InstallLeftovers, List(&["/home/coder/node_modules/.a-12345678"]))]),
        &[],
    ),
    ("stop-on-faulted", (Some(Code::VolumeFaulted), &[]), &[(Some(Code::VolumeDegraded), &[])]),
    (
        "retain-volume",
        (
            DAMAGE,
            &[
                (FactName::PersistentVolume, Text("pvc-1")),
                (FactName::ReclaimPolicy, Text("Delete")),
            ],
        ),
        &[
            (
                DAMAGE,
                &[
                    (FactName::PersistentVolume, Text("pvc-1")),
                    (FactName::ReclaimPolicy, Text("Retain")),
                ],
            ),
            (DAMAGE, &[(FactName::PersistentVolume, Text("pvc-1"))]),
            (
                None,
                &[
                    (FactName::PersistentVolume, Text("pvc-1")),
                    (FactName::ReclaimPolicy, Text("Delete")),
                ],
            ),
        ],
    ),
    (
        "check-encrypted-ext4-offline",
        (DAMAGE, &[VOLUME, (FactName::Device, Text("/dev/mapper/pvc-1"))]),
        &[(DAMAGE, &[VOLUME]), (DAMAGE, &[VOLUME, (FactName::Device, Text("/dev/sdb"))])],
    ),
    (
        "check-longhorn-ext4-offline",
        (DAMAGE, &[VOLUME, (FactName::Device, Text("/dev/longhorn/pvc-1"))]),
        &[(DAMAGE, &[VOLUME, (FactName::Device, Text("/dev/mapper/pvc-1"))])],
    ),
    ("repair-longhorn-ext4", (DAMAGE, &[VOLUME]), &[(DAMAGE, &[])]),
    (
        "find-remover",
        (None, &[(FactName::NpmComplaints, List(&["Cannot cd into"]))]),
        &[(None, &[(FactName::NpmComplaints, List(&["TAR_ENTRY_ERROR"]))]), (None, &[])],
    ),
    (
        "verify-npm-cache-once",
        (None, &[(FactName::NpmComplaints, List(&["EINTEGRITY"]))]),
        &[
            (None, &[(FactName::NpmComplaints, List(&[]))]),
            (DAMAGE, &[(FactName::NpmComplaints, List(&["EINTEGRITY"]))]),
        ],
    ),
    (
        "unmapped-owner",
        (
            None,
            &[
                (FactName::InitialUserNamespace, Flag(false)),
                (FactName::NpmComplaints, List(&["invalid argument, fchown"])),
            ],
        ),
        &[
            (
                None,
                &[
                    (FactName::InitialUserNamespace, Flag(true)),
                    (FactName::NpmComplaints, List(&["invalid argument, fchown"])),
                ],
            ),
            (None, &[(FactName::InitialUserNamespace, Flag(false))]),
        ],
    ),
    (
        "move-pnpm-store",
        (DAMAGE, &[(FactName::PnpmStore, Text("/home/coder/.local/share/pnpm/store"))]),
        &[
            (DAMAGE, &[(FactName::PnpmStore, Text("/tmp/pnpm-store"))]),
            (DAMAGE, &[(FactName::PnpmStore, Text("/home/coders/store"))]),
            (None, &[(FactName::PnpmStore, Text("/home/coder/.local/share/pnpm/store"))]),
        ],
    ),
    (
        "docker-data-volume",
        (None, &[DOCKER, ON_OVERLAY]),
        &[
            (None, &[ON_OVERLAY]),
            (None, &[(FactName::Docker, Text("")), ON_OVERLAY]),
            (None, &[DOCKER, (FactName::DockerDataRootFilesystem, Text("ext4"))]),
            (None, &[DOCKER]),
        ],
    ),
    (
        "docker-data-root-on-claim",
        (None, &[DOCKER, ON_OVERLAY]),
        &[
            (DAMAGE, &[DOCKER, ON_OVERLAY]),
            (Some(Code::DirectoryReadUnstable), &[DOCKER, ON_OVERLAY]),
            (None, &[ON_OVERLAY]),
        ],
    ),
    (
        "move-containerd-root",
        (
            None,
            &[
                DOCKER,
                (FactName::DockerImageStore, Text("containerd")),
                (FactName::ContainerdRootFilesystem, Text("overlay")),
            ],
        ),
        &[
            (
                None,
                &[
                    DOCKER,
                    (FactName::DockerImageStore, Text("docker")),
                    (FactName::ContainerdRootFilesystem, Text("overlay")),
                ],
            ),
            (
                None,
                &[
                    DOCKER,
                    (FactName::DockerImageStore, Text("containerd")),
                    (FactName::ContainerdRootFilesystem, Text("ext4")),
                ],
            ),
        ],
    ),
    (
        "rootless-buildkit",
        (None, &[DOCKER, (FactName::NestedOverlay, Text("forbidden"))]),
        &[
            (None, &[DOCKER, (FactName::NestedOverlay, Text("refused"))]),
            (None, &[(FactName::NestedOverlay, Text("forbidden"))]),
        ],
    ),
    (
        "rootless-buildkit",
        (
            None,
            &[
                (FactName::Buildkit, Text("/usr/bin/buildctl")),
                (FactName::NestedOverlay, Text("forbidden")),
            ],
        ),
        &[],
    ),
    (
        "add-subordinate-ids",
        (
            None,
            &[
                BUILDAH,
                (FactName::SubordinateUserIds, Number(0)),
                (FactName::IdMapping, Flag(false)),
            ],
        ),
        &[
            (
                None,
                &[
                    BUILDAH,
                    (FactName::SubordinateUserIds, Number(65_536)),
                    (FactName::SubordinateGroupIds, Number(65_536)),
                    (FactName::IdMapping, Flag(false)),
                ],
            ),
            (
                None,
                &[
                    BUILDAH,
                    (FactName::SubordinateUserIds, Number(0)),
                    (FactName::IdMapping, Flag(true)),
                ],
            ),
            (
                None,
                &[
                    (FactName::Buildah, Text("")),
                    (FactName::SubordinateUserIds, Number(0)),
                    (FactName::IdMapping, Flag(false)),
                ],
            ),
        ],
    ),
    (
        "add-subordinate-ids",
        (
            None,
            &[
                BUILDAH,
                (FactName::SubordinateUserIds, Number(65_536)),
                (FactName::SubordinateGroupIds, Number(65_535)),
                (FactName::IdMapping, Flag(false)),
            ],
        ),
        &[],
    ),
    (
        "allow-user-namespaces",
        (None, &[BUILDAH, (FactName::UserNamespaces, Flag(false))]),
        &[
            (None, &[BUILDAH, (FactName::UserNamespaces, Flag(true))]),
            (None, &[(FactName::UserNamespaces, Flag(false))]),
            (None, &[BUILDAH]),
        ],
    ),
    (
        "buildah-chroot",
        (None, &[BUILDAH, (FactName::NestedOverlayUserxattr, Text("forbidden"))]),
        &[
            (None, &[BUILDAH, (FactName::NestedOverlayUserxattr, Text("works"))]),
            (None, &[(FactName::NestedOverlayUserxattr, Text("forbidden"))]),
        ],
    ),
];
