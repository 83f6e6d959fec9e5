//! Compares two trees as manifests tell of them: what was lost, changed, moved, added.
//!
//! Both sides come sorted by [`compare_paths`](crate::manifest::compare_paths), so one pass over
//! the two is enough and either may be a file or a list in memory. What exists on one side alone,
//! and names that share an inode, is kept until the end: only then it shows whether a file moved
//! and which links were torn.

mod change;
mod collapse;
mod content;
mod difference;
mod directory_times;
mod exchanged;
mod fields;
mod files;
mod findings;
mod hard_links;
mod join;
mod lone;
mod moved_directories;
mod moves;
mod options;
mod pass;
mod report;
mod same_tree;
mod scope;
mod settle;
mod shapes;
mod strays;
mod totals;
mod unmounted;
mod untouched;

pub use difference::{Difference, DifferenceKind, FieldChange, Stray, Unwritten, Written};
pub use files::{DiffError, Headers, diff_files, diff_with_baseline, read_headers};
pub use options::{CompareOptions, Field, IgnoredFields};
pub use pass::{Comparison, Sink, WhyUnchecked, compare};
pub use report::DiffReport;
pub use same_tree::SameTree;
pub use totals::{CompareTotals, DirectoryTotals, Tally};

#[cfg(test)]
mod tests;
