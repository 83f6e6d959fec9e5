//! A comparison as findings and as the report's `diff`, in bounded memory.

use reports::{
    Code, Diff, DiffDirectory, DiffField, DiffLeftOut, DiffRow, DiffSide, DiffTally, DiffTotals,
    FindingCollector, PathName, UncheckedCollector, UncheckedReason,
};

use super::difference::{Difference, DifferenceKind};
use super::findings::finding;
use super::pass::{Comparison, Sink, WhyUnchecked};
use super::totals::{CompareTotals, DirectoryTotals, Tally};
use crate::manifest::compare_paths;

/// Rows that a list keeps.
const ROWS: usize = 1000;

/// Directories of the root that have a row of their own.
const DIRECTORIES: usize = 20;

/// Takes a comparison's differences and makes a report of them.
#[derive(Debug)]
pub struct DiffReport {
    findings: FindingCollector,
    unchecked: UncheckedCollector,
    missing: Rows,
    added: Rows,
    changed: Rows,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl DiffReport {
    /// `before` and `after` are the roots, in front of the paths in findings; `all` keeps every
    /// difference, else the first hundred of each code are findings and the first thousand rows
    /// of each list.
    pub fn new(before: &[u8], after: &[u8], all: bool) -> Self {
        let limit = if all { usize::MAX } else { ROWS };
        DiffReport {
            findings: FindingCollector::new(all),
            unchecked: UncheckedCollector::default(),
            missing: Rows::new(limit),
            added: Rows::new(limit),
            changed: Rows::new(limit),
            before: before.to_vec(),
            after: after.to_vec(),
        }
    }

    /// The report's `diff`, the findings, and what could not be compared.
    pub fn finish(
        self,
        comparison: &Comparison,
        before: DiffSide,
        after: DiffSide,
    ) -> (Diff, FindingCollector, UncheckedCollector) {
        let (missing, more_missing) = self.missing.finish();
        let (added, more_added) = self.added.finish();
        let (changed, more_changed) = self.changed.finish();
        let diff = Diff {
            before,
            after,
            totals: totals(&comparison.totals),
            by_directory: directories(&comparison.directories),
            missing,
            added,
            changed,
            left_out: DiffLeftOut {
                missing: more_missing,
                added: more_added,
                changed: more_changed,
            },
        };
        (diff, self.findings, self.unchecked)
    }
}

impl Sink for DiffReport {
    fn difference(&mut self, difference: Difference) {
        let rows = match difference.kind {
            DifferenceKind::Missing { .. } => &mut self.missing,
            DifferenceKind::Added { .. } => &mut self.added,
            _ => &mut self.changed,
        };
        self.findings.add(finding(&difference, &self.before, &self.after));
        rows.add(difference);
    }

    fn unchecked(&mut self, why: WhyUnchecked, path: &[u8]) {
        let (reason, what) = match why {
            WhyUnchecked::NotHashed => (UncheckedReason::NotHashed, "content"),
            WhyUnchecked::NotShown => {
                (UncheckedReason::PermissionDenied, "attributes named trusted.*")
            }
            WhyUnchecked::LeftOut => (UncheckedReason::LeftOut, "entry"),
            WhyUnchecked::NamesLost => (UncheckedReason::NamesLost, "tree"),
            WhyUnchecked::NotMounted => (UncheckedReason::NotMounted, "entry"),
            WhyUnchecked::NotExamined => (UncheckedReason::NotReached, "entry"),
        };
        self.unchecked.add(reason, what, PathName::new(below(&self.after, path)));
    }
}

/// A path below a root.
pub(super) fn below(root: &[u8], path: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if path.is_empty() || root.ends_with(b"/") { b"" } else { b"/" };
    [root, slash, path].concat()
}

/// The code of a difference.
pub(super) fn code(kind: &DifferenceKind) -> Code {
    match kind {
        DifferenceKind::Missing { untouched: true, .. }
        | DifferenceKind::TypeChanged { untouched: true } => Code::EntryLost,
        DifferenceKind::Missing { .. } => Code::EntryMissing,
        DifferenceKind::Added { .. } => Code::EntryAdded,
        DifferenceKind::Moved { .. } => Code::EntryMoved,
        DifferenceKind::TypeChanged { .. } => Code::TypeChanged,
        DifferenceKind::ContentChanged { .. } => Code::ContentChanged,
        DifferenceKind::ContentDiffers
        | DifferenceKind::ContentWritten { .. }
        | DifferenceKind::ContentOfAnother { .. } => Code::ContentDiffers,
        DifferenceKind::MetadataChanged => Code::MetadataChanged,
        DifferenceKind::InodeChanged { .. } => Code::InodeChanged,
        DifferenceKind::HardLinksChanged { .. } => Code::HardLinksChanged,
    }
}

/// The first differences of a list, in path order, and how many more there are.
#[derive(Debug)]
struct Rows {
    kept: Vec<Difference>,
    limit: usize,
    left_out: u64,
}

impl Rows {
    fn new(limit: usize) -> Self {
        Rows { kept: Vec::new(), limit, left_out: 0 }
    }

