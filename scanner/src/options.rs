//! What a scan is asked to do.

use std::num::NonZeroU64;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::checkpoint::Checkpoint;
use crate::environment::{Effort, LonghornSource};
use crate::exclusions::Exclusions;
use crate::shard::Shard;

/// The checks that a scan can make, in the order they are reported.
pub const CHECK_NAMES: [&str; 10] = [
    "entries",
    "inodes",
    "links",
    "extents",
    "allocation",
    "attributes",
    "content",
    "tar",
    "environment",
    "kernel",
];

/// Which checks to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one switch a check")]
pub struct CheckSet {
    /// Directory entries and directories.
    pub entries: bool,
    /// Inodes, as statx tells of them.
    pub inodes: bool,
    /// Link counts.
    pub links: bool,
    /// Where each inode's content lies.
    pub extents: bool,
    /// What is free and what is in use.
    pub allocation: bool,
    /// Flags, extended attributes and access control lists.
    pub attributes: bool,
    /// The content of every regular file.
    pub content: bool,
    /// A small tar round trip, which writes below the root.
    pub tar: bool,
    /// What machine, pod and volumes are.
    pub environment: bool,
    /// The kernel's own record of errors.
    pub kernel: bool,
}

impl CheckSet {
    /// Every check.
    pub const ALL: CheckSet = CheckSet::every(true);

    /// No check.
    pub const NONE: CheckSet = CheckSet::every(false);

    const fn every(on: bool) -> Self {
        CheckSet {
            entries: on,
            inodes: on,
            links: on,
            extents: on,
            allocation: on,
            attributes: on,
            content: on,
            tar: on,
            environment: on,
            kernel: on,
        }
    }

    /// Switches the check of that name; false if there is none.
    pub fn set(&mut self, name: &str, on: bool) -> bool {
        let switch = self.switch(name);
        let known = switch.is_some();
        if let Some(switch) = switch {
            *switch = on;
        }
        known
    }

    /// Whether the check of that name is on.
    pub fn has(mut self, name: &str) -> bool {
        self.switch(name).is_some_and(|on| *on)
    }

    /// Whether any check looks into inodes by a descriptor of their own.
    pub fn look_inside(self) -> bool {
        self.extents || self.allocation || self.attributes || self.content
    }

    fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "entries" => &mut self.entries,
            "inodes" => &mut self.inodes,
            "links" => &mut self.links,
            "extents" => &mut self.extents,
            "allocation" => &mut self.allocation,
            "attributes" => &mut self.attributes,
            "content" => &mut self.content,
            "tar" => &mut self.tar,
            "environment" => &mut self.environment,
            "kernel" => &mut self.kernel,
            _ => return None,
        })
    }
}

/// What a scan is asked to do.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one switch a wish")]
pub struct ScanOptions {
    /// The trees to scan. Each may be a directory or a file; a symbolic link given here is
    /// followed, none below it is.
    pub roots: Vec<PathBuf>,
    /// Which checks to make.
    pub checks: CheckSet,
    /// Threads to walk with, at least 1.
    pub threads: usize,
    /// Names and paths to leave out.
    pub exclude: Exclusions,
    /// Go on into other filesystems that are mounted below a root.
    pub cross_mounts: bool,
    /// Scan even where damage would make the kernel panic (`errors=panic`).
    pub force: bool,
    /// Keep every finding instead of the first hundred of each code.
    pub all_findings: bool,
    /// The most bytes of content to read a second.
    pub max_rate: Option<NonZeroU64>,
    /// Leave in memory what was read of large files.
    pub keep_cache: bool,
    /// Note what a manifest says of every name.
    pub records: bool,
    /// What earlier runs of this scan read, and where what this one reads is kept.
    pub checkpoint: Option<Arc<Checkpoint>>,
    /// Files that the caller writes or compares with, by absolute paths without symbolic links;
    /// they are no part of the tree.
    pub own_files: Vec<PathBuf>,
    /// Below these nothing is written, for a moment either.
    pub untouched: Vec<PathBuf>,
    /// How far questions about the environment may go.
    pub effort: Effort,
    /// Scan only a part of the one root, for [`merge`](crate::merge()).
    pub shard: Option<Shard>,
    /// Where facts of Longhorn volumes come from.
    pub longhorn: LonghornSource,
    /// How long a system call may take before its mount is given up as hung; none waits for ever.
    pub stat_timeout: Option<Duration>,
}

impl ScanOptions {
    /// The caller's own files that lie below a resolved root, as paths from there.
    pub(crate) fn own_files_below(&self, root: &Path) -> Vec<Vec<u8>> {
        let below = self.own_files.iter().filter_map(|file| file.strip_prefix(root).ok());
        below.map(|path| path.as_os_str().as_bytes().to_vec()).collect()
    }
}

/// Options for a test that scans.
#[cfg(test)]
pub(crate) fn sample(checks: CheckSet) -> ScanOptions {
    ScanOptions {
        roots: Vec::new(),
        checks,
        threads: 1,
        exclude: Exclusions::default(),
        cross_mounts: false,
        force: false,
        all_findings: false,
        max_rate: None,
        keep_cache: false,
        records: false,
        checkpoint: None,
        own_files: Vec::new(),
        untouched: Vec::new(),
        effort: Effort::LookOnly,
        shard: None,
        longhorn: LonghornSource::Nothing,
        stat_timeout: None,
    }
}
