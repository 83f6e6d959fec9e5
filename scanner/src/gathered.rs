//! What a walk gathers, a thread at a time.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reports::{
    BlockTally, Code, DirectoryTally, Finding, FindingCollector, Subject, Totals,
    UncheckedCollector, UncheckedReason,
};

use crate::allocation::{AttributePairs, Census};
use crate::checks::Anomaly;
use crate::extents::Claims;
use crate::inode_facts::InodeTime;
use crate::manifest::Records;
use crate::options::ScanOptions;
use crate::shard::{ClosedDirectories, LinkedInodes, Roll, Strays};
use crate::walk::DirectoryNode;

/// A directory that must be looked at again.
#[derive(Clone, Debug)]
pub struct Suspicious {
    /// The directory.
    pub node: Arc<DirectoryNode>,
    /// How much looked wrong in it.
    pub anomalies: u64,
    /// How many of these compare what a directory lists with what a lookup in it says: only a
    /// change of the directory can clear them.
    pub comparisons: u64,
    /// What the kernel refused with a word for damage, the first few of it: the word stands even
    /// where the kernel takes it back.
    pub refusals: Vec<Anomaly>,
    /// The directory's times and the fingerprint of its listing, where that came to its end.
    pub listing: Option<(Stamp, u64)>,
}

/// Modification and change time of a directory.
pub type Stamp = (InodeTime, InodeTime);

/// What was seen, found and left out.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// What was seen, in numbers.
    pub totals: Totals,
    /// What is proven.
    pub findings: FindingCollector,
    /// What could not be examined.
    pub unchecked: UncheckedCollector,
    /// What each directory holds.
    pub directories: DirectoryTally,
    /// Which blocks are damaged.
    pub blocks: BlockTally,
    /// What must be looked at again.
    pub suspicious: Vec<Suspicious>,
    /// Directories or entries that stayed unseen, whatever the reason: sums over the whole
    /// filesystem then say nothing.
    pub unseen: u64,
    /// The one gap that is allowed for: ext4's `lost+found`, which only root may read.
    pub lost_and_found_unseen: bool,
    /// It has more blocks than its size explains: one of attributes, which others may share.
    pub lost_and_found_has_more: bool,
    /// The blocks that inodes claim.
    pub claims: Claims,
    /// How many inodes and blocks have names.
    pub census: Census,
    /// Attributes of inodes that have a block of them.
    pub attribute_pairs: AttributePairs,
    /// What a manifest says of each name.
    pub records: Records,
    /// What a shard counted of files with several names.
    pub linked: LinkedInodes,
    /// Directories that a shard saw names of, and those that it came to.
    pub roll: Roll,
    /// Directories that a shard could not enter.
    pub closed: ClosedDirectories,
    /// Names by which a shard did not go into a directory.
    pub strays: Strays,
    /// What a shard saw happen to directories that are another's.
    pub in_passing: FindingCollector,
}

impl Gathered {
    /// Nothing yet.
    pub fn new(options: &ScanOptions) -> Self {
        Self::of(options.all_findings, options.records)
    }

    /// Nothing yet, of the tree below `root`.
    pub fn of_root(options: &ScanOptions, root: &Path) -> Self {
        let mut gathered = Self::new(options);
        let root = root.as_os_str().as_bytes();
        gathered.directories.set_root(root);
        gathered.findings.set_root(root);
        gathered
    }

    /// Nothing yet: whether every finding is kept, and what a manifest says of each name.
    pub fn of(all_findings: bool, records: bool) -> Self {
        Gathered {
            totals: Totals::default(),
            findings: FindingCollector::new(all_findings),
            unchecked: UncheckedCollector::default(),
            directories: DirectoryTally::default(),
            blocks: BlockTally::default(),
            suspicious: Vec::new(),
            unseen: 0,
            lost_and_found_unseen: false,
            lost_and_found_has_more: false,
            claims: Claims::default(),
            census: Census::default(),
            attribute_pairs: AttributePairs::default(),
            records: Records::new(records),
            linked: LinkedInodes::default(),
            roll: Roll::default(),
            closed: ClosedDirectories::default(),
            strays: Strays::default(),
            in_passing: FindingCollector::new(true),
        }
    }

