//! What a scan noted of every name, for whoever writes it or compares with it.

use std::path::PathBuf;

use crate::filesystem_identity::FilesystemIdentity;
use crate::manifest::{Gaps, PendingTree, RecordTree};

/// What a scan noted of every name below a root.
#[derive(Debug)]
pub struct Recorded {
    /// The root, as it was resolved.
    pub root: PathBuf,
    /// What filesystem it lies on, as far as it is known.
    pub filesystem: FilesystemIdentity,
    /// Its inode number.
    pub root_inode: Option<u64>,
    /// What tells this mount of it from earlier and later ones, where that is known.
    pub mount_session: Option<String>,
    /// Directories on which other filesystems are mounted that were walked as well, below the root.
    pub mounts: Vec<Vec<u8>>,
    /// The names.
    pub tree: RecordTree,
    /// What is not known of the tree.
    pub gaps: Gaps,
}

/// The same while the names are still being put in order.
#[derive(Debug)]
pub struct PendingRecords {
    /// The root, as it was resolved.
    pub(crate) root: PathBuf,
    /// What filesystem it lies on, as far as it is known.
    pub(crate) filesystem: FilesystemIdentity,
    /// Its inode number.
    pub(crate) root_inode: Option<u64>,
    /// Which mount of it this is.
    pub(crate) mount_session: Option<String>,
    /// Where other filesystems are mounted that were walked as well.
    pub(crate) mounts: Vec<Vec<u8>>,
    /// Its names.
    pub(crate) tree: PendingTree,
    /// What is not known of its tree.
    pub(crate) gaps: Gaps,
}

impl PendingRecords {
    /// Waits for them.
    pub fn in_order(self) -> Recorded {
        let PendingRecords { root, filesystem, root_inode, mount_session, mounts, tree, gaps } =
            self;
        let tree = tree.finish();
        let gaps = gaps.with_unexamined(tree.cut().map(<[u8]>::to_vec));
        Recorded { root, filesystem, root_inode, mount_session, mounts, tree, gaps }
    }
}
