//! What to do when there is no room.

use crate::{Code, Confidence, TarClassification};

use super::super::condition::{ANY, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{Template, run};

const STEPS: &[Template] = &[
    run("Space.", "df -h {path}"),
    run("Inodes: they can run out while space is left.", "df -i {path}"),
    run(
        "If npm's cache lies there (npm config get cache): it can be fetched again. Close other \
         installs first.",
        "npm cache clean --force",
    ),
];

const CAVEAT: &str = "df does not show a quota (quota -s does). Free space in a volume that grew \
                      comes only with growing its filesystem.";

const SOURCE: &str = "npm/cli#3526; df(1)";

pub(super) static RULES: &[Rule] = &[
    Rule {
        id: "free-space",
        title: "Make room: space, inodes or a quota ran out",
        stage: Stage::Repair,
        when: When {
            codes: &[Code::TarEntryError],
            classifications: &[TarClassification::NoSpace],
            sound: true,
            ..ANY
        },
        steps: STEPS,
        caveat: CAVEAT,
        source: SOURCE,
        confidence: Confidence::High,
    },
    Rule {
        id: "make-room",
        title: "Make room before something fails for want of it",
        stage: Stage::Repair,
        when: When { codes: &[Code::SpaceLow, Code::InodesLow], sound: true, ..ANY },
        steps: STEPS,
        caveat: CAVEAT,
        source: SOURCE,
        confidence: Confidence::Medium,
    },
];
