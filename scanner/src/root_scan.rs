//! The scan of one root, from opening it to its last question.

mod file;
mod parts;
mod reach;
mod records;
mod trip;

pub use reach::Reach;
use reach::shows_all;

use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use reports::{Code, PathName, UncheckedReason};
use rustix::fs::{CWD, Mode, OFlags, fstatvfs, openat};
use rustix::io::Errno;

use crate::allocation::{Begun, Counted, Earlier, Ledger, LedgerOutcome, Walked};
use crate::content::{ContentReader, ReadRoom};
use crate::control::Control;
use crate::errors_policy::ErrorsPolicy;
use crate::examine::Scratch;
use crate::examiner::Examiner;
use crate::extents::Claims;
use crate::filesystem::Filesystem;
use crate::gathered::{Gathered, PerWorker};
use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::kernel::KernelWatch;
use crate::links::LinkCount;
use crate::manifest::PendingTree;
use crate::oddities::ExtentAddresses;
use crate::options::ScanOptions;
use crate::refusals::Refusals;
use crate::roots::{RootError, to_c_string};
use crate::round_trip::BoundedTrip;
use crate::scope::Scope;
use crate::second_look::SecondLook;
use crate::shard::{GroundFacts, Joined, Shard};
use crate::stamp::Moment;
use crate::walk::{Descriptors, DirectoryNode, Walker, Worker, Workers};

/// What the kernel's own refusals become.
const REFUSALS: [Code; 5] = [
    Code::DirentBadInode,
    Code::DirectoryReadError,
    Code::DirectoryLookupError,
    Code::ExtentMapUnreadable,
    Code::AttributeUnreadable,
];

/// What makes an inode count twice.
const COUNTED_TWICE: [Code; 3] =
    [Code::LinkCountWrong, Code::DirectoryMultiplyLinked, Code::DirentDuplicateName];

/// The scan of one root. What it gathers can be taken at any time, also when one of its threads
/// hangs.
#[derive(Debug)]
pub struct RootScan {
    /// The path, as it was resolved.
    pub path: PathBuf,
    options: Arc<ScanOptions>,
    control: Arc<Control>,
    kernel: Arc<KernelWatch>,
    /// What its threads are doing.
    pub workers: Arc<Workers>,
    gathered: PerWorker<Gathered>,
    scratch: PerWorker<Scratch>,
    read_room: PerWorker<ReadRoom>,
    ground: OnceLock<Ground>,
    reach: OnceLock<Reach>,
    ledger: OnceLock<LedgerOutcome>,
    trip: OnceLock<BoundedTrip>,
    records: Mutex<Option<PendingTree>>,
    /// What shards of it saw, which takes the place of its walk.
    joined: Mutex<Option<Joined>>,
    /// The walk, once it has ended.
    walked: OnceLock<Walked>,
    started: Moment,
}

/// What a root stands on.
#[derive(Debug)]
pub struct Ground {
    /// The filesystem.
    pub filesystem: Arc<Filesystem>,
    /// What the kernel does when it meets damage.
    pub policy: Option<ErrorsPolicy>,
    /// What tells it from others.
    pub(crate) identity: GroundFacts,
    scope: Scope,
}

impl RootScan {
    /// Prepares the scan of a resolved path. Where shards of it were `joined` only the rest is done.
    pub fn new(
        path: PathBuf,
        options: &Arc<ScanOptions>,
        control: &Arc<Control>,
        kernel: &Arc<KernelWatch>,
        joined: Option<Joined>,
    ) -> Self {
        let gathered = || Gathered::of_root(options, &path);
        let started = joined.as_ref().map_or_else(Moment::now, |joined| joined.started);
        let workers = Arc::new(Workers::new(options.threads));
        let count = workers.iter().count();
        RootScan {
            options: Arc::clone(options),
            control: Arc::clone(control),
            kernel: Arc::clone(kernel),
            workers,
            gathered: PerWorker::new(count, gathered),
            path,
            scratch: PerWorker::new(count, Scratch::default),
            read_room: PerWorker::new(count, ReadRoom::default),
            ground: OnceLock::new(),
            reach: OnceLock::new(),
            ledger: OnceLock::new(),
            trip: OnceLock::new(),
            records: Mutex::new(None),
            joined: Mutex::new(joined),
            walked: OnceLock::new(),
            started,
        }
    }

    /// The path for a report.
    pub fn path_name(&self) -> PathName {
        self.path.as_path().into()
    }