    fn add(&mut self, difference: Difference) {
        self.kept.push(difference);
        if self.kept.len() >= self.limit.saturating_mul(2) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.kept.sort_by(|a, b| {
            compare_paths(&a.path, &b.path).then_with(|| code(&a.kind).cmp(&code(&b.kind)))
        });
        self.left_out += self.kept.len().saturating_sub(self.limit) as u64;
        self.kept.truncate(self.limit);
    }

    fn finish(mut self) -> (Vec<DiffRow>, u64) {
        self.cut();
        (self.kept.into_iter().map(row).collect(), self.left_out)
    }
}

fn row(difference: Difference) -> DiffRow {
    let kind = code(&difference.kind);
    let fields = difference.fields.into_iter();
    let mut fields: Vec<DiffField> = fields
        .map(|field| DiffField { name: field.name, old: field.old, new: field.new })
        .collect();
    let from = difference.from.map(PathName::new);
    let mut entries_below = 0;
    match difference.kind {
        DifferenceKind::Missing { below, .. }
        | DifferenceKind::Added { below, .. }
        | DifferenceKind::Moved { below, .. } => entries_below = below,
        DifferenceKind::HardLinksChanged { torn, other } => {
            let with = format!("the same file as {}", PathName::new(other).escaped());
            let apart = "another file".to_owned();
            let (old, new) = if torn { (with, apart) } else { (apart, with) };
            fields.push(DiffField { name: "links".to_owned(), old, new });
        }
        _ => {}
    }
    DiffRow { path: PathName::new(difference.path), kind, from, below: entries_below, fields }
}

fn tally(tally: Tally) -> DiffTally {
    DiffTally { entries: tally.entries, bytes: tally.bytes }
}

fn totals(totals: &CompareTotals) -> DiffTotals {
    DiffTotals {
        missing: tally(totals.missing),
        added: tally(totals.added),
        moved: tally(totals.moved),
        changed: tally(totals.changed),
        metadata: tally(totals.metadata),
        unchanged: tally(totals.unchanged),
        unchecked: tally(totals.unchecked),
    }
}

/// The rows with the most losses, and one for the rest.
fn directories(all: &[DirectoryTotals]) -> Vec<DiffDirectory> {
    let mut rows: Vec<DiffDirectory> = all
        .iter()
        .map(|directory| DiffDirectory {
            path: Some(PathName::new(directory.name.clone())),
            directories: 1,
            missing: directory.totals.missing.entries,
            missing_bytes: directory.totals.missing.bytes,
            changed: directory.totals.changed.entries,
            metadata: directory.totals.metadata.entries,
            moved: directory.totals.moved.entries,
            added: directory.totals.added.entries,
        })
        .collect();
    let losses = |row: &DiffDirectory| (row.missing + row.changed, row.metadata, row.moved);
    // The sort is stable: rows of equal losses stay in the order of their names.
    rows.sort_by_key(|row| std::cmp::Reverse(losses(row)));
    let rest = rows.split_off(rows.len().min(DIRECTORIES));
    let rest = rest.into_iter().reduce(|mut sum, row| {
        sum.directories += row.directories;
        sum.missing += row.missing;
        sum.missing_bytes = sum.missing_bytes.saturating_add(row.missing_bytes);
        sum.changed += row.changed;
        sum.metadata += row.metadata;
        sum.moved += row.moved;
        sum.added += row.added;
        sum
    });
    let several = |mut row: DiffDirectory| {
        row.path = row.path.filter(|_| row.directories == 1);
        row
    };
    rows.extend(rest.map(several));
    rows
}
