//! The scan of one root, from opening it to its last question.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use reports::{CheckRun, CheckStatus, Code, PathName, Root, UncheckedReason};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use crate::checks::{Anomalies, Seen, judge_inode};
use crate::control::Control;
use crate::errors_policy::ErrorsPolicy;
use crate::examine::{Scratch, count_kind};
use crate::examiner::Examiner;
use crate::filesystem::Filesystem;
use crate::gathered::{Gathered, PerWorker, finding};
use crate::inode_facts::{FileKind, InodeFacts};
use crate::kernel::{KernelCheck, KernelState};
use crate::links::LinkCount;
use crate::mounts::Mount;
use crate::oddities;
use crate::options::{CHECK_NAMES, ScanOptions};
use crate::roots::{RootError, to_c_string};
use crate::scope::Scope;
use crate::second_look::SecondLook;
use crate::walk::{Descriptors, DirectoryNode, Walker, Worker, Workers, open_directory};

/// The scan of one root. What it gathers can be taken at any time, also when one of its threads
/// hangs.
#[derive(Debug)]
pub struct RootScan {
    path: PathBuf,
    options: Arc<ScanOptions>,
    control: Arc<Control>,
    /// What its threads are doing.
    pub workers: Arc<Workers>,
    gathered: PerWorker<Gathered>,
    scratch: PerWorker<Scratch>,
    ground: OnceLock<Ground>,
    kernel_check: Mutex<Option<KernelCheck>>,
    is_file: OnceLock<bool>,
}

/// What a root stands on.
#[derive(Debug)]
struct Ground {
    filesystem: Arc<Filesystem>,
    policy: Option<ErrorsPolicy>,
}

impl RootScan {
    /// Prepares the scan of a resolved path.
    pub fn new(path: PathBuf, options: &Arc<ScanOptions>, control: &Arc<Control>) -> Self {
        let workers = Arc::new(Workers::new(options.threads));
        let count = workers.iter().count();
        let all = options.all_findings;
        RootScan {
            path,
            options: Arc::clone(options),
            control: Arc::clone(control),
            workers,
            gathered: PerWorker::new(count, || Gathered::new(all)),
            scratch: PerWorker::new(count, Scratch::default),
            ground: OnceLock::new(),
            kernel_check: Mutex::default(),
            is_file: OnceLock::new(),
        }
    }

    /// Whether a stop was asked for.
    pub fn is_stopped(&self) -> bool {
        self.control.is_stopped()
    }

    /// Scans the root to its end. An error means that nothing was scanned.
    pub fn run(&self) -> Result<(), RootError> {
        let name = to_c_string(&self.path)?;
        let opening = DirectoryNode::root(name.clone(), 0, (0, 0));
        self.workers.current().enter(&opening);
        let (descriptor, facts) = self.open_path()?;
        let ground = self.ground(&descriptor, &facts)?;
        let kernel = KernelState::before(&ground.filesystem);
        let scope = Scope::new(
            Arc::clone(&self.options),
            Arc::clone(&self.control),
            Arc::clone(&ground.filesystem),
            &facts,
        );
        let root = DirectoryNode::root(name, facts.ino(), facts.device());
        let is_directory = facts.kind() == FileKind::Directory;
        let _ = self.is_file.set(!is_directory);
        self.workers.current().leave();
        if is_directory {
            self.scan_tree(&scope, &root)?;
        } else {
            self.scan_file(&scope, &root, &facts)?;
        }
        if self.options.checks.kernel {
            self.ask_kernel(&kernel, ground);
        }
        Ok(())
    }

    /// Opens the path without reading anything of it.
    fn open_path(&self) -> Result<(OwnedFd, InodeFacts), RootError> {
        let failed = |operation| move |errno| RootError::unreachable(&self.path, operation, errno);
        let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let opened = openat(CWD, &self.path, flags, Mode::empty()).map_err(failed("open"))?;
        let facts = InodeFacts::of_descriptor(opened.as_fd()).map_err(failed("statx"))?;
        Ok((opened, facts))
    }

