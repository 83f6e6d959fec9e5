//! What a shard hands over.

use std::ffi::OsStr;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::{
    BlockTally, DirectoryTally, FindingCollector, PathName, Timestamp, Totals, UncheckedCollector,
};
use serde::{Deserialize, Serialize};

use super::{ClosedDirectories, LinkedInodes, Roll, Shard, Strays};
use crate::allocation::{AttributePairs, Census, Usage};
use crate::environment::{Effort, LonghornSource};
use crate::exclusions::{ExclusionError, Exclusions};
use crate::extents::Claims;
use crate::filesystem::Filesystem;
use crate::inode_facts::{InodeFacts, InodeTime, time_of_birth};
use crate::kernel::ErrorCounters;
use crate::links::TallyFacts;
use crate::manifest::LinkedNames;
use crate::options::{CHECK_NAMES, CheckSet, ScanOptions};
use crate::refusals::RefusalFacts;
use crate::stamp::Moment;

/// What was asked for, and of what tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "one switch a wish")]
pub struct ShardHeader {
    /// The program that wrote it, with its version.
    pub tool: String,
    /// Which part it is.
    pub shard: Shard,
    /// The tree, as it was resolved.
    pub root: PathName,
    /// What it stands on.
    pub ground: GroundFacts,
    /// Names of the checks that were asked for, also of those that only the joined scan makes.
    pub checks: Vec<String>,
    /// Globs of what was left out.
    pub exclude: Vec<String>,
    /// Whether questions were only asked, and nothing tried (`--quick`).
    pub looks_only: bool,
    /// Whether nothing may be written below the root.
    pub read_only: bool,
    /// Whether damage that would make the kernel panic was accepted (`--force`).
    pub force: bool,
    /// Whether every finding was kept.
    pub all_findings: bool,
    /// Whether a manifest was written as well.
    pub records: bool,
    /// When that says that it was made, which tells it from those of other runs; whoever writes both
    /// files says so.
    pub recorded_at: Option<Timestamp>,
    /// The effective user.
    pub uid: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
}

/// What shards do not say of the joined scan.
#[derive(Clone, Debug)]
pub struct GivenToMerge {
    /// Threads, at least 1.
    pub threads: usize,
    /// Whether damage that would make this kernel panic is accepted: the shards may have been scanned
    /// on another machine, and a file does not decide for this one.
    pub force: bool,
    /// Whether nothing may be written below the root, whatever the shards were allowed.
    pub read_only: bool,
    /// Files that the caller writes.
    pub own_files: Vec<PathBuf>,
    /// Where facts of Longhorn volumes come from.
    pub longhorn: LonghornSource,
    /// How long a system call may take before its mount is given up as hung.
    pub stat_timeout: Option<Duration>,
}

/// What tells a filesystem, and the directory of it that was scanned, from others. Device numbers do
/// not: a volume has another one on each machine, and after each time that it was attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroundFacts {
    /// Its type (`ext4`).
    pub kind: String,
    /// Its UUID; none where it keeps none or the kernel does not tell it.
    pub uuid: Option<String>,
    /// Its identifier (`f_fsid`, statfs(2)); 0 where it has none, or one that is made from the
    /// device's number.
    pub id: u64,
    /// Its size in bytes; none where that changes with what is in use.
    pub bytes: Option<u64>,
    /// The inode number of the root.
    pub root_ino: u64,
    /// When the root was made, in seconds and nanoseconds; none where nothing says so for good.
    pub root_born: Option<InodeTime>,
}

impl GroundFacts {
    /// In what it differs from another; none where both are the same directory.
    pub fn differs_from(&self, other: &GroundFacts) -> Option<&'static str> {
        [
            ("its type differs", self.kind == other.kind),
            ("its identifier (f_fsid) differs", self.id == other.id),
            ("its UUID differs", self.has_the_uuid_of(other)),
            ("its size differs", self.bytes == other.bytes),
            ("the root has another inode number", self.root_ino == other.root_ino),
            ("the root was made at another time", self.root_born == other.root_born),
        ]
        .into_iter()
        .find_map(|(what, same)| (!same).then_some(what))
    }

    /// Where an older kernel does not tell the UUID, the same identifier says as much.
    fn has_the_uuid_of(&self, other: &GroundFacts) -> bool {
        match (&self.uuid, &other.uuid) {
            (Some(uuid), Some(other)) => uuid == other,
            (None, None) => true,
            _ => self.id != 0 && self.id == other.id,
        }
    }

    /// Of the filesystem whose `f_fsid` is `id`, and its directory `root`, which is open.
    pub fn of(filesystem: &Filesystem, id: u64, root: &InodeFacts, open: BorrowedFd<'_>) -> Self {
        let oddities = &filesystem.oddities;
        // A copy-up gives a directory of an overlay another inode.
        let is_made_once = !oddities.has_layers && oddities.answers_for_itself;
        GroundFacts {
            kind: filesystem.kind.clone(),
            uuid: filesystem.identity.uuid.clone(),
            id: if oddities.fsid_is_its_own { id } else { 0 },
            bytes: oddities.keeps_its_size.then(|| filesystem.bytes()),
            root_ino: root.ino(),
            root_born: if is_made_once { time_of_birth(open) } else { None },
        }
    }
}

