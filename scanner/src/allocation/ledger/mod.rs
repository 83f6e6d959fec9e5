//! The questions about the filesystem as a whole, in the order in which one needs the other's
//! answer: `claims`, the map of `space`, the `sums`, `lost_inodes`. `damaged_blocks` notes where on the
//! device what they find is.

mod claims;
mod damaged_blocks;
mod lost_inodes;
mod space;
mod sums;

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use reports::{Code, Finding, PathName, Subject, UncheckedReason};

use super::attribute_pairs::AttributePairs;
use super::census::Census;
use super::hidden::{Geometry, Hidden};
use super::space_map::SpaceMap;
use super::space_survey::Survey;
use super::usage::Usage;
use crate::checks::errno_name;
use crate::extents::{Claims, Swept, keep_one_look};
use crate::gathered::{Gathered, PerWorker};
use crate::mounts::Mount;
use crate::oddities::ExtentAddresses;
use crate::scope::Scope;
use crate::walk::{Descriptors, DirectoryNode, Workers};
use sums::Sums;

/// Most claims that are looked at again; a report shows fewer.
const MOST_CONTESTED: usize = 20_000;

/// Pauses before each further count, in milliseconds.
const PAUSES: [u64; 6] = [30, 60, 120, 240, 480, 960];

/// Counts of a quiet filesystem that must agree.
const PROVEN: u32 = 3;

/// What was found before the filesystem as a whole is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Damage.
    pub damaged: bool,
    /// The kernel itself refused something with a word for damage.
    pub refused: bool,
    /// Names and link counts disagree, so that some inode is counted twice.
    pub counted_twice: bool,
}

/// Looks at the filesystem as a whole.
#[derive(Debug)]
pub struct Ledger<'a> {
    /// What is fixed.
    pub scope: &'a Scope,
    /// The way to each directory.
    pub descriptors: &'a Descriptors,
    /// Who walks.
    pub workers: &'a Workers,
    /// Where findings go.
    pub gathered: &'a PerWorker<Gathered>,
    /// Threads for further walks.
    pub pool: &'a rayon::ThreadPool,
    /// The root of the tree.
    pub root: &'a Arc<DirectoryNode>,
    /// Whether every name of the filesystem was seen, but for those in an unreadable lost+found.
    pub whole: bool,
    /// Whether lost+found could not be read.
    pub lost_and_found_unseen: bool,
    /// What was found already.
    pub earlier: Earlier,
    /// The walk.
    pub walked: Walked,
}

/// What the walk counted.
#[derive(Debug, Default)]
pub struct Counted {
    /// Inodes and their blocks.
    pub census: Census,
    /// Attributes of those that have a block of them.
    pub attributes: AttributePairs,
    /// lost+found has more blocks than its size explains.
    pub lost_and_found_has_more: bool,
}

/// How far the checks came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerOutcome {
    /// Why `allocation` could not be asked at all.
    pub skipped: Option<String>,
    /// What `allocation` leaves open.
    pub open: Vec<String>,
    /// What `extents` leaves open.
    pub extents_open: Option<String>,
}

