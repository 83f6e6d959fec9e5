//! The second look: an anomaly becomes a finding, or is explained.
//!
//! The tree is alive. What looked wrong during the walk is looked at again after growing pauses,
//! each time from a descriptor opened anew. What is the kernel's own refusal must show three
//! times; what compares two observations must show three times in a directory that did not
//! change in between. What disappears was volatile; what persists in a directory that is never
//! quiet is left unchecked. A refusal that the kernel takes back is no change by anybody: it is
//! told as suspect, and what lay behind it as unchecked, since the walk did not see it.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;
use reports::{Code, Finding, Severity, UncheckedReason};
use rustix::io::Errno;

use crate::checks::{Anomalies, Anomaly, Proof, Refusal, cannot_open, unstable};
use crate::examine::{Pass, Scratch, look, stamp, unchecked_reason};
use crate::gathered::{Gathered, PerWorker, Stamp, Suspicious, finding, finding_beyond};
use crate::inode_facts::{FileKind, InodeFacts};
use crate::scope::Scope;
use crate::stamp::Moment;
use crate::walk::{
    Descriptors, DirectoryNode, OpenDirectory, ReopenError, Workers, open_directory,
};

/// Pauses before each look, in milliseconds.
const PAUSES: [u64; 6] = [30, 60, 120, 240, 480, 960];

/// Looks that must agree.
const PROVEN: u32 = 3;

/// Quiet listings that differed from the one before them.
const UNSTABLE: u32 = 2;

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
    /// Comparisons that the look before did not come out right.
    comparisons: u64,
    refusals: Vec<Anomaly>,
    tracked: Vec<Tracked>,
    beyond: BTreeMap<Code, u64>,
    previous: Option<(Stamp, u64)>,
    unstable: u32,
    unchecked: Option<UncheckedReason>,
    gone: bool,
    /// It was looked at again at least once.
    seen: bool,
    closed: bool,
}

/// What one more look brought.
enum Glance {
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
            if self.scope.control.is_over() || batch.iter().all(|case| case.closed) {
                return;
            }
            self.workers.pause(Duration::from_millis(pause));
            self.descriptors.forget_anchors();
            pool.install(|| {
                batch.par_iter_mut().filter(|case| !case.closed).for_each(|case| {
                    let worker = self.workers.current();
                    worker.enter(&case.node);
                    case.weigh(self.glance(&case.node), self.survives_unlink());
                    worker.leave();
                });
            });
        }
    }

    fn survives_unlink(&self) -> bool {
        self.scope.filesystem.oddities.listing_survives_unlink
    }

    fn glance(&self, node: &Arc<DirectoryNode>) -> Glance {
        let (descriptor, facts) = match self.open(node) {
            Ok(open) => open,
            Err(ReopenError::Replaced) => return Glance::Gone,
            Err(ReopenError::Refused(errno)) => return failed_to_open(errno),
        };
        let begun = Moment::now();
        let directory = OpenDirectory { node, descriptor: descriptor.as_fd(), facts: &facts };
        let worker = self.workers.current();
        let mut scratch = self.scratch.lock(self.workers.index());
        let outcome = look(self.scope, &directory, worker, &mut scratch, Pass::Again, None);
        let after = InodeFacts::of_descriptor(descriptor.as_fd());
        let unchanged = after.is_ok_and(|after| stamp(&after) == stamp(&facts));
        let quiet = unchanged && begun.would_change(facts.changed_at());
        Glance::Seen {
            anomalies: outcome.anomalies,
            quiet: quiet.then(|| stamp(&facts)),
            fingerprint: outcome.complete.then_some(outcome.fingerprint),
        }
    }

    /// Opens a directory anew by its name.
    fn open(&self, node: &Arc<DirectoryNode>) -> Result<(OwnedFd, InodeFacts), ReopenError> {
        let opened = match node.parent() {
            None => self.descriptors.open_root()?,
            Some(parent) => {
                let parent = self.descriptors.reopen(parent)?;
                let facts = InodeFacts::of_entry(parent.as_fd(), node.name())?;
                if facts.kind() != FileKind::Directory {
                    return Err(ReopenError::Replaced);
                }
                let noatime = self.scope.may_skip_atime(&facts);
                open_directory(parent.as_fd(), node.name(), noatime)?
            }
        };
        let facts = InodeFacts::of_descriptor(opened.as_fd())?;
        let same = (facts.ino(), facts.device()) == (node.ino, node.device);
        if same { Ok((opened, facts)) } else { Err(ReopenError::Replaced) }
    }

    /// Writes down what the looks at one directory came to.
    fn close(&self, case: &Case) {
        let mut gathered = self.gathered.lock(self.workers.index());
        let found = case.proven();
        self.scope.control.add_findings(found.len() as u64);
        let directory = case.node.path_or_beginning();
        let mut add = |finding| gathered.findings.add_in(Some(&directory), finding);
        found.into_iter().for_each(&mut add);
        let taken_back = case.taken_back();
        let refused_once = !taken_back.is_empty();
        taken_back.into_iter().for_each(add);
        if let Some(name) = case.hidden() {
            gathered.records.miss(&case.node, name);
        }
        if refused_once {
            gathered.miss(UncheckedReason::RefusedOnce, "directory", &case.node, None);
        }
        let open = case.tracked.iter().filter(|tracked| tracked.agreed < PROVEN);
        let (lasting, fleeting): (Vec<_>, Vec<_>) = open.partition(|t| t.seen >= PROVEN);
        let reason = match case.unchecked {
            Some(reason) => Some(reason),
            None if self.scope.control.is_over() && !case.closed => {
                Some(UncheckedReason::Interrupted)
            }
            None if !lasting.is_empty() => Some(UncheckedReason::TooBusy),
            None => None,
        };
        if let Some(reason) = reason {
            gathered.miss(reason, "second look", &case.node, None);
        } else {
            let cleared = case.first_count.saturating_sub(case.standing());
            gathered.totals.volatile += cleared + fleeting.len() as u64;
        }
    }
}

