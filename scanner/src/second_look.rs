//! The second look: an anomaly becomes a finding, or is explained.
//!
//! The tree is alive. What looked wrong during the walk is looked at again after growing pauses,
//! each time from a descriptor opened anew. What is the kernel's own refusal must show three
//! times; what compares two observations must show three times in a directory that did not
//! change in between. What disappears was volatile; what persists in a directory that is never
//! quiet is left unchecked.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use rayon::prelude::*;
use reports::{Code, UncheckedReason};
use rustix::fs::CWD;
use rustix::io::Errno;

use crate::checks::{Anomalies, Anomaly, Proof, Refusal, errno_name};
use crate::examine::{Pass, Scratch, look, unchecked_reason};
use crate::gathered::{Gathered, PerWorker, Suspicious, finding, finding_beyond};
use crate::inode_facts::{FileKind, InodeFacts, InodeTime};
use crate::scope::Scope;
use crate::stamp::Instant;
use crate::walk::{Descriptors, DirectoryNode, OpenDirectory, Workers, open_directory};

/// Pauses before each look, in milliseconds.
const PAUSES: [u64; 6] = [30, 60, 120, 240, 480, 960];

/// Looks that must agree.
const PROVEN: u32 = 3;

/// Directories that are looked at between two pauses; what is remembered of each look bounds it.
const BATCH: usize = 4096;

/// What a second look works with.
#[derive(Debug)]
pub struct SecondLook<'a> {
    /// What is fixed.
    pub scope: &'a Scope,
    /// The way back to each directory.
    pub descriptors: &'a Descriptors,
    /// Who looks.
    pub workers: &'a Workers,
    /// Where findings go.
    pub gathered: &'a PerWorker<Gathered>,
    /// Memory that is used again.
    pub scratch: &'a PerWorker<Scratch>,
}

/// An anomaly and how often it showed under the same circumstances.
struct Tracked {
    anomaly: Anomaly,
    agreed: u32,
    seen: u32,
}

/// A directory under suspicion.
struct Case {
    node: Arc<DirectoryNode>,
    first_count: u64,
    tracked: Vec<Tracked>,
    beyond: BTreeMap<Code, u64>,
    previous: Option<(Stamp, u64)>,
    unstable: u32,
    unchecked: Option<UncheckedReason>,
    closed: bool,
}

/// Modification and change time of a directory.
type Stamp = (InodeTime, InodeTime);

/// What one more look brought.
enum Look {
    /// The directory is not there any more.
    Gone,
    /// It cannot be looked at any more.
    Unchecked(UncheckedReason),
    /// It was looked at.
    Seen { anomalies: Anomalies, quiet: Option<Stamp>, fingerprint: Option<u64> },
}