impl Ledger<'_> {
    /// Asks everything that was asked for, of what the walk gathered.
    pub fn settle(&self, claims: Claims, counted: Counted) -> LedgerOutcome {
        let mut outcome = LedgerOutcome::default();
        let checks = self.scope.options.checks;
        let root = match self.descriptors.open_root() {
            Ok(root) => root,
            Err(errno) => {
                outcome.skipped = Some(format!("opening the root says {}", errno_name(errno)));
                return outcome;
            }
        };
        let filesystem = &self.scope.filesystem;
        let addresses = filesystem.oddities.extent_addresses;
        let mut claims = self.pool.install(|| claims.into_sorted());
        keep_one_look(&mut claims, &self.scope.tallies.root().looked_into_again());
        let swept = self.sweep(&claims, &mut outcome);
        let mut map = SpaceMap::new(root.as_fd(), filesystem.device);
        let unloaded = Usage::of(root.as_fd());
        let surveyed = if checks.allocation && addresses == ExtentAddresses::Device {
            self.survey(root.as_fd(), &mut map, &claims, &mut outcome)
        } else {
            if checks.allocation {
                self.refuse(map.range(0, 1, |_| ()), &mut outcome);
            }
            None
        };
        self.note_claims(&claims, surveyed.as_ref());
        drop(claims);
        if !self.scope.others().is_empty() {
            outcome.open.push(
                "of filesystems mounted below only the files were looked at; give each as a PATH \
                 of its own"
                    .to_owned(),
            );
        }
        self.settle_contested(&swept, surveyed.as_ref(), &mut map);
        if let (Some(surveyed), Ok(unloaded)) = (&surveyed, unloaded) {
            self.judge_whole(root.as_fd(), counted, &swept, surveyed, unloaded, &mut outcome);
        }
        outcome
    }

    /// What only a filesystem that was seen whole can tell, and what its own counts say.
    fn judge_whole(
        &self,
        root: BorrowedFd<'_>,
        counted: Counted,
        swept: &Swept,
        surveyed: &Survey,
        unloaded: Usage,
        outcome: &mut LedgerOutcome,
    ) {
        let loaded = match Usage::of(root) {
            Ok(loaded) => loaded,
            Err(errno) => {
                outcome.open.push(format!("statfs says {}", errno_name(errno)));
                return;
            }
        };
        self.judge_free_blocks(surveyed, unloaded, loaded);
        let filesystem = &self.scope.filesystem;
        if !filesystem.oddities.is_ext {
            let kind = &filesystem.kind;
            outcome.open.push(format!("sums of blocks and inodes are not judged on {kind}"));
            return;
        }
        if !self.whole {
            outcome.open.push(
                "the filesystem was not seen whole, so its sums of blocks and inodes were not \
                 judged, nor lost inodes looked for"
                    .to_owned(),
            );
            return;
        }
        let still = self.walked.before == Some(loaded) && counted.census.recent == 0;
        if self.earlier.counted_twice || filesystem.counts_metadata() {
            outcome.open.push(
                "sums of blocks and inodes were not judged: link counts are wrong, or the mount \
                 counts its own metadata (minixdf)"
                    .to_owned(),
            );
            self.judge_unattached(root, None, still, surveyed, outcome);
            return;
        }
        let geometry = Geometry {
            blocks: filesystem.superblock.map_or(0, |superblock| superblock.blocks),
            usable: loaded.blocks,
            metadata: surveyed.metadata_blocks(filesystem.block_size),
        };
        let Some(hidden) = Hidden::of(filesystem, geometry) else {
            outcome.open.push(
                "this kernel does not tell the filesystem's features (Linux 6.18 does), so its \
                 sums of blocks and inodes were not judged"
                    .to_owned(),
            );
            return;
        };
        if hidden.blocks.is_none() {
            outcome.open.push(
                "with bigalloc, ea_inode or shared_blocks blocks cannot be summed".to_owned(),
            );
        }
        let Counted { census, attributes, lost_and_found_has_more } = counted;
        let unseen = u64::from(self.lost_and_found_unseen && lost_and_found_has_more);
        let shared = swept.shared_attributes;
        let maybe_shared = attributes.possibly_shared() + unseen;
        let readable = surveyed.unreadable.is_empty();
        let sums = Sums {
            hidden: &hidden,
            shared,
            maybe_shared,
            unloaded,
            counted: census.inodes,
            read_only: filesystem.is_read_only(),
            readable,
        };
        let balance = self.judge_sums(root, census, loaded, still, &sums, outcome);
        self.judge_unattached(root, Some((&balance, &sums)), still, surveyed, outcome);
    }

    fn find(&self, code: Code, expected: &str, found: &str) {
        self.add(self.finding(code, expected, found));
    }

    /// A finding about the filesystem as a whole.
    fn finding(&self, code: Code, expected: &str, found: &str) -> Finding {
        let mount = self.scope.filesystem.mount.as_ref();
        let path = mount.map(|mount| PathName::new(mount.point.clone()));
        let device = mount.and_then(Mount::device_name);
        let path = path.or_else(|| Some(self.root.path(None)));
        Finding::new(code, Subject { path, device, inode: None }, expected, found)
    }

    fn add(&self, finding: Finding) {
        self.scope.control.add_findings(1);
        self.lock().findings.add(finding);
    }

    fn leave_out(&self, reason: UncheckedReason, what: &str) {
        self.lock().unchecked.add(reason, what, self.root.path(None));
    }

    fn lock(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock(self.workers.index())
    }
}

/// A walk that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Walked {
    /// What was in use when it began.
    pub before: Option<Usage>,
    /// How long it took.
    pub took: Duration,
}

/// When a walk began, and what was in use then.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    /// What was in use.
    pub usage: Option<Usage>,
    at: Instant,
}

impl Begun {
    /// Now.
    pub fn now(root: BorrowedFd<'_>) -> Self {
        Begun { usage: Usage::of(root).ok(), at: Instant::now() }
    }

    /// The walk as it ends now.
    pub fn ended(&self) -> Walked {
        Walked { before: self.usage, took: self.at.elapsed() }
    }
}
