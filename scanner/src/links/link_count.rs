//! `link-count-wrong` and `directory-multiply-linked`: more names than links, or fewer.
//!
//! Looks at the inodes whose names and link count did not agree during the walk. All their names
//! are collected by another walk and then looked up several times. Two names of a file with
//! one link prove a wrong count at once, because link, unlink and rename all change the inode's
//! ctime: as long as that is older than the scan, the names stood still. Fewer names than links
//! prove one only where the whole filesystem was seen; where `lost+found` could not be read the
//! missing name may stand there. A directory has one name. ext2, ext3, ext4, xfs, btrfs, tmpfs;
//! no privilege.

use std::collections::BTreeSet;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use reports::{Code, Finding, PathName, Severity, Subject, UncheckedReason, escape};
use rustix::io::Errno;

use crate::gathered::{Gathered, PerWorker};
use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::names::{self, FoundName, FoundNames, InodeId, Names};
use crate::scope::Scope;
use crate::walk::{Descriptors, DirectoryNode, ReopenError, Workers};

/// Most inodes that are looked at; a report shows fewer.
const MOST_SUSPECTS: usize = 20_000;

/// Walks that must agree on names that are missing.
const WALKS: usize = 3;

/// Pauses before each look at the names of the suspects, in milliseconds.
const PAUSES: [u64; 3] = [0, 40, 80];

/// What settling link counts works with.
#[derive(Debug)]
pub struct LinkCount<'a> {
    /// What is fixed.
    pub scope: &'a Scope,
    /// The way to each directory.
    pub descriptors: &'a Descriptors,
    /// Who walks.
    pub workers: &'a Workers,
    /// Where findings go.
    pub gathered: &'a PerWorker<Gathered>,
    /// The root of the tree.
    pub root: &'a Arc<DirectoryNode>,
    /// Whether the whole filesystem was seen.
    pub whole: bool,
    /// Whether only `lost+found` was not.
    pub lost_and_found_unseen: bool,
}

/// What a look at one inode says.
#[derive(Clone, Copy, Debug)]
enum Judgement {
    Wrong { names: u64, nlink: u32, kind: FileKind },
    Right,
}

