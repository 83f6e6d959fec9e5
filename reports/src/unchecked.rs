//! What could not be examined. Never a finding, never dropped: "could not look" is not "looks
//! fine".

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PathName;

/// Examples kept for one reason.
const EXAMPLES: usize = 5;

/// Why something was not examined.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum UncheckedReason {
    /// EACCES or EPERM.
    PermissionDenied,
    /// It was renamed or removed between being listed and being opened.
    Vanished,
    /// Writers never left it quiet long enough for a second look to prove or clear anything.
    TooBusy,
    /// Its content is not what it should be, but it was written a moment ago, or is open for writing and
    /// ends early, so that its writer may not be done.
    Unfinished,
    /// It is encrypted, and the kernel does not have the key.
    NoKey,
    /// The kernel did not answer a system call in time.
    NoAnswer,
    /// The kernel was short of memory, descriptors or the like.
    OutOfResources,
    /// A directory listed more names than any can hold.
    EndlessDirectory,
    /// A casefolded directory whose names lookup denies: a defect of some kernels (5c26d2f1d3f5,
    /// 231825b2e1ff, 9e28059d5664), which hides what damage would look like.
    CasefoldLookup,
    /// The kernel refused to read it with an error that speaks of damage.
    ReadError,
    /// The kernel refused it during the walk and answered later; what lies below was not walked.
    RefusedOnce,
    /// There is no such path.
    NotFound,
    /// It is mounted with `errors=panic`: meeting damage would stop the machine.
    ErrorsPanic,
    /// It is mounted or held by something, so a look at the device proves nothing.
    InUse,
    /// The scan was stopped before it came to this.
    Interrupted,
    /// A sparse file with more than 1 TiB of holes, which was not read.
    MostlyHoles,
    /// It contradicts a checksum of its own, and is named as test data, which is often broken on purpose.
    TestData,
    /// It carries a checksum of its own which was not compared with its content, for the reason that
    /// `what` gives. The content was read.
    NotVerified,
    /// It was to be compared with a manifest, and that could not be done.
    NotCompared,
    /// A manifest has no hash of the whole content, so it cannot be compared.
    NotHashed,
    /// A member of an archive that is unsafe, or of a kind that is not extracted.
    ArchiveRefused,
    /// A damaged archive, or a file that is none.
    ArchiveDamaged,
    /// It lies where the tree could not be examined, so it may be there or not.
    NotReached,
    /// Another filesystem was there when the manifest was made, and now an empty directory is.
    NotMounted,
    /// It was left out when a manifest was made, and not by this comparison.
    LeftOut,
    /// When the manifest was made, files were in use there that no name led to any more: the tree held
    /// more than the manifest tells.
    NamesLost,
    /// Parts of the scan were made more than a day apart, so none of them saw the tree as it was when
    /// another one did.
    PartsApart,
    /// A check needs what this filesystem, kernel or user does not have.
    Unsupported,
    /// Another filesystem is mounted there, and crossing was not asked for.
    OtherFilesystem,
    /// A mount shows a directory there that lies below PATH under another name as well.
    MountedAgain,
    /// It matches `--exclude`.
    Excluded,
    /// A filesystem that stores nothing (proc, sysfs and the like).
    PseudoFilesystem,
}

