//! What to do about what e2fsck found on an image or a detached device.

use crate::{Code, Confidence, Severity};

use super::super::condition::{ANY, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};
use super::REPAIR_CAVEAT;

pub(super) static RULES: &[Rule] = &[
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
        caveat: REPAIR_CAVEAT,
        source: "e2fsck(8)",
        confidence: Confidence::High,
    },
];
