//! What to do about damage in a filesystem, whatever found it.

use crate::{Code, Confidence, FactName, Severity};

use super::super::condition::{ANY, Test, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};
use super::EXT;

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "secure-data",
        title: "Stop writers and secure the data before anything else",
        stage: Stage::Protect,
        when: When { severities: &[Severity::Corrupt], ..ANY },
        steps: &[
            tell("Stop what writes to the volume: builds, installs, databases, cron jobs."),
            tell(
                "Take a snapshot of the volume and a backup of that snapshot to storage outside \
                 the cluster (Longhorn: a Snapshot with createSnapshot: true, then a Backup).",
            ),
            run(
                "Write down what can be seen. ELSEWHERE lies on another volume.",
                "fscan --read-only {path} --manifest ELSEWHERE/as-found.jsonl.gz",
            ),
            run(
                "Copy what can still be read. Its errors and exit codes other than 0 name what is \
                 lost.",
                "rsync -aHAXx --numeric-ids {path}/ DESTINATION/",
            ),
            run(
                "Verify the copy by content.",
                "fscan --read-only DESTINATION --baseline ELSEWHERE/as-found.jsonl.gz",
            ),
            tell(
                "A copy of files lacks every name that the damaged filesystem does not show. Those \
                 may be on the device still: keep the snapshot, or copy the device whole (dd, \
                 ddrescue), and let `fscan image` look at that copy.",
            ),
        ],
        caveat: "Snapshot and backup keep the damage too. Replicas are no backup: the damage is \
                 on each of them. Never delete the volume claim before a copy is verified.",
        source: "Longhorn knowledge base: troubleshooting-volume-filesystem-corruption; Longhorn \
                 documentation: snapshots and backups",
        confidence: Confidence::High,
    },
    Rule {
        id: "keep-volume-claim",
        title: "Read the kernel log before the read-only workload restarts",
        stage: Stage::Protect,
        when: When { codes: &[Code::MountReadOnlyByError, Code::StressTargetLost], ..ANY },
        steps: &[
            run(
                "On the node: save what the kernel said. A restart of the node loses it.",
                "dmesg -T > kernel-log.txt",
            ),
            tell("Keep the volume claim (PVC). The mount being read-only protects the data."),
            run(
                "Restart the workload only after the offline check.",
                "kubectl -n {namespace} rollout restart {workload}",
            ),
        ],
        caveat: "A restart mounts the damaged filesystem writable again. An I/O error in the log \
                 may point to the network or the device instead of the filesystem.",
        source: "Longhorn documentation: recover-volume; kernel fs/ext4/super.c \
                 (ext4_handle_error)",
        confidence: Confidence::High,
    },
    Rule {
        id: "find-device-errors",
        title: "Look below the filesystem: something answered EIO",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Corrupt], mentions: &["EIO"], ..ANY },
        steps: &[
            run(
                "On the node, before it restarts: which device failed, and at which sectors.",
                "dmesg -T | grep -iE 'i/o error|medium error|timed out|reset'",
            ),
            run("The disks that the filesystem lies on.", "lsblk -s {device}"),
            run(
                "What each of them says of itself: sectors that are pending or were replaced, and \
                 errors on record. DISK is its name.",
                "smartctl -x /dev/DISK",
            ),
            tell(
                "Of a volume with replicas (Longhorn) look at each replica, and at the disk of the \
                 node that it is on: a sound one has the bytes still.",
            ),
            tell(
                "A disk that fails is copied whole, and once, before anything else reads all of it \
                 (ddrescue), and then replaced. Check and repair the copy.",
            ),
        ],
        caveat: "Not each EIO is the disk's: the network to a replica, a time-out, an image that is \
                 shorter than its filesystem, or the filesystem itself may answer so. Where the log \
                 names no device, look at the filesystem first.",
        source: "kernel block/blk-core.c (blk_errors); smartctl(8); GNU ddrescue manual",
        confidence: Confidence::High,
    },
    Rule {
        id: "check-ext4-offline",
        title: "Check the ext4 filesystem offline, without repairing",
        stage: Stage::Diagnose,
        when: When {
            severities: &[Severity::Corrupt],
            filesystems: EXT,
            facts: &[&[Test::NotGiven(FactName::LonghornVolume)]],
            ..ANY
        },
        steps: &[
            tell(
                "Scale the workload to 0 and attach the volume to a node without mounting it \
                 (Longhorn: attach normally; maintenance mode has no block device). Or attach a \
                 clone made from the snapshot.",
            ),
            run(
                "On that node, as root. Exit code 0: sound; 4: errors, none of them touched.",
                "e2fsck -fn {device}",
            ),
            tell(
                "Read the output before you decide on a repair (e2fsck -fy), and repair only when \
                 a verified copy exists: a repair can remove files.",
            ),
        ],
        caveat: "Never on a mounted volume: its output would be wrong there, and a repair would \
                 destroy data. A clone has another device name.",
        source: "e2fsck(8); Longhorn knowledge base: \
                 troubleshooting-volume-filesystem-corruption",
        confidence: Confidence::High,
    },
    Rule {
        id: "check-xfs-offline",
        title: "Check the XFS filesystem offline, without repairing",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Corrupt], filesystems: &["xfs"], ..ANY },
        steps: &[run(
            "With the volume unmounted, or on a clone. Exit code 1: corruption was detected.",
            "xfs_repair -n {device}",
        )],
        caveat: "With a log that was not replayed it may report damage that is none: mount and \
                 unmount a clone first. Never use -L before a verified copy exists.",
        source: "xfs_repair(8)",
        confidence: Confidence::High,
    },
    Rule {
        id: "check-btrfs-offline",
        title: "Check the Btrfs filesystem offline, without repairing",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Corrupt], filesystems: &["btrfs"], ..ANY },
        steps: &[run(
            "With the volume unmounted, or on a block-level clone that the node sees alone.",
            "btrfs check --readonly {device}",
        )],
        caveat: "Never use --repair unless a Btrfs developer advises it.",
        source: "btrfs-check(8)",
        confidence: Confidence::High,
    },
    Rule {
        id: "suspect-directory-index",
        title: "Look for a damaged directory index",
        stage: Stage::Diagnose,
        when: When {
            severities: &[Severity::Corrupt],
            codes: &[Code::DirentDangling],
            filesystems: EXT,
            ..ANY
        },
        steps: &[
            run(
                "While nothing writes: whether it is still so, and for which directories.",
                "fscan --read-only {path} --check entries,inodes,links",
            ),
            tell(
                "Of an index the offline check says \"Problem in HTREE directory inode\". Then \
                 the names are mostly there still, and a repair builds the index anew.",
            ),
        ],
        caveat: "A name that something removes meanwhile looks the same for a moment: fscan looked \
                 several times, and a writer that never rests can still deceive.",
        source: "kernel fs/ext4/namei.c, fs/ext4/hash.c; e2fsck(8)",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "date-kernel-errors",
        title: "Find out when the kernel recorded its errors",
        stage: Stage::Diagnose,
        when: When { codes: &[Code::KernelErrorsRecorded, Code::KernelErrorsDuringScan], ..ANY },
        steps: &[
            run(
                "Read the record. Times are seconds since 1970; date -d @SECONDS shows them.",
                "grep -H . /sys/fs/ext4/*/errors_count /sys/fs/ext4/*/last_error_*",
            ),
            tell(
                "Compare last_error_time with the last fsck, with replica rebuilds and with node \
                 failures. A count that grows means that the damage is still being met.",
            ),
        ],
        caveat: "The record survives remounts and stays until fsck clears it: an old one may \
                 speak of damage that is no longer there.",
        source: "kernel fs/ext4/sysfs.c, fs/ext4/super.c",
        confidence: Confidence::High,
    },
    Rule {
        id: "scan-again-quiet",
        title: "Scan again while nothing writes",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Suspect], ..ANY },
        steps: &[
            tell("Stop what writes below the path, or choose a quiet hour."),
            run(
                "What is found again then is more likely damage than chance.",
                "fscan --read-only {path}",
            ),
        ],
        caveat: "A suspect finding is consistent with corruption, not proof of it. What does not \
                 come back is not proven harmless either: the kernel may answer from its cache.",
        source: "fscan's rules of evidence",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "get-files-again",
        title: "Get the files again that hold what nobody wrote",
        stage: Stage::Repair,
        when: When { codes: &[Code::ContentZeroed, Code::ContentSelfCheckFailed], ..ANY },
        steps: &[
            tell(
                "Copy off the files that the findings name: they are the evidence, and some may be \
                 the only copy.",
            ),
            tell(
                "Restore each from a backup or version control, fetch it again, or install anew the \
                 package that it is of.",
            ),
        ],
        caveat: "A crash or a full disk leaves several: look at what was written in the same minute, \
                 too. Files that go wrong on one volume again and again make that volume suspect: \
                 scan it with a manifest, and later against that.",
        source: "fscan's rules of evidence",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "stop-writes-on-errors",
        title: "Let damage stop writes (errors=remount-ro)",
        stage: Stage::Prevent,
        when: When { codes: &[Code::MountErrorsContinue], ..ANY },
        steps: &[run(
            "After check and repair, unmounted, on the node, as root. It applies from the next \
             mount.",
            "tune2fs -e remount-ro {device}",
        )],
        caveat: "Trades availability for safety: the first error that the kernel meets turns the \
                 mount read-only, and the workload fails.",
        source: "tune2fs(8)",
        confidence: Confidence::Medium,
    },
];
