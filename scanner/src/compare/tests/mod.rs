//! Pairs of trees, and the differences between them.

mod directories;
mod exchanged;
mod kinds;
mod links;
mod moved;
mod moved_along;
mod moved_changed;
mod notation;
mod scope;
mod shapes;
mod untouched;

use super::*;
use crate::inode_facts::FileKind;
use crate::manifest::tests::sample::{directory, entry, file, tree};
use crate::manifest::{Entry, Gaps};

/// What a comparison told.
#[derive(Default)]
struct Told {
    differences: Vec<Difference>,
    unchecked: Vec<(WhyUnchecked, String)>,
    comparison: Comparison,
}

impl Sink for Told {
    fn difference(&mut self, difference: Difference) {
        self.differences.push(difference);
    }

    fn unchecked(&mut self, why: WhyUnchecked, path: &[u8]) {
        self.unchecked.push((why, text(path)));
    }
}

fn text(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

fn told_with(before: &[Entry], after: &[Entry], options: &CompareOptions) -> Told {
    let side = |entries: &[Entry]| {
        let entries: Vec<Result<Entry, ()>> = tree(entries).into_iter().map(Ok).collect();
        entries.into_iter()
    };
    let mut told = Told::default();
    told.comparison = compare(side(before), side(after), options, &mut told).unwrap();
    let totals = told.comparison.totals;
    let sides = [totals.missing, totals.changed, totals.metadata, totals.unchanged];
    let of_before = sides.iter().map(|tally| tally.entries).sum::<u64>() + totals.moved.entries;
    let all = of_before + totals.unchecked.entries;
    if options.exclude.is_none() && options.before == Gaps::default() {
        assert_eq!(all, before.len() as u64 + 1, "each entry is counted once: {totals:?}");
    }
    told
}

/// Tells of two trees in [`notation`].
fn told_of(before: &str, after: &str) -> Told {
    told(&notation::entries(before), &notation::entries(after))
}

fn told(before: &[Entry], after: &[Entry]) -> Told {
    told_with(before, after, &CompareOptions::default())
}

impl Told {
    /// Each difference in a word or two, sorted.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.differences.iter().map(line).collect();
        lines.sort();
        lines
    }
}

fn line(difference: &Difference) -> String {
    let path = text(&difference.path);
    let below = |below: u64| if below > 0 { format!(" +{below}") } else { String::new() };
    let names: Vec<_> = difference.fields.iter().map(|field| field.name.as_str()).collect();
    let names = names.join(",");
    let was =
        difference.from.as_deref().map_or(String::new(), |from| format!(" was {}", text(from)));
    match &difference.kind {
        DifferenceKind::Missing { untouched: true, stray: None, .. } => format!("lost {path}"),
        DifferenceKind::Missing { stray: Some(Stray { was, is }), .. } => {
            format!("lost {path} at {} {}", text(was), text(is))
        }
        DifferenceKind::Missing { below: n, .. } => format!("missing {path}{}", below(*n)),
        DifferenceKind::Added { below: n, .. } => format!("added {path}{}", below(*n)),
        DifferenceKind::Moved { below: n, .. } => {
            format!("moved {} {path}{}", text(difference.old_path()), below(*n))
        }
        DifferenceKind::TypeChanged { untouched: true } => format!("lost {path}: {names}"),
        DifferenceKind::TypeChanged { .. } => format!("type {path}: {names}{was}"),
        DifferenceKind::ContentChanged { .. } => format!("corrupt {path}: {names}{was}"),
        DifferenceKind::ContentDiffers | DifferenceKind::ContentWritten { .. } => {
            format!("content {path}: {names}{was}")
        }
        DifferenceKind::ContentOfAnother { was } => {
            format!("content {path}: {names} of {}", text(was))
        }
        DifferenceKind::MetadataChanged => format!("metadata {path}: {names}{was}"),
        DifferenceKind::InodeChanged { .. } => format!("inode {path}: {names}"),
        DifferenceKind::HardLinksChanged { torn: true, other } => {
            format!("torn {path} from {}", text(other))
        }
        DifferenceKind::HardLinksChanged { torn: false, other } => {
            format!("joined {path} to {}", text(other))
        }
    }
}

/// The entry with something changed.
fn with(mut entry: Entry, change: impl FnOnce(&mut Entry)) -> Entry {
    change(&mut entry);
    entry
}