impl SecondLook<'_> {
    /// Looks again at everything suspicious, on the threads of `pool`.
    pub fn settle(&self, pool: &rayon::ThreadPool, suspicious: Vec<Suspicious>) {
        let mut waiting = suspicious.into_iter().map(Case::new);
        loop {
            let mut batch: Vec<Case> = waiting.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return;
            }
            self.look_again(pool, &mut batch);
            batch.iter().for_each(|case| self.close(case));
        }
    }

    fn look_again(&self, pool: &rayon::ThreadPool, batch: &mut [Case]) {
        for pause in PAUSES {
            if self.scope.control.is_stopped() || batch.iter().all(|case| case.closed) {
                return;
            }
            sleep(Duration::from_millis(pause));
            self.descriptors.forget_anchors();
            pool.install(|| {
                batch.par_iter_mut().filter(|case| !case.closed).for_each(|case| {
                    let worker = self.workers.current();
                    worker.enter(&case.node);
                    case.weigh(self.look_at(&case.node), self.survives_unlink());
                    worker.leave();
                });
            });
        }
    }

    fn survives_unlink(&self) -> bool {
        self.scope.filesystem.oddities.listing_survives_unlink
    }

    fn look_at(&self, node: &Arc<DirectoryNode>) -> Look {
        let (descriptor, facts) = match self.open(node) {
            Ok(open) => open,
            Err(errno) => return failed_to_open(errno),
        };
        let begun = Instant::now();
        let directory = OpenDirectory { node, descriptor: descriptor.as_fd(), facts: &facts };
        let worker = self.workers.current();
        let mut scratch = self.scratch.lock(self.workers.index());
        let outcome = look(self.scope, &directory, worker, &mut scratch, Pass::Again);
        let after = InodeFacts::of_descriptor(descriptor.as_fd());
        let quiet = after.is_ok_and(|after| stamp(&after) == stamp(&facts));
        Look::Seen {
            anomalies: outcome.anomalies,
            quiet: (quiet && !begun.may_precede(facts.changed_at())).then(|| stamp(&facts)),
            fingerprint: (outcome.gathered.unseen == 0).then_some(outcome.fingerprint),
        }
    }

    /// Opens a directory anew by its name; ENOENT where another one stands there by now.
    fn open(&self, node: &Arc<DirectoryNode>) -> Result<(OwnedFd, InodeFacts), Errno> {
        let opened = match node.parent() {
            None => open_directory(CWD, node.name(), true)?,
            Some(parent) => {
                let parent = self.descriptors.reopen(parent)?;
                let facts = InodeFacts::of_entry(parent.as_fd(), node.name())?;
                if facts.kind() != FileKind::Directory {
                    return Err(Errno::NOENT);
                }
                let noatime = self.scope.may_skip_atime(&facts);
                open_directory(parent.as_fd(), node.name(), noatime)?
            }
        };
        let facts = InodeFacts::of_descriptor(opened.as_fd())?;
        let same = (facts.ino(), facts.device()) == (node.ino, node.device);
        if same { Ok((opened, facts)) } else { Err(Errno::NOENT) }
    }

    /// Writes down what the looks at one directory came to.
    fn close(&self, case: &Case) {
        let mut gathered = self.gathered.lock(self.workers.index());
        let stopped = self.scope.control.is_stopped() && !case.closed;
        let mut lasting = 0;
        for tracked in &case.tracked {
            if tracked.agreed >= PROVEN {
                gathered.findings.add(finding(&tracked.anomaly, &case.node));
                self.scope.control.add_findings(1);
            } else if stopped {
                gathered.miss(UncheckedReason::Interrupted, "second look", &case.node, None);
            } else if tracked.seen >= PROVEN {
                lasting += 1;
            } else {
                gathered.totals.volatile += 1;
            }
        }
        if lasting > 0 {
            gathered.miss(UncheckedReason::TooBusy, "second look", &case.node, None);
        }
        for (code, count) in &case.beyond {
            if case.tracked.iter().any(|t| t.anomaly.code == *code && t.agreed >= PROVEN) {
                gathered.findings.add(finding_beyond(*code, *count, &case.node));
            }
        }
        if case.unstable >= 2 {
            gathered.findings.add(finding(&unstable(&case.node), &case.node));
        }
        if let Some(reason) = case.unchecked {
            gathered.miss(reason, "second look", &case.node, None);
        } else {
            gathered.totals.volatile += case.first_count.saturating_sub(case.standing());
        }
    }
}

impl Case {
    fn new(suspicious: Suspicious) -> Self {
        Case {
            node: suspicious.node,
            first_count: suspicious.anomalies,
            tracked: Vec::new(),
            beyond: BTreeMap::new(),
            previous: None,
            unstable: 0,
            unchecked: None,
            closed: false,
        }
    }

    /// How many anomalies are left.
    fn standing(&self) -> u64 {
        self.tracked.len() as u64 + self.beyond.values().sum::<u64>()
    }

    /// Takes one more look into account.
    fn weigh(&mut self, look: Look, survives_unlink: bool) {
        match look {
            Look::Gone => {
                self.tracked.clear();
                self.beyond.clear();
                self.closed = true;
            }
            Look::Unchecked(reason) => {
                self.unchecked = Some(reason);
                self.closed = true;
            }
            Look::Seen { anomalies, quiet, fingerprint } => {
                let unchanged = quiet.is_some() && quiet == self.previous.map(|(stamp, _)| stamp);
                if let (true, Some(now), Some((_, before))) =
                    (unchanged, fingerprint, self.previous)
                    && now != before
                    && survives_unlink
                {
                    self.unstable += 1;
                }
                self.previous = quiet.zip(fingerprint);
                self.track(anomalies, quiet.is_some(), unchanged);
            }
        }
    }

    /// Keeps what showed again, forgets what did not, and adds what is new.
    fn track(&mut self, anomalies: Anomalies, quiet: bool, unchanged: bool) {
        let known = std::mem::take(&mut self.tracked);
        for anomaly in anomalies.kept {
            let before = known.iter().find(|tracked| tracked.anomaly.is_same_as(&anomaly));
            let (agreed, seen) = before.map_or((0, 0), |tracked| (tracked.agreed, tracked.seen));
            let agreed = match anomaly.proof {
                Proof::Refusal => agreed + 1,
                Proof::Comparison if unchanged => agreed + 1,
                // The directory changed since the last look: counting begins anew.
                Proof::Comparison => u32::from(quiet),
            };
            self.tracked.push(Tracked { anomaly, agreed, seen: seen + 1 });
        }
        self.beyond = anomalies.beyond;
        self.closed = self.tracked.iter().all(|tracked| tracked.agreed >= PROVEN);
    }
}

