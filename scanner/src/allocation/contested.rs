//! The second look at claims: blocks that two inodes claim (`extent-overlap`), and those in free
//! space or over metadata (`extent-in-free-space`, `extent-in-metadata`).
//!
//! The claims were gathered while the tree was alive: a file may have been removed and its blocks
//! given to another before that one was looked at. So every inode concerned is found by its names,
//! opened and mapped again three times; one that went away, changed since the scan began, or has
//! other blocks by now clears what was held against it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use reports::{Code, Finding, PathName, Subject, escape};
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;

use super::misplaced::Misplaced;
use super::space_map::{Purpose, SpaceMap};
use crate::extents::{Claim, Claims, ExtentMap, Overlap};
use crate::inode_facts::{FileKind, InodeFacts};
use crate::names::{FoundName, Names};
use crate::scope::Scope;
use crate::walk::{Descriptors, DirectoryNode, Workers};

/// Pauses before each look, in milliseconds.
const PAUSES: [u64; 3] = [30, 60, 120];

/// What looked wrong among the claims.
#[derive(Debug, Default)]
pub struct Contested {
    /// Blocks that two inodes claim.
    pub overlaps: Vec<Overlap>,
    /// Blocks where none may be.
    pub misplaced: Vec<Misplaced>,
}

impl Contested {
    /// The inodes concerned.
    pub fn inodes(&self) -> BTreeSet<u64> {
        let pairs = self.overlaps.iter().flat_map(|overlap| [overlap.one.ino, overlap.other.ino]);
        pairs.chain(self.misplaced.iter().map(|misplaced| misplaced.claim.ino)).collect()
    }

    fn count(&self) -> u64 {
        (self.overlaps.len() + self.misplaced.len()) as u64
    }
}

/// What became of the claims that did not stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Explained by a change.
    pub cleared: u64,
    /// Inodes that could not be looked at again.
    pub unseen: u64,
}

/// What looking again works with.
#[derive(Debug)]
pub struct LookAgain<'a> {
    /// What is fixed.
    pub scope: &'a Scope,
    /// The way to each directory.
    pub descriptors: &'a Descriptors,
    /// Who looks.
    pub workers: &'a Workers,
    /// The names of the inodes concerned.
    pub names: &'a Names,
    /// The root of the tree, which has no name below itself.
    pub root: &'a Arc<DirectoryNode>,
}

/// What an inode claims by now.
type Current = BTreeMap<u64, Vec<Claim>>;

