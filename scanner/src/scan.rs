//! The scan: one root after the other, and one account of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use reports::{
    BlockTally, Code, DeviceBlocks, Directories, DirectoryTally, Fact, Finding, FindingCollector,
    PathName, Root, Severity, Subject, TarTrips, Totals, Unchecked, UncheckedCollector,
};

use crate::control::Control;
use crate::environment::{
    EnvironmentOptions, PROBE_TIME, judge_environment, learn_environment, speaks_of_bitmaps,
};
use crate::inode_facts::Device;
use crate::kernel::{KernelCheck, KernelWatch};
use crate::manifest::{Gaps, PendingTree};
use crate::mount_session;
use crate::options::ScanOptions;
use crate::recorded::{PendingRecords, Recorded};
use crate::root_report::{Ending, describe};
use crate::root_scan::RootScan;
use crate::roots::{self, ResolvedRoot, RootError};
use crate::shard::{Joined, ShardFacts};
use crate::supervise::{self, Ended};
use crate::walk::{DirectoryNode, Workers};

/// What a scan brought.
#[derive(Debug)]
pub struct Scan {
    /// The roots in the order they were given.
    pub roots: Vec<Root>,
    /// What was seen, in numbers.
    pub totals: Totals,
    /// Worst first.
    pub findings: Vec<Finding>,
    /// What could not be examined.
    pub unchecked: Vec<Unchecked>,
    /// Roots that could not be scanned, or not to their end.
    pub errors: Vec<RootError>,
    /// Whether it came to its end.
    pub complete: bool,
    /// What a manifest says of the last root, where that was asked for.
    pub recorded: Option<Recorded>,
    /// Where in the trees bytes and damage lie.
    pub directories: Option<Directories>,
    /// Where on the devices the damage is.
    pub blocks: Vec<DeviceBlocks>,
    /// What was learnt of machine, pod and volumes, where that was asked.
    pub environment: Option<Vec<Fact>>,
    /// What round trips came to, where any were made.
    pub tar: Option<TarTrips>,
    /// What a shard hands over to [`merge`]; none where its walk did not come to its end.
    pub shard: Option<ShardFacts>,
}

/// Scans every root. One that cannot be scanned is told of in the outcome, and the others go on.
pub fn scan(options: ScanOptions, control: &Arc<Control>) -> Scan {
    run(options, control, None).finish()
}

/// Scans every root, but leaves the last questions to [`Walked::finish`].
pub fn walk(options: ScanOptions, control: &Arc<Control>) -> Walked {
    run(options, control, None)
}

/// Makes the second half of a scan whose first half shards of it made: what only the tree as a
/// whole can tell, and what is wrong with it, which is looked at again. The options are those of the
/// shards; the root must be there.
pub fn merge(options: ScanOptions, joined: Joined, control: &Arc<Control>) -> Scan {
    run(options, control, Some(joined)).finish()
}

/// A scan that has seen all roots, but did not ask yet what they stand on. That waits more than it
/// works, so that there is something else to do meanwhile: what was recorded can be written. Whether
/// errors that the kernel meets by that on the same filesystem are told is chance.
#[derive(Debug)]
pub struct Walked {
    account: Account,
}

impl Walked {
    /// What a manifest says of the last root; [`Scan::recorded`] lacks it then.
    pub fn take_recorded(&mut self) -> Option<PendingRecords> {
        self.account.recorded.take()
    }

    /// Whether it came to its end.
    pub fn is_complete(&self) -> bool {
        self.account.is_complete()
    }

    /// Roots that could not be scanned, or not to their end.
    pub fn errors(&self) -> &[RootError] {
        &self.account.errors
    }

    /// Learns what the roots stand on, and asks the kernel what it has on record.
    pub fn finish(mut self) -> Scan {
        let environment = self.account.learn();
        self.account.finish(environment)
    }
}

fn run(options: ScanOptions, control: &Arc<Control>, joined: Option<Joined>) -> Walked {
    let earlier = joined.as_ref().and_then(|joined| joined.counters.clone());
    let mut account = Account {
        options: Arc::new(options),
        control: Arc::clone(control),
        kernel: Arc::new(KernelWatch::after(earlier)),
        joined,
        shard: None,
        ended: Vec::new(),
        totals: Totals::default(),
        findings: FindingCollector::new(false),
        unchecked: UncheckedCollector::default(),
        errors: Vec::new(),
        recorded: None,
        directories: Vec::new(),
        blocks: BTreeMap::new(),
        doubted: BTreeSet::new(),
    };
    account.findings = FindingCollector::new(account.options.all_findings);
    for (position, root) in account.plan() {
        account.scan_root(position, root);
    }
    account.tell_linked_names();
    Walked { account }
}

