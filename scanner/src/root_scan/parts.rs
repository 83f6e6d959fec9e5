//! The scan of a part of a tree, and the scan that goes on from all parts.

use std::sync::PoisonError;
use std::time::Duration;

use super::{Ground, RootScan};
use crate::allocation::Walked;
use crate::gathered::Gathered;
use crate::manifest::LinkedNames;
use crate::roots::RootError;
use crate::scope::Scope;
use crate::shard::{GroundFacts, Joined, Shard, ShardFacts, ShardHeader};

impl RootScan {
    /// What the joined scan needs of what this shard saw; none where the walk did not come to its
    /// end.
    pub fn shard_facts(&self, shard: Shard, gathered: &mut Gathered) -> Option<ShardFacts> {
        let (ground, walked) = (self.ground.get()?, self.walked.get()?);
        let options = &self.options;
        let Ground { filesystem, scope, .. } = ground;
        let started_at = self.started.timestamp();
        let header = ShardHeader::new(options, shard, &self.path, self.ground_facts()?, started_at);
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

    /// What tells the root from others; none before it was looked at.
    pub fn ground_facts(&self) -> Option<GroundFacts> {
        let Ground { filesystem, id, root_ino, .. } = self.ground.get()?;
        Some(GroundFacts { kind: filesystem.kind.clone(), id: *id, root_ino: *root_ino })
    }

    pub(super) fn take_joined(&self) -> Option<Joined> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether shards were joined and the rest of the scan did not begin.
    pub fn is_left_joined(&self) -> bool {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether the root is what the shards scanned.
    pub(super) fn is_what_was_scanned(&self) -> Result<(), RootError> {
        let joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        let scanned = joined.as_ref().map(|joined| joined.header.ground.clone());
        let here = self.ground_facts();
        if scanned.is_none() || scanned == here {
            return Ok(());
        }
        let kind = scanned.map(|ground| ground.kind).unwrap_or_default();
        let cause = format!("what is there now is not the {kind} that the shards scanned");
        Err(RootError::NotFinished { path: self.path_name(), cause })
    }

    /// Takes what shards saw for the walk.
    pub(super) fn take_over(&self, scope: &Scope, joined: Joined) -> Walked {
        scope.filesystem.refusals.take_over(joined.refusals);
        joined.tallies.into_iter().for_each(|facts| scope.tallies.join(facts));
        *self.gathered.lock(self.workers.index()) = joined.gathered;
        let took = Duration::try_from_secs_f64(joined.walk_seconds).unwrap_or_default();
        Walked { before: joined.usage, took }
    }
}
