//! A finding over time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, Severity, Subject};

/// What became of a finding in the newest report of its series, against the last earlier report
/// that looked where it is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TrendState {
    /// It is there, and the earlier report looked and did not find it.
    New,
    /// It is there again: an earlier report had it, and one between looked and did not.
    Returned,
    /// There is more of it, or it weighs heavier.
    Growing,
    /// It is there, and no earlier report looked as far: whether it is new cannot be told.
    FirstLook,
    /// It is there, and findings of its kind were accepted before.
    Unaccepted,
    /// It was there, and the newest report looked and did not find it.
    Gone,
    /// There is less of it.
    Shrinking,
    /// It was there, and findings of its kind are accepted now.
    Accepted,
    /// It was there, and the newest report did not look as far.
    NotLookedAt,
    /// As it was.
    Same,
}

impl TrendState {
    /// Every one, in the order in which they are told.
    pub const ALL: [TrendState; 10] = [
        TrendState::New,
        TrendState::Returned,
        TrendState::Growing,
        TrendState::FirstLook,
        TrendState::Unaccepted,
        TrendState::Gone,
        TrendState::Shrinking,
        TrendState::Accepted,
        TrendState::NotLookedAt,
        TrendState::Same,
    ];

    /// The word in trends.
    pub fn as_str(self) -> &'static str {
        match self {
            TrendState::New => "new",
            TrendState::Returned => "returned",
            TrendState::Growing => "growing",
            TrendState::FirstLook => "first-look",
            TrendState::Unaccepted => "unaccepted",
            TrendState::Same => "same",
            TrendState::Shrinking => "shrinking",
            TrendState::Gone => "gone",
            TrendState::Accepted => "accepted",
            TrendState::NotLookedAt => "not-looked-at",
        }
    }

    /// As people read it.
    pub fn text(self) -> &'static str {
        match self {
            TrendState::FirstLook => "found where no report looked before",
            TrendState::Unaccepted => "no longer accepted",
            TrendState::Accepted => "accepted now",
            TrendState::NotLookedAt => "not looked at",
            other => other.as_str(),
        }
    }

    /// Whether the newest report is worse for it than the earlier ones.
    pub fn is_worse(self) -> bool {
        self <= TrendState::Unaccepted
    }
}

/// A finding over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendFinding {
    /// What became of it.
    pub state: TrendState,
    /// What kind of defect.
    pub code: Code,
    /// What is proven, in the last report that has it.
    pub severity: Severity,
    /// What it speaks of; nothing where all of its code are counted together.
    pub subject: Subject,
    /// What else tells it from others: of a divergence the target and the class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where suppressed findings are counted: the glob of the suppression, empty for anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<String>,
    /// What was seen, in the last report that has it.
    pub found: String,
    /// How many there were (of errors on record: how many the kernel says), in each report of the
    /// series; none where it was not looked for as far
    /// as in the newest one, or as in the one that has it.
    pub counts: Vec<Option<u64>>,
    /// Why it is told so, where that needs a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl TrendFinding {
    /// Whether the newest report is worse for it.
    pub fn is_worse(&self) -> bool {
        self.suppressed.is_none() && self.state.is_worse()
    }
}
