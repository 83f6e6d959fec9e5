//! Where Buildah cannot build, and what to do instead.

use crate::{Confidence, FactName, Severity};

use super::super::condition::{ANY, Test, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};

/// How many subordinate ids images need: theirs go to 65,535.
const ENOUGH: u64 = 65_535;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "add-subordinate-ids",
        title: "Give the user subordinate ids",
        stage: Stage::WorkRound,
        when: When {
            facts: &[
                &[
                    Test::Given(FactName::Buildah),
                    Test::AtMost(FactName::SubordinateUserIds, ENOUGH),
                    Test::NotHolds(FactName::IdMapping),
                ],
                &[
                    Test::Given(FactName::Buildah),
                    Test::AtMost(FactName::SubordinateGroupIds, ENOUGH),
                    Test::NotHolds(FactName::IdMapping),
                ],
            ],
            weight: Severity::Warning,
            ..ANY
        },
        steps: &[
            run(
                "As root, best in the image of the pod. It must be a range that /etc/subuid and \
                 /etc/subgid give nobody yet.",
                "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}",
            ),
            run("What maps them, in Debian and Ubuntu.", "apt-get install uidmap"),
        ],
        caveat: "newuidmap gains nothing under no_new_privs (allowPrivilegeEscalation: false), and \
                 the ids must exist in the pod's own user namespace.",
        source: "subuid(5); newuidmap(1); Buildah documentation: rootless",
        confidence: Confidence::High,
    },
    Rule {
        id: "allow-user-namespaces",
        title: "Have user namespaces allowed",
        stage: Stage::WorkRound,
        when: When {
            facts: &[
                &[Test::Given(FactName::Buildah), Test::Holds(FactName::UserNamespaces, false)],
                &[
                    Test::Given(FactName::Buildah),
                    Test::Holds(FactName::AppArmorRestriction, true),
                    Test::Is(FactName::NestedOverlayUserxattr, "forbidden"),
                ],
            ],
            weight: Severity::Warning,
            ..ANY
        },
        steps: &[
            run(
                "On the node, as root: what forbids them.",
                "sysctl user.max_user_namespaces kernel.apparmor_restrict_unprivileged_userns",
            ),
            tell(
                "An AppArmor or seccomp profile that allows unshare and mount, or hostUsers: false \
                 in the pod's specification, which gives it a user namespace of its own.",
            ),
        ],
        caveat: "User namespaces widen what an attacker in the pod can reach of the kernel.",
        source: "user_namespaces(7); Kubernetes documentation: user namespaces",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "buildah-chroot",
        title: "Build without mounting: chroot isolation and the vfs driver",
        stage: Stage::WorkRound,
        when: When {
            facts: &[&[
                Test::Given(FactName::Buildah),
                Test::Is(FactName::NestedOverlayUserxattr, "forbidden"),
            ]],
            weight: Severity::Warning,
            ..ANY
        },
        steps: &[run(
            "In the directory of the Containerfile.",
            "buildah build --isolation chroot --storage-driver vfs .",
        )],
        caveat: "It still needs ids that are mapped, and vfs copies every layer whole.",
        source: "Buildah documentation: buildah-build(1); containers/buildah#4049",
        confidence: Confidence::Medium,
    },
];