impl LinkCount<'_> {
    /// Judges every inode whose names and count did not agree.
    pub fn settle(&self, pool: &rayon::ThreadPool) {
        let mut suspects = self.suspects();
        if suspects.is_empty() {
            return;
        }
        let names = self.all_names(pool, &suspects);
        let mut explained = 0;
        let mut judged = Vec::new();
        for pause in PAUSES {
            self.workers.pause(Duration::from_millis(pause));
            self.descriptors.forget_anchors();
            judged.clear();
            suspects.retain(|id| {
                let judgement = self.look(*id, &names);
                if let Judgement::Wrong { .. } = judgement {
                    judged.push((*id, judgement));
                    return true;
                }
                explained += 1;
                false
            });
        }
        // Of a walk that was stopped names are missing.
        if self.scope.control.is_stopped() {
            let mut gathered = self.gathered.lock(self.workers.index());
            gathered.miss(UncheckedReason::Interrupted, "link count", self.root, None);
            return;
        }
        self.gathered.lock(self.workers.index()).totals.volatile += explained;
        for (id, judgement) in judged {
            if let (Judgement::Wrong { names: count, nlink, kind }, Some(found)) =
                (judgement, names.of.get(&id))
            {
                self.write_down(id.1, found, count, nlink, kind);
            }
        }
    }

    /// The inodes to look at; what a change explains is counted as volatile.
    fn suspects(&self) -> BTreeSet<InodeId> {
        let mut suspects = BTreeSet::new();
        let mut gathered = self.gathered.lock(self.workers.index());
        let checks = self.scope.options.checks;
        for (device, tally) in self.scope.tallies.all() {
            let files =
                if checks.links { tally.disagreements(self.is_whole(device)) } else { Vec::new() };
            for disagreement in files {
                if disagreement.explained {
                    gathered.totals.volatile += 1;
                } else {
                    suspects.insert((device, disagreement.ino));
                }
            }
            if checks.entries {
                let directories = tally.suspected_directories();
                suspects.extend(directories.into_iter().map(|ino| (device, ino)));
            }
        }
        while suspects.len() > MOST_SUSPECTS {
            suspects.pop_last();
            gathered.miss(UncheckedReason::OutOfResources, "link count", self.root, None);
        }
        suspects
    }

    /// The names of the suspects, by another walk; by several where names are missing.
    fn all_names(&self, pool: &rayon::ThreadPool, suspects: &BTreeSet<InodeId>) -> Names {
        let mut names = self.collect(pool, suspects);
        for _ in 1..WALKS {
            let missing = suspects.iter().any(|id| self.has_too_few(*id, names.of.get(id)));
            if !missing || self.scope.control.is_stopped() {
                break;
            }
            names.extend(self.collect(pool, suspects));
        }
        names
    }

    fn collect(&self, pool: &rayon::ThreadPool, wanted: &BTreeSet<InodeId>) -> Names {
        names::collect(self.scope, self.descriptors, self.workers, pool, self.root, wanted)
    }

    fn has_too_few(&self, id: InodeId, names: Option<&FoundNames>) -> bool {
        let Some(names) = names.filter(|_| self.is_whole(id.0)) else { return false };
        let facts = names.kept.values().find_map(|name| self.facts(name, id).ok());
        facts.is_some_and(|facts| {
            let found = names.kept.len() as u64 + names.beyond;
            facts.kind() != FileKind::Directory && found < u64::from(facts.nlink())
        })
    }

    /// Whether every name on a device was seen: other devices are met through mounts, of which
    /// nothing is known.
    fn is_whole(&self, device: Device) -> bool {
        self.whole && device == self.scope.filesystem.device
    }

    /// What a name leads to by now; none where that is another inode, or nothing.
    fn facts(&self, name: &FoundName, (device, ino): InodeId) -> Result<InodeFacts, ReopenError> {
        self.workers.current().tick();
        let directory = self.descriptors.reopen(&name.parent)?;
        let facts = match InodeFacts::of_entry(directory.as_fd(), &name.name) {
            Err(errno @ (Errno::LOOP | Errno::STALE | Errno::BUSY)) => {
                return Err(ReopenError::Refused(errno));
            }
            answer => answer?,
        };
        let same = (facts.device(), facts.ino()) == (device, ino);
        if same { Ok(facts) } else { Err(ReopenError::Replaced) }
    }

    fn write_down(&self, ino: u64, names: &FoundNames, count: u64, nlink: u32, kind: FileKind) {
        let finding = self.finding(ino, names, count, nlink, kind);
        if kind == FileKind::Directory {
            self.settle_on_first_name(names);
        }
        self.gathered.lock(self.workers.index()).findings.add(finding);
        self.scope.control.add_findings(1);
    }

    /// Which name of a directory the walk came by is chance. What was found below it is told by
    /// its first name, and that ".." contradicts one of several names needs no telling.
    fn settle_on_first_name(&self, names: &FoundNames) {
        let mut paths: Vec<_> = names.kept.values().map(FoundName::path).collect();
        paths.sort();
        for worker in 0..self.workers.iter().count() {
            let change = |finding| by_first_name(finding, &paths);
            let mut gathered = self.gathered.lock(worker);
            gathered.findings.change_all(change);
            if let Some((first, others)) = paths.split_first() {
                for other in others {
                    gathered.directories.rename(other, first);
                    gathered.findings.rename_directory(other, first);
                }
            }
        }
    }

    /// Looks all names of an inode up once. One that changed after the scan began proves
    /// nothing.
    fn look(&self, id: InodeId, names: &Names) -> Judgement {
        let Some(found) = names.of.get(&id) else { return Judgement::Right };
        let (mut alive, mut out_of_reach) = (found.beyond, 0);
        let mut last = None;
        for name in found.kept.values() {
            match self.facts(name, id) {
                Ok(facts) if self.scope.is_recent(&facts) => return Judgement::Right,
                Ok(facts) => {
                    alive += 1;
                    last = Some(facts);
                }
                // A directory with two names can be at one place at a time only: the kernel
                // refuses the other one while both are in use (fs/dcache.c, d_splice_alias).
                Err(ReopenError::Refused(Errno::LOOP | Errno::STALE | Errno::BUSY)) => alive += 1,
                // A directory above it moved: taking the name away would have changed the inode.
                Err(_) => out_of_reach += 1,
            }
        }
        let Some(facts) = last else { return Judgement::Right };
        let nlink = u64::from(facts.nlink());
        let seen_whole = self.is_whole(id.0) && !names.incomplete;
        let too_few = || seen_whole && alive + out_of_reach < nlink;
        let wrong = match facts.kind() {
            FileKind::Directory => alive > 1,
            _ => alive > nlink || too_few(),
        };
        if wrong {
            Judgement::Wrong { names: alive, nlink: facts.nlink(), kind: facts.kind() }
        } else {
            Judgement::Right
        }
    }

    fn finding(
        &self,
        ino: u64,
        names: &FoundNames,
        count: u64,
        nlink: u32,
        kind: FileKind,
    ) -> Finding {
        let mut paths: Vec<_> =
            names.kept.values().map(|name| PathName::new(name.path())).collect();
        paths.sort();
        let subject = Subject { path: paths.first().cloned(), inode: Some(ino), device: None };
        let mut finding = if kind == FileKind::Directory {
            let found = format!("{count} names lead to it");
            Finding::new(Code::DirectoryMultiplyLinked, subject, "a directory has one name", found)
        } else {
            let (expected, found) =
                (format!("link count {count}, one a name"), format!("link count {nlink}"));
            Finding::new(Code::LinkCountWrong, subject, expected, found)
        };
        if u64::from(nlink) > count && self.lost_and_found_unseen {
            finding.severity = Severity::Suspect;
            finding.evidence.push("lost+found, which only root can read, was not seen".to_owned());
        }
        finding.evidence.extend(
            paths.iter().skip(1).take(4).map(|path| format!("also {}", escape(path.as_bytes()))),
        );
        finding
    }
}

