//! What was noted of the names of a root, on its way to a manifest.

use std::sync::PoisonError;

use super::RootScan;
use crate::manifest::{PendingTree, TreeOptions};

impl RootScan {
    /// Begins to put in order what was noted of each name: nothing more is.
    pub(super) fn put_records_in_order(&self) {
        if !self.options.records {
            return;
        }
        let workers = 0..self.workers.iter().count();
        let noted = workers.map(|worker| self.gathered.lock(worker).records.take_noted());
        let left_out = self.options.own_files_below(&self.path);
        let options = TreeOptions { left_out, is_part: self.options.shard.is_some() };
        let pending = PendingTree::begin(noted.collect(), options);
        *self.records.lock().unwrap_or_else(PoisonError::into_inner) = Some(pending);
    }

    /// Takes the names of the tree; none where the walk did not come to its end.
    pub fn take_records(&self) -> Option<PendingTree> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