    /// Which part of it is scanned, where that is a part.
    pub fn shard(&self) -> Option<Shard> {
        self.options.shard
    }

    /// What the root stands on; none before that was learnt.
    pub fn ground(&self) -> Option<&Ground> {
        self.ground.get()
    }

    /// How much of its filesystem the root shows; none before that is known.
    pub fn reach(&self) -> Option<Reach> {
        self.reach.get().copied()
    }

    /// How far the questions about the filesystem as a whole came; none before they were asked.
    pub fn ledger(&self) -> Option<&LedgerOutcome> {
        self.ledger.get()
    }

    /// What came of the round trip; none before it was made.
    pub fn trip(&self) -> Option<&BoundedTrip> {
        self.trip.get()
    }

    /// Whether the walk came to a directory, told by its number.
    pub fn has_visited(&self, (device, ino): (Device, u64)) -> bool {
        self.ground.get().is_some_and(|ground| {
            ground.filesystem.oddities.numbers_identify
                && ground.scope.tallies.has_directory(device, ino)
        })
    }

    /// Whether this user is not shown extended attributes that others are.
    pub fn hides_trusted(&self) -> bool {
        self.ground.get().is_none_or(|ground| !ground.scope.sees_all_attributes)
    }

    /// Scans the root to its end. An error means that nothing was scanned.
    pub fn run(&self) -> Result<(), RootError> {
        if self.control.is_stopped() {
            return Ok(());
        }
        let name = to_c_string(&self.path)?;
        self.workers.current().enter(&DirectoryNode::root(name.clone(), 0, (0, 0)));
        let (descriptor, facts) = self.open_path()?;
        let ground = self.learn_ground(&descriptor, &facts)?;
        self.is_what_was_scanned(&ground.identity, &facts)?;
        let root = DirectoryNode::root(name, facts.ino(), facts.device());
        if facts.kind() == FileKind::Directory {
            self.scan_tree(&ground.scope, &root, descriptor)?;
            let seen = Instant::now();
            self.put_records_in_order();
            if self.options.shard.is_none() {
                self.make_round_trip(ground, &facts, seen);
            }
        } else {
            let _ = self.reach.set(Reach::File);
            self.scan_file(&ground.scope, &root, &facts)?;
        }
        if self.each_gathered(|gathered| gathered.findings.has_damage()) {
            self.kernel.note_damage(ground.filesystem.device);
        }
        self.workers.current().leave();
        Ok(())
    }

    /// Opens the path without reading anything of it.
    fn open_path(&self) -> Result<(OwnedFd, InodeFacts), RootError> {
        let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let opened =
            openat(CWD, &self.path, flags, Mode::empty()).map_err(|e| self.failed("open", e))?;
        let facts =
            InodeFacts::of_descriptor(opened.as_fd()).map_err(|e| self.failed("statx", e))?;
        Ok((opened, facts))
    }

    fn failed(&self, operation: &'static str, errno: Errno) -> RootError {
        RootError::unreachable(&self.path, operation, errno)
    }

    /// Learns what the root stands on, and whether it may be looked into.
    fn learn_ground(&self, descriptor: &OwnedFd, facts: &InodeFacts) -> Result<&Ground, RootError> {
        let filesystem = Arc::new(Filesystem::of(descriptor.as_fd(), facts));
        let scope = Scope::new(
            &self.path,
            Arc::clone(&self.options),
            Arc::clone(&self.control),
            Arc::clone(&self.kernel),
            Arc::clone(&filesystem),
            facts,
            self.started,
        );
        // Where neither /proc nor the mount table names the policy, the superblock's holds.
        let default = filesystem.superblock.and_then(|superblock| superblock.errors);
        let policy = filesystem.mount.as_ref().and_then(ErrorsPolicy::of).or(default);
        match &filesystem.mount {
            Some(mount) => scope
                .admit(mount, policy)
                .map_err(|reason| RootError::refused(&self.path, mount, reason))?,
            None => self.control.remark(&format!(
                "{}: not in the mount table (is /proc mounted?): how {} was mounted, and what the \
                 kernel does when it meets damage, is not known",
                self.path_name().escaped(),
                filesystem.kind
            )),
        }
        let id = fstatvfs(descriptor).map_or(0, |space| space.f_fsid);
        let identity = GroundFacts::of(&filesystem, id, facts, descriptor.as_fd());
        Ok(self.ground.get_or_init(|| Ground { filesystem, policy, identity, scope }))
    }