impl LookAgain<'_> {
    /// Keeps what stands at every look. What cannot be looked at again is no longer contested, and
    /// not cleared either.
    pub fn settle(&self, contested: &mut Contested, map: &mut SpaceMap<'_>) -> Settled {
        let before = contested.count();
        let mut unseen = BTreeSet::new();
        for pause in PAUSES {
            if contested.count() == 0 || self.scope.control.is_stopped() {
                break;
            }
            self.workers.pause(Duration::from_millis(pause));
            self.descriptors.forget_anchors();
            let current: Current = contested
                .inodes()
                .into_iter()
                .filter_map(|ino| {
                    let claims = self.map_again(ino);
                    if claims.is_err() {
                        unseen.insert(ino);
                    }
                    Some((ino, claims.ok()??))
                })
                .collect();
            contested.overlaps.retain(|overlap| overlaps_still(overlap, &current));
            let block_size = self.scope.filesystem.block_size;
            contested.misplaced.retain(|one| {
                self.workers.current().tick();
                !self.scope.control.is_stopped() && misplaced_still(one, &current, block_size, map)
            });
        }
        let unseen = unseen.len() as u64;
        Settled { cleared: (before - contested.count()).saturating_sub(unseen), unseen }
    }

    /// What an inode that did not change claims by now; none for any other. An error says that it
    /// is there and cannot be looked at.
    fn map_again(&self, ino: u64) -> Result<Option<Vec<Claim>>, Errno> {
        let Some(file) = self.open(ino)? else { return Ok(None) };
        let facts = InodeFacts::of_descriptor(file.as_fd())?;
        let same = facts.ino() == ino && facts.device() == self.scope.filesystem.device;
        if !same || self.scope.is_recent(&facts) {
            return Ok(None);
        }
        let (mut map, mut claims) = (ExtentMap::default(), Claims::default());
        // What comes before an error is claimed all the same.
        let _ = map.read(file.as_fd(), &facts);
        map.read_attribute_block(file.as_fd());
        claims.add(&facts, &map, self.scope.filesystem.block_size, false);
        Ok(Some(claims.into_sorted()))
    }

    /// Opens an inode by the first of its names that leads to it; none where none does.
    fn open(&self, ino: u64) -> Result<Option<OwnedFd>, Errno> {
        self.workers.current().tick();
        if ino == self.root.ino {
            return self.descriptors.open_root().map(Some);
        }
        let names = self.names.of.get(&(self.scope.filesystem.device, ino));
        for name in names.iter().flat_map(|names| names.kept.values()) {
            match self.open_name(name, ino) {
                Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) | Ok(None) => {}
                opened => return opened,
            }
        }
        Ok(None)
    }

    fn open_name(&self, name: &FoundName, ino: u64) -> Result<Option<OwnedFd>, Errno> {
        let directory = self.descriptors.reopen(&name.parent)?;
        let facts = InodeFacts::of_entry(directory.as_fd(), &name.name)?;
        let openable = matches!(facts.kind(), FileKind::Regular | FileKind::Directory);
        if facts.ino() != ino || !openable {
            return Ok(None);
        }
        open(directory.as_fd(), &name.name).map(Some)
    }

    /// The findings that are left.
    pub fn findings(&self, contested: &Contested) -> Vec<Finding> {
        let overlaps = contested.overlaps.iter().map(|overlap| self.overlap(overlap));
        let misplaced = contested.misplaced.iter().map(|one| self.misplaced(one));
        overlaps.chain(misplaced).collect()
    }

    fn overlap(&self, overlap: &Overlap) -> Finding {
        let mut both = [overlap.one.ino, overlap.other.ino].map(|ino| (self.path(ino), ino));
        both.sort();
        let [(path, ino), (other_path, other)] = both;
        let blocks = blocks(overlap.blocks());
        let expected = "a block belongs to one file";
        let found = if ino == other {
            format!("{blocks} twice in the same file")
        } else {
            let shown = other_path.map_or(String::new(), |path| escape(path.as_bytes()));
            format!("{blocks} also claimed by {shown} (inode {other})")
        };
        Finding::new(Code::ExtentOverlap, subject(path, ino), expected, found)
    }

    fn misplaced(&self, misplaced: &Misplaced) -> Finding {
        let ino = misplaced.claim.ino;
        let subject = subject(self.path(ino), ino);
        let blocks = blocks((misplaced.start, misplaced.end));
        let of = if misplaced.claim.is_of_attributes() { "its attributes" } else { "its content" };
        match misplaced.purpose {
            Purpose::Metadata(what) => {
                let expected = "blocks of files lie beside the filesystem's own";
                let found = format!("{blocks} of {of} hold {what}");
                Finding::new(Code::ExtentInMetadata, subject, expected, found)
            }
            Purpose::Free | Purpose::InUse => {
                let expected = "blocks of files are in use";
                let found = format!("{blocks} of {of} count as free");
                Finding::new(Code::ExtentInFreeSpace, subject, expected, found)
            }
        }
    }

    /// The first of an inode's names.
    fn path(&self, ino: u64) -> Option<PathName> {
        if ino == self.root.ino {
            return Some(self.root.path(None));
        }
        let names = self.names.of.get(&(self.scope.filesystem.device, ino))?;
        names.kept.values().map(FoundName::path).min().map(PathName::new)
    }
}

fn subject(path: Option<PathName>, ino: u64) -> Subject {
    Subject { path, inode: Some(ino), device: None }
}

/// A block range in words.
fn blocks((start, end): (u64, u64)) -> String {
    if end <= start + 1 {
        format!("block {start}")
    } else {
        format!("blocks {start} to {}", end - 1)
    }
}

/// O_NONBLOCK: should a FIFO stand there by now, nobody waits for its other end.
fn open(directory: BorrowedFd<'_>, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    openat(directory, name, flags, Mode::empty())
}

/// Whether both inodes still claim some of the blocks, and neither says that it shares them.
fn overlaps_still(overlap: &Overlap, current: &Current) -> bool {
    let (start, end) = overlap.blocks();
    let claims = |ino: u64| {
        let all = current.get(&ino).map_or(&[][..], Vec::as_slice);
        all.iter().enumerate().filter(move |(_, claim)| claim.meets(start, end))
    };
    let (one, other) = (overlap.one.ino, overlap.other.ino);
    claims(one).any(|(at, a)| {
        claims(other).any(|(and, b)| {
            let two = one != other || at != and;
            let by_design =
                a.is_shared() || b.is_shared() || (a.is_of_attributes() && b.is_of_attributes());
            two && !by_design && a.meets(b.start, b.end())
        })
    })
}

/// Whether the inode still claims some of the blocks, and the map still says the same of them.
fn misplaced_still(
    misplaced: &Misplaced,
    current: &Current,
    block_size: u64,
    map: &mut SpaceMap<'_>,
) -> bool {
    let Misplaced { claim, start, end, purpose } = *misplaced;
    let claims = current.get(&claim.ino).map_or(&[][..], Vec::as_slice);
    let mut still = false;
    for now in claims.iter().filter(|now| now.meets(start, end)) {
        let (start, end) = (now.start.max(start), now.end().min(end));
        let (first, last) = (start.saturating_mul(block_size), end.saturating_mul(block_size));
        let asked = map.range(first, last, |record| {
            still |= record.purpose == purpose && record.start < last && first < record.end;
        });
        if asked.is_err() {
            return false;
        }
    }
    still
}
