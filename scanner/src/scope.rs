//! What is fixed for the scan of one root.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use reports::{PathName, UncheckedReason};
use rustix::process::geteuid;

use crate::attributes::sees_all_attributes;
use crate::checks::Overflow;
use crate::control::Control;
use crate::errors_policy::ErrorsPolicy;
use crate::extents::ClaimBudget;
use crate::filesystem::Filesystem;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::kernel::KernelWatch;
use crate::links::Tallies;
use crate::mounted_again::mounts_shown_again;
use crate::mounts::{self, Mount};
use crate::oddities::{self, DirectoryLinks};
use crate::options::ScanOptions;
use crate::shard::{Adopted, DEPTH, LinkedInode, PassedDirectories, Placement};
use crate::stamp::Moment;
use crate::walk::{DirectoryNode, OpenDirectory, descriptor_limit};

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
    /// The inode number of the root.
    root: u64,
    /// Other filesystems that were met, by their mounts.
    others: Mutex<Vec<(Option<u64>, Arc<Filesystem>)>>,
    /// Mounts below the root that the walk came to, and whether it may go on into them.
    entered: Mutex<HashMap<Option<u64>, Result<(), UncheckedReason>>>,
    /// Mounts below the root whose directories the walk comes to by other names.
    mounted_again: BTreeMap<u64, Vec<PathBuf>>,
    /// Where every filesystem is written down that the walk goes into.
    kernel: Arc<KernelWatch>,
    /// When the scan began: an inode changed since then may explain an anomaly.
    pub started: Moment,
    /// Hashes names; the seed is new for each scan, so no tree can be made to collide.
    pub hasher: RandomState,
    /// The names that were counted.
    pub tallies: Tallies,
    /// Directories of other shards that this one passed through.
    pub passed: PassedDirectories,
    /// Directories that this shard takes for its own, whatever their paths.
    pub adopted: Adopted,
    /// How many claims of fragmented files are kept.
    pub claims: ClaimBudget,
    /// How ids that are not mapped look here.
    pub overflow: Overflow,
    /// Whether /proc leads to open files.
    pub has_proc: bool,
    /// How many names of the root's path stand below its mount point.
    pub root_names_on_mount: usize,
    /// Whether this user is shown all extended attributes.
    pub sees_all_attributes: bool,
    /// Files that a thread opens together at most, so that all of them hold few of the descriptors
    /// that the process may have.
    pub files_together: usize,
    user: u32,
}

impl Scope {
    /// For the root at a path, whose facts are given, and a scan that began at `started`.
    pub fn new(
        path: &Path,
        options: Arc<ScanOptions>,
        control: Arc<Control>,
        kernel: Arc<KernelWatch>,
        filesystem: Arc<Filesystem>,
        root: &InodeFacts,
        started: Moment,
    ) -> Self {
        Scope {
            mounted_again: mounts_shown_again(path, &filesystem, &options),
            files_together: (descriptor_limit() / 16 / options.threads.max(1)).max(1),
            options,
            control,
            tallies: Tallies::new(filesystem.device, started),
            passed: PassedDirectories::default(),
            adopted: Adopted::default(),
            root_names_on_mount: names_on_mount(path, filesystem.mount.as_ref()),
            filesystem,
            mount_id: root.mount_id(),
            root: root.ino(),
            others: Mutex::default(),
            entered: Mutex::default(),
            kernel,
            started,
            hasher: RandomState::default(),
            claims: ClaimBudget::default(),
            overflow: Overflow::read(),
            has_proc: Path::new("/proc/self/fd").exists(),
            sees_all_attributes: sees_all_attributes(),
            user: geteuid().as_raw(),
        }
    }

