//! The kinds of findings, and the one table of everything people read about them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Severity;

/// What kind of defect a finding is. The word in reports is the name in kebab-case.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the table below says what each means")]
pub enum Code {
    DirentDangling,
    DirentBadInode,
    DirentTypeMismatch,
    DirentInodeMismatch,
    DirentDuplicateName,
    DirentInvalidName,
    DirectoryReadError,
    DirectoryReadLoop,
    DirectoryReadUnstable,
    DotEntryWrong,
    DirectoryMultiplyLinked,
    DirectoryLookupError,
    DirectoryIndexDropped,
    DirectorySizeInvalid,
    NameCollision,
    NameUnsafe,
    InodeTypeInvalid,
    InodeZeroLinks,
    InodeSizeInvalid,
    InodeBlocksMismatch,
    InodeFlagsInvalid,
    InodeReserved,
    SymlinkInvalid,
    TimeImplausible,
    OwnerUnmapped,
    LinkCountWrong,
    DirectoryLinkCountWrong,
    KernelErrorsRecorded,
    KernelErrorsDuringScan,
    MountReadOnlyByError,
    MountErrorsContinue,
}

/// What people read about a code.
#[derive(Clone, Copy, Debug)]
pub struct CodeText {
    /// The code.
    pub code: Code,
    /// The word in reports.
    pub word: &'static str,
    /// The check that finds it.
    pub check: &'static str,
    /// The severity of a finding with nothing that speaks against it.
    pub severity: Severity,
    /// A headline without a full stop, at most 60 characters.
    pub title: &'static str,
    /// What it means for the user's data.
    pub meaning: &'static str,
    /// How it is detected, and what keeps it from being a false alarm.
    pub detection: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Every code, in the order of [`Code`].
static TABLE: &[CodeText] = &[
    CodeText {
        code: Code::DirentDangling,
        word: "dirent-dangling",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirentBadInode,
        word: "dirent-bad-inode",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirentTypeMismatch,
        word: "dirent-type-mismatch",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirentInodeMismatch,
        word: "dirent-inode-mismatch",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirentDuplicateName,
        word: "dirent-duplicate-name",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirentInvalidName,
        word: "dirent-invalid-name",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectoryReadError,
        word: "directory-read-error",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectoryReadLoop,
        word: "directory-read-loop",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectoryReadUnstable,
        word: "directory-read-unstable",
        check: "entries",
        severity: Severity::Suspect,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DotEntryWrong,
        word: "dot-entry-wrong",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectoryMultiplyLinked,
        word: "directory-multiply-linked",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectoryLookupError,
        word: "directory-lookup-error",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectoryIndexDropped,
        word: "directory-index-dropped",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectorySizeInvalid,
        word: "directory-size-invalid",
        check: "entries",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::NameCollision,
        word: "name-collision",
        check: "entries",
        severity: Severity::Info,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::NameUnsafe,
        word: "name-unsafe",
        check: "entries",
        severity: Severity::Info,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::InodeTypeInvalid,
        word: "inode-type-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::InodeZeroLinks,
        word: "inode-zero-links",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::InodeSizeInvalid,
        word: "inode-size-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::InodeBlocksMismatch,
        word: "inode-blocks-mismatch",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::InodeFlagsInvalid,
        word: "inode-flags-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::InodeReserved,
        word: "inode-reserved",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::SymlinkInvalid,
        word: "symlink-invalid",
        check: "inodes",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::TimeImplausible,
        word: "time-implausible",
        check: "inodes",
        severity: Severity::Warning,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::OwnerUnmapped,
        word: "owner-unmapped",
        check: "inodes",
        severity: Severity::Info,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::LinkCountWrong,
        word: "link-count-wrong",
        check: "links",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::DirectoryLinkCountWrong,
        word: "directory-link-count-wrong",
        check: "links",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::KernelErrorsRecorded,
        word: "kernel-errors-recorded",
        check: "kernel",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::KernelErrorsDuringScan,
        word: "kernel-errors-during-scan",
        check: "kernel",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::MountReadOnlyByError,
        word: "mount-read-only-by-error",
        check: "kernel",
        severity: Severity::Corrupt,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
    CodeText {
        code: Code::MountErrorsContinue,
        word: "mount-errors-continue",
        check: "kernel",
        severity: Severity::Warning,
        title: "",
        meaning: "",
        detection: "",
        remedy: "",
    },
];

impl Code {
    /// Every code with its texts, check by check.
    pub fn all() -> &'static [CodeText] {
        TABLE
    }

    /// What people read about this code.
    pub fn text(self) -> &'static CodeText {
        // The table has a row for each variant, in order; a test holds it to that.
        &TABLE[self as usize]
    }

    /// The word in reports (`dirent-dangling`).
    pub fn as_str(self) -> &'static str {
        self.text().word
    }

    /// The severity of a finding with nothing that speaks against it.
    pub fn severity(self) -> Severity {
        self.text().severity
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let row = TABLE.iter().find(|row| row.word == word);
        row.map(|row| row.code)
            .ok_or_else(|| format!("no finding has the code `{word}`"))
    }
}