    fn scan_tree(
        &self,
        scope: &Scope,
        root: &Arc<DirectoryNode>,
        descriptor: OwnedFd,
    ) -> Result<(), RootError> {
        let descriptors = Descriptors::new(Arc::new(descriptor), self.options.threads);
        let open = descriptors.open_root().map_err(|errno| self.failed("open", errno))?;
        let pool = self.pool()?;
        let walked = match self.take_joined() {
            Some(joined) => self.take_over(scope, joined, &descriptors, &pool, root),
            None => self.walk_tree(scope, &descriptors, &pool, root, open),
        };
        let _ = self.walked.set(walked);
        if scope.options.shard.is_some() {
            let _ = self.reach.set(Reach::Part);
            return Ok(());
        }
        self.finish_tree(scope, &descriptors, &pool, root, walked);
        Ok(())
    }

    /// Looks at every directory, and reads the files in it.
    fn walk_tree(
        &self,
        scope: &Scope,
        descriptors: &Descriptors,
        pool: &rayon::ThreadPool,
        root: &Arc<DirectoryNode>,
        open: OwnedFd,
    ) -> Walked {
        let content = self.content_reader(scope, descriptors);
        let examiner = self.examiner(scope, &content);
        let walker = self.walker(&examiner, descriptors);
        let begun = Begun::now(open.as_fd());
        if scope.options.shard.is_none_or(|shard| shard.owns(root)) {
            self.count_root(scope, &open);
        }
        self.expect_bytes(scope, root, &open);
        walker.walk(pool, root, open);
        self.note_singles(scope);
        let walked = begun.ended();
        self.settle(scope, descriptors, pool);
        walked
    }

    /// Notes what the walking threads kept to themselves.
    fn note_singles(&self, scope: &Scope) {
        for worker in 0..self.workers.iter().count() {
            scope.tallies.root().meet_singles(&mut self.scratch.lock(worker).singles);
        }
    }

    /// Asks what only the tree as a whole can tell.
    fn finish_tree(
        &self,
        scope: &Scope,
        descriptors: &Descriptors,
        pool: &rayon::ThreadPool,
        root: &Arc<DirectoryNode>,
        walked: Walked,
    ) {
        let reach = self.judge_reach(scope, root);
        let whole = reach == Reach::Filesystem;
        let lost_and_found_unseen = self.each_gathered(|gathered| gathered.lost_and_found_unseen);
        let _ = self.reach.set(reach);
        let link_count = LinkCount {
            scope,
            descriptors,
            workers: &self.workers,
            gathered: &self.gathered,
            root,
            whole,
            lost_and_found_unseen,
        };
        link_count.settle(pool);
        if scope.options.checks.look_inside() && !self.control.is_stopped() {
            let ledger = Ledger {
                scope,
                descriptors,
                workers: &self.workers,
                gathered: &self.gathered,
                pool,
                root,
                whole,
                lost_and_found_unseen,
                earlier: Earlier {
                    damaged: self.each_gathered(|gathered| gathered.findings.has_damage()),
                    refused: self.has_any(&REFUSALS),
                    counted_twice: self.has_any(&COUNTED_TWICE),
                },
                walked,
            };
            let (claims, counted) = self.take_claims();
            let _ = self.ledger.set(ledger.settle(claims, counted));
        }
        self.leave_out_refused(scope, root);
    }

