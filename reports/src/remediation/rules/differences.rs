//! What to do about a tree that is not as a manifest has it.

use crate::{Code, Confidence};

use super::super::condition::{ANY, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};

pub(super) static RULES: &[Rule] = &[Rule {
    id: "settle-differences",
    title: "Find out which side of the comparison is right",
    stage: Stage::Protect,
    when: When {
        codes: &[
            Code::EntryMissing,
            Code::EntryLost,
            Code::TypeChanged,
            Code::ContentDiffers,
            Code::ContentChanged,
            Code::HardLinksChanged,
            Code::MetadataChanged,
            Code::InodeChanged,
        ],
        ..ANY
    },
    steps: &[
        tell(
            "Where nearly everything is missing or moved: look first whether the volume is mounted at \
             this path, and whether the manifest was made of the same folder.",
        ),
        tell(
            "Keep what the manifest was made of, and the manifest itself, until nothing differs that \
             should not.",
        ),
        run(
            "If the tree is a copy: whether the ORIGINAL is still as the MANIFEST has it.",
            "fscan --read-only ORIGINAL --baseline MANIFEST",
        ),
        tell(
            "If it is, copy again what is missing or differs (cp -a or rsync -aHAX as root keep \
             owners, modes, times, attributes and hard links), and compare again. Names and contents \
             that come out wrong a second time speak against the volume that holds the copy. Owners, \
             modes, attributes and hard links speak against the tool or its rights: --ignore leaves \
             out those that need not be the same. If it is not, the original changed after the \
             manifest was made: take a new one of it while nothing writes there, into another file, \
             and compare the copy with that.",
        ),
        tell(
            "What is lost (entry-lost) may be on the device still: stop what writes to the volume, take \
             a snapshot, and let the filesystem's own checker look at a clone, without repairing.",
        ),
        tell(
            "If it is the same tree at a later time: what people and programs did there since is no \
             damage. What nobody did is to be taken from a backup.",
        ),
    ],
    caveat: "Where content changed and size and times did not, an inode did and its time of change did \
             not (inode-changed), or names went from a directory that nothing changed (entry-lost), no \
             ordinary write did it: do not overwrite either side before you know which one is right.",
    source: "fscan's rules of evidence",
    confidence: Confidence::High,
}];
