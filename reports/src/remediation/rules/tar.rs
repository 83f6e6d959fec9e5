//! What to do when archives do not extract as they should. Which cause it was stands in the
//! finding's evidence; damage is met by the rules for damage as well.

use crate::{Code, Confidence, FactName, Severity, TarClassification};

use super::super::condition::{ANY, Test, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};

/// Filesystems that lie on something that lasts; on tmpfs there is nothing to move away from.
const LASTING: &[&str] = &["ext2", "ext3", "ext4", "xfs", "btrfs", "overlay"];

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "repeat-round-trip",
        title: "Repeat the round trip beside a control run on tmpfs",
        stage: Stage::Diagnose,
        when: When {
            severities: &[Severity::Corrupt, Severity::Suspect],
            codes: &[
                Code::TarEntryError,
                Code::TarContentDiffers,
                Code::TarMetadataDiffers,
                Code::TarCleanupFailed,
            ],
            ..ANY
        },
        steps: &[
            run(
                "Once the data is safe, and while nothing else installs. TMPFS is a directory on \
                 tmpfs (/dev/shm of a container often holds 64 MiB alone). What fails here and \
                 passes there is the fault of this filesystem or of what lies below it.",
                "fscan tar {path} --rounds 3 --control TMPFS",
            ),
            run(
                "On the node: save what the kernel said. A restart of the node loses it.",
                "dmesg -T > kernel-log.txt",
            ),
        ],
        caveat: "It writes to the filesystem, and writing to a damaged one can spread the \
                 damage. A control run that passes says nothing by itself.",
        source: "fscan's rules of evidence",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "find-second-installer",
        title: "Look for a second installer in the same directory",
        stage: Stage::Diagnose,
        // A competing installer that was asked for is told as info.
        when: When {
            severities: &[Severity::Corrupt, Severity::Suspect, Severity::Warning],
            codes: &[Code::TarEntryError],
            classifications: &[TarClassification::ParentRemoved],
            ..ANY
        },
        steps: &[
            run(
                "Editors, file watchers, containers and other shells start installs too.",
                "pgrep -af 'npm|pnpm|yarn'",
            ),
            tell(
                "Only if nothing of that runs in the project, install anew from its directory (npm \
                 ci, which makes node_modules anew).",
            ),
            run(
                "Update npm: node-tar 7.4.3 and older remembers the directories it made and does \
                 not make one again that was removed. npm up to 11.6.0 has such a one.",
                "npm install -g npm@latest",
            ),
        ],
        caveat: "It is no evidence of corruption. An installer in another container of the same \
                 volume shows in that container alone.",
        source: "npm/cli#4383; npm/pacote#87; isaacs/node-tar#441",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "install-on-tmpfs",
        title: "Until then keep node_modules off the damaged volume",
        stage: Stage::WorkRound,
        when: When {
            severities: &[Severity::Corrupt],
            filesystems: LASTING,
            // Where packages are installed, or nothing is known of that.
            facts: &[
                &[Test::LiesHere(FactName::NpmCache)],
                &[Test::LiesHere(FactName::PnpmStore)],
                &[Test::Given(FactName::InstallLeftovers)],
                &[Test::NotGiven(FactName::Filesystem)],
            ],
            ..ANY
        },
        steps: &[
            tell(
                "In the pod's specification: a volume emptyDir {medium: Memory, sizeLimit: SIZE}, \
                 mounted at the project's node_modules, and one for its build output. SIZE is what \
                 they take (du -sh node_modules), and the memory limit must have room for it.",
            ),
            run(
                "Or, where the user may mount, in the project's directory. What node_modules \
                 holds is hidden, not removed.",
                "mount -t tmpfs -o size=SIZE tmpfs node_modules",
            ),
            run(
                "With pnpm move its store as well, one store a pod.",
                "pnpm install --store-dir /tmp/pnpm-store",
            ),
        ],
        caveat: "Lost at every restart, and it counts against the memory limit. Sources and \
                 everything else are still on the damaged volume.",
        source: "Kubernetes documentation: emptyDir; tmpfs(5); pnpm documentation: store-dir",
        confidence: Confidence::Medium,
    },
];