impl UncheckedReason {
    /// The sentence people read.
    pub fn text(self) -> &'static str {
        match self {
            UncheckedReason::PermissionDenied => "permission denied",
            UncheckedReason::Vanished => "renamed or removed while the scan came to it",
            UncheckedReason::TooBusy => "changed too often to be judged",
            UncheckedReason::Unfinished => {
                "looks damaged, but may be half written: changed within the last minute, open for \
                 writing or a download, scan again"
            }
            UncheckedReason::NoKey => "encrypted, and its key is not there (fscrypt unlock)",
            UncheckedReason::NoAnswer => "the kernel did not answer in time (hung mount?)",
            UncheckedReason::OutOfResources => "the kernel ran out of memory or descriptors",
            UncheckedReason::EndlessDirectory => "the directory does not end",
            UncheckedReason::CasefoldLookup => {
                "casefolded directory, and this kernel denies names it lists"
            }
            UncheckedReason::ReadError => "the kernel could not read it",
            UncheckedReason::RefusedOnce => "the kernel refused it at first and answered later",
            UncheckedReason::NotFound => "no such path",
            UncheckedReason::ErrorsPanic => {
                "mounted with errors=panic, damage would stop this machine (--force)"
            }
            UncheckedReason::InUse => "it is mounted or in use (--force)",
            UncheckedReason::Interrupted => "the scan was stopped",
            UncheckedReason::MostlyHoles => "a sparse file with more than 1 TiB of holes, not read",
            UncheckedReason::TestData => {
                "contradicts its own checksum, but is named as test data, often broken on purpose"
            }
            UncheckedReason::NotVerified => "not done, but the content was read",
            UncheckedReason::NotCompared => "not compared with the manifest at all",
            UncheckedReason::NotHashed => "a manifest does not know the whole content",
            UncheckedReason::ArchiveRefused => "unsafe or of a kind that is not extracted",
            UncheckedReason::ArchiveDamaged => "the archive could not be read to its end",
            UncheckedReason::NotReached => "it lies where the tree could not be examined",
            UncheckedReason::NotMounted => {
                "on another filesystem when the manifest was made, and nothing is mounted there now"
            }
            UncheckedReason::LeftOut => "left out when a manifest was made (its --exclude)",
            UncheckedReason::NamesLost => {
                "files in it had lost their names before the manifest was made"
            }
            UncheckedReason::PartsApart => "its parts were scanned more than a day apart (--shard)",
            UncheckedReason::Unsupported => "not supported here",
            UncheckedReason::OtherFilesystem => {
                "something is mounted there (--cross-mounts walks into directories)"
            }
            UncheckedReason::MountedAgain => {
                "mounted a second time: examined by its other name, but for what other mounts cover there"
            }
            UncheckedReason::Excluded => "excluded",
            UncheckedReason::PseudoFilesystem => "a filesystem that stores nothing",
        }
    }

    /// Whether it was left out because the user asked for it or never asked for more, or is
    /// examined elsewhere, or is meant to be as it is, or was read all the same; such rows do not make a
    /// `--strict` scan fail.
    pub fn by_request(self) -> bool {
        use UncheckedReason::{
            Excluded, MountedAgain, NotVerified, OtherFilesystem, PseudoFilesystem, TestData,
        };
        matches!(
            self,
            Excluded | MountedAgain | NotVerified | OtherFilesystem | PseudoFilesystem | TestData
        )
    }
}

/// One row: a reason, how often, and a few of the places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unchecked {
    /// Why.
    pub reason: UncheckedReason,
    /// What was not examined (`directory`, `entry`, or the name of a check).
    pub what: String,
    /// How many places.
    pub count: u64,
    /// The first few of them in path order.
    pub examples: Vec<PathName>,
}

/// Takes what could not be examined in any order and hands back bounded, sorted rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Unchecked>", into = "Vec<Unchecked>")]
pub struct UncheckedCollector {
    rows: BTreeMap<(UncheckedReason, String), (u64, BTreeSet<PathName>)>,
}

impl UncheckedCollector {
    /// Counts one place; `what` says what of it was not examined.
    pub fn add(&mut self, reason: UncheckedReason, what: &str, path: PathName) {
        let (count, examples) = match self.rows.get_mut(&(reason, what.to_owned())) {
            Some(row) => row,
            None => self.rows.entry((reason, what.to_owned())).or_default(),
        };
        *count += 1;
        keep_example(examples, path);
    }

    /// Adds all that another collector holds.
    pub fn merge(&mut self, other: UncheckedCollector) {
        for (key, (count, examples)) in other.rows {
            let row = self.rows.entry(key).or_default();
            row.0 = row.0.saturating_add(count);
            for path in examples {
                keep_example(&mut row.1, path);
            }
        }
    }

    /// Forgets for whatever reason `what` was not examined at single places, because it could be
    /// at none.
    pub fn forget(&mut self, what: &str) {
        self.rows.retain(|(_, of), _| of != what);
    }

    /// How many places have `reason`.
    pub fn count(&self, reason: UncheckedReason) -> u64 {
        let rows = self.rows.iter().filter(|((r, _), _)| *r == reason);
        rows.map(|(_, (count, _))| count).sum()
    }

