//! What to do about a Longhorn volume: its replicas, snapshots and backups, and the filesystem on
//! it that can only be checked in Longhorn's way.

use crate::{Code, Confidence, FactName, Severity};

use super::super::condition::{ANY, Test, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{Template, destroy, run, tell};
use super::EXT;

const DAMAGE: &[Severity] = &[Severity::Corrupt, Severity::Suspect];

const ON_LONGHORN: &[&[Test]] = &[&[Test::Given(FactName::LonghornVolume)]];

/// The filesystem lies on the volume itself, and not on what cryptsetup makes of it.
const PLAIN: &[&[Test]] =
    &[&[Test::Given(FactName::LonghornVolume), Test::BeginsNot(FactName::Device, MAPPER)]];

const ENCRYPTED: &[&[Test]] =
    &[&[Test::Given(FactName::LonghornVolume), Test::Begins(FactName::Device, MAPPER)]];

const MAPPER: &str = "/dev/mapper/";

const WHICH_PODS: Template =
    run("Which pods use the claim.", "kubectl -n {namespace} describe pvc {claim}");

const STOP_PODS: Template = run(
    "Stop them through what made them.",
    "kubectl -n {namespace} scale {workload} --replicas=0",
);

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "snapshot-longhorn-volume",
        title: "Take a Longhorn snapshot, and a backup of it",
        stage: Stage::Protect,
        when: When { severities: DAMAGE, facts: ON_LONGHORN, ..ANY },
        steps: &[
            run(
                "The snapshot. If the name is taken, it was taken before: choose another.",
                "printf '%s' '{\"apiVersion\":\"longhorn.io/v1beta2\",\"kind\":\"Snapshot\",\"metadata\":\
                 {\"name\":\"{volume}-before-repair\",\"namespace\":\"longhorn-system\"},\"spec\":\
                 {\"volume\":\"{volume}\",\"createSnapshot\":true}}' | kubectl create -f -",
            ),
            run(
                "The backup, once the snapshot says readyToUse. It needs a backup target.",
                "printf '%s' '{\"apiVersion\":\"longhorn.io/v1beta2\",\"kind\":\"Backup\",\"metadata\":\
                 {\"name\":\"{volume}-before-repair\",\"namespace\":\"longhorn-system\",\"labels\":\
                 {\"backup-volume\":\"{volume}\"}},\"spec\":{\"snapshotName\":\
                 \"{volume}-before-repair\"}}' | kubectl create -f -",
            ),
            run(
                "Wait until it says Completed.",
                "kubectl -n longhorn-system get backups.longhorn.io {volume}-before-repair",
            ),
        ],
        caveat: "Both keep the damage too. A snapshot lies on the same replicas as the volume and \
                 goes with them; only the backup lies elsewhere, and only once it was restored \
                 and compared is it known to be one.",
        source: "Longhorn documentation: create a snapshot, create a backup",
        confidence: Confidence::High,
    },
    Rule {
        id: "stop-on-faulted",
        title: "Write nothing to a volume whose replicas have all failed",
        stage: Stage::Protect,
        when: When { codes: &[Code::VolumeFaulted], ..ANY },
        steps: &[
            tell(
                "Stop what writes to it. Do not have a replica salvaged before it is known which.",
            ),
            run(
                "Which replicas there are, where, and when each failed.",
                "kubectl -n longhorn-system get replicas.longhorn.io -l longhornvolume={volume} \
                 -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeID,FAILED:.spec.failedAt",
            ),
            tell(
                "The one that failed last has the newest content. Copy the replica directories on \
                 the nodes (/var/lib/longhorn/replicas) before one is salvaged.",
            ),
        ],
        caveat: "A replica that failed earlier lacks what was written later, and salvaging it can \
                 make it the one that the others are built from.",
        source: "Longhorn documentation: data recovery; longhorn/longhorn#7425",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "retain-volume",
        title: "Have the volume outlive its claim",
        stage: Stage::Protect,
        when: When {
            severities: &[Severity::Corrupt, Severity::Suspect, Severity::Warning],
            facts: &[&[
                Test::Given(FactName::PersistentVolume),
                Test::Is(FactName::ReclaimPolicy, "Delete"),
            ]],
            ..ANY
        },
        steps: &[run(
            "Else who deletes the claim deletes the volume.",
            "kubectl patch pv {pv} -p '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'",
        )],
        caveat: "A PV that is Released is bound again only when its claimRef was cleared.",
        source: "Kubernetes documentation: persistent volumes, change the reclaim policy",
        confidence: Confidence::High,
    },
    Rule {
        id: "back-up-first",
        title: "Delete and recreate nothing: no backup of the volume is known",
        stage: Stage::Protect,
        when: When { codes: &[Code::VolumeNotBackedUp], ..ANY },
        steps: &[
            tell("Set a backup target in Longhorn (S3, NFS, SMB), outside the cluster."),
            tell("Or copy {path} to another volume. Stop first what writes there."),
            run(
                "What there is. ELSEWHERE lies on another volume.",
                "fscan --read-only {path} --manifest ELSEWHERE/as-found.jsonl.gz",
            ),
            run("Copy.", "rsync -aHAXx --numeric-ids {path}/ DESTINATION/"),
            run(
                "Verify the copy by content.",
                "fscan --read-only DESTINATION --baseline ELSEWHERE/as-found.jsonl.gz",
            ),
        ],
        caveat: "Longhorn knows only of its own backups: there may be others.",
        source: "Longhorn documentation: setting a backup target; rsync(1)",
        confidence: Confidence::High,
    },
    Rule {
        id: "wait-for-rebuild",
        title: "Let the rebuild come to its end",
        stage: Stage::Protect,
        when: When { codes: &[Code::VolumeDegraded], ..ANY },
        steps: &[
            run(
                "Wait until robustness is healthy. Neither fstrim nor stress until then.",
                "kubectl -n longhorn-system get volumes.longhorn.io {volume} -w",
            ),
            run(
                "If it does not begin: which replicas there are, and where.",
                "kubectl -n longhorn-system get replicas.longhorn.io -l longhornvolume={volume} -o wide",
            ),
        ],
        caveat: "A rebuild copies what is on the replica that is left, damage included.",
        source: "Longhorn documentation: concepts; longhorn/longhorn#13139",
        confidence: Confidence::High,
    },
    Rule {
        id: "check-longhorn-ext4-offline",
        title: "Check the ext4 on the Longhorn volume offline, without repairing",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Corrupt], filesystems: EXT, facts: PLAIN, ..ANY },
        steps: &[
            WHICH_PODS,
            STOP_PODS,
            tell(
                "Attach the volume to a node in Longhorn's UI, without maintenance mode: that has \
                 no block device.",
            ),
            run(
                "On that node, as root. Exit code 0: sound; 4: errors, none of them touched.",
                "e2fsck -fn /dev/longhorn/{volume}",
            ),
            tell("Detach it. Keep what e2fsck printed: a repair is decided on by it."),
        ],
        caveat: "Never on a mounted volume: its output would be wrong there, and a repair would \
                 destroy data.",
        source: "Longhorn knowledge base: troubleshooting-volume-filesystem-corruption; e2fsck(8)",
        confidence: Confidence::High,
    },
    Rule {
        id: "check-in-instance-manager",
        title: "If e2fsck says that a feature is unsupported, run Longhorn's own",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Corrupt], filesystems: EXT, facts: PLAIN, ..ANY },
        steps: &[
            run(
                "The instance manager of the node that the volume is attached to.",
                "kubectl -n longhorn-system get pods -l longhorn.io/component=instance-manager -o wide",
            ),
            run(
                "POD is its name.",
                "kubectl -n longhorn-system exec POD -- e2fsck -fn /dev/longhorn/{volume}",
            ),
        ],
        caveat: "Only where the node's e2fsck refused. The volume must not be mounted here either.",
        source: "Longhorn knowledge base: troubleshooting-volume-filesystem-corruption",
        confidence: Confidence::Low,
    },
    Rule {
        id: "check-encrypted-ext4-offline",
        title: "Check the ext4 on the encrypted volume offline, without repairing",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Corrupt], filesystems: EXT, facts: ENCRYPTED, ..ANY },
        steps: &[
            WHICH_PODS,
            STOP_PODS,
            tell(
                "Attach the volume to a node in Longhorn's UI, without maintenance mode. The device \
                 itself holds LUKS: e2fsck would find no filesystem on it.",
            ),
            run(
                "On that node, as root, with the passphrase from the secret of its class.",
                "cryptsetup open --readonly /dev/longhorn/{volume} fscan-check",
            ),
            run(
                "Exit code 0: sound; 4: errors, none of them touched.",
                "e2fsck -fn /dev/mapper/fscan-check",
            ),
            run("Then close it, and detach the volume.", "cryptsetup close fscan-check"),
        ],
        caveat: "Never on a mounted volume: its output would be wrong there, and a repair would \
                 destroy data.",
        source: "Longhorn documentation: volume encryption; cryptsetup(8); e2fsck(8)",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "read-longhorn-events",
        title: "Look for a volume that was detached under the filesystem",
        stage: Stage::Diagnose,
        when: When { severities: DAMAGE, mentions: &["EIO"], facts: ON_LONGHORN, ..ANY },
        steps: &[
            run(
                "DetachedUnexpectedly at the time of the errors: the transport failed first.",
                "kubectl -n longhorn-system get events --sort-by=.lastTimestamp",
            ),
            run(
                "On the node: what the kernel said of the device.",
                "dmesg -T --level=emerg,alert,crit,err,warn",
            ),
        ],
        caveat: "EIO is often the network or the engine, and the filesystem sound. Events are \
                 kept for an hour by default.",
        source: "Longhorn knowledge base: troubleshooting-volume-filesystem-corruption",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "compare-replicas",
        title: "Compare the replicas with one another",
        stage: Stage::Diagnose,
        when: When {
            severities: DAMAGE,
            codes: &[Code::DirectoryReadUnstable, Code::TarContentDiffers],
            facts: &[&[
                Test::Given(FactName::LonghornVolume),
                Test::AtLeast(FactName::VolumeReplicas, 2),
            ]],
            ..ANY
        },
        steps: &[
            tell("Scale the workload to 0 and let the volume detach: a replica in use changes."),
            run(
                "On each node that has one, as root. Which nodes: Longhorn's UI.",
                "sha512sum /var/lib/longhorn/replicas/{volume}-*/volume-*.img",
            ),
            destroy(
                "If one differs from all others and the others are alike, delete that one; it is \
                 built anew from the others. REPLICA is its name.",
                "kubectl -n longhorn-system delete replicas.longhorn.io REPLICA",
            ),
        ],
        caveat: "Reads that differ speak of replicas that differ, and of memory and cache as well. \
                 Of two replicas nobody knows which is right.",
        source: "Longhorn knowledge base: troubleshooting-volume-filesystem-corruption",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "verify-after-salvage",
        title: "Compare the files with a backup or a manifest",
        stage: Stage::Diagnose,
        when: When { codes: &[Code::VolumeFaulted, Code::VolumeSalvaged], ..ANY },
        steps: &[
            run(
                "With a manifest from before the failure: what was lost or changed.",
                "fscan --read-only {path} --baseline ELSEWHERE/before.jsonl.gz",
            ),
            tell(
                "Without one restore the last backup from before it into a volume of its own, \
                 write a manifest there, and compare with that.",
            ),
        ],
        caveat: "What was written between backup and failure differs rightly.",
        source: "longhorn/longhorn#7425",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "healthy-is-no-proof",
        title: "Do not take Longhorn's \"healthy\" for a sound filesystem",
        stage: Stage::Diagnose,
        when: When {
            severities: &[Severity::Corrupt],
            facts: &[&[
                Test::Given(FactName::LonghornVolume),
                Test::Is(FactName::VolumeRobustness, "healthy"),
            ]],
            ..ANY
        },
        steps: &[tell(
            "It says that all replicas answer. What a filesystem on them holds Longhorn never \
             looks at: replicas are copies of the device, with whatever damage is on it.",
        )],
        caveat: "That replicas are healthy does not clear Longhorn either: the cause is \
                 undetermined.",
        source: "Longhorn documentation: concepts; longhorn/longhorn#13139",
        confidence: Confidence::High,
    },
    Rule {
        id: "raise-replicas",
        title: "After check and backup raise the number of replicas to 3",
        stage: Stage::Prevent,
        when: When { codes: &[Code::VolumeNotRedundant], ..ANY },
        steps: &[run(
            "It can be done while the volume is in use. It needs three nodes with room for it.",
            "kubectl -n longhorn-system patch volumes.longhorn.io {volume} --type merge \
             -p '{\"spec\":{\"numberOfReplicas\":3}}'",
        )],
        caveat: "It adds redundancy and nothing else: one replica explains no damage to a \
                 filesystem, and the new ones are copies of it with the damage.",
        source: "Longhorn documentation: concepts; longhorn-manager: volume validator",
        confidence: Confidence::High,
    },
    Rule {
        id: "new-storage-class",
        title: "Make new volumes with 3 replicas",
        stage: Stage::Prevent,
        when: When { codes: &[Code::VolumeNotRedundant], ..ANY },
        steps: &[run(
            "A StorageClass for new claims. What is in a class cannot be changed later.",
            "printf '%s' '{\"apiVersion\":\"storage.k8s.io/v1\",\"kind\":\"StorageClass\",\"metadata\":\
             {\"name\":\"longhorn-3-replicas\"},\"provisioner\":\"driver.longhorn.io\",\
             \"allowVolumeExpansion\":true,\"reclaimPolicy\":\"Retain\",\"parameters\":\
             {\"numberOfReplicas\":\"3\",\"staleReplicaTimeout\":\"30\",\"fsType\":\"ext4\"}}' \
             | kubectl create -f -",
        )],
        caveat: "Longhorn's setting Default Replica Count is for volumes made in its UI alone. \
                 Claims that exist keep the class they have.",
        source: "Longhorn documentation: storage class parameters, settings",
        confidence: Confidence::High,
    },
    Rule {
        id: "check-snapshot-integrity",
        title: "Have Longhorn compare the checksums of snapshots",
        stage: Stage::Prevent,
        when: When {
            facts: &[
                &[
                    Test::Given(FactName::LonghornVolume),
                    Test::Is(FactName::SnapshotIntegrity, "disabled"),
                ],
                &[
                    Test::Given(FactName::LonghornVolume),
                    Test::Is(FactName::SnapshotIntegrity, "fast-check"),
                ],
            ],
            ..ANY
        },
        steps: &[run(
            "For this volume.",
            "kubectl -n longhorn-system patch volumes.longhorn.io {volume} --type merge \
             -p '{\"spec\":{\"snapshotDataIntegrity\":\"enabled\"}}'",
        )],
        caveat: "It reads all snapshots now and then, and covers them alone, not what was \
                 written after the last one. fast-check does not see silent changes.",
        source: "Longhorn documentation: snapshot data integrity check",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "upgrade-longhorn",
        title: "Leave a Longhorn, or a block size, with which rebuilds corrupted data",
        stage: Stage::Prevent,
        when: When {
            weight: Severity::Warning,
            facts: &[
                &[
                    Test::Given(FactName::LonghornVolume),
                    Test::Within(FactName::LonghornVersion, [0, 0, 0], [1, 2, 6]),
                ],
                &[
                    Test::Given(FactName::LonghornVolume),
                    Test::Within(FactName::LonghornVersion, [1, 3, 0], [1, 3, 2]),
                ],
                &[Test::Given(FactName::LonghornVolume), Test::AtMost(FactName::BlockSize, 4095)],
            ],
            ..ANY
        },
        steps: &[
            tell("Upgrade Longhorn, a minor version at a time, with sound backups at hand."),
            tell(
                "A filesystem with blocks below 4 KiB is made anew (mkfs.ext4 -b 4096), on a new \
                 volume, and the files are copied.",
            ),
        ],
        caveat: "It matters only where a replica was rebuilt.",
        source: "Longhorn knowledge base: troubleshooting-volume-filesystem-corruption; Longhorn \
                 release notes 1.2.6 and 1.3.2",
        confidence: Confidence::Medium,
    },
];
