//! Findings that somebody accepts, for a reason and often until a day.
//!
//! A suppressed finding has no row of its own any more and counts for no verdict, exit code or
//! recommendation; it stays counted beside the reason. What proves damage, or is explained best by
//! it, is accepted until a day alone: a known problem is not forgotten.

mod place;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, Day, Finding, PathName, Root, Severity};

pub use place::{PlaceError, SuppressedPlace};

/// Lines of evidence that say why suppressions leave a finding as it is.
const NOTES: usize = 2;

/// What is accepted.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The kind of finding.
    pub code: Code,
    /// Where; none is anywhere.
    pub place: Option<SuppressedPlace>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds. Without one it covers what is at most a warning.
    pub expires: Option<Day>,
    /// The file that says so.
    pub file: PathName,
}

/// A suppression in a report, and what it came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suppressed {
    /// The kind of finding.
    pub code: Code,
    /// The worst severity of what was suppressed, or the code's own where nothing was.
    pub severity: Severity,
    /// How many findings were suppressed.
    pub count: u64,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Day>,
    /// Whether that day is over, so that nothing was suppressed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
    /// Where, as a glob; none is anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub glob: Option<String>,
    /// The file that says so.
    pub file: PathName,
}

impl Suppressed {
    /// Whether it covers what speaks of damage.
    pub fn is_of_damage(&self) -> bool {
        self.count > 0 && self.severity >= Severity::Suspect && !self.code.may_be_work()
    }
}

/// What a suppression makes of a finding.
enum Says {
    /// It is about other ones.
    Nothing,
    /// It is suppressed.
    Suppressed,
    /// It stays, and why.
    Stays(String),
}

/// Takes out of `findings` what is suppressed on `today`, and says what each suppression came to.
/// Of several that cover a finding the first counts it. What they leave as it is because they
/// expired, or cannot tell whether it is meant, has that in its evidence.
pub fn suppress(
    suppressions: &[Suppression],
    findings: Vec<Finding>,
    roots: &[Root],
    today: Day,
) -> (Vec<Finding>, Vec<Suppressed>) {
    if suppressions.is_empty() {
        return (findings, Vec::new());
    }
    let mut rows: Vec<Suppressed> = suppressions.iter().map(|rule| rule.row(today)).collect();
    let mut kept = Vec::new();
    for mut finding in findings {
        let said = suppressions.iter().map(|rule| rule.says(&finding, roots, today));
        let said: Vec<Says> = said.collect();
        let first = said.iter().position(|says| matches!(says, Says::Suppressed));
        if let Some(row) = first.and_then(|index| rows.get_mut(index)) {
            row.add(&finding);
            continue;
        }
        let notes = said.into_iter().filter_map(Says::note);
        finding.evidence.extend(notes.take(NOTES));
        kept.push(finding);
    }
    (kept, rows)
}

impl Suppression {
    fn says(&self, finding: &Finding, roots: &[Root], today: Day) -> Says {
        if self.code != finding.code {
            return Says::Nothing;
        }
        let (file, reason) = (self.file.escaped(), &self.reason);
        let expired = self.expires.filter(|day| *day < today);
        match (self.covers(finding, roots), expired) {
            (Some(false), _) | (None, Some(_)) => Says::Nothing,
            (None, None) => Says::Stays(self.has_no_path(finding)),
            (Some(true), Some(day)) => {
                Says::Stays(format!("the suppression of this expired on {day} ({file}): {reason}"))
            }
            (Some(true), None)
                if self.expires.is_none() && finding.severity >= Severity::Suspect =>
            {
                let severity = finding.severity.as_str();
                Says::Stays(format!("what is {severity} takes a suppression that expires ({file})"))
            }
            (Some(true), None) => Says::Suppressed,
        }
    }

    /// Whether a finding is where this holds; none where that cannot be told.
    fn covers(&self, finding: &Finding, roots: &[Root]) -> Option<bool> {
        let Some(place) = &self.place else { return Some(true) };
        let path = finding.subject.path.as_ref().filter(|path| !path.is_shortened());
        path.map(|path| place.covers(path.as_bytes(), roots))
    }

    /// Why a path cannot tell whether a finding is meant.
    fn has_no_path(&self, finding: &Finding) -> String {
        let glob = self.place.as_ref().map_or("", SuppressedPlace::glob);
        let file = self.file.escaped();
        let remedy = match (finding.subject.is_empty(), finding.occurrences) {
            (true, 2..) => "; --all-findings gives each finding its path",
            _ => "",
        };
        format!("a suppression for `{glob}` ({file}) cannot cover what has no path{remedy}")
    }

    /// What it comes to before anything is suppressed.
    fn row(&self, today: Day) -> Suppressed {
        Suppressed {
            code: self.code,
            severity: self.code.severity(),
            count: 0,
            reason: self.reason.clone(),
            expires: self.expires,
            expired: self.expires.is_some_and(|day| day < today),
            glob: self.place.as_ref().map(|place| place.glob().to_owned()),
            file: self.file.clone(),
        }
    }
}

impl Suppressed {
    fn add(&mut self, finding: &Finding) {
        let first = self.count == 0;
        self.severity = if first { finding.severity } else { self.severity.max(finding.severity) };
        self.count = self.count.saturating_add(finding.occurrences);
    }
}

impl Says {
    fn note(self) -> Option<String> {
        match self {
            Says::Stays(note) => Some(note),
            Says::Nothing | Says::Suppressed => None,
        }
    }
}

#[cfg(test)]
mod tests;
