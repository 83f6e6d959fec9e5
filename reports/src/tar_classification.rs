//! Why an entry could not be extracted, as far as the evidence tells.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a failed call speaks for, by what was seen at once after it. The heaviest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TarClassification {
    /// EUCLEAN, EIO, EBADMSG or ESTALE.
    FilesystemError,
    /// The directory above exists and is listed, and lookup says ENOENT all the same.
    LookupInconsistent,
    /// Nothing that was seen explains it.
    Unknown,
    /// Somebody removed a directory above meanwhile.
    ParentRemoved,
    /// ENOSPC or EDQUOT: no free blocks or inodes, or a quota is used up.
    NoSpace,
    /// The user may not do it, has reached a limit (EMFILE, ENFILE, ENOMEM), or the mount is
    /// read-only.
    Permission,
    /// Another entry has the name, or one that the filesystem takes for the same.
    NameCollision,
}

impl TarClassification {
    /// Every one, the heaviest first.
    pub const ALL: [TarClassification; 7] = [
        TarClassification::FilesystemError,
        TarClassification::LookupInconsistent,
        TarClassification::Unknown,
        TarClassification::ParentRemoved,
        TarClassification::NoSpace,
        TarClassification::Permission,
        TarClassification::NameCollision,
    ];

    /// The word in reports (`no-space`).
    pub fn as_str(self) -> &'static str {
        match self {
            TarClassification::FilesystemError => "filesystem-error",
            TarClassification::LookupInconsistent => "lookup-inconsistent",
            TarClassification::Unknown => "unknown",
            TarClassification::ParentRemoved => "parent-removed",
            TarClassification::NoSpace => "no-space",
            TarClassification::Permission => "permission",
            TarClassification::NameCollision => "name-collision",
        }
    }

    /// The sentence people read.
    pub fn text(self) -> &'static str {
        match self {
            TarClassification::FilesystemError => {
                "The kernel refused with an error that speaks of damage (EUCLEAN, EBADMSG, EIO, \
                 ESTALE): in the filesystem, or in the device or network below it."
            }
            TarClassification::LookupInconsistent => {
                "The directory above exists and is listed, and yet lookup says ENOENT: the \
                 filesystem contradicts itself."
            }
            TarClassification::Unknown => {
                "Nothing that was seen at once explains it: it may be corruption or something \
                 else."
            }
            TarClassification::ParentRemoved => {
                "A directory above was removed meanwhile, as a second installer does it. That \
                 says nothing of the filesystem."
            }
            TarClassification::NoSpace => {
                "No space or inodes were left, or a quota was used up. That says nothing of the \
                 filesystem."
            }
            TarClassification::Permission => {
                "This user may not write there, has reached a limit (open files, memory), or the \
                 mount is read-only. That alone says nothing of the filesystem."
            }
            TarClassification::NameCollision => {
                "The archive has two entries whose names are one here (case, Unicode form, or a \
                 file where a directory must be). One replaces the other."
            }
        }
    }

    /// Whether the filesystem can be at fault.
    pub fn accuses_filesystem(self) -> bool {
        use TarClassification::{FilesystemError, LookupInconsistent, Unknown};
        matches!(self, FilesystemError | LookupInconsistent | Unknown)
    }

    /// The line of evidence that a finding of
    /// [`Code::TarEntryError`](crate::Code::TarEntryError) carries, by which recommendations go.
    pub fn evidence(self) -> String {
        format!("classification: {}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_wire_word_and_a_sentence() {
        let schema = schemars::schema_for!(TarClassification).to_value();
        let words: Vec<_> = schema["oneOf"].as_array().unwrap().iter().collect();
        assert_eq!(words.len(), TarClassification::ALL.len());
        assert!(TarClassification::ALL.is_sorted());
        for class in TarClassification::ALL {
            assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
            assert!(class.text().ends_with('.') && !class.text().contains("  "), "{class:?}");
        }
        assert_eq!(TarClassification::NoSpace.evidence(), "classification: no-space");
    }
}