    fn pool(&self) -> Result<rayon::ThreadPool, RootError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.options.threads)
            .thread_name(|index| format!("walk-{index}"))
            .build()
            .map_err(|_| RootError::no_thread(&self.path))
    }

    fn content_reader<'a>(
        &'a self,
        scope: &'a Scope,
        descriptors: &'a Descriptors,
    ) -> ContentReader<'a> {
        let (gathered, room) = (&self.gathered, &self.read_room);
        ContentReader::new(scope, descriptors, &self.workers, gathered, room)
    }

    fn examiner<'a>(&'a self, scope: &'a Scope, content: &'a ContentReader<'a>) -> Examiner<'a> {
        Examiner {
            scope,
            workers: &self.workers,
            gathered: &self.gathered,
            scratch: &self.scratch,
            content,
        }
    }

    fn walker<'a>(
        &'a self,
        visitor: &'a Examiner<'a>,
        descriptors: &'a Descriptors,
    ) -> Walker<'a, Examiner<'a>> {
        Walker { visitor, descriptors, workers: &self.workers, stop: self.control.stop_flag() }
    }

    fn has_any(&self, codes: &[Code]) -> bool {
        self.each_gathered(|gathered| codes.iter().any(|code| gathered.findings.has(*code)))
    }

    /// The root itself is a name, too.
    fn count_root(&self, scope: &Scope, open: &OwnedFd) {
        let mut gathered = self.gathered.lock(self.workers.index());
        gathered.totals.entries += 1;
        gathered.totals.directories += 1;
        if let Ok(facts) = InodeFacts::of_descriptor(open.as_fd()) {
            gathered.census.add(&facts, &scope.filesystem, scope.started);
        }
    }

    /// How much there is to read, where the root is all of a filesystem: as much as is in use.
    fn expect_bytes(&self, scope: &Scope, root: &DirectoryNode, open: &OwnedFd) {
        let options = &self.options;
        let has_blocks = scope.filesystem.oddities.extent_addresses != ExtentAddresses::Nothing;
        let all = options.checks.content && options.roots.len() == 1 && options.exclude.is_empty();
        if all
            && has_blocks
            && shows_all(&scope.filesystem, root)
            && self.control.expected_bytes().is_none()
            && let Ok(space) = fstatvfs(open)
        {
            let used = space.f_blocks.saturating_sub(space.f_bfree);
            self.control.expect_bytes(used.saturating_mul(space.f_frsize));
        }
    }

    /// What all workers gathered of blocks and inodes.
    fn take_claims(&self) -> (Claims, Counted) {
        let (mut claims, mut counted) = (Claims::default(), Counted::default());
        for worker in 0..self.workers.iter().count() {
            let mut gathered = self.gathered.lock(worker);
            claims.append(std::mem::take(&mut gathered.claims));
            counted.census.merge(gathered.census);
            counted.attributes.append(std::mem::take(&mut gathered.attribute_pairs));
            counted.lost_and_found_has_more |= gathered.lost_and_found_has_more;
        }
        (claims, counted)
    }

    /// Questions that a filesystem as a whole does not answer are left out once.
    fn leave_out_refused(&self, scope: &Scope, root: &DirectoryNode) {
        // Which files came before the first refusal is chance.
        if scope.filesystem.refusals.file_extents.is_known() && scope.others().is_empty() {
            for worker in 0..self.workers.iter().count() {
                self.gathered.lock(worker).unchecked.forget("extents");
            }
        }
        let mut gathered = self.gathered.lock(self.workers.index());
        let checks = self.options.checks;
        let mut leave_out = |filesystem: &Filesystem, path: &PathName| {
            let Refusals { file_extents, attributes, .. } = &*filesystem.refusals;
            for (refused, what) in [(file_extents, "extents"), (attributes, "attributes")] {
                if refused.is_known() && checks.has(what) {
                    gathered.unchecked.add(UncheckedReason::Unsupported, what, path.clone());
                }
            }
        };
        leave_out(&scope.filesystem, &root.path(None));
        for other in scope.others() {
            let point = other.mount.as_ref().map(|mount| PathName::new(mount.point.clone()));
            leave_out(&other, &point.unwrap_or_else(|| root.path(None)));
        }
    }

    fn settle(&self, scope: &Scope, descriptors: &Descriptors, pool: &rayon::ThreadPool) {
        let mut suspicious = Vec::new();
        for worker in 0..self.workers.iter().count() {
            suspicious.append(&mut self.gathered.lock(worker).suspicious);
        }
        let second = SecondLook {
            scope,
            descriptors,
            workers: &self.workers,
            gathered: &self.gathered,
            scratch: &self.scratch,
        };
        second.settle(pool, suspicious);
    }

    /// Whether `question` holds for what some worker gathered.
    fn each_gathered(&self, question: impl Fn(&Gathered) -> bool) -> bool {
        (0..self.workers.iter().count()).any(|worker| question(&self.gathered.lock(worker)))
    }

    /// Takes what was gathered so far.
    pub fn take_gathered(&self) -> Gathered {
        if let Some(joined) = self.take_joined() {
            return joined.gathered;
        }
        let mut sum = Gathered::new(&self.options);
        for gathered in self.gathered.take_all(|| Gathered::new(&self.options)) {
            sum.merge(gathered);
        }
        sum
    }

    /// Where a hung thread is.
    pub fn hung_at(&self) -> Option<PathName> {
        let busy = || self.workers.iter().filter(|worker| worker.is_busy());
        // The thread that waits for the others is busy as well, with the root.
        let others = busy().take(self.options.threads).filter_map(Worker::at);
        others.chain(busy().filter_map(Worker::at)).map(|node| node.path(None)).next()
    }
}