/// The account that roots add to.
#[derive(Debug)]
struct Account {
    options: Arc<ScanOptions>,
    control: Arc<Control>,
    kernel: Arc<KernelWatch>,
    ended: Vec<EndedRoot>,
    totals: Totals,
    findings: FindingCollector,
    unchecked: UncheckedCollector,
    errors: Vec<RootError>,
    recorded: Option<PendingRecords>,
    /// What takes the place of the walk.
    joined: Option<Joined>,
    /// What is handed over.
    shard: Option<ShardFacts>,
    /// What the directories of each root hold.
    directories: Vec<(PathName, DirectoryTally)>,
    /// Which blocks of each device are damaged.
    blocks: BTreeMap<Device, (String, BlockTally)>,
    /// Devices of which something found speaks for a damaged bitmap.
    doubted: BTreeSet<Device>,
}

#[derive(Debug)]
struct EndedRoot {
    /// Where it was given on the command line.
    position: usize,
    scan: Arc<RootScan>,
    /// What identifies its directory, or the one that it is a file of.
    resolved: Option<ResolvedRoot>,
    ending: Ending,
}

impl Account {
    /// The paths to scan, resolved; those above others first.
    fn plan(&mut self) -> Vec<(usize, ResolvedRoot)> {
        let mut roots = Vec::new();
        for (position, path) in self.options.roots.clone().iter().enumerate() {
            match self.resolve(path) {
                Ok(root) => roots.push((position, root)),
                Err(error) => {
                    let joined = self.joined.take();
                    let scan = self.prepare(path, joined);
                    self.end(position, scan, None, Some(error));
                }
            }
        }
        roots.sort_by_key(|(_, root)| root.path.components().count());
        roots
    }

    /// Learns what the roots stand on. Probes list directories as well, and the kernel tells of some
    /// damage only once: the walk comes first.
    fn learn(&mut self) -> Option<Vec<Fact>> {
        let is_part = self.options.shard.is_some();
        if is_part || !self.options.checks.environment || self.control.is_stopped() {
            return None;
        }
        let resolved = self.ended.iter().filter_map(|ended| ended.resolved.as_ref());
        let roots = resolved.map(|root| root.path.clone()).collect();
        let facts = learn_environment(&EnvironmentOptions {
            roots,
            untouched: self.options.untouched.clone(),
            effort: self.options.effort,
            time_limit: PROBE_TIME,
            longhorn: self.options.longhorn.clone(),
        });
        let found = judge_environment(&facts, &self.doubted_roots());
        found.into_iter().for_each(|finding| self.findings.add(finding));
        Some(facts)
    }

    /// Roots on filesystems of which something found speaks for a damaged bitmap.
    fn doubted_roots(&self) -> Vec<PathName> {
        let is_doubted = |ended: &&EndedRoot| {
            let device = ended.scan.ground().map(|ground| ground.filesystem.device);
            device.is_some_and(|device| self.doubted.contains(&device))
        };
        let doubted = self.ended.iter().filter(is_doubted);
        doubted.map(|ended| ended.scan.path_name()).collect()
    }

    /// Resolves a root on a thread that can be left behind, as a scan of it is.
    fn resolve(&self, path: &Path) -> Result<ResolvedRoot, RootError> {
        let workers = Arc::new(Workers::new(0));
        let (own, wanted, force) = (Arc::clone(&workers), path.to_owned(), self.options.force);
        let timeout = self.options.stat_timeout;
        let ended = supervise::run(&workers, &self.control, timeout, move || {
            own.current().enter(&DirectoryNode::root(roots::to_c_string(&wanted)?, 0, (0, 0)));
            ResolvedRoot::of(&wanted, force, &own)
        });
        match ended {
            Ended::Done(outcome) => outcome,
            // Whether it would have answered is not known when a stop came first; the scan of
            // the root, which comes next, takes account of that.
            _ if self.control.is_stopped() => Ok(ResolvedRoot::unresolved(path)),
            Ended::GivenUp => Err(self.no_answer(path.into())),
            Ended::Panicked => Err(RootError::Internal { path: path.into() }),
            Ended::NoThread => Err(RootError::no_thread(path)),
        }
    }

