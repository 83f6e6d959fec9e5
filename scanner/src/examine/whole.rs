//! The end of a look at a directory: what can be said once all entries were seen.

use std::collections::HashMap;

use reports::{Code, Severity, UncheckedReason};
use rustix::fs::SeekFrom;

use super::{Look, Pass, Room, stamp};
use crate::checks::{self, Anomaly, IndexFlag, Name, Proof};
use crate::gathered::finding_beyond;
use crate::inode_facts::InodeFacts;
use crate::stamp::Moment;
use crate::walk::{Listing, ListingError, OpenDirectory};

impl Look<'_, '_> {
    /// What the kernel did while the directory was listed.
    pub(super) fn prove_dropped_index(&mut self, index: IndexFlag) {
        if self.pass == Pass::Walk
            && self.scope.options.checks.entries
            && let Some(anomaly) = index.after(self.directory.descriptor, self.directory.facts)
        {
            self.prove(&anomaly);
        }
    }

    /// What can be judged once all entries were seen.
    pub(super) fn judge_directory(&mut self) {
        let OpenDirectory { descriptor, facts, .. } = *self.directory;
        let anomalies = &mut self.out.anomalies;
        if self.scope.options.checks.links {
            checks::judge_directory_links(facts, self.subdirectories, self.filesystem, anomalies);
        }
        if !self.scope.options.checks.entries {
            return;
        }
        std::mem::take(&mut self.untyped).judge(self.dots.dot_kind(), anomalies);
        if self.filesystem.oddities.dot_entries_on_disk {
            let parent = self.parent_ino();
            self.dots.judge(facts.ino(), parent, &mut self.out.anomalies);
        }
        let anomalies = &mut self.out.anomalies;
        checks::judge_directory_size(descriptor, facts, self.filesystem, anomalies);
        let random = self.out.fingerprint ^ self.scope.started.seconds() as u64;
        checks::judge_absent_name(descriptor, facts, self.filesystem, random, anomalies);
    }

    /// What ".." must be; none where that cannot be told.
    fn parent_ino(&self) -> Option<u64> {
        let facts = self.directory.facts;
        if facts.is_mount_root() {
            return self.filesystem.is_whole().then_some(facts.ino());
        }
        let parent = self.directory.node.parent()?;
        (parent.device == facts.device()).then_some(parent.ino)
    }

    /// Reads the directory once more for the names whose hashes were repeated.
    pub(super) fn judge_repeated(&mut self, repeated: &[u64], room: &mut Room) {
        if repeated.is_empty() {
            return;
        }
        if let Err(errno) = rustix::fs::seek(self.directory.descriptor, SeekFrom::Start(0)) {
            self.listing_failed(ListingError::Read(errno));
            return;
        }
        let buffer = room.buffer.room();
        let mut listing = Listing::new(self.directory.descriptor, buffer, self.most_names());
        let mut names = Vec::new();
        let mut times: HashMap<u64, u64> = HashMap::new();
        while let Some(block) = listing.block() {
            let Ok(block) = block else { return };
            self.worker.tick();
            for entry in block {
                let bytes = entry.name.to_bytes();
                let hash = checks::fold_hash(&self.scope.hasher, bytes, Name::of(bytes));
                if repeated.binary_search(&hash).is_ok() {
                    names.push((bytes.to_vec(), entry.ino));
                    *times.entry(hash).or_default() += 1;
                }
            }
        }
        let explained = repeated.iter().all(|hash| times.get(hash).is_some_and(|n| *n > 1));
        checks::judge_same_names(names, &mut self.out.anomalies);
        if !explained && self.pass == Pass::Walk && self.stood_still() {
            self.prove(&checks::unstable(self.directory.facts.ino()));
        }
    }

    /// Whether nothing changed in the directory since it was opened, on a filesystem where names
    /// that nobody touches are then listed once. Names that are renamed may be listed twice.
    fn stood_still(&self) -> bool {
        let OpenDirectory { descriptor, facts, .. } = *self.directory;
        self.filesystem.oddities.listing_survives_unlink
            && Moment::now().would_change_since(facts.changed_at())
            && InodeFacts::of_descriptor(descriptor).is_ok_and(|now| stamp(&now) == stamp(facts))
    }

    /// On some kernels a casefolded directory denies names that it lists.
    pub(super) fn excuse_casefolding(&mut self) {
        let dangling = |anomaly: &Anomaly| anomaly.code == Code::DirentDangling;
        if self.out.anomalies.kept.iter().any(dangling)
            && checks::is_casefolded(self.directory.descriptor)
        {
            self.out.anomalies.kept.retain(|anomaly| !dangling(anomaly));
            self.out.anomalies.beyond.remove(&Code::DirentDangling);
            self.miss(UncheckedReason::CasefoldLookup, "directory", None);
        }
    }

    /// Moves what one observation proves out of what awaits a second look.
    pub(super) fn settle_facts(&mut self) {
        if self.out.anomalies.is_empty() {
            return;
        }
        let is_fact = |anomaly: &Anomaly| {
            anomaly.severity <= Severity::Warning && anomaly.proof == Proof::Repetition
        };
        let kept = std::mem::take(&mut self.out.anomalies.kept);
        let (facts, waiting): (Vec<_>, Vec<_>) = kept.into_iter().partition(is_fact);
        self.out.anomalies.kept = waiting;
        if self.pass == Pass::Walk {
            facts.iter().for_each(|fact| self.prove(fact));
        }
        let beyond = std::mem::take(&mut self.out.anomalies.beyond);
        for (code, count) in beyond {
            if code.severity() > Severity::Warning {
                self.out.anomalies.beyond.insert(code, count);
            } else if self.pass == Pass::Walk {
                let node = self.directory.node;
                let directory = node.path_or_beginning();
                let beyond = finding_beyond(code, count, node);
                self.out.gathered.findings.add_in(Some(&directory), beyond);
            }
        }
    }
}
