//! What to do about what hammering a filesystem found. Errors that speak of damage are met by the
//! rules for damage as well.

use crate::{Code, Confidence};

use super::super::condition::{ANY, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "stress-no-further",
        title: "Stress this filesystem no further, and save the kernel log",
        stage: Stage::Protect,
        when: When { codes: &[Code::StressFilesystemError], ..ANY },
        steps: &[
            run(
                "On the node: save what the kernel said. A restart of the node loses it.",
                "dmesg -T > kernel-log.txt",
            ),
            tell(
                "Run neither `fscan stress` nor `fscan replay` on it until it was checked. A \
                 reproducer can run on a filesystem made for it instead.",
            ),
        ],
        caveat: "EIO and ESTALE may come from the device or the network below: where the log says \
                 so, that has to be put right first, and the filesystem checked after it.",
        source: "fscan's rules of evidence; kernel fs/ext4/super.c (ext4_handle_error)",
        confidence: Confidence::High,
    },
    Rule {
        id: "examine-lost-target",
        title: "Find out why the target was lost",
        stage: Stage::Diagnose,
        when: When { codes: &[Code::StressTargetLost], ..ANY },
        steps: &[
            run(
                "Whether it is mounted, and with which options. Where another filesystem answers, \
                 it was unmounted.",
                "findmnt -T {path}",
            ),
            run(
                "Whether the kernel has errors of it on record. Nothing is written.",
                "fscan --read-only --check kernel {path}",
            ),
        ],
        caveat: "That nothing is on record does not clear it: a device or network that went away \
                 leaves its traces in the kernel log alone.",
        source: "findmnt(8); kernel fs/ext4/super.c (ext4_handle_error)",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "replay-elsewhere",
        title: "Replay the reproducer on another filesystem and kernel",
        stage: Stage::Diagnose,
        when: When { codes: &[Code::StressDivergence], ..ANY },
        steps: &[
            run(
                "FILE is the reproducer that the report names. DIRECTORY lies on another \
                 filesystem; /dev/shm is on tmpfs. What shows here and not there is the fault of \
                 this filesystem or of what lies below it.",
                "fscan replay FILE --on NAME=DIRECTORY",
            ),
            tell(
                "Replay it under another kernel as well, on a filesystem of the same kind: what \
                 shows there too is no matter of this volume.",
            ),
            run(
                "On the node: read what the kernel said meanwhile.",
                "dmesg -T --level=emerg,alert,crit,err,warn",
            ),
            run(
                "What stays is worth a report to the filesystem's developers, with the kernel's \
                 release, the mount options and this C program, which needs no fscan \
                 (linux-ext4@, linux-xfs@, linux-btrfs@ or linux-unionfs@vger.kernel.org).",
                "fscan replay FILE --emit c",
            ),
        ],
        caveat: "A divergence that depends on timing may not show each time, here or there. One \
                 that shows on every filesystem is more likely a mistake in fscan's model.",
        source: "fscan's rules of evidence; kernel MAINTAINERS; kernel \
                 Documentation/admin-guide/reporting-issues.rst",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "know-missing-feature",
        title: "Know what works without the missing feature",
        stage: Stage::WorkRound,
        when: When { codes: &[Code::StressFeatureMissing], ..ANY },
        steps: &[
            run(
                "How it is mounted. Options can turn features off (nouser_xattr, noacl).",
                "findmnt -T {path} -o TARGET,FSTYPE,OPTIONS",
            ),
            run("Which kernel it is: features came with its releases.", "uname -r"),
            tell(
                "Where no program of yours needs it, nothing is to be done. What depends on it \
                 was not tried in this run.",
            ),
        ],
        caveat: "A container's system call filter, or overlayfs, FUSE or a network filesystem in \
                 between, can hide what the filesystem below has. It is no sign of damage.",
        source: "fscan's table of filesystems; mount(8); ext4(5)",
        confidence: Confidence::Low,
    },
];
