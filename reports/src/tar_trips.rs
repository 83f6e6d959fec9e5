//! What tar round trips came to: the report's `tar`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::sum::sum;
use crate::{PathName, TarClassification};

/// Archives that were extracted as npm, pnpm or tar do it, compared and removed again. Its texts
/// may hold words of the system, raw or escaped: renderers escape what a terminal must not see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TarTrips {
    /// What was extracted, in words (`711 generated packages`, `3 archives`, `npm's cache
    /// /home/x/.npm/_cacache`, `the tree /home/x/app`).
    pub source: String,
    /// What generated packages were made from: the same seed makes the same packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Packages extracted at once, where that was asked for; else as many as the pattern does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<u32>,
    /// Whether a competing installer, which was asked for, was at work beside.
    pub churn: bool,
    /// One for each pattern and directory, in the order they ran.
    pub runs: Vec<TarRun>,
    /// What of the tree that was packed could not be read, the first hundred. It says something of
    /// that tree, and nothing of where it was extracted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<TarError>,
    /// How many rows `unreadable` would have more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable_beyond: u64,
    /// What was not extracted, the first hundred.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<TarRefused>,
    /// How many rows `refused` would have more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub refused_beyond: u64,
}

impl TarTrips {
    /// Entries that were compared after extraction, in all runs.
    pub fn verified(&self) -> u64 {
        sum(self.runs.iter().map(|run| run.verified))
    }

    /// How many members and archives were not extracted.
    pub fn refused_count(&self) -> u64 {
        self.refused_beyond.saturating_add(self.refused.len() as u64)
    }
}

/// The round trips of one pattern in one directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TarRun {
    /// Whose way of extracting it was.
    pub pattern: TarPattern,
    /// Where it was extracted.
    #[serde(flatten)]
    pub directory: PathName,
    /// The filesystem type there as mounted (`ext4`).
    pub filesystem: String,
    /// Whether this is the control arm, to compare the others with.
    pub control: bool,
    /// How often everything was extracted, compared and removed.
    pub rounds: u32,
    /// Packages extracted, in all rounds.
    pub packages: u64,
    /// Entries extracted, in all rounds.
    pub entries: u64,
    /// How many of them were compared with their archive afterwards. One that a later entry of
    /// the same name replaced is compared through that one.
    pub verified: u64,
    /// Bytes written.
    pub bytes: u64,
    /// The time that extraction took, in seconds.
    pub seconds: f64,
    /// Entries that were not as they had been written, in content or metadata; the findings name
    /// them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub differing: u64,
    /// Entries that could not be removed, or were there after their removal; the findings name
    /// them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_behind: u64,
    /// What failed during extraction, the first hundred: the heaviest cause first, then by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TarError>,
    /// How many rows `errors` would have more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub errors_beyond: u64,
    /// Every error, those beyond the rows included, counted; without those that are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_classification: Vec<TarErrorCount>,
    /// Whether the run came to its end.
    pub complete: bool,
}

impl TarRun {
    /// How many calls failed during extraction.
    pub fn error_count(&self) -> u64 {
        self.errors_beyond.saturating_add(self.errors.len() as u64)
    }

    /// How many calls failed for one reason.
    pub fn count(&self, classification: TarClassification) -> u64 {
        let rows = self.by_classification.iter();
        sum(rows.filter(|row| row.classification == classification).map(|row| row.count))
    }

    /// How many entries were extracted and not compared.
    pub fn not_compared(&self) -> u64 {
        self.entries.saturating_sub(self.verified)
    }

    /// Whether the run came to its end and compared all that it extracted.
    pub fn is_whole(&self) -> bool {
        self.complete && self.entries > 0 && self.not_compared() == 0
    }

    /// Whether nothing failed and nothing differed in what was done.
    pub fn is_clean(&self) -> bool {
        self.error_count() == 0 && self.differing == 0 && self.left_behind == 0
    }

    /// Whether something failed or differed that the filesystem can be at fault for.
    pub fn accuses_filesystem(&self) -> bool {
        let mut accusing = TarClassification::ALL.iter().filter(|class| class.accuses_filesystem());
        self.differing > 0 || self.left_behind > 0 || accusing.any(|&class| self.count(class) > 0)
    }
}

/// Whose way of extracting.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TarPattern {
    /// npm with a current node-tar.
    Npm,
    /// npm with node-tar 7.4.3 or older, which remembers the directories it made.
    NpmCached,
    /// pnpm: a store addressed by content, and hard links or copies from it.
    Pnpm,
    /// One entry after another, as GNU tar.
    Sequential,
}

impl TarPattern {
    /// Every one, in the order they are gone through.
    pub const ALL: [TarPattern; 4] =
        [TarPattern::Npm, TarPattern::NpmCached, TarPattern::Pnpm, TarPattern::Sequential];

    /// The word used in reports and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            TarPattern::Npm => "npm",
            TarPattern::NpmCached => "npm-cached",
            TarPattern::Pnpm => "pnpm",
            TarPattern::Sequential => "sequential",
        }
    }
}

/// One call that failed during extraction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TarError {
    /// As node-tar words it (`TAR_ENTRY_ERROR ENOENT: no such file or directory, open '/p'`).
    pub message: String,
    /// The system call as node-tar names it (`open`).
    pub syscall: String,
    /// The name of its error (`ENOENT`).
    pub errno: String,
    /// The path it was called with.
    #[serde(flatten)]
    pub path: PathName,
    /// What the evidence speaks for.
    pub classification: TarClassification,
    /// The package or archive that was being extracted, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PathName>,
    /// In which round, from 1.
    pub round: u32,
    /// What was seen at once after the failure, a fact a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// How often calls failed for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TarErrorCount {
    /// The reason.
    pub classification: TarClassification,
    /// How often.
    pub count: u64,
}

/// A member that was not extracted, for it is unsafe or of a kind that is not extracted, or an
/// archive that could not be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TarRefused {
    /// The archive.
    pub archive: PathName,
    /// The member's name as the archive has it; none where it is about the whole archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<PathName>,
    /// Why.
    pub why: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::tar_run;

    #[test]
    fn a_pattern_has_the_word_that_it_has_on_the_wire() {
        for pattern in
            [TarPattern::Npm, TarPattern::NpmCached, TarPattern::Pnpm, TarPattern::Sequential]
        {
            assert_eq!(serde_json::to_value(pattern).unwrap(), pattern.as_str());
        }
    }

    #[test]
    fn what_is_beyond_the_rows_counts() {
        let mut run = tar_run(TarPattern::Npm);
        assert!(run.is_clean() && !run.accuses_filesystem());
        assert!(run.is_whole());
        run.errors_beyond = 3;
        run.by_classification =
            vec![TarErrorCount { classification: TarClassification::NoSpace, count: 3 }];
        assert_eq!(run.error_count(), 3);
        assert!(!run.is_clean() && !run.accuses_filesystem());
    }

    #[test]
    fn what_reads_back_otherwise_accuses_the_filesystem_without_any_error() {
        let run = tar_run(TarPattern::Npm);
        for run in [TarRun { differing: 1, ..run.clone() }, TarRun { left_behind: 1, ..run }] {
            assert!(!run.is_clean() && run.accuses_filesystem());
        }
    }
}
