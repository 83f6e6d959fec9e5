//! How a run of e2fsck ended, and how far its word goes.

use super::checker::Ended;
use super::error::ImageError;
use super::judge::{Doubts, Says};
use super::superblock::Superblock;
use super::target::Target;
use super::transcript::Facts;

/// Bits of e2fsck's exit status (e2fsck(8)).
const ERRORS_LEFT: i32 = 4;
const OPERATIONAL_ERROR: i32 = 8;
const USAGE: i32 = 16;
const CANCELLED: i32 = 32;

/// A run of e2fsck and what was known before it.
pub(super) struct Run {
    pub(super) target: Target,
    /// The primary superblock, if it is one.
    pub(super) superblock: Option<Superblock>,
    /// Who used the filesystem.
    pub(super) used: Option<String>,
    pub(super) facts: Facts,
    pub(super) ended: Ended,
}

impl Run {
    fn has_status(&self, bits: i32) -> bool {
        matches!(self.ended, Ended::Exited(status) if status.code().is_some_and(|code| code & bits != 0))
    }

    /// What it says of the filesystem as a whole.
    pub(super) fn says(&self) -> Says {
        if self.has_status(ERRORS_LEFT) {
            Says::ErrorsLeft
        } else if self.shortfall().is_none() {
            Says::Sound
        } else {
            Says::Nothing
        }
    }

    /// What speaks against what e2fsck found.
    pub(super) fn doubts(&self) -> Doubts {
        let mut reasons = Vec::new();
        if let Some(how) = &self.used {
            reasons.push(format!("in use while it was checked ({how})"));
        } else if self.facts.in_use {
            reasons.push("e2fsck found it mounted or in use".to_owned());
        }
        let pending = self.superblock.is_some_and(|superblock| superblock.needs_recovery());
        if pending || self.facts.journal_skipped {
            reasons.push(
                "its journal was not replayed (e2fsck -n changes nothing), which may put right \
                 what is found"
                    .to_owned(),
            );
        }
        if self.superblock.is_some_and(|superblock| superblock.has_orphans()) {
            reasons.push(
                "deleted files that were open wait in it to be cleared away, which the next mount \
                 does"
                    .to_owned(),
            );
        }
        Doubts { reasons }
    }

    /// Why it did not come to its end.
    pub(super) fn shortfall(&self) -> Option<ImageError> {
        let path = self.target.name();
        let status = match self.ended {
            Ended::Stopped => return Some(ImageError::Stopped { path }),
            Ended::Exited(status) => status,
        };
        let Some(code) = status.code() else {
            let said = format!("it was ended by {status}");
            return Some(self.gave_up(said));
        };
        (code & (OPERATIONAL_ERROR | USAGE | CANCELLED) != 0).then(|| {
            if let Some(features) = &self.facts.unknown_features {
                let version = self.facts.version.clone();
                return ImageError::UnknownFeatures { path, version, features: features.clone() };
            }
            let words = self.facts.last_words.join(", ");
            self.gave_up(if words.is_empty() { format!("exit status {code}") } else { words })
        })
    }

    fn gave_up(&self, said: String) -> ImageError {
        let advice = if self.facts.no_superblock {
            "its superblock is damaged: try e2fsck -fn -b 32768 (or 98304, 163840) on a copy of it"
        } else if self.has_status(ERRORS_LEFT) {
            "it would have to repair what it found so far before it sees the rest: let it repair a \
             copy and look again"
        } else {
            "run it by hand to see more (e2fsck -fn)"
        };
        ImageError::GaveUp { path: self.target.name(), said, advice }
    }
}
