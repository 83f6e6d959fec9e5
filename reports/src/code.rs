//! The kinds of findings. Everything people read about them stands in one table,
//! `code_text.rs`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Severity;
use crate::code_text::TABLE;

/// What kind of defect a finding is. The word in reports is the name in kebab-case.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the table of texts says what each means")]
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
    ExtentMapUnreadable,
    ExtentOverlap,
    ExtentOutsideDevice,
    ExtentOrderInvalid,
    ExtentSizeMismatch,
    ExtentInFreeSpace,
    ExtentInMetadata,
    AllocationMapUnreadable,
    FreeBlocksMismatch,
    UsedBlocksMismatch,
    FreeInodesMismatch,
    InodeUnattached,
    AttributeUnreadable,
    AclInvalid,
    ContentUnreadable,
    ContentShort,
    ContentZeroed,
    ContentSelfCheckFailed,
    ContentChanged,
    ContentDiffers,
    EntryMissing,
    EntryLost,
    EntryAdded,
    EntryMoved,
    TypeChanged,
    MetadataChanged,
    InodeChanged,
    HardLinksChanged,
    TarEntryError,
    TarContentDiffers,
    TarMetadataDiffers,
    TarCleanupFailed,
    StressDivergence,
    StressKnownDefect,
    StressFilesystemError,
    StressTargetLost,
    StressFeatureMissing,
    StressCleanupFailed,
    KernelErrorsRecorded,
    KernelErrorsDuringScan,
    MountReadOnlyByError,
    MountErrorsContinue,
    VolumeNotRedundant,
    VolumeDegraded,
    VolumeFaulted,
    VolumeSalvaged,
    VolumeNotBackedUp,
    SpaceLow,
    InodesLow,
    OfflineProblem,
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

impl Code {
    /// Every code with its texts, check by check.
    pub fn all() -> &'static [CodeText] {
        TABLE
    }

    /// What people read about this code.
    #[expect(
        clippy::indexing_slicing,
        reason = "the table has a row for each variant, in order; a test holds it to that"
    )]
    pub fn text(self) -> &'static CodeText {
        &TABLE[self as usize]
    }

    /// The word in reports (`dirent-dangling`).
    pub fn as_str(self) -> &'static str {
        self.text().word
    }

    /// Whether it says that something is not as a manifest has it although nothing changed it, as far as is
    /// known.
    pub fn is_silent_change(self) -> bool {
        matches!(self, Code::ContentChanged | Code::InodeChanged | Code::EntryLost)
    }

    /// Whether it says no more than that something is not as a manifest has it, in a way that work
    /// on a tree explains as well as damage.
    pub fn may_be_work(self) -> bool {
        use Code::{
            ContentDiffers, EntryAdded, EntryMissing, EntryMoved, HardLinksChanged,
            MetadataChanged, TypeChanged,
        };
        matches!(
            self,
            ContentDiffers
                | EntryAdded
                | EntryMissing
                | EntryMoved
                | HardLinksChanged
                | MetadataChanged
                | TypeChanged
        )
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
        row.map(|row| row.code).ok_or_else(|| format!("no finding has the code `{word}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of the variants, in their order, as serde writes them.
    fn wire_words() -> Vec<String> {
        let schema = schemars::schema_for!(Code).to_value();
        serde_json::from_value(schema["enum"].clone()).unwrap()
    }

    #[test]
    fn the_table_has_each_variant_in_order_under_its_wire_word() {
        let words: Vec<_> = Code::all().iter().map(|row| row.word).collect();
        assert_eq!(words, wire_words());
        for (index, row) in Code::all().iter().enumerate() {
            assert_eq!(row.code as usize, index, "{}", row.word);
            assert_eq!(row.code.as_str(), row.word);
        }
    }

    #[test]
    fn every_text_is_there_and_every_title_fits_a_line() {
        for row in Code::all() {
            let word = row.word;
            assert!(!row.check.is_empty(), "{word}");
            assert!((1..=60).contains(&row.title.chars().count()), "{word}");
            assert!(!row.title.ends_with('.'), "{word}");
            for prose in [row.meaning, row.detection, row.remedy] {
                assert!(prose.ends_with('.'), "{word}: {prose:?}");
                assert!(!prose.contains("  "), "{word}: {prose:?}");
                assert!(!prose.contains(crate::path_name::is_unsafe_to_show), "{word}");
            }
        }
    }

    #[test]
    fn a_word_reads_back_as_its_code() {
        for row in Code::all() {
            assert_eq!(row.word.parse(), Ok(row.code));
            assert_eq!(row.code.to_string(), row.word);
        }
        assert!("dirent".parse::<Code>().unwrap_err().contains("`dirent`"));
    }
}
