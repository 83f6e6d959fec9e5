//! Directories in which no name came or went, as their own time says.
//!
//! Where a name is missing in one all the same, no ordinary work removed it: that would have set the
//! time (inode(7), st_mtime). It proves nothing on another filesystem, for copies take times along.

use reports::Timestamp;

use crate::manifest::{Entry, is_below, parent_of};

/// The directories above what goes by, the outermost first.
pub(super) struct Untouched {
    /// When BEFORE was begun, in seconds since 1970; none where AFTER is of another tree.
    since: Option<f64>,
    open: Vec<(Vec<u8>, bool)>,
}

impl Untouched {
    /// Seconds that a directory must have rested when BEFORE was begun. Filesystems keep times in steps
    /// of up to two: a name could come, be seen and go within one.
    const REST: f64 = 3.0;

    pub(super) fn new(same_tree_since: Option<Timestamp>) -> Self {
        Untouched { since: same_tree_since.map(Timestamp::as_unix_seconds), open: Vec::new() }
    }

    /// Notes a directory that is there on both sides, in front of what it holds.
    pub(super) fn enter(&mut self, before: &Entry, after: &Entry) {
        if let Some(since) = self.since {
            let (seconds, _) = before.modified_at;
            let rested = seconds as f64 + Self::REST < since;
            let untouched = rested && before.modified_at == after.modified_at;
            self.open.push((before.path.clone(), untouched));
        }
    }

    /// Whether the directory that holds a path is one. Paths are asked for in their order.
    pub(super) fn holds(&mut self, path: &[u8]) -> bool {
        while self.open.pop_if(|(directory, _)| !is_below(path, directory)).is_some() {}
        let parent = self.open.last();
        parent.is_some_and(|(directory, untouched)| {
            *untouched && parent_of(path) == Some(directory.as_slice())
        })
    }
}
