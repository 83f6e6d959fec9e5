//! Where Docker and BuildKit cannot build, and what to do instead.

use crate::{Confidence, FactName, Severity};

use super::super::condition::{ANY, Test, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};

/// Docker is there, and its data root lies where no overlay can be mounted.
const ON_OVERLAY: &[&[Test]] =
    &[&[Test::Given(FactName::Docker), Test::Is(FactName::DockerDataRootFilesystem, "overlay")]];

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "docker-data-volume",
        title: "Give Docker's data root a volume of its own",
        stage: Stage::WorkRound,
        when: When { facts: ON_OVERLAY, weight: Severity::Warning, ..ANY },
        steps: &[
            tell(
                "In the pod's specification: a disk-backed emptyDir, or a volume, mounted at \
                 /var/lib/docker.",
            ),
            run("Then, in the pod: it should say ext4 or xfs.", "findmnt -T /var/lib/docker"),
        ],
        caveat: "An emptyDir is on the node's disk and is lost with the pod: images are pulled \
                 and built again.",
        source: "kernel Documentation/filesystems/overlayfs.rst (upper layer), \
                 fs/overlayfs/params.c; Docker documentation: overlay2",
        confidence: Confidence::High,
    },
    Rule {
        id: "docker-data-root-on-claim",
        title: "Or move Docker's data root to the volume",
        stage: Stage::WorkRound,
        when: When {
            facts: ON_OVERLAY,
            filesystems: &["ext4", "xfs"],
            sound: true,
            weight: Severity::Warning,
            ..ANY
        },
        steps: &[
            tell(
                "In /etc/docker/daemon.json set \"data-root\" to a directory below {path}, beside \
                 what stands there. DOCKER_OPTS in /etc/default/docker is ignored under systemd.",
            ),
            run("Restart dockerd, and look.", "docker info --format '{{.DockerRootDir}}'"),
        ],
        caveat: "Images use space and inodes of the volume. Not on a volume that is damaged.",
        source: "Docker documentation: daemon data directory",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "move-containerd-root",
        title: "Move containerd's root as well: it is where the images are",
        stage: Stage::WorkRound,
        when: When {
            facts: &[&[
                Test::Given(FactName::Docker),
                Test::Is(FactName::DockerImageStore, "containerd"),
                Test::Is(FactName::ContainerdRootFilesystem, "overlay"),
            ]],
            weight: Severity::Warning,
            ..ANY
        },
        steps: &[tell(
            "In /etc/containerd/config.toml set root to a directory on a disk, or mount one at \
             /var/lib/containerd. Docker's data-root does not move it.",
        )],
        caveat: "Docker 29 and later keep images in containerd's store by default.",
        source: "Docker documentation: containerd image store",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "rootless-buildkit",
        title: "Build without mounting: rootless BuildKit, or one in a pod of its own",
        stage: Stage::WorkRound,
        when: When {
            facts: &[
                &[Test::Given(FactName::Docker), Test::Is(FactName::NestedOverlay, "forbidden")],
                &[Test::Given(FactName::Buildkit), Test::Is(FactName::NestedOverlay, "forbidden")],
            ],
            weight: Severity::Warning,
            ..ANY
        },
        steps: &[
            run("Without overlay.", "rootlesskit buildkitd --oci-worker-snapshotter=native"),
            run(
                "Or with a builder in the cluster.",
                "docker buildx create --driver kubernetes --use",
            ),
        ],
        caveat: "The native snapshotter copies every layer whole. The builder in the cluster needs \
                 the right to make pods.",
        source: "BuildKit documentation: rootless mode; Docker documentation: Kubernetes driver",
        confidence: Confidence::Medium,
    },
];
