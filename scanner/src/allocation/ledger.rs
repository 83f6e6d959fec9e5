//! The questions about the filesystem as a whole, in the order in which one needs the other's
//! answer: claims, the map of space, the sums, lost inodes.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reports::{Code, Finding, PathName, Severity, Subject, UncheckedReason};
use rustix::io::Errno;

use super::attribute_pairs::AttributePairs;
use super::bad_groups::bad_groups;
use super::census::{Census, Counter};
use super::contested::{Contested, LookAgain};
use super::hidden::{Geometry, Hidden};
use super::inode_tables::InodeTables;
use super::space_map::SpaceMap;
use super::space_survey::{Ground, Survey, survey};
use super::sums::{Balance, Gap, balance};
use super::unattached::Handles;
use super::usage::Usage;
use crate::checks::errno_name;
use crate::extents::{Claim, Claims, Swept, sweep};
use crate::features::Feature;
use crate::gathered::{Gathered, PerWorker};
use crate::inode_facts::InodeFacts;
use crate::mounts::Mount;
use crate::names;
use crate::oddities::ExtentAddresses;
use crate::scope::Scope;
use crate::walk::{Descriptors, DirectoryNode, Walker, Workers};

/// Most claims that are looked at again; a report shows fewer.
const MOST_CONTESTED: usize = 20_000;

/// Most groups of blocks that are named one by one.
const MOST_GROUPS: usize = 1000;

/// Pauses before each further count, in milliseconds.
const PAUSES: [u64; 6] = [30, 60, 120, 240, 480, 960];

/// Counts of a quiet filesystem that must agree.
const PROVEN: u32 = 3;

