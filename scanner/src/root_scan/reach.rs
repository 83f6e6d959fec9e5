//! How much of its filesystem a root shows.

use reports::Code;

use super::RootScan;
use crate::filesystem::Filesystem;
use crate::mounts::Mount;
use crate::scope::Scope;
use crate::walk::DirectoryNode;

/// How much of its filesystem a root shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A file.
    File,
    /// The directories of a shard.
    Part,
    /// A tree.
    Tree,
    /// All of it, every name seen.
    Filesystem,
}

impl RootScan {
    /// How much of its filesystem the tree shows, after the walk.
    pub(super) fn judge_reach(&self, scope: &Scope, root: &DirectoryNode) -> Reach {
        let unseen = self.each_gathered(|gathered| {
            let lost = [Code::DirentDangling, Code::DirentBadInode, Code::DirectoryReadError];
            gathered.unseen > 0 || lost.iter().any(|code| gathered.findings.has(*code))
        });
        let filesystem = &scope.filesystem;
        let whole = !unseen
            && !self.control.is_stopped()
            && shows_all(filesystem, root)
            && filesystem.oddities.file_links_count_names;
        if whole { Reach::Filesystem } else { Reach::Tree }
    }
}

/// Whether a root is where all of its filesystem is mounted.
pub(super) fn shows_all(filesystem: &Filesystem, root: &DirectoryNode) -> bool {
    let is_mounted_here = |mount: &Mount| mount.point == root.path_bytes(None);
    filesystem.is_whole() && filesystem.mount.as_ref().is_some_and(is_mounted_here)
}
