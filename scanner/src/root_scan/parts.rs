//! The scan of a part of a tree, and the scan that goes on from all parts.

use std::ffi::CString;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use reports::{PathName, escape};
use rustix::io::Errno;

use super::{Ground, RootScan};
use crate::allocation::Walked;
use crate::gathered::Gathered;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::manifest::LinkedNames;
use crate::roots::RootError;
use crate::scope::Scope;
use crate::shard::{GroundFacts, Joined, Shard, ShardFacts, ShardHeader, below};
use crate::walk::{Descriptors, DirectoryNode, Visitor, open_directory};

/// Bytes of a filesystem's type that are shown: a stranger may have written it.
const KIND_SHOWN: usize = 40;

impl RootScan {
    /// What the joined scan needs of what this shard saw; none where the walk did not come to its
    /// end.
    pub fn shard_facts(&self, shard: Shard, gathered: &mut Gathered) -> Option<ShardFacts> {
        let (ground, walked) = (self.ground.get()?, self.walked.get()?);
        let options = &self.options;
        let Ground { filesystem, scope, identity, .. } = ground;
        let started_at = self.started.timestamp();
        let header = ShardHeader::new(options, shard, &self.path, identity.clone(), started_at);
        Some(ShardFacts {
            header,
            started: self.started,
            walk_seconds: walked.took.as_secs_f64(),
            totals: gathered.totals.clone(),
            findings: gathered.findings.clone(),
            in_passing: gathered.in_passing.clone(),
            unchecked: gathered.unchecked.clone(),
            directories: gathered.directories.clone(),
            blocks: gathered.blocks.clone(),
            closed: std::mem::take(&mut gathered.closed),
            strays: std::mem::take(&mut gathered.strays),
            roll: std::mem::take(&mut gathered.roll),
            unseen: gathered.unseen,
            lost_and_found_unseen: gathered.lost_and_found_unseen,
            lost_and_found_has_more: gathered.lost_and_found_has_more,
            refusals: filesystem.refusals.to_facts(),
            usage: walked.before,
            counters: self.kernel.counters(filesystem.device),
            census: gathered.census,
            linked: std::mem::take(&mut gathered.linked),
            attribute_pairs: std::mem::take(&mut gathered.attribute_pairs),
            tallies: scope.tallies.to_facts(),
            claims: std::mem::take(&mut gathered.claims),
            linked_names: LinkedNames::default(),
        })
    }

    pub(super) fn take_joined(&self) -> Option<Joined> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether shards were joined and the rest of the scan did not begin.
    pub fn is_left_joined(&self) -> bool {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether the root is what the shards scanned: the path stands in a file that anybody may have
    /// written, so nothing below it is opened, and nothing written there, before that is certain.
    pub(super) fn is_what_was_scanned(
        &self,
        here: &GroundFacts,
        facts: &InodeFacts,
    ) -> Result<(), RootError> {
        let joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(scanned) = joined.as_ref().map(|joined| &joined.header.ground) else {
            return Ok(());
        };
        let differs = if facts.kind() == FileKind::Directory {
            scanned.differs_from(here)
        } else {
            Some("it is no directory")
        };
        let Some(what) = differs else { return Ok(()) };
        let kind = scanned.kind.as_bytes();
        let kind = escape(kind.get(..KIND_SHOWN).unwrap_or(kind));
        let cause = format!("what is there now is not the {kind} that the shards scanned: {what}");
        Err(RootError::NotFinished { path: self.path_name(), cause })
    }

    /// Takes what shards saw for the walk, and goes into what they left.
    pub(super) fn take_over(
        &self,
        scope: &Scope,
        joined: Joined,
        descriptors: &Descriptors,
        pool: &rayon::ThreadPool,
        root: &Arc<DirectoryNode>,
    ) -> Walked {
        scope.filesystem.refusals.take_over(joined.refusals);
        joined.tallies.into_iter().for_each(|facts| scope.tallies.join(facts));
        *self.gathered.lock(self.workers.index()) = joined.gathered;
        // Elsewhere what was gone into would be gone into again.
        if !joined.left.is_empty() && scope.filesystem.oddities.numbers_identify {
            self.walk_left(scope, &joined.left, descriptors, pool, root);
        }
        let took = Duration::try_from_secs_f64(joined.walk_seconds).unwrap_or_default();
        Walked { before: joined.usage, took }
    }

    /// Walks directories that no shard went into. Their paths stand in a file that anybody may have
    /// written: a name at a time, no link is followed, and none of them leads up.
    fn walk_left(
        &self,
        scope: &Scope,
        left: &[PathName],
        descriptors: &Descriptors,
        pool: &rayon::ThreadPool,
        root: &Arc<DirectoryNode>,
    ) {
        let content = self.content_reader(scope, descriptors);
        let examiner = self.examiner(scope, &content);
        let walker = self.walker(&examiner, descriptors);
        for path in left {
            if self.control.is_stopped() {
                break;
            }
            let Some(names) = names_below(root, path) else { continue };
            match open_below(descriptors, root, &names) {
                Ok((node, open)) => walker.walk(pool, &node, open),
                Err((parent, name, errno)) => examiner.unopened(&parent, &name, 0, errno),
            }
        }
        self.note_singles(scope);
        self.settle(scope, descriptors, pool);
    }
}

/// The names in a path from the root on; none where it leads elsewhere.
fn names_below(root: &DirectoryNode, path: &PathName) -> Option<Vec<CString>> {
    let rest = below(&root.path_bytes(None), path.as_bytes())?;
    let is_name = |name: &[u8]| !matches!(name, b"" | b"." | b"..");
    let names = rest.split(|byte| *byte == b'/');
    names.map(|name| CString::new(name).ok().filter(|_| is_name(name))).collect()
}

/// A directory of the walk with its descriptor, or the name that could not be opened.
type Below = Result<(Arc<DirectoryNode>, OwnedFd), (Arc<DirectoryNode>, CString, Errno)>;

fn open_below(descriptors: &Descriptors, root: &Arc<DirectoryNode>, names: &[CString]) -> Below {
    let mut node = Arc::clone(root);
    let opened = descriptors.open_root();
    let mut open = opened.map_err(|errno| (Arc::clone(root), CString::default(), errno))?;
    for name in names {
        let next = open_directory(open.as_fd(), name, false)
            .and_then(|next| Ok((InodeFacts::of_descriptor(next.as_fd())?, next)));
        let (facts, next) = next.map_err(|errno| (Arc::clone(&node), name.clone(), errno))?;
        node = DirectoryNode::child(&node, name, facts.ino(), facts.device());
        open = next;
    }
    Ok((node, open))
}
