//! The walk's visitor: looks at each directory and gathers what the looks bring.

use std::ffi::CStr;
use std::sync::Arc;

use rayon::Scope;
use reports::{DirectoryHeld, Totals, UncheckedReason};
use rustix::io::Errno;

use crate::checks::{Anomalies, Anomaly, Refusal, cannot_open};
use crate::content::{ContentReader, FileSink};
use crate::examine::{Pass, Scratch, look, stamp, unchecked_reason, unjudged_reason};
use crate::gathered::{Gathered, PerWorker, Suspicious, finding};
use crate::scope;
use crate::shard::pass_through;
use crate::stamp::Moment;
use crate::walk::{DirectoryNode, OpenDirectory, Subdirectories, Visitor, Worker, Workers};

/// Looks at each directory of a walk.
#[derive(Debug)]
pub struct Examiner<'a> {
    /// What is fixed.
    pub scope: &'a scope::Scope,
    /// Who walks.
    pub workers: &'a Workers,
    /// What each of them gathers. A worker holds its own only while it adds to it, so what was
    /// gathered can be taken even when a system call never returns.
    pub gathered: &'a PerWorker<Gathered>,
    /// What each of them uses again.
    pub scratch: &'a PerWorker<Scratch>,
    /// Who reads the files.
    pub content: &'a ContentReader<'a>,
}

impl Visitor for Examiner<'_> {
    fn visit<'s>(
        &'s self,
        directory: &OpenDirectory<'_>,
        worker: &Worker,
        tasks: &Scope<'s>,
    ) -> Subdirectories {
        if !self.scope.owns(directory.node, directory.facts) {
            return self.pass_through(directory, worker);
        }
        let index = self.workers.index();
        let mut hand_over = |files| self.content.take(directory.node, files, tasks);
        let files = self
            .scope
            .options
            .checks
            .content
            .then(|| FileSink::new(self.content.most_in_hand, &mut hand_over));
        let scratch = &mut self.scratch.lock(index);
        let outcome = look(self.scope, directory, worker, scratch, Pass::Walk, files);
        self.scope.control.add_findings(outcome.gathered.findings.count_defects());
        let Totals { directories, files, .. } = outcome.gathered.totals;
        let held = DirectoryHeld { directories, files, ..outcome.held };
        let mut gathered = self.gathered.lock(index);
        gathered.roll.visit();
        gathered.merge(outcome.gathered);
        gathered.directories.add(&directory.node.path_or_beginning(), held);
        if !outcome.anomalies.is_empty() {
            // Stamped so long ago that a change after it was read would show.
            let settled = Moment::now().would_change_since(directory.facts.changed_at());
            let complete = (outcome.complete && settled)
                .then(|| (stamp(directory.facts), outcome.fingerprint));
            gathered.suspicious.push(Suspicious {
                node: Arc::clone(directory.node),
                anomalies: outcome.anomalies.count(),
                comparisons: outcome.anomalies.comparisons(),
                refusals: refusals(outcome.anomalies),
                listing: complete,
            });
        }
        outcome.subdirectories
    }

    fn replaced(&self, parent: &Arc<DirectoryNode>, name: &CStr, ino: u64) {
        if self.scope.filesystem.oddities.numbers_identify {
            self.unopened(parent, name, ino, Errno::NOENT);
        }
    }

    fn unopened(&self, parent: &Arc<DirectoryNode>, name: &CStr, ino: u64, errno: Errno) {
        let mut gathered = self.gathered.lock(self.workers.index());
        let refusal = Refusal::from(errno);
        if !self.scope.is_own(parent, name.to_bytes()) {
            gathered.pass_by(unjudged_reason(refusal), parent, Some(name.to_bytes()));
            return;
        }
        if self.scope.options.shard.is_some() {
            gathered.closed.add_own(parent.path(Some(name.to_bytes())));
            let device = Some(parent.device).filter(|d| *d != self.scope.filesystem.device);
            gathered.roll.tell((device, ino));
        }
        gathered.totals.errors += 1;
        if refusal == Refusal::Denied && self.scope.is_lost_and_found(parent, name) {
            let path = parent.path(Some(name.to_bytes()));
            gathered.unchecked.add(UncheckedReason::PermissionDenied, "directory", path);
            gathered.records.miss(parent, name.to_bytes());
            gathered.lost_and_found_unseen = true;
        } else if let Some(reason) = unchecked_reason(refusal) {
            gathered.miss(reason, "directory", parent, Some(name.to_bytes()));
        } else if matches!(errno, Errno::NOENT | Errno::NOTDIR | Errno::LOOP) {
            gathered.totals.volatile += 1;
            gathered.miss(UncheckedReason::Vanished, "directory", parent, Some(name.to_bytes()));
        } else {
            gathered.unseen += 1;
            gathered.records.miss(parent, name.to_bytes());
            let node = DirectoryNode::child(parent, name, ino, parent.device);
            let refusals = match refusal {
                Refusal::Damage(errno) => vec![cannot_open(errno)],
                _ => Vec::new(),
            };
            gathered.suspicious.push(Suspicious {
                node,
                anomalies: 1,
                comparisons: 0,
                refusals,
                listing: None,
            });
        }
    }
}

impl Examiner<'_> {
    /// Goes through a directory of another shard.
    fn pass_through(&self, directory: &OpenDirectory<'_>, worker: &Worker) -> Subdirectories {
        let OpenDirectory { node, facts, .. } = *directory;
        let index = self.workers.index();
        if !self.scope.passed.admits(node, facts, &self.scope.filesystem.oddities) {
            let mut gathered = self.gathered.lock(index);
            gathered.pass_by(UncheckedReason::EndlessDirectory, node, None);
            return Subdirectories::default();
        }
        let passed = pass_through(self.scope, directory, worker, self.scratch.lock(index).buffer());
        let mut gathered = self.gathered.lock(index);
        if let Some(anomaly) = passed.dropped_index {
            gathered.in_passing.add(finding(&anomaly, node));
        }
        if let Some(reason) = passed.closed {
            gathered.pass_by(reason, node, None);
        }
        for (name, reason) in passed.unknown {
            gathered.pass_by(reason, node, Some(name.to_bytes()));
        }
        passed.subdirectories
    }
}

/// Refusals of one directory that are remembered.
const REFUSALS: usize = 4;

/// What the kernel said of a directory with a word for damage.
fn refusals(anomalies: Anomalies) -> Vec<Anomaly> {
    anomalies.kept.into_iter().filter(|anomaly| anomaly.refused).take(REFUSALS).collect()
}
