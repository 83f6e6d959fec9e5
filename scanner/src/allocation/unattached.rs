//! `inode-unattached`: an inode in use, with links, that no name leads to.
//!
//! Tries inode numbers that no name led to with open_by_handle_at. Needs CAP_DAC_READ_SEARCH and
//! a filesystem that was seen whole. Proves a lost name. ext2, ext3, ext4.
//!
//! Looking can hurt here: an inode table that was never zeroed (lazy_itable_init) holds what was
//! on the disk before, and reading garbage there makes the kernel report an error, and act on it,
//! on a sound filesystem. So numbers are tried only as far as the blocks of the table that hold an
//! inode with a name in each group; and beyond only where inodes are in use that nothing explains,
//! and every table is known to be zeroed, nobody can write to the mount, or it is damaged already.
//! The kernel itself never hands out reserved inodes, the journal's, quota's or the orphan file by
//! handle, and deleted files that are open have no links.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use reports::{Code, Finding, Subject};
use rustix::io::Errno;

use super::inode_tables::InodeTables;
use crate::inode_facts::InodeFacts;
use crate::links::SeenNumbers;
use crate::scope::Scope;
use crate::system_calls::open_ext4_inode;
use crate::walk::Workers;

/// The first inode that is not reserved.
const FIRST: u64 = 11;

/// Most inodes that are told of; an offline check lists them all.
const MOST: usize = 1000;

/// Pauses before each further look, in milliseconds.
const PAUSES: [u64; 3] = [30, 60, 120];

/// What trying the numbers brought.
#[derive(Debug, Default)]
pub struct Tried {
    /// Inodes in use with links and no name.
    pub unattached: Vec<u64>,
    /// How many more there are.
    pub beyond: u64,
    /// Inodes without links that are in use all the same: deleted files that are open.
    pub deleted: u64,
    /// Why it could not be tried.
    pub refused: Option<Errno>,
}

impl Tried {
    /// How many inodes in use they account for.
    pub fn explained(&self) -> u64 {
        self.unattached.len() as u64 + self.beyond + self.deleted
    }
}

/// What stands behind a number that no name led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// No inode in use.
    None,
    /// A deleted file that is open.
    Deleted,
    /// An inode with links.
    Alone,
}

/// Trying numbers.
#[derive(Debug)]
pub struct Handles<'a> {
    /// What is fixed.
    pub scope: &'a Scope,
    /// Who does it.
    pub workers: &'a Workers,
    /// An open directory of the filesystem.
    pub directory: BorrowedFd<'a>,
    /// How its inodes lie.
    pub tables: InodeTables,
    /// The numbers that names lead to.
    pub seen: &'a SeenNumbers,
}

impl Handles<'_> {
    /// Tries the numbers that may be tried on any filesystem; with `everywhere` all.
    pub fn try_numbers(&self, everywhere: bool) -> Tried {
        let mut tried = Tried::default();
        let groups = self.tables.inodes.div_ceil(self.tables.a_group.max(1));
        for group in 0..groups {
            let first = group * self.tables.a_group + 1;
            let last = (first + self.tables.a_group - 1).min(self.tables.inodes);
            let bound = if everywhere { Some(last) } else { self.bound(first, last) };
            let Some(bound) = bound else { continue };
            for ino in first.max(FIRST)..=bound {
                if self.seen.contains(ino) {
                    continue;
                }
                if self.scope.control.is_stopped() {
                    return tried;
                }
                match self.look(ino) {
                    Ok(Standing::None) => {}
                    Ok(Standing::Deleted) => tried.deleted += 1,
                    Ok(Standing::Alone) if tried.unattached.len() < MOST => {
                        tried.unattached.push(ino);
                    }
                    Ok(Standing::Alone) => tried.beyond += 1,
                    Err(errno) => {
                        tried.refused = Some(errno);
                        return tried;
                    }
                }
            }
        }
        tried
    }

    /// The last number of the table's block that holds the highest one seen in a group.
    fn bound(&self, first: u64, last: u64) -> Option<u64> {
        let highest = self.seen.highest(first, last)?;
        let block = self.tables.a_block.max(1);
        Some((first + (highest - first + 1).next_multiple_of(block) - 1).min(last))
    }

    fn look(&self, ino: u64) -> Result<Standing, Errno> {
        self.workers.current().tick();
        match self.facts(ino) {
            Ok(facts) if facts.nlink() == 0 => Ok(Standing::Deleted),
            // One that changed since the scan began may have lost its name just now.
            Ok(facts) if self.scope.is_recent(&facts) => Ok(Standing::None),
            Ok(_) => Ok(Standing::Alone),
            Err(errno @ (Errno::PERM | Errno::ACCESS | Errno::OPNOTSUPP | Errno::NOSYS)) => {
                Err(errno)
            }
            // No such inode in use, or none that the kernel will open.
            Err(_) => Ok(Standing::None),
        }
    }

    fn facts(&self, ino: u64) -> Result<InodeFacts, Errno> {
        let ino = u32::try_from(ino).map_err(|_| Errno::STALE)?;
        InodeFacts::of_descriptor(open_ext4_inode(self.directory, ino)?.as_fd())
    }

    /// Keeps those that stand alone at each look.
    pub fn settle(&self, tried: &mut Tried) {
        for pause in PAUSES {
            if tried.unattached.is_empty() {
                return;
            }
            self.workers.pause(Duration::from_millis(pause));
            tried.unattached.retain(|ino| self.look(*ino) == Ok(Standing::Alone));
        }
    }

    /// The finding of one.
    pub fn finding(&self, ino: u64) -> Finding {
        let subject = Subject { inode: Some(ino), ..Subject::default() };
        let found = match self.facts(ino) {
            Ok(facts) => format!(
                "a {} of {} bytes with link count {}, owned by {}, and no name",
                facts.kind().as_str(),
                facts.size(),
                facts.nlink(),
                facts.uid()
            ),
            Err(_) => "an inode with links and no name".to_owned(),
        };
        Finding::new(Code::InodeUnattached, subject, "a name leads to each inode in use", found)
    }
}