    /// What a directory stands on, where that is not what the root stands on.
    pub fn other_filesystem(&self, directory: &OpenDirectory<'_>) -> Option<Arc<Filesystem>> {
        let id = directory.facts.mount_id();
        if id == self.mount_id {
            return None;
        }
        let known = |others: &[(Option<u64>, Arc<Filesystem>)]| {
            others.iter().find(|(other, _)| *other == id).map(|(_, known)| Arc::clone(known))
        };
        if let Some(known) = known(&self.others.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Some(known);
        }
        // Not under the lock: a network filesystem may not answer.
        let learnt = Arc::new(Filesystem::of(directory.descriptor, directory.facts));
        self.others.lock().unwrap_or_else(PoisonError::into_inner).push((id, Arc::clone(&learnt)));
        Some(learnt)
    }

    /// The other filesystems that the walk came to.
    pub fn others(&self) -> Vec<Arc<Filesystem>> {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let others = others.iter().map(|(_, other)| Arc::clone(other));
        others.filter(|other| other.device != self.filesystem.device).collect()
    }

    /// Whether the walk may go on into a mount, decided before anything in it is opened. Each
    /// mount is thought about once.
    pub fn may_enter(&self, facts: &InodeFacts) -> Result<(), UncheckedReason> {
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        *entered.entry(facts.mount_id()).or_insert_with(|| {
            let Some(mount) = mounts::of_inode(facts) else { return Ok(()) };
            let policy = ErrorsPolicy::of(&mount);
            self.allow(&mount, policy)?;
            if self.is_mounted_again(facts) {
                return Err(UncheckedReason::MountedAgain);
            }
            self.begin(&mount, policy);
            Ok(())
        })
    }

    /// Whether this is the root of a mount whose directory the walk comes to by another name. A
    /// file that is mounted is looked into by none.
    fn is_mounted_again(&self, facts: &InodeFacts) -> bool {
        facts.kind() == FileKind::Directory
            && facts.mount_id().is_some_and(|id| self.mounted_again.contains_key(&id))
    }

