//! Findings as they come in from many threads, in bounded memory and in one order.
//!
//! A damaged tree can hold a million equal findings. For each code the most severe rows, and of
//! those the ones that come first in path order, are kept and the rest is counted, so the outcome
//! does not depend on which thread found what first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Code, DirectoryTally, Finding, Severity, Subject};

/// Rows kept for one code.
const ROWS_A_CODE: usize = 100;

/// What the rows of all codes may take in JSON together, in bytes.
const ROWS_BUDGET: usize = 640 * 1024;

/// Inodes whose numbers are kept.
const INODES: usize = 4096;

/// What tells findings of one code apart, the most severe ones first.
type RowKey = (Reverse<Severity>, Subject, String, String);

/// Takes findings in any order and hands them back sorted, deduplicated and bounded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct FindingCollector {
    rows_a_code: usize,
    codes: BTreeMap<Code, Rows>,
    /// Where they are, those without a row of their own included.
    directories: DirectoryTally,
    /// The lowest numbers of damaged inodes.
    inodes: BTreeSet<u64>,
}

#[derive(Clone, Debug, Default)]
struct Rows {
    kept: BTreeMap<RowKey, Finding>,
    beyond: u64,
    /// The severity of the worst of those.
    worst_beyond: Option<Severity>,
}

impl FindingCollector {
    /// `all` keeps every finding; else the first hundred of each code are kept.
    pub fn new(all: bool) -> Self {
        FindingCollector {
            rows_a_code: if all { usize::MAX } else { ROWS_A_CODE },
            codes: BTreeMap::new(),
            directories: DirectoryTally::default(),
            inodes: BTreeSet::new(),
        }
    }

    /// Says which root most of it is of, before anything is added.
    pub fn set_root(&mut self, root: &[u8]) {
        self.directories.set_root(root);
    }

    /// Adds a finding; an equal one only raises its row's count.
    pub fn add(&mut self, finding: Finding) {
        let path = finding.subject.path.clone();
        let directory = path.as_ref().map(DirectoryTally::around);
        self.add_in(directory, finding);
    }

    /// Adds a finding of something in `directory`, or of that directory itself.
    pub fn add_in(&mut self, directory: Option<&[u8]>, finding: Finding) {
        if let Some(directory) = directory {
            self.directories.add_findings(directory, finding.severity, finding.occurrences);
        }
        let damaged = finding.severity >= Severity::Suspect;
        self.note_inodes(finding.subject.inode.filter(|_| damaged));
        self.keep(finding);
    }

    fn note_inodes(&mut self, inodes: impl IntoIterator<Item = u64>) {
        self.inodes.extend(inodes);
        while self.inodes.len() > INODES {
            self.inodes.pop_last();
        }
    }

    /// Adds a finding whose place is known already.
    fn keep(&mut self, finding: Finding) {
        let rows = self.codes.entry(finding.code).or_default();
        let key = key(&finding);
        if let Some(row) = rows.kept.get_mut(&key) {
            row.occurrences = row.occurrences.saturating_add(finding.occurrences);
            row.first_seen = row.first_seen.min(finding.first_seen);
            return;
        }
        rows.kept.insert(key, finding);
        if rows.kept.len() > self.rows_a_code
            && let Some((_, last)) = rows.kept.pop_last()
        {
            rows.beyond = rows.beyond.saturating_add(last.occurrences);
            rows.worst_beyond = rows.worst_beyond.max(Some(last.severity));
        }
    }

    /// Adds all that another collector holds.
    pub fn merge(&mut self, other: FindingCollector) {
        if other.is_empty() {
            return;
        }
        self.directories.merge(other.directories);
        self.note_inodes(other.inodes);
        for (code, rows) in other.codes {
            for finding in rows.kept.into_values() {
                self.keep(finding);
            }
            let known = self.codes.entry(code).or_default();
            known.beyond = known.beyond.saturating_add(rows.beyond);
            known.worst_beyond = known.worst_beyond.max(rows.worst_beyond);
        }
    }

    /// Whether nothing came in.
    fn is_empty(&self) -> bool {
        self.codes.is_empty() && self.inodes.is_empty() && self.directories.is_empty()
    }

    /// Adds those of another that are not among these: what two saw happen once.
    pub fn add_missing(&mut self, other: FindingCollector) {
        for finding in other.codes.into_values().flat_map(|rows| rows.kept.into_values()) {
            let rows = self.codes.get(&finding.code);
            if !rows.is_some_and(|rows| rows.kept.contains_key(&key(&finding))) {
                self.add(finding);
            }
        }
    }

