//! Directories whose modification time alone differs.
//!
//! A name that comes or goes sets it. Where such a name is told of already, the time is not told
//! as well; that shows only when all that the directory holds has gone by.

use super::change::Change;
use crate::manifest::{is_below, parent_of};

/// A directory with another modification time.
pub(super) struct Waiting {
    pub(super) path: Vec<u8>,
    pub(super) change: Change,
    /// Whether a name came or went in it.
    pub(super) explained: bool,
}

/// Those whose entries still go by, the outermost first.
#[derive(Default)]
pub(super) struct DirectoryTimes {
    waiting: Vec<Waiting>,
}

impl DirectoryTimes {
    /// Notes a directory. `explained` says that something else did it.
    pub(super) fn wait_for(&mut self, path: Vec<u8>, change: Change, explained: bool) {
        self.waiting.push(Waiting { path, change, explained });
    }

    /// Notes that a name came or went.
    pub(super) fn name_changed(&mut self, path: &[u8]) {
        if let (Some(waiting), Some(parent)) = (self.waiting.last_mut(), parent_of(path))
            && waiting.path == parent
        {
            waiting.explained = true;
        }
    }

    /// A directory of which nothing more comes once `path` does; with no path, any.
    pub(super) fn passed(&mut self, path: Option<&[u8]>) -> Option<Waiting> {
        let last = self.waiting.last()?;
        let goes_on = path.is_some_and(|path| is_below(path, &last.path));
        if goes_on { None } else { self.waiting.pop() }
    }
}
