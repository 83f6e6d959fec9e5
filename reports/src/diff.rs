//! What a comparison of two manifests came to: the report's `diff`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, PathName, Timestamp};

/// Two trees, compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// The manifest compared against.
    pub before: DiffSide,
    /// The other manifest, or the tree as it was scanned.
    pub after: DiffSide,
    /// Every path, in numbers.
    pub totals: DiffTotals,
    /// What differs by directory of the root, the most losses first; the last row may stand for
    /// the rest.
    pub by_directory: Vec<DiffDirectory>,
    /// What is missing, in path order; a directory stands for all below it.
    pub missing: Vec<DiffRow>,
    /// What was added, in path order; a directory stands for all below it.
    pub added: Vec<DiffRow>,
    /// What changed, moved ones among it, in path order.
    pub changed: Vec<DiffRow>,
    /// How many rows the three lists would have more; `--all-findings` lists them.
    #[serde(default)]
    pub left_out: DiffLeftOut,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiffSide {
    /// The root that was walked.
    #[serde(flatten)]
    pub root: PathName,
    /// The manifest file; none where the tree itself was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<PathName>,
    /// When the walk began.
    pub created_at: Timestamp,
    /// Names, the root included.
    pub entries: u64,
    /// Size of the regular files in bytes, a hard-linked one counted once.
    pub bytes: u64,
}

/// How many entries, and how large their files are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffTally {
    /// Names.
    pub entries: u64,
    /// Bytes of regular files, a hard-linked one counted once.
    pub bytes: u64,
}

/// Every path of both sides, counted in one of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffTotals {
    /// Before, and not now.
    pub missing: DiffTally,
    /// Now, and not before.
    pub added: DiffTally,
    /// Now under another path, and else the same.
    pub moved: DiffTally,
    /// Of another content or type, moved or not.
    pub changed: DiffTally,
    /// Of other metadata, hard links among it, and of the same content; moved or not.
    pub metadata: DiffTally,
    /// The same in all that was compared.
    pub unchanged: DiffTally,
    /// Not wholly comparable, or not known to one of the sides. What differs as far as it was compared
    /// has a row all the same.
    pub unchecked: DiffTally,
}

impl Diff {
    /// Whether nothing differs as far as that is known.
    pub fn nothing_differs(&self) -> bool {
        self.totals.nothing_differs() && self.rows() == 0
    }

    /// Rows of the three lists, and those that they would have more.
    pub fn rows(&self) -> u64 {
        let listed = self.missing.len() + self.added.len() + self.changed.len();
        let DiffLeftOut { missing, added, changed } = self.left_out;
        [missing, added, changed].into_iter().fold(listed as u64, u64::saturating_add)
    }
}

impl DiffTotals {
    /// Whether no number says that something differs; what is not wholly comparable may all the same.
    pub fn nothing_differs(&self) -> bool {
        let differing = [self.missing, self.added, self.moved, self.changed, self.metadata];
        differing.iter().all(|tally| tally.entries == 0)
    }

    /// Whether every file of BEFORE is known to be there with the bytes that it had, though something
    /// else differs.
    pub fn keeps_all_content(&self) -> bool {
        let lost = [self.missing, self.changed, self.unchecked];
        lost.iter().all(|tally| tally.entries == 0)
            && self.metadata.entries + self.moved.entries > 0
    }

    /// Whether everything could be compared and nothing differs.
    pub fn is_intact(&self) -> bool {
        self.nothing_differs() && self.unchecked.entries == 0
    }
}

/// What differs in one directory of the root, in entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffDirectory {
    /// The directory's name; `.` for what lies in the root itself. None where the row stands for
    /// several.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathName>,
    /// How many directories the row stands for.
    pub directories: u64,
    /// Before, and not now.
    pub missing: u64,
    /// The missing files' size in bytes.
    pub missing_bytes: u64,
    /// Of another content or type.
    pub changed: u64,
    /// Of other metadata alone.
    pub metadata: u64,
    /// Moved away, and else the same.
    pub moved: u64,
    /// Now, and not before.
    pub added: u64,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffRow {
    /// The path below the root; where something moved, the new one.
    #[serde(flatten)]
    pub path: PathName,
    /// What kind of difference.
    pub kind: Code,
    /// The path before, where that was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PathName>,
    /// Entries below a directory that the row stands for as well. What changed below one that
    /// moved has a row of its own, too.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub below: u64,
    /// What differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<DiffField>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffField {
    /// `type`, `size`, `hash`, `mode`, `owner`, `group`, `mtime`, `target`, `device`, `acl`,
    /// `links` or `attribute NAME`.
    pub name: String,
    /// Its value before.
    pub old: String,
    /// Its value now.
    pub new: String,
}

/// Rows beyond those that are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiffLeftOut {
    /// Of `missing`.
    pub missing: u64,
    /// Of `added`.
    pub added: u64,
    /// Of `changed`.
    pub changed: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}