    /// Passes every kept finding through `change`; one that comes back as none is dropped.
    pub fn change_all(&mut self, mut change: impl FnMut(Finding) -> Option<Finding>) {
        let mut changed = FindingCollector::new(self.rows_a_code == usize::MAX);
        changed.directories = std::mem::take(&mut self.directories);
        changed.inodes = std::mem::take(&mut self.inodes);
        for (code, rows) in std::mem::take(&mut self.codes) {
            for before in rows.kept.into_values() {
                let after = change(before.clone());
                if after.as_ref().map(|row| row.severity) != Some(before.severity) {
                    changed.move_damage(&before, after.as_ref());
                }
                after.into_iter().for_each(|row| changed.keep(row));
            }
            if rows.beyond > 0 {
                let known = changed.codes.entry(code).or_default();
                known.beyond += rows.beyond;
                known.worst_beyond = known.worst_beyond.max(rows.worst_beyond);
            }
        }
        *self = changed;
    }

    /// Counts the damage of a finding that is none any more, or of another severity, anew.
    fn move_damage(&mut self, before: &Finding, after: Option<&Finding>) {
        let Some(path) = &before.subject.path else { return };
        let directory = DirectoryTally::around(path);
        self.directories.take_findings(path, before.severity, before.occurrences);
        if let Some(after) = after {
            self.directories.add_findings(directory, after.severity, after.occurrences);
        }
        if after.is_none_or(|row| row.severity < Severity::Suspect) {
            before.subject.inode.iter().for_each(|inode| {
                self.inodes.remove(inode);
            });
        }
    }

    /// Counts the damage below `from` below `to`, another name of the same directory.
    pub fn rename_directory(&mut self, from: &[u8], to: &[u8]) {
        self.directories.rename(from, to);
    }

    /// How many defects came in, those that have no row of their own included; facts that are
    /// merely worth knowing are none.
    pub fn count_defects(&self) -> u64 {
        let rows = self.codes.iter().filter(|(code, _)| code.severity() > Severity::Info);
        rows.map(|(_, r)| r.beyond + r.kept.values().map(|f| f.occurrences).sum::<u64>()).sum()
    }

    /// Whether anything was found of `code`.
    pub fn has(&self, code: Code) -> bool {
        self.codes.contains_key(&code)
    }

    /// Whether anything suspect or corrupt was found.
    pub fn has_damage(&self) -> bool {
        let rows = self.codes.values().flat_map(|rows| rows.kept.values());
        rows.map(|finding| finding.severity).any(|severity| severity >= Severity::Suspect)
    }

    /// Whether anything proves damage.
    pub fn has_corruption(&self) -> bool {
        let rows = self.codes.values().flat_map(|rows| rows.kept.values());
        rows.map(|finding| finding.severity).any(|severity| severity == Severity::Corrupt)
    }

    /// The lowest numbers of inodes that findings of damage speak of, at most 4,096.
    pub fn inodes(&self) -> impl Iterator<Item = u64> {
        self.inodes.iter().copied()
    }

    /// Takes out where the findings of damage are; their rows stay.
    pub fn take_directories(&mut self) -> DirectoryTally {
        std::mem::take(&mut self.directories)
    }

    /// The rows: worst first, then by code, then by subject. What was counted alone becomes the
    /// last row of its code.
    pub fn into_rows(self) -> Vec<Finding> {
        let budget = if self.rows_a_code == usize::MAX {
            usize::MAX
        } else {
            ROWS_BUDGET / self.codes.len().max(1)
        };
        let mut rows: Vec<Finding> =
            self.codes.into_iter().flat_map(|(code, rows)| rows.within(code, budget)).collect();
        // The sort is stable: within a code the rows stay in subject order, those that stand for
        // many behind those that show one.
        rows.sort_by_key(|row| (Reverse(row.severity), row.code, row.occurrences > 1));
        rows
    }
}

/// What a collector holds, for another process to go on with.
#[derive(Serialize, Deserialize)]
struct Kept {
    all: bool,
    rows: Vec<Finding>,
    beyond: Vec<(Code, u64)>,
    directories: DirectoryTally,
    inodes: BTreeSet<u64>,
}

impl From<FindingCollector> for Kept {
    fn from(collector: FindingCollector) -> Self {
        let all = collector.rows_a_code == usize::MAX;
        let (mut rows, mut beyond) = (Vec::new(), Vec::new());
        for (code, of_code) in collector.codes {
            rows.extend(of_code.kept.into_values());
            beyond.push((code, of_code.beyond));
        }
        Kept { all, rows, beyond, directories: collector.directories, inodes: collector.inodes }
    }
}

impl From<Kept> for FindingCollector {
    fn from(kept: Kept) -> Self {
        let mut collector = FindingCollector::new(kept.all);
        collector.directories = kept.directories;
        collector.note_inodes(kept.inodes);
        kept.rows.into_iter().for_each(|finding| collector.keep(finding));
        for (code, count) in kept.beyond {
            let rows = collector.codes.entry(code).or_default();
            rows.beyond = rows.beyond.saturating_add(count);
        }
        collector
    }
}

