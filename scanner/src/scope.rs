//! What is fixed for the scan of one root.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use rustix::process::geteuid;

use crate::checks::Overflow;
use crate::control::Control;
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;
use crate::links::Tallies;
use crate::options::ScanOptions;
use crate::stamp::Instant;
use crate::walk::OpenDirectory;

/// What is fixed for the scan of one root.
#[derive(Debug)]
pub struct Scope {
    /// What was asked for.
    pub options: Arc<ScanOptions>,
    /// Whoever watches.
    pub control: Arc<Control>,
    /// What the root stands on.
    pub filesystem: Arc<Filesystem>,
    /// The mount of the root.
    mount_id: Option<u64>,
    /// Other filesystems that were met, by their mounts.
    others: Mutex<Vec<(Option<u64>, Arc<Filesystem>)>>,
    /// When the scan began: an inode changed since then may explain an anomaly.
    pub started: Instant,
    /// Hashes names; the seed is new for each scan, so no tree can be made to collide.
    pub hasher: RandomState,
    /// The names that were counted.
    pub tallies: Tallies,
    /// How ids that are not mapped look here.
    pub overflow: Overflow,
    user: u32,
}

impl Scope {
    /// For a root whose descriptor and facts are given.
    pub fn new(
        options: Arc<ScanOptions>,
        control: Arc<Control>,
        filesystem: Arc<Filesystem>,
        root: &InodeFacts,
    ) -> Self {
        let started = Instant::now();
        Scope {
            options,
            control,
            tallies: Tallies::new(filesystem.device, started),
            filesystem,
            mount_id: root.mount_id(),
            others: Mutex::default(),
            started,
            hasher: RandomState::default(),
            overflow: Overflow::read(),
            user: geteuid().as_raw(),
        }
    }

    /// What a directory stands on, where that is not what the root stands on.
    pub fn other_filesystem(&self, directory: &OpenDirectory<'_>) -> Option<Arc<Filesystem>> {
        let id = directory.facts.mount_id();
        if id == self.mount_id {
            return None;
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = others.iter().find(|(other, _)| *other == id) {
            return Some(Arc::clone(known));
        }
        let learnt = Arc::new(Filesystem::of(directory.descriptor, directory.facts));
        others.push((id, Arc::clone(&learnt)));
        Some(learnt)
    }

    /// Whether an inode lies on another mount than the root. Before Linux 5.8 directories are
    /// told apart by their device.
    pub fn is_elsewhere(&self, facts: &InodeFacts, is_directory: bool) -> bool {
        match (facts.mount_id(), self.mount_id) {
            (Some(here), Some(root)) => here != root,
            _ => is_directory && facts.device() != self.filesystem.device,
        }
    }

    /// Whether the kernel lets this user read an inode without touching its access time.
    pub fn may_skip_atime(&self, facts: &InodeFacts) -> bool {
        self.user == 0 || self.user == facts.uid()
    }

    /// Whether an inode changed after the scan began.
    pub fn is_recent(&self, facts: &InodeFacts) -> bool {
        self.started.may_precede(facts.changed_at())
    }
}
