//! From problems to findings: what each proves.
//!
//! A problem on a filesystem that nobody uses is proven: e2fsck read what is there. It is less
//! where e2fsck itself calls the filesystem sound (exit status without bit 4), where a journal
//! waits that would perhaps have put it right, and where a kernel was writing meanwhile.

use reports::{Code, Finding, FindingCollector, Severity, Subject};

use super::problem::{Certainty, Problem};

/// Takes problems in and hands findings out.
#[derive(Debug)]
pub(super) struct Judge {
    /// What does not depend on how e2fsck ends.
    settled: FindingCollector,
    /// What does.
    open: FindingCollector,
}

/// What e2fsck says of the filesystem as a whole, by its exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Errors are left.
    ErrorsLeft,
    /// It is sound.
    Sound,
    /// Nothing: it did not come to its end.
    Nothing,
}

/// What speaks against taking e2fsck's word.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts {
    /// A sentence each.
    pub(super) reasons: Vec<String>,
}

impl Judge {
    pub(super) fn new(all_findings: bool) -> Self {
        let collector = FindingCollector::new(all_findings);
        Judge { settled: collector.clone(), open: collector }
    }

    /// Takes one problem.
    pub(super) fn take(&mut self, problem: Problem) {
        let certainty = problem.certainty;
        let mut finding = problem.into_finding();
        match certainty {
            Certainty::Damage => self.settled.add(finding),
            Certainty::Problem => self.open.add(finding),
            Certainty::Stale => {
                finding.severity = Severity::Warning;
                finding.evidence.push(
                    "e2fsck does not count this as an error: the kernel writes it to the \
                     superblock when the filesystem is unmounted"
                        .to_owned(),
                );
                self.settled.add(finding);
            }
            Certainty::Unknown => {
                finding.severity = Severity::Suspect;
                finding.evidence.push("fscan does not know this message of e2fsck".to_owned());
                self.open.add(finding);
            }
        }
    }

    /// Whether nothing was taken.
    pub(super) fn is_empty(&self) -> bool {
        !self.settled.has(Code::OfflineProblem) && !self.open.has(Code::OfflineProblem)
    }

    /// The rows.
    pub(super) fn into_rows(mut self, says: Says, doubts: &Doubts) -> Vec<Finding> {
        if says == Says::Sound {
            self.open.change_all(|finding| Some(excused(finding)));
        }
        self.settled.merge(self.open);
        if says == Says::ErrorsLeft && !self.settled.has_damage() {
            self.settled.add(unnamed());
        }
        if !doubts.reasons.is_empty() {
            self.settled.change_all(|finding| Some(doubted(finding, doubts)));
        }
        self.settled.into_rows()
    }
}

/// A finding that e2fsck itself does not take for an error.
fn excused(mut finding: Finding) -> Finding {
    finding.severity = match finding.severity {
        Severity::Corrupt => Severity::Warning,
        _ => Severity::Info,
    };
    finding.evidence.push("e2fsck calls the filesystem sound all the same".to_owned());
    finding
}

fn doubted(mut finding: Finding, doubts: &Doubts) -> Finding {
    finding.severity = finding.severity.min(Severity::Suspect);
    finding.evidence.extend(doubts.reasons.iter().cloned());
    finding
}

/// What is found when e2fsck reports errors and none was understood.
fn unnamed() -> Finding {
    let expected = "an exit status that says the filesystem is sound";
    let found = "e2fsck says that errors are left, but not which";
    Finding::new(Code::OfflineProblem, Subject::default(), expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of e2fsck and whether it asked about them; how bad that is where it says that
    /// errors are left, that all is sound, and nothing.
    #[test]
    fn what_is_proven_depends_on_how_it_ended() {
        use Severity::{Corrupt, Info, Suspect, Warning};
        for (words, asked, severities) in [
            ("Inode 12 ref count is 5, should be 2.", true, [Corrupt, Warning, Corrupt]),
            ("ext2fs_open2: Bad magic number in super-block", false, [Corrupt; 3]),
            ("Free blocks count wrong (3, counted=4).", true, [Warning; 3]),
            ("Nobody knows this", false, [Suspect, Info, Suspect]),
        ] {
            for (says, due) in [Says::ErrorsLeft, Says::Sound, Says::Nothing].iter().zip(severities)
            {
                for (doubts, due) in [
                    (Doubts::default(), due),
                    (Doubts { reasons: vec!["in use".to_owned()] }, due.min(Suspect)),
                ] {
                    let mut judge = Judge::new(false);
                    judge.take(Problem::read(words, asked, Vec::new()));
                    let rows = judge.into_rows(*says, &doubts);
                    let row = rows.iter().find(|row| !row.subject.is_empty() || rows.len() == 1);
                    let row = row.unwrap_or(rows.last().unwrap());
                    assert_eq!(row.severity, due, "{words} {says:?} {doubts:?}");
                    assert_eq!(
                        row.evidence.contains(&"in use".to_owned()),
                        !doubts.reasons.is_empty()
                    );
                }
            }
        }
    }

    #[test]
    fn errors_that_no_word_told_are_found_all_the_same() {
        for (says, rows) in [(Says::ErrorsLeft, 1), (Says::Sound, 0), (Says::Nothing, 0)] {
            assert_eq!(Judge::new(false).into_rows(says, &Doubts::default()).len(), rows);
        }
    }
}
