//! What to do about damaged files of git: what they held is in other clones as well.

use crate::{Code, Confidence};

use super::super::condition::{ANY, When};
use super::super::rule::{Rule, Stage};
use super::super::template::{run, tell};

pub(super) static RULES: &[Rule] = &[Rule {
    id: "restore-git-objects",
    title: "Get damaged git objects back from a remote, a clone or a backup",
    stage: Stage::Repair,
    when: When {
        codes: &[Code::ContentSelfCheckFailed],
        mentions: &[
            "git loose object",
            "git pack",
            "git reverse index",
            "git bitmap",
            "git multi-pack-index",
            "git commit graph",
        ],
        ..ANY
    },
    steps: &[
        run(
            "Which objects git misses. It changes nothing.",
            "git --git-dir={repository} fsck --full --no-dangling",
        ),
        tell(
            "Move the files that the findings name out of the repository, a pack together with what \
             lies beside it under its name, and keep them: git takes a damaged object that is there \
             for one that it has. What a .idx, .rev, .mtimes, .bitmap, multi-pack-index or commit \
             graph says, git works out anew from sound packs (git index-pack for the .idx): there \
             move the damaged file alone.",
        ),
        run(
            "Fetch all objects anew (git 2.36 and later), from the remote or from another clone whose \
             path is given behind.",
            "git --git-dir={repository} fetch --refetch",
        ),
        tell(
            "What was never pushed (commits of this clone, stashes) is in a backup or another copy of \
             this repository alone: copy the same file, or the pack with its .idx, from there. Then \
             run git fsck again.",
        ),
    ],
    caveat: "It writes to the volume: where that is suspected, secure its data first, or clone anew \
             elsewhere. A pack that is moved away takes its sound objects with it.",
    source: "git-fsck(1); git-fetch(1); git documentation: howto/recover-corrupted-blob-object",
    confidence: Confidence::High,
}];
