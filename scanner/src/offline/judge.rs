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

    /// The rows; `errors_left` is what e2fsck's exit status says.
    pub(super) fn into_rows(mut self, errors_left: bool, doubts: &Doubts) -> Vec<Finding> {
        if !errors_left {
            self.open.change_all(|finding| Some(excused(finding)));
        }
        self.settled.merge(self.open);
        if errors_left && !self.settled.has_damage() {
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