    fn no_answer(&self, path: PathName) -> RootError {
        let seconds = self.options.stat_timeout.unwrap_or_default().as_secs_f64();
        RootError::NoAnswer { path, seconds }
    }

    fn prepare(&self, path: &Path, joined: Option<Joined>) -> Arc<RootScan> {
        let path = path.to_owned();
        Arc::new(RootScan::new(path, &self.options, &self.control, &self.kernel, joined))
    }

    fn scan_root(&mut self, position: usize, root: ResolvedRoot) {
        if self.is_covered(&root) {
            let path = PathName::from(root.path.as_path()).escaped();
            self.control.remark(&format!("{path}: scanned once, as part of another PATH"));
            return;
        }
        let joined = self.joined.take();
        let scan = self.prepare(&root.path, joined);
        self.control.watch(&scan.workers);
        let work = Arc::clone(&scan);
        let timeout = self.options.stat_timeout;
        let ended = supervise::run(&scan.workers, &self.control, timeout, move || work.run());
        let error = match ended {
            _ if self.control.is_stopped() => Some(RootError::Stopped { path: scan.path_name() }),
            Ended::Done(outcome) => outcome.err(),
            Ended::Panicked => Some(RootError::Internal { path: scan.path_name() }),
            Ended::NoThread => Some(RootError::no_thread(&scan.path)),
            Ended::GivenUp => {
                Some(self.no_answer(scan.hung_at().unwrap_or_else(|| scan.path_name())))
            }
        };
        self.end(position, scan, Some(root), error);
    }

    /// Whether a root was seen already, as part of another one or as the same.
    fn is_covered(&self, root: &ResolvedRoot) -> bool {
        self.ended.iter().any(|ended| {
            let same = ended.resolved.as_ref().is_some_and(|other| other.path == root.path);
            let visited = root.directory.is_some_and(|directory| ended.scan.has_visited(directory));
            same || (visited && (root.is_directory || self.options.exclude.is_empty()))
        })
    }

    /// Takes account of a root whose scan has ended.
    fn end(
        &mut self,
        position: usize,
        scan: Arc<RootScan>,
        resolved: Option<ResolvedRoot>,
        error: Option<RootError>,
    ) {
        let error = match error {
            Some(error) if scan.is_left_joined() => Some(error.of_joined()),
            error => error,
        };
        // What is not what the shards scanned is nobody's business.
        let is_refused = matches!(error, Some(RootError::NotFinished { .. }));
        let resolved = resolved.filter(|_| !is_refused);
        let mut gathered = scan.take_gathered();
        if let Some(error) = &error {
            gathered.unchecked.add(error.reason(), error.what(), error.path().clone());
            gathered.findings.merge(damage_of(error));
        }
        let unread = gathered.linked.unread();
        let shard = self.options.shard.filter(|_| error.is_none());
        self.shard = shard.and_then(|shard| scan.shard_facts(shard, &mut gathered));
        gathered.unchecked.merge(unread);
        let ending = Ending {
            began: gathered.totals.entries > 0,
            gaps: gathered.unchecked.gaps(),
            failure: error.as_ref().map(ToString::to_string),
        };
        if let Some(tree) = scan.take_records() {
            let gaps = Gaps {
                excluded: self.options.exclude.globs().to_vec(),
                hides_trusted: scan.hides_trusted(),
                names_lost: gathered.findings.has(Code::InodeUnattached),
                ..Gaps::default()
            };
            let gaps = gaps.with_unexamined(gathered.records.unexamined());
            let ground = scan.ground();
            // What was read by an earlier run may have been read in an earlier mount.
            let session = ground.filter(|_| self.control.known_bytes() == 0);
            self.recorded = Some(PendingRecords {
                root: scan.path.clone(),
                filesystem: ground.map(|it| it.filesystem.identity.clone()).unwrap_or_default(),
                root_inode: ground.map(|it| it.identity.root_ino),
                mount_session: session.and_then(|it| mount_session::of(&it.filesystem)),
                mounts: gathered.records.mounts(),
                tree,
                gaps,
            });
        }
        self.totals += &gathered.totals;
        let mut directories = gathered.directories;
        directories.merge(gathered.findings.take_directories());
        self.directories.push((scan.path_name(), directories));
        self.add_blocks(&scan, gathered.blocks);
        if speaks_of_bitmaps(&gathered.findings) {
            self.doubted.extend(scan.ground().map(|ground| ground.filesystem.device));
        }
        self.findings.merge(gathered.findings);
        self.unchecked.merge(gathered.unchecked);
        self.errors.extend(error);
        self.ended.push(EndedRoot { position, scan, resolved, ending });
    }

