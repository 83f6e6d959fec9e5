//! The round trip at the end of the scan of a root.

use std::time::Instant;

use reports::PathName;

use super::{Ground, RootScan};
use crate::inode_facts::InodeFacts;
use crate::round_trip::{BoundedTrip, Watch, bounded};
use crate::scratch::{Kind, leftovers};
use crate::walk::Worker;

impl RootScan {
    /// Makes it, unless something speaks against writing there. `seen` is when the tree was last looked
    /// at.
    pub(super) fn make_round_trip(&self, ground: &Ground, root: &InodeFacts, seen: Instant) {
        if !self.options.checks.tar {
            return;
        }
        let trip = match self.why_no_trip(ground, root, seen) {
            Some(reason) => BoundedTrip::skipped(reason),
            None => self.make_trip(),
        };
        let _ = self.trip.set(trip);
    }

    fn why_no_trip(
        &self,
        ground: &Ground,
        root: &InodeFacts,
        seen: Instant,
    ) -> Option<&'static str> {
        let own = rustix::process::geteuid();
        let keeps_time = own.is_root() || own.as_raw() == root.uid();
        if self.control.is_stopped() {
            Some("the scan was stopped")
        } else if ground.filesystem.is_read_only() {
            Some("the filesystem is read-only")
        } else if self.each_gathered(|gathered| gathered.findings.has_corruption())
            || self.kernel.is_damaged(ground.filesystem.device, seen)
        {
            Some("damage is proven: nothing is written to this filesystem")
        } else if self.options.records && !keeps_time {
            // The directory's time would change, and the next comparison tell of it.
            Some("the path belongs to another user, and its time could not be put back")
        } else {
            None
        }
    }

    fn make_trip(&self) -> BoundedTrip {
        // Each step is a sign of life: what hangs is given up.
        let stopped = || {
            if self.control.is_stopped() {
                // What was made is removed first, however long that takes.
                self.workers.iter().for_each(Worker::leave);
                return true;
            }
            self.workers.current().tick();
            false
        };
        for leftover in leftovers(&self.path, Kind::Tar).unwrap_or_default() {
            let path = PathName::from(leftover.path.as_path()).escaped();
            self.control.remark(&format!(
                "{path}: kept, or left by a run that was killed; `fscan tar DIR --clean` removes it"
            ));
        }
        let watch = Watch { stopped: &stopped, came: &|_| () };
        let mut trip = bounded(&self.path, self.options.all_findings, watch);
        let findings = std::mem::replace(
            &mut trip.findings,
            reports::FindingCollector::new(self.options.all_findings),
        );
        self.gathered.lock(self.workers.index()).findings.merge(findings);
        trip
    }
}