/// Everything that a shard saw which the joined scan needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShardFacts {
    /// Of what it is a part.
    pub header: ShardHeader,
    /// When it began, to the nanosecond of the clock that inodes are stamped with.
    pub started: Moment,
    /// How long its walk took, in seconds.
    pub walk_seconds: f64,
    /// What was seen, in numbers.
    pub totals: Totals,
    /// What is proven.
    pub findings: FindingCollector,
    /// What happened to directories of others while it passed through.
    pub in_passing: FindingCollector,
    /// What each directory holds.
    pub directories: DirectoryTally,
    /// Which blocks are damaged.
    pub blocks: BlockTally,
    /// What could not be examined.
    pub unchecked: UncheckedCollector,
    /// Directories that could not be entered.
    pub closed: ClosedDirectories,
    /// Names by which it did not go into a directory.
    pub strays: Strays,
    /// Directories that it saw names of, and those that it came to.
    pub roll: Roll,
    /// Directories or entries that stayed unseen, whatever the reason.
    pub unseen: u64,
    /// `lost+found` could not be read.
    pub lost_and_found_unseen: bool,
    /// It has more blocks than its size explains.
    pub lost_and_found_has_more: bool,
    /// What the filesystem refuses as a whole.
    pub refusals: RefusalFacts,
    /// What was in use when the walk began.
    pub usage: Option<Usage>,
    /// What the kernel had on record then.
    pub counters: Option<ErrorCounters>,
    /// Inodes and blocks that were counted.
    pub census: Census,
    /// Files with several names that were counted.
    pub linked: LinkedInodes,
    /// Attributes of inodes that have a block of them.
    pub attribute_pairs: AttributePairs,
    /// Numbers that were met, a device each; the root's first.
    pub tallies: Vec<TallyFacts>,
    /// Blocks that inodes claim.
    pub claims: Claims,
    /// The first name in the manifest of each file with several links.
    pub linked_names: LinkedNames,
}

impl ShardHeader {
    /// What `options` ask for, of a tree on `ground` that is being scanned since `started_at`.
    pub fn new(
        options: &ScanOptions,
        shard: Shard,
        root: &Path,
        ground: GroundFacts,
        started_at: Timestamp,
    ) -> Self {
        let checks = CHECK_NAMES.iter().filter(|name| options.checks.has(name));
        ShardHeader {
            tool: concat!("fscan ", env!("CARGO_PKG_VERSION")).to_owned(),
            shard,
            root: root.into(),
            ground,
            checks: checks.map(|name| (*name).to_owned()).collect(),
            exclude: options.exclude.globs().to_vec(),
            looks_only: options.effort == Effort::LookOnly,
            read_only: !options.untouched.is_empty(),
            force: options.force,
            all_findings: options.all_findings,
            records: options.records,
            recorded_at: None,
            uid: rustix::process::geteuid().as_raw(),
            started_at,
            ended_at: Timestamp::now(),
        }
    }

    /// What the joined scan is asked for.
    pub fn options(&self, given: GivenToMerge) -> Result<ScanOptions, ExclusionError> {
        let root = PathBuf::from(OsStr::from_bytes(self.root.as_bytes()));
        let mut checks = self.check_set();
        checks.tar &= !given.read_only;
        Ok(ScanOptions {
            checks,
            threads: given.threads,
            exclude: Exclusions::new(&self.exclude)?,
            cross_mounts: false,
            force: given.force,
            all_findings: self.all_findings,
            max_rate: None,
            keep_cache: false,
            records: false,
            checkpoint: None,
            own_files: given.own_files,
            untouched: if self.read_only || given.read_only {
                vec![root.clone()]
            } else {
                Vec::new()
            },
            effort: if self.looks_only { Effort::LookOnly } else { Effort::Try },
            shard: None,
            longhorn: given.longhorn,
            stat_timeout: given.stat_timeout,
            roots: vec![root],
        })
    }

    fn check_set(&self) -> CheckSet {
        let mut checks = CheckSet::NONE;
        self.checks.iter().for_each(|name| {
            checks.set(name, true);
        });
        checks
    }
}
