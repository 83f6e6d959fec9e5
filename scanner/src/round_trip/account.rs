//! What the rounds of one pattern came to, added up.

use std::collections::BTreeMap;
use std::time::Duration;

use reports::TarClassification;

use super::expected::{ByPath, Paths};
use super::extraction::Extracted;
use super::removal::NotRemoved;
use super::trouble::{Refused, Stumble};
use super::verify::{Difference, DifferenceKind, Verified};

/// Failed calls of one class that are kept; those beyond are only counted. The many must not hide
/// the few of another class.
const KEPT: u64 = 200;

/// Differences, remains and refusals that are kept, each; a filesystem that changes everything would
/// fill the memory with them.
const MOST_ROWS: usize = 10_000;

/// What is known of one pattern's rounds.
#[derive(Debug, Default)]
pub struct Account {
    /// Rounds that came to their end.
    pub rounds: u32,
    /// Packages that were extracted.
    pub packages: u64,
    /// Members that were begun with.
    pub entries: u64,
    /// Of these, those that were compared.
    pub verified: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Time that extraction took.
    pub took: Duration,
    /// Calls that failed, with their round.
    pub stumbles: Vec<(u32, Stumble)>,
    /// All of them, by class.
    pub by_class: BTreeMap<TarClassification, u64>,
    /// What differed, the first of it.
    pub differences: Vec<Difference>,
    /// All that differed.
    pub differing: u64,
    /// What stayed, the first of it.
    pub not_removed: Vec<NotRemoved>,
    /// All that stayed.
    pub left_behind: u64,
    /// What was not extracted, the first of it.
    pub refused: Vec<Refused>,
    /// What was not extracted beyond that.
    pub refused_beyond: u64,
    /// Whether all rounds came to their end.
    pub complete: bool,
}

/// What one round must have left.
#[derive(Debug, Default)]
pub struct RoundAccount {
    /// What must be there.
    pub expected: ByPath,
    /// What nothing is known of.
    pub dropped: Paths,
    extracted: u64,
}

impl Account {
    /// Adds a package that came to its end.
    pub fn add(&mut self, number: u32, round: &mut RoundAccount, package: Extracted) {
        self.packages += 1;
        self.entries += package.entries;
        self.bytes += package.bytes;
        round.extracted += package.succeeded;
        round.expected.extend(package.expected);
        round.dropped.extend(package.dropped);
        package.stumbles.into_iter().for_each(|stumble| self.stumble(number, stumble));
        self.stay(package.not_removed);
        let room = MOST_ROWS.saturating_sub(self.refused.len());
        self.refused_beyond += package.refused.len().saturating_sub(room) as u64;
        self.refused.extend(package.refused.into_iter().take(room));
    }

    /// Adds what could not be removed.
    pub fn stay(&mut self, left: Vec<NotRemoved>) {
        self.left_behind += left.len() as u64;
        let room = MOST_ROWS.saturating_sub(self.not_removed.len());
        self.not_removed.extend(left.into_iter().take(room));
    }

    /// Adds a call that failed.
    pub fn stumble(&mut self, number: u32, stumble: Stumble) {
        let count = self.by_class.entry(stumble.classification).or_default();
        *count += 1;
        if *count <= KEPT {
            self.stumbles.push((number, stumble));
        }
    }

    /// Takes what failed in a round for want of space, or for no known reason, for damage: the
    /// kernel counted errors meanwhile.
    pub fn blame_kernel_errors(&mut self, number: u32) {
        use TarClassification::{FilesystemError, NoSpace, Unknown};
        let doubtful = |class| matches!(class, NoSpace | Unknown);
        let of_round = self.stumbles.iter_mut().filter(|(round, _)| *round == number);
        for (_, stumble) in of_round.filter(|(_, stumble)| doubtful(stumble.classification)) {
            stumble.classification = FilesystemError;
            stumble.evidence.push("the kernel counted errors on this filesystem".to_owned());
        }
        for class in [NoSpace, Unknown] {
            let count = self.by_class.remove(&class).unwrap_or_default();
            if count > 0 {
                *self.by_class.entry(FilesystemError).or_default() += count;
            }
        }
    }

    /// Adds what a comparison came to. Names that are one here are the archive's doing.
    pub fn verify(&mut self, number: u32, round: &RoundAccount, verified: Verified) {
        self.verified += round.extracted.saturating_sub(verified.missing);
        for difference in verified.differences {
            match difference.kind {
                DifferenceKind::Collision | DifferenceKind::Unreadable(..) => {
                    self.stumble(number, difference.into_stumble());
                }
                _ => {
                    self.differing += 1;
                    if self.differences.len() < MOST_ROWS {
                        self.differences.push(difference);
                    }
                }
            }
        }
    }
}
