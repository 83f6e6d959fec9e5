//! From what went wrong to findings and to the report's rows.

use std::path::Path;

use reports::{Code, Finding, PathName, Severity, Subject, TarClassification, TarError, escape};

use rustix::io::Errno;

use super::arm::absolute;
use super::node_message::entry_error;
use super::removal::NotRemoved;
use super::trouble::Stumble;
use super::verify::{Difference, DifferenceKind};
use crate::checks::{errno_name, errno_word};

/// What decides how heavy something weighs.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// The filesystem is the kernel's own: what it contradicts itself in is proven.
    pub answers_for_itself: bool,
    /// A competing installer was asked for.
    pub churn: bool,
}

/// The row of a failed call.
pub fn row(scratch: &Path, round: u32, stumble: &Stumble) -> TarError {
    let path = PathName::new(absolute(scratch, &stumble.path));
    let to = stumble.to.as_ref().map(|to| escape(&absolute(scratch, to)));
    let message = entry_error(stumble.errno, stumble.call.word(), &path.escaped(), to.as_deref());
    TarError {
        message,
        syscall: stumble.call.word().to_owned(),
        errno: errno_word(stumble.errno),
        path,
        classification: stumble.classification,
        package: (!stumble.package.is_empty()).then(|| PathName::new(stumble.package.clone())),
        round,
        evidence: stumble.evidence.clone(),
    }
}

/// The finding of a failed call.
pub fn failed(row: &TarError, transient: bool, weight: Weight) -> Finding {
    let subject = Subject { path: Some(row.path.clone()), ..Subject::default() };
    let expected = "every entry is extracted without an error";
    let mut finding = Finding::new(Code::TarEntryError, subject, expected, row.message.clone());
    finding.severity = severity(row.classification, weight);
    // An error that was taken back at once proves less.
    if transient {
        finding.severity = finding.severity.min(Severity::Suspect);
    }
    finding.evidence = vec![row.classification.evidence()];
    finding.evidence.extend(row.evidence.iter().cloned());
    finding
}

/// The finding of a directory in which nothing can be made, although there is room.
pub fn full_in_spite(path: &PathName, inodes: u64, bytes: u64) -> Finding {
    let subject = Subject { path: Some(path.clone()), ..Subject::default() };
    let expected = format!("a directory can be made: {inodes} inodes and {bytes} bytes are free");
    let found = "mkdir says ENOSPC, as where a bitmap of inodes or blocks is wrong";
    let mut finding = Finding::new(Code::TarEntryError, subject, expected, found);
    finding.severity = Severity::Suspect;
    finding.evidence = vec![TarClassification::Unknown.evidence()];
    finding
}

/// One finding for all calls that failed for a cause that does not accuse the filesystem: the first
/// of them stands for the rest.
pub fn explained_failures(scratch: &Path, first: &TarError, count: u64, weight: Weight) -> Finding {
    let mut finding = failed(first, false, weight);
    finding.subject.path = Some(scratch.into());
    finding.found = format!("failed calls, the first of them: {}", first.message);
    finding.occurrences = count;
    finding
}

fn severity(class: TarClassification, weight: Weight) -> Severity {
    match class {
        TarClassification::FilesystemError | TarClassification::LookupInconsistent => {
            proven(Severity::Corrupt, weight)
        }
        TarClassification::NoSpace | TarClassification::Permission => Severity::Warning,
        TarClassification::ParentRemoved if !weight.churn => Severity::Warning,
        TarClassification::NameCollision | TarClassification::ParentRemoved => Severity::Info,
        TarClassification::Unknown => Severity::Suspect,
    }
}

fn proven(severity: Severity, weight: Weight) -> Severity {
    if weight.answers_for_itself { severity } else { severity.min(Severity::Suspect) }
}

/// The finding of something that reads back as something else.
pub fn differs(scratch: &Path, difference: &Difference, weight: Weight) -> Finding {
    let path = Some(PathName::new(absolute(scratch, &difference.path)));
    let subject = Subject { path, ..Subject::default() };
    let code = match difference.kind {
        DifferenceKind::Metadata => Code::TarMetadataDiffers,
        _ => Code::TarContentDiffers,
    };
    let (expected, found) = (difference.expected.clone(), difference.found.clone());
    let mut finding = Finding::new(code, subject, expected, found);
    // Who is this user, or root, may have removed it.
    let suspect = difference.kind == DifferenceKind::Presence;
    let severity = if suspect { Severity::Suspect } else { finding.severity };
    finding.severity = proven(severity, weight);
    finding
}

/// The finding of something that is not gone.
pub fn stayed(scratch: &Path, not: &NotRemoved, weight: Weight) -> Finding {
    let path = Some(PathName::new(absolute(scratch, &not.path)));
    let subject = Subject { path, ..Subject::default() };
    let found = match &not.failure {
        Some(failure) => format!("{} says {}", failure.call.word(), errno_name(failure.errno)),
        None => "each call said that it did it, and the name is still there".to_owned(),
    };
    let expected = "what is removed is gone";
    let mut finding = Finding::new(Code::TarCleanupFailed, subject, expected, found);
    finding.severity = match not.failure.as_ref().map(|failure| failure.errno) {
        Some(Errno::UCLEAN | Errno::BADMSG | Errno::IO) => proven(Severity::Corrupt, weight),
        // The last two: this process, or the machine, has no more descriptors.
        Some(Errno::ROFS | Errno::ACCESS | Errno::PERM | Errno::MFILE | Errno::NFILE) => {
            Severity::Warning
        }
        _ => Severity::Suspect,
    };
    let left = not.left.iter().take(10);
    finding.evidence = left.map(|name| format!("still listed: {}", escape(name))).collect();
    finding
}