impl Case {
    fn new(suspicious: Suspicious) -> Self {
        Case {
            node: suspicious.node,
            first_count: suspicious.anomalies,
            comparisons: suspicious.comparisons,
            refusals: suspicious.refusals,
            tracked: Vec::new(),
            beyond: BTreeMap::new(),
            previous: suspicious.listing,
            unstable: 0,
            unchecked: None,
            gone: false,
            seen: false,
            closed: false,
        }
    }

    /// How many anomalies are left.
    fn standing(&self) -> u64 {
        self.tracked.len() as u64 + self.beyond.values().sum::<u64>()
    }

    /// What the looks prove.
    fn proven(&self) -> Vec<Finding> {
        let proven = || self.tracked.iter().filter(|tracked| tracked.agreed >= PROVEN);
        let has = |code| proven().any(|tracked| tracked.anomaly.code == code);
        let beyond = self.beyond.iter().filter(|(code, _)| has(**code));
        let unstable = (self.unstable >= UNSTABLE).then(|| unstable(self.node.ino));
        proven()
            .map(|tracked| finding(&tracked.anomaly, &self.node))
            .chain(beyond.map(|(code, count)| finding_beyond(*code, *count, &self.node)))
            .chain(unstable.map(|anomaly| finding(&anomaly, &self.node)))
            .collect()
    }

    /// What a manifest cannot tell of for damage: the name that is hidden, or the whole directory
    /// (an empty name) where several are, since an index that does not fit hides names from
    /// listings as well.
    fn hidden(&self) -> Option<&[u8]> {
        let hides = |anomaly: &Anomaly| {
            anomaly.severity >= Severity::Suspect && anomaly.code.text().check == "entries"
        };
        let proven = self.tracked.iter().filter(|tracked| tracked.agreed >= PROVEN);
        let mut hidden = proven.map(|tracked| &tracked.anomaly).filter(|anomaly| hides(anomaly));
        let first = hidden.next();
        if self.unstable >= UNSTABLE || hidden.next().is_some() {
            return Some(b"");
        }
        first.map(|anomaly| anomaly.name.as_deref().unwrap_or_default())
    }

    /// What the kernel refused once and answered later.
    fn taken_back(&self) -> Vec<Finding> {
        let stands = |refusal: &Anomaly| {
            self.tracked.iter().any(|tracked| tracked.anomaly.code == refusal.code)
        };
        let taken_back = |refusal: &&Anomaly| self.seen && !self.gone && !stands(refusal);
        let tell = |refusal: &Anomaly| {
            let mut finding = finding(&refusal.clone().only_suspect(), &self.node);
            finding.evidence.push("the kernel answered at a later look".to_owned());
            finding
        };
        self.refusals.iter().filter(taken_back).map(tell).collect()
    }

