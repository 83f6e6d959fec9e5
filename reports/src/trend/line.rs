//! A series in one line, for summaries of nights.

use crate::path_name::escape_prose;
use crate::trend::{TrendAspect, TrendSeries, TrendState};

impl TrendSeries {
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
