//! The rules: a condition over findings and roots, and what follows from it.
//!
//! Symptom is not cause: a rule says what to do about what was seen and does not guess how it
//! came about. Nothing destructive stands here without a verified copy before it.

mod stress;
mod tar;

use crate::{Code, Confidence, Finding, Root, Severity, Step, TarClassification};

use super::quote::shell_word;

/// One rule.
pub(super) struct Rule {
    /// The recommendation's stable id.
    pub(super) id: &'static str,
    /// One line.
    pub(super) title: &'static str,
    /// Where it comes in the order of work.
    pub(super) stage: Stage,
    /// What must have been found, and where.
    pub(super) when: When,
    /// What to do; see [`Template`].
    pub(super) steps: &'static [Template],
    /// What can go wrong with it.
    pub(super) caveat: &'static str,
    /// Where the advice comes from.
    pub(super) source: &'static str,
    /// How sure it is.
    pub(super) confidence: Confidence,
}

/// The order of work, as a recommendation's priority.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    /// Keep what is there.
    Protect = 1,
    /// Find out what is wrong.
    Diagnose = 2,
    /// Put right what is wrong.
    Repair = 3,
    /// Begin anew elsewhere.
    Recreate = 4,
    /// Get on with the work meanwhile.
    WorkRound = 5,
    /// Keep it from happening or from growing.
    Prevent = 6,
}

/// A condition: a finding of one of these severities, codes and causes, on one of these
/// filesystems. An empty list asks for nothing, but what an offline check found is met by naming
/// its code alone: its root is an image that no path leads into.
pub(super) struct When {
    severities: &'static [Severity],
    codes: &'static [Code],
    filesystems: &'static [&'static str],
    /// Why an entry could not be extracted, as it stands in the finding's evidence.
    classifications: &'static [TarClassification],
}

/// A condition that asks for nothing.
const ANY: When = When { severities: &[], codes: &[], filesystems: &[], classifications: &[] };

impl When {
    /// Whether a finding is one that the rule is about.
    pub(super) fn finding(&self, finding: &Finding) -> bool {
        (self.severities.is_empty() || self.severities.contains(&finding.severity))
            && match self.codes {
                [] => finding.code != Code::OfflineProblem && !no_scan_tells(finding),
                codes => codes.contains(&finding.code),
            }
            && (self.classifications.is_empty() || self.is_classified(finding))
    }

    fn is_classified(&self, finding: &Finding) -> bool {
        self.classifications.iter().any(|class| finding.evidence.contains(&class.evidence()))
    }

    /// Whether a root is one that the rule is about.
    pub(super) fn root(&self, root: &Root) -> bool {
        self.any_filesystem() || self.filesystems.contains(&root.filesystem.as_str())
    }

    /// Whether the rule holds wherever the finding is.
    pub(super) fn any_filesystem(&self) -> bool {
        self.filesystems.is_empty()
    }
}

/// What another scan knows no better, short of corruption: what a comparison with a manifest
/// found, how operations came out, and that a target is no longer there.
fn no_scan_tells(finding: &Finding) -> bool {
    let told_otherwise = match finding.code {
        Code::StressDivergence | Code::StressTargetLost | Code::StressFeatureMissing => true,
        code => code.text().check == "baseline",
    };
    told_otherwise && finding.severity < Severity::Corrupt
}

/// A step before the facts are filled in: `{device}` and `{path}` in its command stand for those
/// of each root concerned.
pub(super) struct Template {
    text: &'static str,
    command: Option<&'static str>,
}

/// A step with a command.
const fn run(text: &'static str, command: &'static str) -> Template {
    Template { text, command: Some(command) }
}

/// A step that no command does.
const fn tell(text: &'static str) -> Template {
    Template { text, command: None }
}

impl Rule {
    /// The steps for `roots`; one with a root's facts in it is there once for each fact.
    pub(super) fn steps(&self, roots: &[&Root]) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for template in self.steps {
            for command in template.commands(roots) {
                let step = Step { text: template.text.to_owned(), command };
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
        }
        steps
    }
}

impl Template {
    /// The command for each root, or the one command that needs nothing of a root.
    fn commands(&self, roots: &[&Root]) -> Vec<Option<String>> {
        match self.command {
            Some(command) if command.contains('{') && !roots.is_empty() => {
                let filled = roots.iter().map(|root| fill(command, root));
                filled.map(Some).collect()
            }
            Some(command) => {
                vec![Some(command.replace("{device}", "DEVICE").replace("{path}", "DIRECTORY"))]
            }
            None => vec![None],
        }
    }
}