    /// Tells which names of files that other shards have as well this one saw.
    fn tell_linked_names(&mut self) {
        let Some(shard) = &mut self.shard else { return };
        let ground = self.ended.last().and_then(|ended| ended.scan.ground());
        if let Some((records, ground)) = self.recorded.take().zip(ground) {
            let tree = records.tree.finish();
            shard.linked_names = tree.linked_names(ground.filesystem.device);
            self.recorded = Some(PendingRecords { tree: PendingTree::made(tree), ..records });
        }
    }

    fn is_complete(&self) -> bool {
        let saw_some = self.totals.entries > 0 || self.shard.is_some();
        saw_some && !self.errors.iter().any(RootError::ended_early)
    }

    fn finish(mut self, environment: Option<Vec<Fact>>) -> Scan {
        let checks = self.options.checks;
        let judged = checks.kernel && self.options.shard.is_none();
        let kernel = if judged { self.kernel.judge(&mut self.findings) } else { Vec::new() };
        self.add_recorded_blocks(&kernel);
        self.ended.sort_by_key(|ended| ended.position);
        let complete = self.is_complete();
        let tar = self.round_trips();
        let facts = environment.as_deref().unwrap_or_default();
        self.directories.sort_by(|(one, _), (other, _)| one.cmp(other));
        let blocks = self.blocks.values();
        let blocks = blocks.filter_map(|(device, tally)| tally.of_device(device.clone()));
        let roots = self.ended.iter().map(|e| describe(&e.scan, &e.ending, checks, &kernel, facts));
        Scan {
            roots: roots.collect(),
            directories: Directories::of(&self.directories, &self.totals),
            blocks: blocks.collect(),
            totals: self.totals,
            findings: self.findings.into_rows(),
            unchecked: self.unchecked.into_rows(),
            complete,
            recorded: self.recorded.map(PendingRecords::in_order),
            environment,
            tar,
            shard: self.shard,
            errors: self.errors,
        }
    }
}

impl Account {
    /// Adds what is known of the blocks of a root's device; several roots may lie on one.
    fn add_blocks(&mut self, scan: &RootScan, found: BlockTally) {
        let Some(filesystem) = scan.ground().map(|ground| &ground.filesystem) else { return };
        let source = filesystem.mount.as_ref().map_or(&[][..], |mount| &mount.source);
        let name = || String::from_utf8_lossy(source).into_owned();
        let known = self.blocks.entry(filesystem.device);
        known.or_insert_with(|| (name(), BlockTally::default())).1.merge(found);
    }

    /// Adds the blocks that the kernel has on record.
    fn add_recorded_blocks(&mut self, kernel: &[(Device, KernelCheck)]) {
        let filesystems = self.ended.iter().filter_map(|ended| ended.scan.ground());
        for filesystem in filesystems.map(|ground| &ground.filesystem) {
            let of_device = kernel.iter().filter(|(device, _)| *device == filesystem.device);
            let recorded = of_device.filter_map(|(_, check)| check.blocks());
            let Some((_, tally)) = self.blocks.get_mut(&filesystem.device) else { continue };
            if let Some((block_size, blocks)) = filesystem.measures() {
                tally.measure(block_size, blocks);
                recorded.flatten().for_each(|block| tally.damage(*block, block.saturating_add(1)));
            }
        }
    }

    /// The round trips of all roots, in one section.
    fn round_trips(&self) -> Option<TarTrips> {
        let made = self.ended.iter().filter_map(|ended| ended.scan.trip()?.trips.clone());
        made.reduce(|mut all, more| {
            all.runs.extend(more.runs);
            all
        })
    }
}

/// A root that the kernel refuses with a word for damage is a finding, too.
fn damage_of(error: &RootError) -> FindingCollector {
    let mut findings = FindingCollector::new(false);
    if let RootError::Unreachable { path, operation, errno, answers_for_itself, .. } = error
        && error.is_damage()
    {
        let subject = Subject { path: Some(path.clone()), ..Subject::default() };
        let found = format!("{operation} says {}", crate::checks::errno_name(*errno));
        let expected = "the path can be looked up and opened";
        let mut finding = Finding::new(Code::DirentBadInode, subject, expected, found);
        if !answers_for_itself {
            finding.severity = Severity::Suspect;
        }
        findings.add(finding);
    }
    findings
}