    /// Learns what the root stands on, before anything is looked up in it.
    fn ground(&self, descriptor: &OwnedFd, facts: &InodeFacts) -> Result<&Ground, RootError> {
        let filesystem = Arc::new(Filesystem::of(descriptor.as_fd(), facts));
        if oddities::stores_nothing(&filesystem.kind) {
            let (path, filesystem) = (self.path.as_path().into(), filesystem.kind.clone());
            return Err(RootError::StoresNothing { path, filesystem });
        }
        let policy = ErrorsPolicy::of(&filesystem);
        if policy == Some(ErrorsPolicy::Panic) && !self.options.force {
            let mount_point = filesystem.mount.as_ref().map_or(&b"/"[..], |m| &m.point).to_vec();
            let mount_point = PathName::new(mount_point);
            return Err(RootError::PanicPolicy { path: self.path.as_path().into(), mount_point });
        }
        if policy == Some(ErrorsPolicy::RemountReadOnly) {
            let path = PathName::from(self.path.as_path()).escaped();
            self.control.remark(&format!(
                "{path}: mounted with errors=remount-ro: if the scan meets damage, the kernel \
                 turns this mount read-only"
            ));
        }
        Ok(self.ground.get_or_init(|| Ground { filesystem, policy }))
    }

    fn scan_tree(&self, scope: &Scope, root: &Arc<DirectoryNode>) -> Result<(), RootError> {
        let failed = |operation| move |errno| RootError::unreachable(&self.path, operation, errno);
        let open_root = || open_directory(CWD, root.name(), true);
        let descriptor = open_root().map_err(failed("open"))?;
        let anchor = Arc::new(open_root().map_err(failed("open"))?);
        let descriptors = Descriptors::new(anchor, self.options.threads);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.options.threads)
            .thread_name(|index| format!("walk-{index}"))
            .build()
            .map_err(|_| failed("starting threads")(Errno::AGAIN))?;
        let examiner = Examiner {
            scope,
            workers: &self.workers,
            gathered: &self.gathered,
            scratch: &self.scratch,
        };
        let walker = Walker {
            visitor: &examiner,
            descriptors: &descriptors,
            workers: &self.workers,
            stop: self.control.stop_flag(),
        };
        self.count_root();
        walker.walk(&pool, root, descriptor);
        self.settle(scope, &descriptors, &pool, root);
        if self.options.checks.links {
            self.link_count(scope, &descriptors, root).settle(&pool, open_root);
        }
        Ok(())
    }

    /// The root itself is a name, too.
    fn count_root(&self) {
        let mut gathered = self.gathered.lock(self.workers.index());
        gathered.totals.entries += 1;
        gathered.totals.directories += 1;
    }

    fn settle(
        &self,
        scope: &Scope,
        descriptors: &Descriptors,
        pool: &rayon::ThreadPool,
        root: &Arc<DirectoryNode>,
    ) {
        let mut suspicious = Vec::new();
        for worker in 0..self.workers.iter().count() {
            suspicious.append(&mut self.gathered.lock(worker).suspicious);
        }
        if self.control.is_stopped() && !suspicious.is_empty() {
            let mut gathered = self.gathered.lock(self.workers.index());
            gathered.miss(UncheckedReason::Interrupted, "second look", root, None);
            return;
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

    /// The question of link counts, with what is known of how much was seen.
    fn link_count<'a>(
        &'a self,
        scope: &'a Scope,
        descriptors: &'a Descriptors,
        root: &'a Arc<DirectoryNode>,
    ) -> LinkCount<'a> {
        let mut unseen = 0;
        let mut lost_and_found_unseen = false;
        let mut names_lost = false;
        for worker in 0..self.workers.iter().count() {
            let gathered = self.gathered.lock(worker);
            unseen += gathered.unseen;
            lost_and_found_unseen |= gathered.lost_and_found_unseen;
            let lost = [Code::DirentDangling, Code::DirentBadInode, Code::DirectoryReadError];
            names_lost |= lost.iter().any(|code| gathered.findings.has(*code));
        }
        let filesystem = &scope.filesystem;
        let at_root = filesystem.mount.as_ref().is_some_and(|m| m.point == root.path_bytes(None));
        LinkCount {
            scope,
            descriptors,
            workers: &self.workers,
            gathered: &self.gathered,
            root,
            whole: unseen == 0
                && !names_lost
                && !self.control.is_stopped()
                && filesystem.is_whole()
                && at_root
                && filesystem.oddities.file_links_count_names,
            lost_and_found_unseen,
        }
    }

    /// A file is a tree of one: its inode is judged, its directory is not read.
    fn scan_file(
        &self,
        scope: &Scope,
        root: &Arc<DirectoryNode>,
        facts: &InodeFacts,
    ) -> Result<(), RootError> {
        let failed = |errno| RootError::unreachable(&self.path, "open", errno);
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let parent = openat(CWD, parent, flags, Mode::empty()).map_err(failed)?;
        let name = to_c_string(Path::new(self.path.file_name().unwrap_or_default()))?;
        let parent_facts = InodeFacts::of_descriptor(parent.as_fd()).map_err(failed)?;
        let seen = Seen {
            name: &name,
            listed_ino: facts.ino(),
            listed_kind: facts.kind(),
            facts,
            directory: parent.as_fd(),
            directory_facts: &parent_facts,
            filesystem: &scope.filesystem,
            started: scope.started,
            overflow: scope.overflow,
        };
        let mut anomalies = Anomalies::default();
        if self.options.checks.inodes {
            judge_inode(&seen, &mut anomalies);
        }
        let mut gathered = self.gathered.lock(self.workers.index());
        gathered.totals.entries += 1;
        count_kind(&mut gathered.totals, facts.kind());
        if facts.kind() == FileKind::Regular {
            gathered.totals.bytes_apparent = facts.size();
            gathered.totals.bytes_allocated = facts.sectors() * 512;
        }
        self.control.add_entries(1);
        for mut anomaly in anomalies.kept {
            anomaly.name = None;
            gathered.findings.add(finding(&anomaly, root));
        }
        Ok(())
    }

    fn ask_kernel(&self, kernel: &KernelState, ground: &Ground) {
        let damaged =
            (0..self.workers.iter().count()).any(|w| self.gathered.lock(w).findings.has_damage());
        let mut gathered = self.gathered.lock(self.workers.index());
        let check =
            kernel.judge(&ground.filesystem, ground.policy, damaged, &mut gathered.findings);
        *self.kernel_check.lock().unwrap_or_else(PoisonError::into_inner) = Some(check);
    }

    /// Takes what was gathered so far.
    pub fn take_gathered(&self) -> Gathered {
        let all = self.options.all_findings;
        let mut sum = Gathered::new(all);
        for gathered in self.gathered.take_all(|| Gathered::new(all)) {
            sum.merge(gathered);
        }
        sum
    }

    /// Describes the root for the report. `gathered` is what was gathered of it, `failure` why
    /// it was not scanned to its end.
    pub fn describe(&self, gathered: &Gathered, failure: Option<&str>) -> Root {
        let ground = self.ground.get();
        let mount = ground.and_then(|ground| ground.filesystem.mount.as_ref());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Root {
            path: self.path.as_path().into(),
            filesystem: ground.map_or("unknown", |ground| &ground.filesystem.kind).to_owned(),
            device: mount.map(|mount| text(&mount.source)).unwrap_or_default(),
            mount_options: mount.map(join_options).unwrap_or_default(),
            mount_point: mount.map(|mount| text(&mount.point)).unwrap_or_default(),
            errors_policy: ground.and_then(|ground| ground.policy).map(|policy| policy.to_string()),
            checks: CHECK_NAMES
                .iter()
                .map(|name| self.describe_check(name, gathered, failure))
                .collect(),
        }
    }

    fn describe_check(&self, name: &str, gathered: &Gathered, failure: Option<&str>) -> CheckRun {
        let (status, reason) = self.status_of(name, gathered, failure);
        CheckRun { name: name.to_owned(), status, reason }
    }

    fn status_of(
        &self,
        name: &str,
        gathered: &Gathered,
        failure: Option<&str>,
    ) -> (CheckStatus, Option<String>) {
        if !self.options.checks.has(name) {
            return (CheckStatus::Skipped, Some("not asked for".to_owned()));
        }
        if let Some(failure) = failure {
            let scanned = gathered.totals.entries > 0;
            let status = if scanned { CheckStatus::Partial } else { CheckStatus::Skipped };
            return (status, Some(failure.to_owned()));
        }
        if name == "kernel" {
            let check = self.kernel_check.lock().unwrap_or_else(PoisonError::into_inner);
            return match &*check {
                Some(KernelCheck::Ran { log }) => (CheckStatus::Ran, log.clone()),
                Some(KernelCheck::Skipped { reason }) => {
                    (CheckStatus::Skipped, Some(reason.clone()))
                }
                None => (CheckStatus::Skipped, Some("it was not come to".to_owned())),
            };
        }
        if self.is_file.get() == Some(&true) && name != "inodes" {
            return (CheckStatus::Skipped, Some("the path is not a directory".to_owned()));
        }
        if gathered.unchecked.leaves_gaps() {
            return (CheckStatus::Partial, Some("parts of the tree were not seen".to_owned()));
        }
        (CheckStatus::Ran, None)
    }

    /// Where a hung thread is.
    pub fn hung_at(&self) -> Option<PathName> {
        let busy = self.workers.iter().filter(|worker| worker.is_busy());
        busy.filter_map(Worker::at).map(|node| node.path(None)).min()
    }
}

fn join_options(mount: &Mount) -> String {
    format!("{};{}", mount.options, mount.super_options)
}