    /// Takes one more look into account.
    fn weigh(&mut self, glance: Glance, survives_unlink: bool) {
        match glance {
            Glance::Gone => {
                self.tracked.clear();
                self.beyond.clear();
                self.gone = true;
                self.closed = true;
            }
            Glance::Unchecked(reason) => {
                self.unchecked = Some(reason);
                self.closed = true;
            }
            Glance::Seen { anomalies, quiet, fingerprint } => {
                let unchanged = quiet.is_some() && quiet == self.previous.map(|(stamp, _)| stamp);
                let comparisons = anomalies.comparisons();
                if let (true, Some(now), Some((_, before))) =
                    (unchanged, fingerprint, self.previous)
                    && survives_unlink
                {
                    self.unstable += u32::from(now != before);
                    // What a lookup says changed although the directory did not.
                    self.unstable += UNSTABLE * u32::from(comparisons < self.comparisons);
                }
                self.comparisons = comparisons;
                self.seen = true;
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
                Proof::Repetition => agreed + 1,
                Proof::Quiet if unchanged => agreed + 1,
                // The directory changed since the last look: counting begins anew.
                Proof::Quiet => u32::from(quiet),
            };
            self.tracked.push(Tracked { anomaly, agreed, seen: seen + 1 });
        }
        self.beyond = anomalies.beyond;
        let settled = self.tracked.iter().all(|tracked| tracked.agreed >= PROVEN);
        self.closed = settled && (self.unstable == 0 || self.unstable >= UNSTABLE);
    }
}

fn failed_to_open(errno: Errno) -> Glance {
    let refusal = Refusal::from(errno);
    if let Some(reason) = unchecked_reason(refusal) {
        return Glance::Unchecked(reason);
    }
    let anomaly = match refusal {
        Refusal::Damage(_) => cannot_open(errno),
        _ => cannot_open(errno).only_suspect(),
    };
    let mut anomalies = Anomalies::default();
    anomalies.add(anomaly);
    Glance::Seen { anomalies, quiet: None, fingerprint: None }
}

#[cfg(test)]
mod tests {
    use reports::Severity;

    use super::*;

    const EARLY: Stamp = ((1, 0), (1, 0));
    const LATER: Stamp = ((2, 0), (2, 0));

    fn case() -> Case {
        let node = DirectoryNode::root(c"/d".into(), 2, (0, 0));
        Case::new(Suspicious {
            node,
            anomalies: 1,
            comparisons: 0,
            refusals: vec![refusal()],
            listing: None,
        })
    }

    fn seen(anomaly: impl Into<Option<Anomaly>>, quiet: Option<Stamp>) -> Glance {
        let mut anomalies = Anomalies::default();
        anomaly.into().into_iter().for_each(|anomaly| anomalies.add(anomaly));
        Glance::Seen { anomalies, quiet, fingerprint: Some(7) }
    }

    fn refusal() -> Anomaly {
        Anomaly::new(Code::DirentBadInode, "", "").named(b"name")
    }

    fn comparison() -> Anomaly {
        Anomaly::new(Code::DirentDangling, "", "").named(b"name").compared()
    }

    fn proven(looks: Vec<Glance>) -> bool {
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
        case.weigh(Glance::Gone, true);
        assert!(case.closed && case.tracked.is_empty());
        assert!(case.proven().is_empty() && case.taken_back().is_empty());
    }

    #[test]
    fn a_refusal_that_is_taken_back_is_told_as_suspect() {
        let mut case = case();
        case.weigh(seen(None, Some(EARLY)), true);
        let told = case.taken_back();
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].code, told[0].severity), (Code::DirentBadInode, Severity::Suspect));
        (0..3).for_each(|_| case.weigh(seen(refusal(), None), true));
        assert!(case.taken_back().is_empty(), "it stands");
        assert_eq!(case.proven().len(), 1);
    }

    #[test]
    fn a_lookup_that_comes_right_in_a_quiet_directory_is_unstable() {
        let unstable = |quiet: [Stamp; 2]| {
            let mut case = case();
            case.weigh(seen(comparison(), Some(quiet[0])), true);
            case.weigh(seen(None, Some(quiet[1])), true);
            case.proven().iter().any(|finding| finding.code == Code::DirectoryReadUnstable)
        };
        assert!(unstable([EARLY, EARLY]) && !unstable([EARLY, LATER]));
    }

    #[test]
    fn only_quiet_listings_that_differ_are_unstable() {
        let listing = |fingerprint, quiet| Glance::Seen {
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