/// A finding in or on a directory of several `paths`, told by the first of them; none for a
/// ".." that one of them contradicts.
fn by_first_name(mut finding: Finding, paths: &[Vec<u8>]) -> Option<Finding> {
    let below = |path: &PathName| -> Option<Vec<u8>> {
        let rest = paths.iter().find_map(|dir| path.as_bytes().strip_prefix(dir.as_slice()))?;
        (rest.is_empty() || rest.starts_with(b"/")).then(|| rest.to_vec())
    };
    let Some(rest) = finding.subject.path.as_ref().and_then(below) else { return Some(finding) };
    if finding.code == Code::DotEntryWrong && rest == b"/.." {
        return None;
    }
    let first = paths.first()?;
    finding.subject.path = Some(PathName::new([first.as_slice(), &rest].concat()));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_in_a_directory_of_two_names_is_told_by_the_first() {
        let paths = [b"/a/x".to_vec(), b"/b/y".to_vec()];
        let told = |code, path: &str| -> Option<String> {
            let subject = Subject { path: Some(PathName::new(path.into())), ..Subject::default() };
            let finding = by_first_name(Finding::new(code, subject, "", ""), &paths)?;
            Some(finding.subject.path?.escaped())
        };
        assert_eq!(told(Code::DirentDangling, "/b/y/z/f").as_deref(), Some("/a/x/z/f"));
        assert_eq!(told(Code::DirentDangling, "/a/x/f").as_deref(), Some("/a/x/f"));
        assert_eq!(told(Code::DirentDangling, "/b/yz").as_deref(), Some("/b/yz"));
        assert_eq!(told(Code::DirectoryLinkCountWrong, "/b/y").as_deref(), Some("/a/x"));
        assert_eq!(told(Code::DotEntryWrong, "/b/y/.."), None);
        assert_eq!(told(Code::DotEntryWrong, "/b/y/z/..").as_deref(), Some("/a/x/z/.."));
    }
}
