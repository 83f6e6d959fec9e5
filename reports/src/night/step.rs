//! A step of a night.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CheckRun, CheckStatus, PathName, Report, Severity, Timestamp, Verdict};

/// What a step does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum NightStepName {
    /// A scan of the metadata.
    Quick,
    /// Tar round trips.
    Tar,
    /// Operations on filesystems.
    Stress,
    /// A scan with every check.
    Full,
}

impl NightStepName {
    /// Every one, in the order in which they run.
    pub const ALL: [NightStepName; 4] =
        [NightStepName::Quick, NightStepName::Tar, NightStepName::Stress, NightStepName::Full];

    /// The word in reports, settings and file names.
    pub fn as_str(self) -> &'static str {
        match self {
            NightStepName::Quick => "quick",
            NightStepName::Tar => "tar",
            NightStepName::Stress => "stress",
            NightStepName::Full => "full",
        }
    }

    /// Whether a check was not asked for by a step of this kind, whatever settings say.
    fn leaves_out(self, check: &CheckRun) -> bool {
        let unasked = check.status == CheckStatus::Skipped
            && check.reason.as_deref() == Some("not asked for");
        unasked
            && match self {
                NightStepName::Quick => matches!(check.name.as_str(), "content" | "tar"),
                NightStepName::Tar | NightStepName::Stress => true,
                NightStepName::Full => false,
            }
    }
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NightEnding {
    /// It came to its end and wrote its report.
    Done,
    /// Its time was up; what it had seen is in its report.
    OutOfTime,
    /// Its time was up or the night was stopped, it did not end when asked, and was killed.
    Killed,
    /// A signal ended it that nobody here had sent, or it ended with a status that is none of its
    /// own, or how it ended is not known.
    Crashed,
    /// It says that something could not be done.
    Failed,
    /// It ended without a report that can be read.
    NoReport,
    /// The night was stopped.
    Stopped,
    /// Its turn did not come.
    NotStarted,
    /// It would have written where nothing can be written, or should be: on a filesystem that is
    /// mounted read-only, or that a step before proved to be damaged. That is no failure.
    NotRun,
}

impl NightEnding {
    /// Every one.
    pub const ALL: [NightEnding; 9] = [
        NightEnding::Done,
        NightEnding::OutOfTime,
        NightEnding::Killed,
        NightEnding::Crashed,
        NightEnding::Failed,
        NightEnding::NoReport,
        NightEnding::Stopped,
        NightEnding::NotStarted,
        NightEnding::NotRun,
    ];

    /// As people read it.
    pub fn text(self) -> &'static str {
        match self {
            NightEnding::Done => "done",
            NightEnding::OutOfTime => "out of time",
            NightEnding::Killed => "killed",
            NightEnding::Crashed => "crashed",
            NightEnding::Failed => "failed",
            NightEnding::NoReport => "no report",
            NightEnding::Stopped => "stopped",
            NightEnding::NotStarted => "not started",
            NightEnding::NotRun => "not run",
        }
    }
}

/// A step of a night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NightStep {
    /// What it does.
    pub step: NightStepName,
    /// The root that it was about; none where it is about several places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<PathName>,
    /// Its command line, as it can be pasted into a shell.
    pub command: String,
    /// When it began; none where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// How long it took, in seconds.
    pub duration_seconds: f64,
    /// How it ended.
    pub ending: NightEnding,
    /// Why it ended so, where there is more to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// The name of its report in the night's folder, where it wrote one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    /// What that says in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The worst that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Severity>,
    /// Whether something changed, or was lost, that nothing changed as far as is known, proven or not: the
    /// tree as it is now is not what it was, and nobody's work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed_silently: bool,
    /// How many defects were found: what is merely worth knowing is none.
    pub findings: u64,
    /// Checks that did not run, or not on everything, and why; those that such a step always leaves
    /// out are not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_whole: Vec<CheckRun>,
    /// The settings file that was in force, where one was: it may switch checks off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
}

impl NightStep {
    /// Whether it came to its end.
    pub fn is_done(&self) -> bool {
        self.ending == NightEnding::Done
    }

    /// Whether it was left out, and there is nothing that could have been done.
    pub fn is_left_out(&self) -> bool {
        self.ending == NightEnding::NotRun
    }

    /// Takes down how far a report says that its checks came.
    pub fn note_checks(&mut self, report: &Report) {
        self.settings.clone_from(&report.tool.settings);
        for check in report.roots.iter().flat_map(|root| &root.checks) {
            let always = self.step.leaves_out(check);
            if check.status != CheckStatus::Ran && !always && !self.not_whole.contains(check) {
                self.not_whole.push(check.clone());
            }
        }
    }
}
