//! A series in few lines, for summaries of nights.

use crate::clip::clip_middle;
use crate::path_name::{escape, escape_prose};
use crate::trend::{TrendAspect, TrendFinding, TrendSeries, TrendState};

/// Findings of a series that have a line each.
const FINDINGS: usize = 5;

/// The most that a subject takes, in bytes.
const SUBJECT: usize = 160;

impl TrendSeries {
    /// The series in one line, and behind it one for each of the first findings that changed.
    pub fn lines(&self) -> Vec<String> {
        let place = format!("{} ({})", self.path.escaped(), self.kind.as_str());
        let changed = self.findings.iter().filter(|row| row.suppressed.is_none());
        let changed = changed.filter(|row| row.state.is_news());
        let told = changed.take(FINDINGS).map(|row| format!("{place}: {}", row.line(self)));
        let mut lines: Vec<_> = std::iter::once(self.line()).chain(told).collect();
        let all = self.tallies.iter().filter(|tally| tally.state.is_news());
        let all = all.fold(0, |sum: u64, tally| sum.saturating_add(tally.rows));
        match all.saturating_sub(lines.len() as u64 - 1) {
            0 => {}
            more => lines.push(format!("{place}: and {more} more, which `fscan trend` lists")),
        }
        lines
    }

    /// `/home/coder (scan): 2 new, 1 gone; kernel errors +3 since the first report`.
    pub fn line(&self) -> String {
        let place = format!("{} ({})", self.path.escaped(), self.kind.as_str());
        if !self.compares() {
            return format!("{place}: the first report, nothing to compare with");
        }
        let told = self.counts_in_words();
        let errors = self.kernel_errors.as_ref().map_or(0, |counter| counter.increase);
        let errors = match errors {
            0 => String::new(),
            more if self.changes.iter().any(|change| change.replaces) => {
                format!("; kernel errors +{more} since the first report of this filesystem")
            }
            more => format!("; kernel errors +{more} since the first report"),
        };
        format!("{place}: {told}{errors}{}", self.replaced_in_words())
    }

    /// That another filesystem stands there since the newest look began.
    fn replaced_in_words(&self) -> String {
        let newest = self.looks().pop().unwrap_or_default();
        let mut changes = self.changes.iter().rev();
        let replaced = changes.find(|it| it.replaces && newest.contains(&(it.run as usize)));
        replaced.map_or_else(String::new, |change| {
            let (aspect, from, to) = (change.aspect.text(), &change.from, &change.to);
            let what = match change.aspect {
                TrendAspect::FilesystemUuid | TrendAspect::FilesystemId => {
                    format!("the filesystem was recreated or replaced: {aspect}")
                }
                _ => format!("another {aspect} stands there:"),
            };
            escape_prose(&format!("; {what} {to}, before {from}"))
        })
    }

    /// `2 new, 1 gone`, or that nothing is.
    pub(crate) fn counts_in_words(&self) -> String {
        // What is accepted is no news.
        let told = TrendState::ALL.into_iter().filter(|state| *state != TrendState::Accepted);
        let counts = told.map(|state| (self.count(state), state));
        let words: Vec<_> = counts
            .filter(|(count, _)| *count > 0)
            .map(|(count, state)| format!("{count} {}", state.text()))
            .collect();
        if words.is_empty() { "nothing found, as before".to_owned() } else { words.join(", ") }
    }
}

impl TrendState {
    /// Whether a finding in this state is worth a line of its own.
    fn is_news(self) -> bool {
        !matches!(self, TrendState::Same | TrendState::Accepted)
    }
}

impl TrendFinding {
    /// `corrupt dirent-dangling /home/coder/a: growing, 3 -> 9`.
    fn line(&self, series: &TrendSeries) -> String {
        let of_subject = || {
            let device = self.subject.device.as_ref().map(|device| escape(device.as_bytes()));
            self.subject.path.as_ref().map(crate::PathName::escaped).or(device)
        };
        let subject = of_subject().unwrap_or_else(|| "(all of this code together)".to_owned());
        // The runs of one night are one look.
        let steps = series.steps(series.kind.check_of(self.code), &self.counts);
        let known: Vec<_> = steps.into_iter().flatten().collect();
        let counts = match (self.state, known.as_slice()) {
            (TrendState::Growing | TrendState::Shrinking, [.., before, now]) if before != now => {
                format!(", {before} -> {now}")
            }
            _ => String::new(),
        };
        let because = self.because.as_ref().map(|why| format!(" ({})", escape_prose(why)));
        format!(
            "{} {} {}: {}{counts}{}",
            self.severity.as_str(),
            self.code,
            clip_middle(&subject, SUBJECT),
            self.state.text(),
            because.unwrap_or_default()
        )
    }
}