impl Rows {
    /// The rows that fit into `budget` bytes of JSON, and one for the rest.
    fn within(self, code: Code, budget: usize) -> Vec<Finding> {
        let mut spent = 0;
        let mut beyond = self.beyond;
        let mut worst_beyond = self.worst_beyond;
        let mut rows = Vec::new();
        for finding in self.kept.into_values() {
            spent += serde_json::to_string(&finding).map_or(0, |json| json.len());
            if spent <= budget || rows.is_empty() {
                rows.push(finding);
            } else {
                beyond += finding.occurrences;
                worst_beyond = worst_beyond.max(Some(finding.severity));
            }
        }
        if beyond > 0 {
            // Of parts that were read back it is not known; the last row is the least severe one.
            let least = rows.last().map_or(code.severity(), |row: &Finding| row.severity);
            rows.push(rest_row(code, worst_beyond.unwrap_or(least), beyond, &rows));
        }
        rows
    }
}

fn key(finding: &Finding) -> RowKey {
    let Finding { severity, subject, expected, found, .. } = finding;
    (Reverse(*severity), subject.clone(), expected.clone(), found.clone())
}

/// The row that stands for findings without a row of their own.
fn rest_row(code: Code, severity: Severity, count: u64, rows: &[Finding]) -> Finding {
    let (expected, found) =
        rows.first().map_or(("", ""), |first| (first.expected.as_str(), first.found.as_str()));
    let mut row = Finding::new(code, Subject::default(), expected, found);
    row.severity = severity;
    row.occurrences = count;
    row.evidence.push(format!("{count} more of this code; --all-findings lists each of them"));
    row.first_seen = rows.iter().map(|r| r.first_seen).min().unwrap_or(row.first_seen);
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PathName;

    fn finding(path: &str) -> Finding {
        let subject = Subject { path: Some(PathName::new(path.into())), ..Subject::default() };
        Finding::new(Code::DirentDangling, subject, "found", "ENOENT")
    }

    #[test]
    fn order_of_arrival_does_not_matter() {
        let names: Vec<String> = (0..1000).map(|i| format!("/{i:04}")).collect();
        let mut forward = FindingCollector::new(false);
        for name in &names {
            forward.add(finding(name));
        }
        let mut halves = [FindingCollector::new(false), FindingCollector::new(false)];
        names.iter().rev().enumerate().for_each(|(i, name)| halves[i % 2].add(finding(name)));
        let [mut merged, other] = halves;
        merged.merge(other);

        assert_eq!((forward.count_defects(), merged.count_defects()), (1000, 1000));
        let rows = |c: FindingCollector| -> Vec<(Subject, u64)> {
            c.into_rows().into_iter().map(|r| (r.subject, r.occurrences)).collect()
        };
        let forward = rows(forward);
        assert_eq!(forward, rows(merged));
        assert_eq!(forward.len(), ROWS_A_CODE + 1);
        assert_eq!(forward.last().unwrap().1, 900);
    }

    /// One code can be proven here and doubtful there.
    #[test]
    fn the_worst_of_a_code_are_kept_wherever_they_are() {
        let mut collector = FindingCollector::new(false);
        let doubtful = |path: &str| Finding { severity: Severity::Suspect, ..finding(path) };
        (0..ROWS_A_CODE + 50).for_each(|n| collector.add(doubtful(&format!("/a{n}"))));
        collector.add(finding("/z"));
        let severities: Vec<_> = collector.into_rows().iter().map(|row| row.severity).collect();
        assert_eq!((severities[0], severities.len()), (Severity::Corrupt, ROWS_A_CODE + 1));
        assert_eq!(severities.last(), Some(&Severity::Suspect));
    }

    #[test]
    fn an_equal_finding_is_counted_not_repeated() {
        let mut collector = FindingCollector::new(false);
        (0..3).for_each(|_| collector.add(finding("/same")));
        let rows = collector.into_rows();
        assert_eq!((rows.len(), rows[0].occurrences), (1, 3));
    }

    #[test]
    fn long_paths_do_not_make_a_report_too_large_to_attach() {
        let mut collector = FindingCollector::new(false);
        for i in 0..5000 {
            collector.add(finding(&format!("/{i:04}{}", "x/y".repeat(2700))));
        }
        let rows = collector.into_rows();
        let size = serde_json::to_string(&rows).unwrap().len();
        assert!(size < 1024 * 1024, "{size}");
        assert_eq!(rows.iter().map(|r| r.occurrences).sum::<u64>(), 5000);
    }

    #[test]
    fn all_findings_means_all() {
        let mut collector = FindingCollector::new(true);
        (0..5000).for_each(|i| collector.add(finding(&format!("/{i}"))));
        assert_eq!(collector.into_rows().len(), 5000);
    }
}