    /// Notes something that could not be examined, so that the tree was not seen whole.
    pub fn miss(
        &mut self,
        reason: UncheckedReason,
        what: &str,
        node: &Arc<DirectoryNode>,
        name: Option<&[u8]>,
    ) {
        self.unseen += 1;
        // What was left out by request, a manifest names by the request.
        if reason != UncheckedReason::Excluded {
            self.records.miss(node, name.unwrap_or_default());
        }
        self.unchecked.add(reason, what, node.path(name));
    }

    /// Notes a directory of another shard that could not be passed through: what is this one's own
    /// below it stayed unseen.
    pub fn pass_by(
        &mut self,
        reason: UncheckedReason,
        node: &Arc<DirectoryNode>,
        name: Option<&[u8]>,
    ) {
        self.records.miss(node, name.unwrap_or_default());
        self.closed.add_passed(node.path(name), reason);
    }

    /// Adds what another thread gathered.
    pub fn merge(&mut self, other: Gathered) {
        self.totals += &other.totals;
        self.findings.merge(other.findings);
        self.unchecked.merge(other.unchecked);
        self.directories.merge(other.directories);
        self.blocks.merge(other.blocks);
        self.suspicious.extend(other.suspicious);
        self.unseen += other.unseen;
        self.lost_and_found_unseen |= other.lost_and_found_unseen;
        self.lost_and_found_has_more |= other.lost_and_found_has_more;
        self.claims.append(other.claims);
        self.census.merge(other.census);
        self.attribute_pairs.append(other.attribute_pairs);
        self.records.merge(other.records);
        self.linked.merge(other.linked);
        self.roll.merge(other.roll);
        self.closed.merge(other.closed);
        self.strays.merge(other.strays);
        self.in_passing.merge(other.in_passing);
    }
}

/// A finding made of an anomaly of a directory.
pub fn finding(anomaly: &Anomaly, node: &DirectoryNode) -> Finding {
    let subject = Subject {
        path: Some(node.path(anomaly.name.as_deref())),
        inode: anomaly.inode,
        device: None,
    };
    let mut finding =
        Finding::new(anomaly.code, subject, anomaly.expected.clone(), anomaly.found.clone());
    finding.severity = anomaly.severity;
    finding.evidence.clone_from(&anomaly.evidence);
    finding
}

/// A finding that stands for `count` anomalies of a directory that were not kept one by one.
pub fn finding_beyond(code: Code, count: u64, node: &DirectoryNode) -> Finding {
    let subject = Subject { path: Some(node.path(None)), ..Subject::default() };
    let mut finding = Finding::new(
        code,
        subject,
        "of each name what its code says",
        "many names of this directory",
    );
    finding.occurrences = count;
    finding.evidence.push(format!("{count} more names of this directory"));
    finding
}

/// One of something for each worker, so that threads seldom wait for one another.
#[derive(Debug)]
pub struct PerWorker<T>(Box<[Aligned<T>]>);

#[derive(Debug)]
#[repr(align(128))]
struct Aligned<T>(Mutex<T>);

impl<T> PerWorker<T> {
    /// Makes one for each of `workers`.
    pub fn new(workers: usize, make: impl Fn() -> T) -> Self {
        PerWorker((0..workers).map(|_| Aligned(Mutex::new(make()))).collect())
    }

    /// The one of a worker, by its index.
    #[expect(clippy::indexing_slicing, reason = "indices come from Workers of the same length")]
    pub fn lock(&self, worker: usize) -> MutexGuard<'_, T> {
        self.0[worker].0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what each worker has, leaving `empty` ones; what a hung worker holds stays with it.
    pub fn take_all(&self, empty: impl Fn() -> T) -> Vec<T> {
        let free = |slot: &Aligned<T>| match slot.0.try_lock() {
            Ok(mut held) => Some(std::mem::replace(&mut *held, empty())),
            Err(std::sync::TryLockError::Poisoned(held)) => {
                Some(std::mem::replace(&mut *held.into_inner(), empty()))
            }
            Err(std::sync::TryLockError::WouldBlock) => None,
        };
        self.0.iter().filter_map(free).collect()
    }
}
