//! Repair, and beginning anew on another volume.

use crate::{Confidence, FactName, Severity};

use super::super::condition::{ANY, Test, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{Template, destroy, run, tell};
use super::{EXT, REPAIR_CAVEAT};

const CORRUPT: &[Severity] = &[Severity::Corrupt];

const DECIDE: Template = tell(
    "Decide by the output of e2fsck -fn: what it wants to clear or to unlink is lost afterwards. Try \
     the repair on a clone or an image first.",
);

const LOOK_AGAIN: Template = run(
    "Mounted again: what is left, and what has changed.",
    "fscan --read-only {path} --baseline ELSEWHERE/as-found.jsonl.gz",
);

const REPAIR_SOURCE: &str =
    "e2fsck(8); Longhorn knowledge base: troubleshooting-volume-filesystem-corruption";

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "repair-ext4",
        title: "Let e2fsck repair, when it is known what it will do",
        stage: Stage::Repair,
        when: When {
            severities: CORRUPT,
            filesystems: EXT,
            facts: &[&[Test::NotGiven(FactName::LonghornVolume)]],
            ..ANY
        },
        steps: &[
            DECIDE,
            destroy(
                "With the volume unmounted, on the node, as root. Keep what it prints.",
                "e2fsck -fy {device}",
            ),
            LOOK_AGAIN,
        ],
        caveat: REPAIR_CAVEAT,
        source: REPAIR_SOURCE,
        confidence: Confidence::Medium,
    },
    Rule {
        id: "repair-longhorn-ext4",
        title: "Let e2fsck repair the volume, when it is known what it will do",
        stage: Stage::Repair,
        when: When {
            severities: CORRUPT,
            filesystems: EXT,
            facts: &[&[Test::Given(FactName::LonghornVolume)]],
            ..ANY
        },
        steps: &[
            DECIDE,
            destroy(
                "With the volume attached and unmounted, on that node, as root (an encrypted one: on \
                 what cryptsetup opened). Keep what it prints.",
                "e2fsck -fy /dev/longhorn/{volume}",
            ),
            LOOK_AGAIN,
        ],
        caveat: REPAIR_CAVEAT,
        source: REPAIR_SOURCE,
        confidence: Confidence::Medium,
    },
    Rule {
        id: "restore-backup",
        title: "Restore a backup from before the damage",
        stage: Stage::Recreate,
        when: When {
            severities: CORRUPT,
            facts: &[&[Test::Given(FactName::LonghornVolume), Test::Given(FactName::LastBackup)]],
            ..ANY
        },
        steps: &[
            tell(
                "Restore it into a new volume, in Longhorn's UI or with a claim whose class names \
                 fromBackup. The volume in use is not touched by that.",
            ),
            run("Mount the new one, and look at it.", "fscan DIRECTORY"),
            destroy(
                "Or revert the volume to a snapshot from before it, detached and attached in \
                 maintenance mode, in Longhorn's UI. The snapshots are these.",
                "kubectl -n longhorn-system get snapshots.longhorn.io -l longhornvolume={volume}",
            ),
        ],
        caveat: "What was written later is lost. A backup or snapshot made after the damage has \
                 it too: scan before you trust it.",
        source: "Longhorn documentation: restore from a backup, revert to a snapshot",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "recreate-volume-claim",
        title: "Recreate the claim with three replicas, and prove that all survived",
        stage: Stage::Recreate,
        when: When {
            severities: CORRUPT,
            facts: &[&[Test::Given(FactName::LonghornVolume)], &[Test::Given(FactName::Claim)]],
            ..ANY
        },
        steps: &[
            run(
                "What there is, while nothing writes. ELSEWHERE lies on another volume.",
                "fscan --read-only {path} --manifest ELSEWHERE/as-found.jsonl.gz",
            ),
            tell("Make a new claim of another name, of a class with three replicas, and mount it."),
            run("Copy.", "rsync -aHAXx --numeric-ids {path}/ DESTINATION/"),
            run(
                "Prove it.",
                "fscan --read-only DESTINATION --baseline ELSEWHERE/as-found.jsonl.gz",
            ),
            tell("Let the workload use the new claim. Keep the old one until all works."),
            destroy(
                "Only then, and only while the policy of its PV is Retain: the volume stays.",
                "kubectl -n {namespace} delete pvc {claim}",
            ),
        ],
        caveat: "What cannot be read on the damaged volume is in neither manifest nor copy: the \
                 findings name it. A PV that is Released is bound again only when its claimRef \
                 was cleared.",
        source: "Kubernetes documentation: persistent volumes, change the reclaim policy; Longhorn \
                 documentation",
        confidence: Confidence::Medium,
    },
];