    /// What stayed unexamined that was not left out by request. Parts that lie apart leave nothing
    /// out.
    pub fn gaps(&self) -> BTreeSet<String> {
        let is_gap =
            |reason: UncheckedReason| !reason.by_request() && reason != UncheckedReason::PartsApart;
        let gaps = self.rows.keys().filter(|(reason, _)| is_gap(*reason));
        gaps.map(|(_, what)| what.clone()).collect()
    }

    /// The rows, sorted by reason and subject.
    pub fn into_rows(self) -> Vec<Unchecked> {
        self.rows
            .into_iter()
            .map(|((reason, what), (count, examples))| Unchecked {
                reason,
                what,
                count,
                examples: examples.into_iter().collect(),
            })
            .collect()
    }
}

impl From<UncheckedCollector> for Vec<Unchecked> {
    fn from(collector: UncheckedCollector) -> Self {
        collector.into_rows()
    }
}

impl From<Vec<Unchecked>> for UncheckedCollector {
    fn from(rows: Vec<Unchecked>) -> Self {
        let mut collector = UncheckedCollector::default();
        for row in rows {
            let (count, examples) = collector.rows.entry((row.reason, row.what)).or_default();
            *count = count.saturating_add(row.count);
            row.examples.into_iter().for_each(|path| keep_example(examples, path));
        }
        collector
    }
}

fn keep_example(examples: &mut BTreeSet<PathName>, path: PathName) {
    examples.insert(path);
    if examples.len() > EXAMPLES {
        examples.pop_last();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use UncheckedReason::{Excluded, PermissionDenied, Vanished};

    fn path(index: usize) -> PathName {
        PathName::new(format!("/{index:04}").into_bytes())
    }

    fn shown(rows: &[Unchecked]) -> Vec<(UncheckedReason, &str, u64, Vec<String>)> {
        let examples = |row: &Unchecked| row.examples.iter().map(PathName::escaped).collect();
        let rows = rows.iter();
        rows.map(|row| (row.reason, row.what.as_str(), row.count, examples(row))).collect()
    }

    #[test]
    fn every_place_is_counted_and_the_first_few_are_named() {
        let mut collector = UncheckedCollector::default();
        for index in (0..1000).rev() {
            collector.add(PermissionDenied, "directory", path(index));
        }
        assert_eq!(collector.count(PermissionDenied), 1000);
        assert_eq!(collector.count(Vanished), 0);
        let first_five = (0..EXAMPLES).map(|index| format!("/{index:04}")).collect();
        assert_eq!(
            shown(&collector.into_rows()),
            [(PermissionDenied, "directory", 1000, first_five)]
        );
    }

    #[test]
    fn rows_stand_by_reason_then_by_what_was_not_examined() {
        let mut collector = UncheckedCollector::default();
        collector.add(Excluded, "entry", path(1));
        collector.add(Vanished, "links", path(2));
        collector.add(Vanished, "entry", path(3));
        collector.add(Vanished, "entry", path(3));
        assert_eq!(collector.count(Vanished), 3);
        assert_eq!(
            shown(&collector.into_rows()),
            [
                (Vanished, "entry", 2, vec!["/0003".to_owned()]),
                (Vanished, "links", 1, vec!["/0002".to_owned()]),
                (Excluded, "entry", 1, vec!["/0001".to_owned()]),
            ]
        );
    }

    #[test]
    fn which_thread_saw_what_does_not_matter() {
        let mut alone = UncheckedCollector::default();
        let mut threads = [0; 3].map(|_| UncheckedCollector::default());
        for index in 0..300 {
            let reason = if index % 7 == 0 { Vanished } else { PermissionDenied };
            alone.add(reason, "entry", path(index));
            threads[index % 3].add(reason, "entry", path(index));
        }
        let merged = |order: [usize; 3]| {
            let mut all = UncheckedCollector::default();
            for thread in order {
                all.merge(threads[thread].clone());
            }
            all.into_rows()
        };
        let alone = alone.into_rows();
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            assert_eq!(merged(order), alone, "{order:?}");
        }
    }

    #[test]
    fn what_was_asked_to_be_left_out_is_by_request() {
        assert!(Excluded.by_request() && UncheckedReason::MountedAgain.by_request());
        assert!(!PermissionDenied.by_request());
    }
}