    /// Mounts that the walk does not come to, since it does not go into the one whose root is given.
    pub fn mounts_beyond(&self, facts: &InodeFacts) -> &[PathBuf] {
        let again = facts.mount_id().and_then(|id| self.mounted_again.get(&id));
        again.map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a mount with this policy may be looked into. What it is is written down, and said
    /// where looking has effects.
    pub fn admit(
        &self,
        mount: &Mount,
        policy: Option<ErrorsPolicy>,
    ) -> Result<(), UncheckedReason> {
        self.allow(mount, policy)?;
        self.begin(mount, policy);
        Ok(())
    }

    /// Whether what is mounted is such that it may be looked into.
    fn allow(&self, mount: &Mount, policy: Option<ErrorsPolicy>) -> Result<(), UncheckedReason> {
        if oddities::stores_nothing(&mount.filesystem) {
            return Err(UncheckedReason::PseudoFilesystem);
        }
        if policy == Some(ErrorsPolicy::Panic) && !self.options.force {
            return Err(UncheckedReason::ErrorsPanic);
        }
        Ok(())
    }

    /// Takes note of a mount that is going to be looked into.
    fn begin(&self, mount: &Mount, policy: Option<ErrorsPolicy>) {
        let point = PathName::new(mount.point.clone()).escaped();
        let writable = !mount.super_options.split(',').any(|option| option == "ro");
        if policy == Some(ErrorsPolicy::RemountReadOnly) && writable {
            self.control.remark(&format!(
                "{point}: mounted with errors=remount-ro: if the scan meets damage, the kernel \
                 turns this mount read-only"
            ));
        }
        if policy.is_none() && oddities::of(&mount.filesystem).is_ext {
            self.control.remark(&format!(
                "{point}: what the kernel does when it meets damage (errors=) could not be read"
            ));
        }
        self.kernel.begin(mount);
    }

    /// Whether a name is to be left out.
    pub fn is_excluded(&self, directory: &DirectoryNode, name: &[u8]) -> bool {
        self.options.exclude.matches(directory, name)
    }

    /// Whether the walk goes into a subdirectory `name` of `directory` with these facts.
    pub fn goes_into(&self, directory: &DirectoryNode, name: &[u8], facts: &InodeFacts) -> bool {
        let Some(shard) = self.options.shard else { return true };
        match shard.placement(directory, name) {
            Placement::Own => true,
            Placement::PassThrough if !self.seems_a_leaf(facts) => true,
            _ => self.adopted.has(directory, name),
        }
    }

    /// Whether the directory `name` in `directory` is looked at, and not only passed through.
    pub fn is_own(&self, directory: &DirectoryNode, name: &[u8]) -> bool {
        self.options
            .shard
            .is_none_or(|shard| shard.has(directory, name) || self.adopted.has(directory, name))
    }

    /// The same of a directory that the walk came to. Where all below is this shard's as well, that
    /// is said.
    pub fn owns(&self, node: &DirectoryNode, facts: &InodeFacts) -> bool {
        let Some(shard) = self.options.shard else { return true };
        let adopted =
            node.parent().is_some_and(|parent| self.adopted.has(parent, node.name().to_bytes()));
        let owns = adopted || shard.owns(node);
        if owns && (adopted || node.depth >= DEPTH || self.seems_a_leaf(facts)) {
            node.keep_whole();
        }
        owns
    }

    /// Whether a file is counted once whatever its names, of which other shards may meet some.
    pub fn is_counted_apart(&self, facts: &InodeFacts) -> bool {
        let counts_once = self.filesystem.oddities.file_links_count_names;
        self.options.shard.is_some() && counts_once && facts.nlink() > 1
    }

    /// What tells a file with several names from others, in any process.
    pub fn linked_inode(&self, facts: &InodeFacts) -> LinkedInode {
        (Some(facts.device()).filter(|device| *device != self.filesystem.device), facts.ino())
    }

    /// Whether a directory's link count says that it has no subdirectories.
    pub fn seems_a_leaf(&self, facts: &InodeFacts) -> bool {
        let counts = matches!(
            self.filesystem.oddities.directory_links,
            DirectoryLinks::Subdirectories | DirectoryLinks::SubdirectoriesOrOverflown
        );
        counts && facts.nlink() == 2
    }

    /// Whether an inode lies on another mount than the root. Before Linux 5.8 directories are
    /// told apart by their device.
    pub fn is_elsewhere(&self, facts: &InodeFacts, is_directory: bool) -> bool {
        match (facts.mount_id(), self.mount_id) {
            (Some(here), Some(root)) => here != root,
            _ => is_directory && facts.device() != self.filesystem.device,
        }
    }

    /// Whether a directory is the root once more, below a mount of a directory that holds it.
    pub fn is_root_again(&self, facts: &InodeFacts) -> bool {
        let is_root = (facts.ino(), facts.device()) == (self.root, self.filesystem.device);
        is_root && self.is_elsewhere(facts, true)
    }

    /// Whether the kernel lets this user read an inode without touching its access time.
    pub fn may_skip_atime(&self, facts: &InodeFacts) -> bool {
        self.user == 0 || self.user == facts.uid()
    }

    /// Whether a name is ext4's `lost+found`, which only root may read and which is empty on a
    /// sound filesystem.
    pub fn is_lost_and_found(&self, parent: &DirectoryNode, name: &CStr) -> bool {
        parent.depth == 0
            && name == c"lost+found"
            && self.filesystem.oddities.is_ext
            && self.filesystem.is_whole()
    }

    /// Whether an inode changed after the scan began.
    pub fn is_recent(&self, facts: &InodeFacts) -> bool {
        self.started.may_precede(facts.changed_at())
    }
}

/// How many names of a path stand below the point that it is mounted at; all where that is not known.
fn names_on_mount(path: &Path, mount: Option<&Mount>) -> usize {
    let point = mount.map(|mount| Path::new(OsStr::from_bytes(&mount.point)));
    let below = point.and_then(|point| path.strip_prefix(point).ok()).unwrap_or(path);
    below.components().filter(|part| matches!(part, Component::Normal(_))).count()
}
