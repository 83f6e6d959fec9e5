//! What to do about npm and pnpm: what failed in them is seldom the filesystem's fault.

use crate::{Code, Confidence, FactName, Severity, TarClassification};

use super::super::condition::{ANY, Test, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "find-remover",
        title: "Find out who removed the directory; the cache is not to blame",
        stage: Stage::Diagnose,
        when: When { facts: &[&[Test::Lists(FactName::NpmComplaints, "Cannot cd into")]], ..ANY },
        steps: &[
            tell(
                "npm goes on to say that the tarball data seems to be corrupted. It means the \
                 directory that it unpacked into, not what it fetched: leave the cache alone.",
            ),
            run("What installs or cleans there.", "pgrep -af 'npm|pnpm|yarn|rimraf|rm'"),
        ],
        caveat: "A remover in another container of the same volume shows in that container alone.",
        source: "npm/pacote#87; npm/cli#4383",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "verify-npm-cache",
        title: "Have npm verify its cache",
        stage: Stage::Repair,
        when: When {
            codes: &[Code::ContentSelfCheckFailed],
            mentions: &["npm cache content", "npm cache index"],
            ..ANY
        },
        steps: &[
            tell(
                "Copy off the files that the findings name, they are the evidence, and what you \
                 still need of the cache and cannot fetch again.",
            ),
            run(
                "What does not match its hash is deleted, and fetched again when it is needed.",
                "npm cache verify --cache {npm-cache}",
            ),
        ],
        caveat: "npm deletes what does not verify, and what no index entry leads to any more: not on \
                 a volume that is suspected, before its data was secured. Content that does not match \
                 its hash again and again on one volume makes that volume suspect: scan it with a \
                 manifest, and later against that.",
        source: "npm documentation: npm-cache",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "verify-npm-cache-once",
        title: "Have npm verify its cache: an install met content of another hash",
        stage: Stage::Repair,
        when: When {
            facts: &[&[Test::Lists(FactName::NpmComplaints, "EINTEGRITY")]],
            sound: true,
            ..ANY
        },
        steps: &[run(
            "What does not match its hash is deleted, and fetched again when it is needed.",
            "npm cache verify --cache {npm-cache}",
        )],
        caveat: "npm deletes what does not verify: copy off before what you still need and cannot \
                 fetch again. Again and again on one volume it makes that volume suspect: scan it \
                 with a manifest, and later against that.",
        source: "npm documentation: npm-cache",
        confidence: Confidence::Low,
    },
    Rule {
        id: "install-anew",
        title: "Install anew: an install was interrupted, and extraction works here",
        stage: Stage::Repair,
        when: When {
            facts: &[
                &[Test::Given(FactName::InstallLeftovers)],
                &[Test::Lists(FactName::NpmComplaints, "TAR_ENTRY_ERROR")],
            ],
            sound: true,
            extracts: true,
            ..ANY
        },
        steps: &[
            run("Make sure that no second installer is at work.", "pgrep -af 'npm|pnpm|yarn'"),
            tell("In the project's directory: rm -rf node_modules && npm ci."),
        ],
        caveat: "TAR_ENTRY_ERROR in an install's output is no evidence of corruption: most often \
                 two installers were at work in one directory.",
        source: "npm/cli#4383",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "remove-install-leftovers",
        title: "Remove what interrupted installs left in node_modules",
        stage: Stage::Repair,
        when: When { facts: &[&[Test::Given(FactName::InstallLeftovers)]], sound: true, ..ANY },
        steps: &[
            run("Make sure that no npm is at work.", "pgrep -af npm"),
            run("Look at them.", "ls -ld {leftovers}"),
            tell(
                "Remove them when none is in use. npm gives the directory of a package the same \
                 name at each try, and fails with ENOTEMPTY where it is still there.",
            ),
        ],
        caveat: "While an npm runs they are its own, and it wants them back if the install fails.",
        source: "npm/cli#5825",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "install-links",
        title: "Install git dependencies without links",
        stage: Stage::Repair,
        when: When {
            codes: &[Code::TarEntryError],
            mentions: &["symlink"],
            classifications: &[TarClassification::Unknown],
            ..ANY
        },
        steps: &[run("In the project's directory.", "npm install --install-links")],
        caveat: "Only where the failed link has an empty target and comes from a git dependency.",
        source: "npm/cli#9406",
        confidence: Confidence::Low,
    },
    Rule {
        id: "unmapped-owner",
        title: "Take EINVAL of fchown for an owner that does not exist here",
        stage: Stage::Diagnose,
        when: When {
            facts: &[&[
                Test::Holds(FactName::InitialUserNamespace, false),
                Test::Lists(FactName::NpmComplaints, "invalid argument, fchown"),
            ]],
            ..ANY
        },
        steps: &[run("Which ids there are: inside, outside, how many.", "cat /proc/self/uid_map")],
        caveat: "It is harmless for what the files hold; who owns them is another matter.",
        source: "npm/cli#5998; user_namespaces(7)",
        confidence: Confidence::Medium,
    },
    Rule {
        id: "move-pnpm-store",
        title: "Keep pnpm's store off the damaged volume",
        stage: Stage::WorkRound,
        when: When {
            severities: &[Severity::Corrupt],
            facts: &[&[Test::LiesHere(FactName::PnpmStore)]],
            ..ANY
        },
        steps: &[run(
            "One store a pod: two pods in one store race.",
            "pnpm install --store-dir /tmp/pnpm-store",
        )],
        caveat: "A store on another filesystem is copied from instead of linked: it takes the \
                 space twice.",
        source: "pnpm documentation: store-dir",
        confidence: Confidence::Medium,
    },
];
