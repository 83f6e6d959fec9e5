//! One sequence of operations, from a fresh tree on: until something differs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use scanner::InodeTime;

use super::budget::Budget;
use super::options::Watch;
use crate::difference::{Aspect, Difference};
use crate::feature::Feature;
use crate::model::{Caller, Model};
use crate::name::Names;
use crate::op::{Op, OpKind};
use crate::population;
use crate::quirk::Nature;
use crate::site::{Ground, SiteError, World as Fresh};
use crate::target::DirectoryTarget;
use crate::world::{Verdict, World, coarse_now};

/// What is known of a site before anything runs on it.
#[derive(Clone, Debug)]
pub struct Footing {
    /// The names that operations use.
    pub names: Arc<Names>,
    /// What it stands on.
    pub nature: Nature,
    /// Who works there.
    pub caller: Caller,
    /// The most bytes that a file has there.
    pub largest: u64,
    /// Bytes that are allocated there at least.
    pub block: u64,
    /// What it does not do.
    pub absent: Vec<Feature>,
}

/// What differed, and where in the sequence.
#[derive(Clone, Debug)]
pub struct Met {
    /// The operation's place, from 0.
    pub position: usize,
    /// Which.
    pub op: Op,
    /// In what.
    pub differences: Vec<Difference>,
}

/// What makes two divergences the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Class {
    /// The operation.
    pub kind: OpKind,
    /// In what it differed first.
    pub aspect: Aspect,
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind.verb(), self.aspect)
    }
}

impl Met {
    /// What makes it the same as another one.
    pub fn class(&self) -> Class {
        let aspect = self.differences.first().map_or(Aspect::Shape, |first| first.aspect);
        Class { kind: self.op.kind(), aspect }
    }
}

/// How fast operations come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// One at once after the other.
    Unbroken,
    /// With a pause before each, so that the clock that inodes are stamped by goes on between
    /// them, as it does now and then in a long sequence.
    Paused,
}

/// The slowest clock tick of Linux is 10 ms (CONFIG_HZ=100).
const TICK: Duration = Duration::from_millis(10);

/// Operations beyond which the clock goes on by itself.
const FEW: usize = 40;

impl Pace {
    /// The pace at which a class shows itself.
    pub fn of(class: Class) -> Self {
        match class.aspect {
            Aspect::Modified | Aspect::Changed => Pace::Paused,
            _ => Pace::Unbroken,
        }
    }

    /// Waits before an operation of a sequence of that length.
    pub fn wait(self, length: usize) {
        if self == Pace::Paused && length <= FEW {
            std::thread::sleep(TICK);
        }
    }
}

/// How a sequence is tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// How fast.
    pub pace: Pace,
    /// Bytes that its tree may hold.
    pub most: u64,
}

impl Footing {
    /// A fresh tree with its model, and where it is. The world ends before the next one begins.
    pub fn begin(
        &self,
        ground: &mut Ground,
    ) -> Result<(World<DirectoryTarget>, PathBuf), SiteError> {
        self.begin_in(|| ground.fresh())
    }

    fn begin_in(
        &self,
        make: impl FnOnce() -> Result<Fresh, SiteError>,
    ) -> Result<(World<DirectoryTarget>, PathBuf), SiteError> {
        // Of before it is made: the clock may go on until it is used.
        let now = coarse_now();
        let fresh = make()?;
        let path = fresh.path.clone();
        Ok((self.world(fresh, now), path))
    }

    fn world(&self, fresh: Fresh, now: InodeTime) -> World<DirectoryTarget> {
        let mut model = if fresh.populated {
            population::model(&self.names, self.caller, self.nature.links())
        } else {
            Model::new(Arc::clone(&self.names), self.caller, now)
        };
        model.set_largest(self.largest);
        model.set_block(self.block);
        let target = DirectoryTarget::new(Arc::clone(&self.names), fresh.top);
        World::new(target, model, &self.nature, &self.absent)
    }

    /// Runs a sequence in a fresh tree; what differed first. One that is stopped, or that would take
    /// more space than it may, shows nothing.
    pub(super) fn try_sequence(
        &self,
        ground: &mut Ground,
        ops: &[Op],
        trial: &Trial,
        watch: &Watch,
    ) -> Result<Option<Met>, SiteError> {
        let (mut world, _) = self.begin(ground)?;
        let mut budget = Budget::of(trial.most);
        for (position, op) in ops.iter().enumerate() {
            if watch.is_stopped() || !budget.admits(world.model(), op) {
                break;
            }
            trial.pace.wait(ops.len());
            let ran = world.run(op);
            match ran.verdict {
                Verdict::Differs(differences) => {
                    return Ok(Some(Met { position, op: op.clone(), differences }));
                }
                Verdict::NoSpace => {
                    let differences = vec![Difference::error(None, ran.errno)];
                    return Ok(Some(Met { position, op: op.clone(), differences }));
                }
                Verdict::Agrees | Verdict::Excused(_) | Verdict::Unsupported => {}
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{Fill, Limits, Site};

    #[test]
    fn a_tree_is_never_older_than_its_model() {
        let directory = tempfile::tempdir().unwrap();
        let limits = Limits { max_bytes: 1 << 20, max_inodes: 100, force: false };
        let site = Site::given("here", directory.path(), &limits).unwrap();
        let fill: Fill = Arc::new(|_| Ok(()));
        let mut ground = site.ground(0, &fill).unwrap();
        let footing = Footing::try_out(&site, &Arc::default(), &mut ground).unwrap();
        let slowly = || {
            let fresh = ground.fresh();
            std::thread::sleep(2 * TICK);
            fresh
        };
        let (mut world, _) = footing.begin_in(slowly).unwrap();
        let verdict = world.run(&"stat .".parse().unwrap()).verdict;
        assert!(matches!(verdict, Verdict::Agrees | Verdict::Excused(_)), "{verdict:?}");
    }
}
