//! What a scan is asked to do.

use std::path::PathBuf;
use std::time::Duration;

use crate::exclusions::Exclusions;

/// The checks that a scan can make, in the order they are reported.
pub const CHECK_NAMES: [&str; 4] = ["entries", "inodes", "links", "kernel"];

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
    /// The kernel's own record of errors.
    pub kernel: bool,
}

impl CheckSet {
    /// Every check.
    pub const ALL: CheckSet = CheckSet { entries: true, inodes: true, links: true, kernel: true };

    /// No check.
    pub const NONE: CheckSet =
        CheckSet { entries: false, inodes: false, links: false, kernel: false };

    /// Switches the check of that name; false if there is none.
    pub fn set(&mut self, name: &str, on: bool) -> bool {
        let switch = match name {
            "entries" => &mut self.entries,
            "inodes" => &mut self.inodes,
            "links" => &mut self.links,
            "kernel" => &mut self.kernel,
            _ => return false,
        };
        *switch = on;
        true
    }

    /// Whether the check of that name is on.
    pub fn has(self, name: &str) -> bool {
        match name {
            "entries" => self.entries,
            "inodes" => self.inodes,
            "links" => self.links,
            "kernel" => self.kernel,
            _ => false,
        }
    }
}

/// What a scan is asked to do.
#[derive(Clone, Debug)]
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
    /// How long a system call may take before its mount is given up as hung; none waits for ever.
    pub stat_timeout: Option<Duration>,
}