fn unstable(node: &DirectoryNode) -> Anomaly {
    let found = "two listings differ, and its times say that nothing changed";
    Anomaly::new(Code::DirectoryReadUnstable, "a quiet directory lists the same twice", found)
        .inode(node.ino)
}

fn stamp(facts: &InodeFacts) -> Stamp {
    (facts.modified_at(), facts.changed_at())
}

fn failed_to_open(errno: Errno) -> Look {
    let refusal = Refusal::from(errno);
    if let Some(reason) = unchecked_reason(refusal) {
        return Look::Unchecked(reason);
    }
    if matches!(errno, Errno::NOENT | Errno::NOTDIR | Errno::LOOP) {
        return Look::Gone;
    }
    let found = format!("opening it says {}", errno_name(errno));
    let anomaly = Anomaly::new(Code::DirectoryReadError, "the directory can be opened", found);
    let mut anomalies = Anomalies::default();
    anomalies.add(match refusal {
        Refusal::Damage(_) => anomaly,
        _ => anomaly.only_suspect(),
    });
    Look::Seen { anomalies, quiet: None, fingerprint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EARLY: Stamp = ((1, 0), (1, 0));
    const LATER: Stamp = ((2, 0), (2, 0));

    fn case() -> Case {
        let node = DirectoryNode::root(c"/d".into(), 2, (0, 0));
        Case::new(Suspicious { node, anomalies: 1 })
    }

    fn seen(anomaly: impl Into<Option<Anomaly>>, quiet: Option<Stamp>) -> Look {
        let mut anomalies = Anomalies::default();
        anomaly.into().into_iter().for_each(|anomaly| anomalies.add(anomaly));
        Look::Seen { anomalies, quiet, fingerprint: Some(7) }
    }

    fn refusal() -> Anomaly {
        Anomaly::new(Code::DirentBadInode, "", "").named(b"name")
    }

    fn comparison() -> Anomaly {
        Anomaly::new(Code::DirentDangling, "", "").named(b"name").compared()
    }

    fn proven(looks: Vec<Look>) -> bool {
        let mut case = case();
        looks.into_iter().for_each(|look| case.weigh(look, true));
        case.tracked.iter().any(|tracked| tracked.agreed >= PROVEN)
    }

    #[test]
    fn a_refusal_is_proven_by_three_looks_even_in_a_busy_directory() {
        assert!(proven((0..3).map(|_| seen(refusal(), None)).collect()));
        assert!(!proven((0..2).map(|_| seen(refusal(), None)).collect()));
        let interrupted = vec![
            seen(refusal(), None),
            seen(refusal(), None),
            seen(None, None),
            seen(refusal(), None),
        ];
        assert!(!proven(interrupted));
    }

    #[test]
    fn a_comparison_is_proven_by_three_looks_at_an_unchanged_directory() {
        assert!(proven((0..3).map(|_| seen(comparison(), Some(EARLY))).collect()));
        assert!(!proven((0..6).map(|_| seen(comparison(), None)).collect()));
        let changed = vec![
            seen(comparison(), Some(EARLY)),
            seen(comparison(), Some(EARLY)),
            seen(comparison(), Some(LATER)),
            seen(comparison(), Some(LATER)),
        ];
        assert!(!proven(changed));
    }

    #[test]
    fn a_directory_that_went_away_proves_nothing() {
        let mut case = case();
        case.weigh(seen(refusal(), None), true);
        case.weigh(Look::Gone, true);
        assert!(case.closed && case.tracked.is_empty());
    }

    #[test]
    fn only_quiet_listings_that_differ_are_unstable() {
        let listing = |fingerprint, quiet| Look::Seen {
            anomalies: Anomalies::default(),
            quiet,
            fingerprint: Some(fingerprint),
        };
        let unstable = |quiet: [Option<Stamp>; 2], survives| {
            let mut case = case();
            case.weigh(listing(1, quiet[0]), survives);
            case.weigh(listing(2, quiet[1]), survives);
            case.unstable
        };
        assert_eq!(unstable([Some(EARLY), Some(EARLY)], true), 1);
        assert_eq!(unstable([Some(EARLY), Some(LATER)], true), 0);
        assert_eq!(unstable([None, None], true), 0);
        assert_eq!(unstable([Some(EARLY), Some(EARLY)], false), 0);
    }
}
