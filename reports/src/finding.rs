//! A proven or suspected defect, as data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, PathName, Severity, Timestamp};

/// What a finding speaks of. Each part is there where it is known; none is in a row that stands
/// for many findings.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Subject {
    /// The path, as it was reached from a root.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub path: Option<PathName>,
    /// The inode number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inode: Option<u64>,
    /// The device, by the kernel's name for it (`sda1`, `longhorn/pvc-...`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

impl Subject {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        *self == Subject::default()
    }
}

/// One row of a report. Its texts may hold words of the system, raw or through
/// [`escape`](crate::escape): renderers escape what a terminal must not see, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What kind of defect.
    pub code: Code,
    /// What is proven.
    pub severity: Severity,
    /// What it speaks of.
    pub subject: Subject,
    /// The code's title, so that a row can be read by itself.
    pub title: String,
    /// What a sound filesystem would have shown.
    pub expected: String,
    /// What was seen instead.
    pub found: String,
    /// What else was noted, a fact a line.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// How many identical findings this row stands for.
    pub occurrences: u64,
    /// When it was first seen.
    pub first_seen: Timestamp,
}

impl Finding {
    /// A finding of the code's own severity, seen once, now.
    pub fn new(
        code: Code,
        subject: Subject,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Finding {
            code,
            severity: code.severity(),
            subject,
            title: code.text().title.to_owned(),
            expected: expected.into(),
            found: found.into(),
            evidence: Vec::new(),
            occurrences: 1,
            first_seen: Timestamp::now(),
        }
    }
}