/// The words of a command with the facts of `root` in them. Word by word, so that a path that
/// holds `{device}` stays what it is.
fn fill(command: &str, root: &Root) -> String {
    let words = command.split(' ').map(|word| match word {
        "{device}" => device_word(root),
        "{path}" => path_word(root),
        word => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The root's device for a command line; `DEVICE` where the mount table names none (`overlay`,
/// `tmpfs`, a network share) or the name did not survive as text.
fn device_word(root: &Root) -> String {
    let device = root.device.as_str();
    if device.starts_with("/dev/") && !device.contains(char::REPLACEMENT_CHARACTER) {
        shell_word(device.as_bytes())
    } else {
        "DEVICE".to_owned()
    }
}

/// The root's path for a command line; `DIRECTORY` where the report carries only parts of it.
fn path_word(root: &Root) -> String {
    if root.path.is_shortened() { "DIRECTORY".to_owned() } else { shell_word(root.path.as_bytes()) }
}

/// Every rule. Within a stage this is the order of the recommendations.
pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(tar::RULES).chain(stress::RULES)
}

static RULES: &[Rule] = &[
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
                "Copy what can still be read to another volume. Read errors name what is lost.",
                "rsync -aHAXx --numeric-ids {path} DESTINATION",
            ),
            run(
                "Verify the copy by content. No output means that it is the same.",
                "rsync -aHAXx --numeric-ids -cni {path} DESTINATION",
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
                "kubectl rollout restart deployment/WORKLOAD",
            ),
        ],
        caveat: "A restart mounts the damaged filesystem writable again. An I/O error in the log \
                 may point to the network or the device instead of the filesystem.",
        source: "Longhorn documentation: recover-volume; kernel fs/ext4/super.c \
                 (ext4_handle_error)",
        confidence: Confidence::High,
    },
    Rule {
        id: "check-ext4-offline",
        title: "Check the ext4 filesystem offline, without repairing",
        stage: Stage::Diagnose,
        when: When {
            severities: &[Severity::Corrupt],
            filesystems: &["ext2", "ext3", "ext4"],
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
            run("What is found again then is more likely damage than chance.", "fscan {path}"),
        ],
        caveat: "A suspect finding is consistent with corruption, not proof of it. What does not \
                 come back is not proven harmless either: the kernel may answer from its cache.",
        source: "fscan's rules of evidence",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "copy-image",
        title: "Copy the device or image before anything changes it",
        stage: Stage::Protect,
        when: When {
            severities: &[Severity::Corrupt, Severity::Suspect],
            codes: &[Code::OfflineProblem],
            ..ANY
        },
        steps: &[
            tell(
                "Leave it unmounted. Of a Longhorn volume keep the snapshot that it was made from, \
                 and a backup of that to storage outside the cluster.",
            ),
            run(
                "Copy it whole, to a disk with room for all of it.",
                "cp --sparse=always {path} COPY.img",
            ),
            run("Verify the copy. No output means that it is the same.", "cmp {path} COPY.img"),
        ],
        caveat: "The copy has the damage too: it is what a repair can be tried on. If the device \
                 itself fails to be read, ddrescue copies what it can.",
        source: "e2fsck(8); Longhorn knowledge base: \
                 troubleshooting-volume-filesystem-corruption",
        confidence: Confidence::High,
    },
    Rule {
        id: "settle-image",
        title: "Check a copy whose journal was replayed",
        stage: Stage::Diagnose,
        when: When { severities: &[Severity::Suspect], codes: &[Code::OfflineProblem], ..ANY },
        steps: &[
            run(
                "Replay the journal of the copy, as a mount would, and nothing else.",
                "e2fsck -E journal_only COPY.img",
            ),
            run("What is found then is damage.", "fscan image COPY.img"),
        ],
        caveat: "A copy that was taken while the filesystem was mounted and written to can show \
                 damage that the filesystem does not have: take it from a snapshot.",
        source: "e2fsck(8)",
        confidence: Confidence::High,
    },
    Rule {
        id: "repair-copy-first",
        title: "Repair a copy and look at what is left of the files",
        stage: Stage::Repair,
        when: When { severities: &[Severity::Corrupt], codes: &[Code::OfflineProblem], ..ANY },
        steps: &[
            tell(
                "Let e2fsck repair the copy, never the original first (e2fsck -fy; where the \
                 primary superblock is damaged with -b 32768). Keep what it prints: it names what \
                 it removes.",
            ),
            run("Nothing is left to be found.", "fscan image COPY.img"),
            run(
                "Mount the copy without changing it.",
                "mount -o loop,ro,noload COPY.img DIRECTORY",
            ),
            tell(
                "Look at lost+found and at the files that the findings name, and copy off what is \
                 good. Then decide: repair the original in the same way, or recreate the volume.",
            ),
        ],
        caveat: "A repair makes the filesystem consistent, not the files whole: it can cut, empty \
                 or remove them, and move them to lost+found without their names.",
        source: "e2fsck(8)",
        confidence: Confidence::High,
    },
    Rule {
        id: "stop-writes-on-errors",
        title: "Let damage stop writes (errors=remount-ro)",
        stage: Stage::Prevent,
        when: When { codes: &[Code::MountErrorsContinue], ..ANY },
        steps: &[run(
            "On the node, as root. It applies from the next mount.",
            "tune2fs -e remount-ro {device}",
        )],
        caveat: "Trades availability for safety: the first error that the kernel meets turns the \
                 mount read-only, and the workload fails.",
        source: "tune2fs(8)",
        confidence: Confidence::Medium,
    },
];