/// A filesystem that is written to is counted again for about as long as the walk took, and no
/// longer than this, in the hope of a quiet moment.
const PATIENCE: Duration = Duration::from_secs(30);

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
    /// Whether damage was found already.
    pub damaged: bool,
    /// What was in use when the walk began.
    pub before: Option<Usage>,
    /// How long the walk took.
    pub walk_took: Duration,
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
        let claims = self.pool.install(|| claims.into_sorted());
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
        drop(claims);
        self.settle_contested(&swept, surveyed.as_ref(), &mut map);
        if let (Some(surveyed), Ok(unloaded)) = (&surveyed, unloaded) {
            self.judge_whole(root.as_fd(), counted, &swept, surveyed, unloaded, &mut outcome);
        }
        outcome
    }

    /// Sweeps for overlaps, unless claims mean nothing here.
    fn sweep(&self, claims: &[Claim], outcome: &mut LedgerOutcome) -> Swept {
        let filesystem = &self.scope.filesystem;
        if filesystem.oddities.extent_addresses == ExtentAddresses::Nothing {
            outcome.extents_open = Some(format!(
                "where extents lie is not {}'s to say, so whether two files claim a block was not \
                 judged",
                filesystem.kind
            ));
        } else if filesystem.has(Feature::SharedBlocks) {
            outcome.extents_open = Some(
                "the filesystem was made with shared_blocks, so whether two files claim a block \
                 was not judged"
                    .to_owned(),
            );
        } else {
            let mut swept = sweep(claims, MOST_CONTESTED);
            if !self.scope.options.checks.extents {
                swept = Swept { shared_attributes: swept.shared_attributes, ..Swept::default() };
            }
            return swept;
        }
        Swept::default()
    }

    /// Goes through the map of space; none where the kernel does not tell it.
    fn survey(
        &self,
        directory: BorrowedFd<'_>,
        map: &mut SpaceMap<'_>,
        claims: &[Claim],
        outcome: &mut LedgerOutcome,
    ) -> Option<Survey> {
        let filesystem = &self.scope.filesystem;
        let (most, all) = (MOST_CONTESTED, self.whole);
        let ground = Ground { directory, filesystem, claims, most, all };
        let tick = || self.workers.current().tick();
        match self.pool.install(|| survey(ground, tick)) {
            Ok(mut surveyed) => {
                surveyed.unreadable.retain(|range| {
                    let still = |pause: &u64| {
                        self.workers.pause(Duration::from_millis(*pause));
                        map.range(range.start, range.end, |_| ()).is_err()
                    };
                    PAUSES.iter().take(2).all(still)
                });
                for range in &surveyed.unreadable {
                    let expected = "the kernel can say which blocks are free";
                    let found = range.describe(filesystem.block_size);
                    self.find(Code::AllocationMapUnreadable, expected, &found);
                }
                if surveyed.unreadable_beyond > 0 {
                    outcome.open.push(format!(
                        "{} more groups of blocks cannot be read",
                        surveyed.unreadable_beyond
                    ));
                }
                Some(surveyed)
            }
            Err(errno) => {
                self.refuse(Err(errno), outcome);
                None
            }
        }
    }

    /// Takes down that there is no map of space, or none that is understood.
    fn refuse(&self, answer: Result<(), Errno>, outcome: &mut LedgerOutcome) {
        let kind = &self.scope.filesystem.kind;
        outcome.skipped = Some(match answer {
            Ok(()) => format!("what GETFSMAP says of {kind} is not known"),
            Err(errno) => format!("GETFSMAP says {} on {kind}", errno_name(errno)),
        });
        let denied = matches!(answer, Err(Errno::PERM | Errno::ACCESS));
        let reason =
            if denied { UncheckedReason::PermissionDenied } else { UncheckedReason::Unsupported };
        self.leave_out(reason, "allocation");
    }

    /// Looks again at what looked wrong among the claims.
    fn settle_contested(&self, swept: &Swept, surveyed: Option<&Survey>, map: &mut SpaceMap<'_>) {
        let misplaced = surveyed.map_or_else(Vec::new, |surveyed| surveyed.misplaced.clone());
        let mut contested = Contested { overlaps: swept.overlaps.clone(), misplaced };
        let explained = swept.volatile + surveyed.map_or(0, |surveyed| surveyed.volatile);
        self.lock().totals.volatile += explained;
        let wanted = contested.inodes();
        if wanted.is_empty() {
            return;
        }
        let device = self.scope.filesystem.device;
        let wanted: BTreeSet<_> = wanted.into_iter().map(|ino| (device, ino)).collect();
        let LookedAgain { cleared, findings } = self.look_again(&wanted, &mut contested, map);
        self.lock().totals.volatile += cleared;
        if self.scope.control.is_stopped() {
            self.leave_out(UncheckedReason::Interrupted, "second look at extents");
            return;
        }
        let unsure =
            self.scope.filesystem.superblock.is_none() && self.scope.filesystem.oddities.is_ext;
        for mut finding in findings {
            if unsure && finding.code == Code::ExtentOverlap {
                // A filesystem whose files share blocks by design cannot be told apart.
                finding.severity = Severity::Suspect;
            }
            self.add(finding);
        }
        self.count_beyond(swept, surveyed, &contested);
    }

    fn look_again(
        &self,
        wanted: &BTreeSet<names::InodeId>,
        contested: &mut Contested,
        map: &mut SpaceMap<'_>,
    ) -> LookedAgain {
        let Ledger { scope, descriptors, workers, root, pool, .. } = *self;
        let names = names::collect(scope, descriptors, workers, pool, root, wanted);
        let again = LookAgain { scope, descriptors, workers, names: &names, root };
        let cleared = again.settle(contested, map);
        LookedAgain { cleared, findings: again.findings(contested) }
    }

    /// What was not looked at again for its sheer number is counted where the rest of it stood.
    fn count_beyond(&self, swept: &Swept, surveyed: Option<&Survey>, contested: &Contested) {
        let misplaced = surveyed.map_or(0, |surveyed| surveyed.beyond);
        let rows = [
            (Code::ExtentOverlap, swept.beyond, contested.overlaps.is_empty()),
            (Code::ExtentInFreeSpace, misplaced, contested.misplaced.is_empty()),
        ];
        for (code, count, none_stood) in rows {
            if count > 0 && !none_stood {
                let subject = Subject { path: Some(self.root.path(None)), ..Subject::default() };
                let mut finding = Finding::new(code, subject, "", "many more of this kind");
                finding.occurrences = count;
                self.add(finding);
            }
        }
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
        let Ok(loaded) = Usage::of(root) else { return };
        self.judge_free_blocks(surveyed, unloaded, loaded);
        let filesystem = &self.scope.filesystem;
        if !filesystem.oddities.is_ext {
            return;
        }
        if !self.whole {
            outcome.open.push(
                "the filesystem was not seen whole, so its sums of blocks and inodes were not \
                 judged"
                    .to_owned(),
            );
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
        let sums = Sums { hidden: &hidden, shared, maybe_shared, unloaded, readable };
        let balance = self.judge_sums(root, census, loaded, &sums, outcome);
        self.judge_unattached(root, &balance, loaded, surveyed, &sums, outcome);
    }

    /// What the count of free blocks has to do with the bitmaps: on a read-only mount it is what
    /// they say, and loading them does not change it.
    fn judge_free_blocks(&self, surveyed: &Survey, before: Usage, after: Usage) {
        let block_size = self.scope.filesystem.block_size;
        if let Some(place) = &surveyed.free_metadata {
            let expected = "the filesystem's own blocks are in use";
            self.find(Code::FreeBlocksMismatch, expected, &place.describe(block_size));
        }
        let whole = surveyed.unreadable.is_empty() && !self.gives_out_clusters(surveyed);
        if !self.scope.filesystem.oddities.is_ext || !after.read_only || !whole {
            return;
        }
        let free = surveyed.free_bytes / block_size.max(1);
        if after.free_blocks < before.free_blocks {
            self.tell_drop(before, after);
        } else if self.whole && free != after.free_blocks {
            let expected = "statfs and the map of space agree on the free blocks";
            let found = format!("statfs counts {} free blocks, the map {free}", after.free_blocks);
            self.find(Code::FreeBlocksMismatch, expected, &found);
        }
    }

    /// A kernel that finds a bitmap wrong takes its whole group of blocks out of use.
    fn tell_drop(&self, before: Usage, after: Usage) {
        let expected = "loading the bitmaps does not change the number of free blocks";
        let (before, after) = (before.free_blocks, after.free_blocks);
        let found = format!("{before} free blocks before, {after} after: a bitmap is wrong");
        self.find(Code::FreeBlocksMismatch, expected, &found);
        self.tell_bad_groups();
    }

    /// Names the groups, where the kernel does.
    fn tell_bad_groups(&self) {
        let mount = self.scope.filesystem.mount.as_ref();
        let device = mount.and_then(Mount::device_name).unwrap_or_default();
        for group in bad_groups(&device).unwrap_or_default().iter().take(MOST_GROUPS) {
            let expected = "the kernel can say which blocks are free";
            let found = format!("group {group}: the kernel calls its block bitmap corrupted");
            self.find(Code::AllocationMapUnreadable, expected, &found);
        }
    }

    /// Whether space is given out in clusters of blocks (bigalloc). Where the features are not
    /// known, free space tells.
    fn gives_out_clusters(&self, surveyed: &Survey) -> bool {
        let filesystem = &self.scope.filesystem;
        match filesystem.superblock {
            Some(superblock) => superblock.has(Feature::BigAlloc),
            None => surveyed.cluster_blocks(filesystem.block_size) > 1,
        }
    }

    /// Holds sums against statfs; a gap must show at three counts of a filesystem that stood
    /// still.
    fn judge_sums(
        &self,
        root: BorrowedFd<'_>,
        census: Census,
        usage: Usage,
        sums: &Sums<'_>,
        outcome: &mut LedgerOutcome,
    ) -> Balance {
        let first = sums.balance(census, usage);
        if first.gaps.is_empty() {
            return first;
        }
        let still = self.before == Some(usage) && census.recent == 0;
        let patience = self.walk_took.min(PATIENCE) + Duration::from_secs(1);
        let begun = Instant::now();
        // Before the bitmaps were loaded it may have been right: a wrong one takes its group out.
        let at_first = sums.balance(census, sums.unloaded);
        let was_right = at_first.gaps.is_empty();
        let (mut proof, mut last) = (u32::from(still), first);
        for pause in PAUSES {
            let restless = proof == 0 && begun.elapsed() > patience;
            if proof >= PROVEN || restless || self.scope.control.is_stopped() {
                break;
            }
            self.workers.pause(Duration::from_millis(pause));
            let Some((again, quiet)) = self.count_again(root, sums) else { continue };
            if again.gaps.is_empty() {
                self.lock().totals.volatile += last.gaps.len() as u64;
                return again;
            }
            if quiet {
                let same = again.same_gaps_as(&last);
                proof = if same { proof + 1 } else { 1 };
                last = again;
            }
        }
        if proof < PROVEN {
            let written = "the filesystem was written to, so its sums were not judged";
            outcome.open.push(written.to_owned());
            return Balance::default();
        }
        if !was_right {
            // Told by the numbers from before, if a wrong bitmap changed them.
            let dropped = usage.free_blocks < sums.unloaded.free_blocks;
            let told = if dropped { &at_first } else { &last };
            told.gaps.iter().for_each(|gap| self.tell_gap(gap, told.unnamed));
            if dropped && sums.readable {
                self.tell_bad_groups();
            }
        } else if !usage.read_only && sums.readable {
            self.tell_drop(sums.unloaded, usage);
        }
        last
    }

    /// Counts once more; tells whether the filesystem stood still meanwhile.
    fn count_again(&self, root: BorrowedFd<'_>, sums: &Sums<'_>) -> Option<(Balance, bool)> {
        let before = Usage::of(root).ok()?;
        let facts = InodeFacts::of_descriptor(root).ok()?;
        let counter = Counter::new(self.scope, &facts);
        let stop = self.scope.control.stop_flag();
        let Ledger { descriptors, workers, .. } = *self;
        let walker = Walker { visitor: &counter, descriptors, workers, stop };
        walker.walk(self.pool, self.root, descriptors.open_root().ok()?);
        let census = counter.into_census()?;
        let after = Usage::of(root).ok()?;
        let quiet = before == after && census.recent == 0;
        Some((sums.balance(census, after), quiet))
    }

    /// More in use than has names is only suspect where something else can explain it: names in a
    /// lost+found that could not be read, deleted files that a crash left behind on a device that
    /// nobody can clear them from, blocks that are known to be bad (badblocks(8)).
    fn tell_gap(&self, gap: &Gap, unnamed: u64) {
        let filesystem = &self.scope.filesystem;
        let mut evidence = Vec::new();
        if gap.by > 0 && self.lost_and_found_unseen {
            evidence.push("lost+found, which only root can read, was not seen");
        }
        if gap.by > 0 && unnamed > 0 && !filesystem.has_writable_device() {
            evidence.push("on a read-only device these can be files deleted before a crash");
        }
        if gap.by > 0 && gap.code == Code::UsedBlocksMismatch {
            evidence.push("a list of bad blocks, which no system call shows, would explain it");
        }
        if filesystem.is_unreplayed() {
            evidence.push("mounted without replaying its journal");
        }
        let mut finding = self.finding(gap.code, &gap.expected, &gap.found);
        if !evidence.is_empty() {
            finding.severity = finding.severity.min(Severity::Suspect);
        }
        finding.evidence = evidence.into_iter().map(str::to_owned).collect();
        self.add(finding);
    }

    /// Tries inode numbers that no name led to, where there is a reason to.
    fn judge_unattached(
        &self,
        root: BorrowedFd<'_>,
        balance: &Balance,
        usage: Usage,
        surveyed: &Survey,
        sums: &Sums<'_>,
        outcome: &mut LedgerOutcome,
    ) {
        let damaged = self.damaged || !balance.gaps.is_empty();
        if balance.unnamed == 0 && !damaged {
            return;
        }
        let filesystem = &self.scope.filesystem;
        let Some(tables) = InodeTables::of(filesystem, surveyed.inode_bytes) else { return };
        let mut seen = self.scope.tallies.root().seen();
        seen.insert(self.root.ino);
        let Ledger { scope, workers, .. } = *self;
        let handles = Handles { scope, workers, directory: root, tables, seen: &seen };
        let mut tried = handles.try_numbers(false);
        let found = tried.explained();
        let may_go_on = usage.read_only || damaged || tables.are_zeroed(filesystem);
        let everywhere = tried.refused.is_none() && balance.unnamed > found && may_go_on;
        if everywhere {
            tried = handles.try_numbers(true);
        }
        handles.settle(&mut tried);
        self.drop_named(&mut tried.unattached);
        if everywhere && !usage.read_only && balance.unnamed > tried.explained() {
            self.judge_phantoms(root, &handles, sums);
        }
        for ino in &tried.unattached {
            self.add(handles.finding(*ino));
        }
        if balance.unnamed > 0 && tried.unattached.is_empty() {
            let unnamed = balance.unnamed;
            outcome.open.push(match tried.refused {
                Some(_) => format!(
                    "{unnamed} inodes in use have no name: deleted files that are open, or lost \
                     ones; only CAP_DAC_READ_SEARCH can tell"
                ),
                None => format!(
                    "{unnamed} inodes in use have no name: most likely deleted files that are open"
                ),
            });
        }
    }

    /// Inodes in use that are none: what no number leads to, at three counts of a filesystem that
    /// stood still.
    fn judge_phantoms(&self, root: BorrowedFd<'_>, handles: &Handles<'_>, sums: &Sums<'_>) {
        let mut phantoms = 0;
        for pause in PAUSES.iter().take(PROVEN as usize) {
            self.workers.pause(Duration::from_millis(*pause));
            let before = Usage::of(root);
            let Some((balance, true)) = self.count_again(root, sums) else { return };
            let explained = handles.try_numbers(true).explained();
            let stood_still = before.is_ok() && before == Usage::of(root);
            if !stood_still || self.scope.control.is_stopped() || balance.unnamed <= explained {
                return;
            }
            phantoms = balance.unnamed - explained;
        }
        let expected = "each inode in use can be opened by its number";
        let found = format!("{phantoms} inodes in use that are none");
        self.find(Code::FreeInodesMismatch, expected, &found);
    }

    /// Leaves out inodes that have got a name, or had one that the walk missed.
    fn drop_named(&self, inodes: &mut Vec<u64>) {
        if inodes.is_empty() {
            return;
        }
        let device = self.scope.filesystem.device;
        let wanted: BTreeSet<_> = inodes.iter().map(|ino| (device, *ino)).collect();
        let Ledger { scope, descriptors, workers, root, pool, .. } = *self;
        let names = names::collect(scope, descriptors, workers, pool, root, &wanted);
        inodes.retain(|ino| !names.of.contains_key(&(device, *ino)));
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

    fn lock(&self) -> std::sync::MutexGuard<'_, Gathered> {
        self.gathered.lock(self.workers.index())
    }
}

/// What sums are made of besides what is counted.
struct Sums<'a> {
    hidden: &'a Hidden,
    /// How often a block of attributes was counted too often.
    shared: u64,
    /// How often more that may have been.
    maybe_shared: u64,
    /// What was in use before the bitmaps were loaded.
    unloaded: Usage,
    /// All of them could be.
    readable: bool,
}

impl Sums<'_> {
    fn balance(&self, census: Census, usage: Usage) -> Balance {
        let uncertain = census.uncertain + self.maybe_shared;
        balance(Census { uncertain, ..census }, usage, self.hidden, self.shared)
    }
}

/// What looking again came to.
struct LookedAgain {
    cleared: u64,
    findings: Vec<Finding>,
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

    /// For how long.
    pub fn took(&self) -> Duration {
        self.at.elapsed()
    }
}
