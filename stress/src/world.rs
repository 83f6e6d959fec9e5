//! One tree and its model: operations are done on both and held against each other.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use scanner::InodeTime;

use crate::difference::{Aspect, Difference};
use crate::feature::{self, Feature};
use crate::judge::judge;
use crate::model::{Expected, Model};
use crate::op::Op;
use crate::quirk::{Allows, Nature, QUIRKS};
use crate::target::Target;

/// A target and its model.
#[derive(Debug)]
pub struct World<T> {
    target: T,
    model: Model,
    /// Which rows of [`QUIRKS`] are about the target.
    quirks: Vec<usize>,
    /// Those of them for which operations are not done.
    avoiding: Vec<usize>,
    /// What it does not do.
    absent: Vec<Feature>,
}

/// What an operation came to.
#[derive(Debug)]
pub struct Ran {
    /// The error that it met.
    pub errno: Option<Errno>,
    /// How long the target took.
    pub took: Duration,
    /// What that means.
    pub verdict: Verdict,
}

/// Whether a target did what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did.
    Agrees,
    /// It did what these rows of [`QUIRKS`] allow, or was not asked to, for one of them.
    Excused(Vec<usize>),
    /// It does not do such things, as was tried out before; or what it would do is not known, so
    /// that it was not done.
    Unsupported,
    /// There was no space; the model no longer knows what is there.
    NoSpace,
    /// It did something else.
    Differs(Vec<Difference>),
}

impl<T: Target> World<T> {
    /// A world that begins as this model does.
    pub fn new(target: T, model: Model, nature: &Nature, absent: &[Feature]) -> Self {
        let rows = QUIRKS.iter().enumerate();
        let concerned = rows.filter(|(_, quirk)| quirk.concerns(nature));
        let (mut quirks, mut avoiding) = (Vec::new(), Vec::new());
        for (row, quirk) in concerned {
            quirks.push(row);
            avoiding.extend((quirk.allows == Allows::Anything).then_some(row));
        }
        World { target, model, quirks, avoiding, absent: absent.to_vec() }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Whether an operation is not done, since what it should come to is not known here.
    pub fn rules_out(&self, op: &Op) -> bool {
        let absent = self.absent.iter().any(|feature| feature.rules_out(op));
        absent || self.model.cannot_follow(op)
    }

    /// The row of [`QUIRKS`] for which an operation is not done.
    pub fn avoids(&self, op: &Op) -> Option<usize> {
        let mut rows = self.avoiding.iter().copied();
        rows.find(|row| QUIRKS.get(*row).is_some_and(|quirk| quirk.avoids(&self.model, op)))
    }

    /// Does an operation on both.
    pub fn run(&mut self, op: &Op) -> Ran {
        let not_done = |verdict| Ran { errno: None, took: Duration::ZERO, verdict };
        if self.rules_out(op) {
            return not_done(Verdict::Unsupported);
        }
        if let Some(row) = self.avoids(op) {
            return not_done(Verdict::Excused(vec![row]));
        }
        let plan = self.model.plan(op);
        let now = coarse_now();
        let begin = Instant::now();
        let outcome = self.target.apply(op);
        let took = begin.elapsed();
        let differences = judge(&self.model, &plan.expected, &outcome);
        let errno = outcome.as_ref().err().copied();
        let verdict = self.verdict(op, differences);
        // What a refused call may change all the same stands in its plan as well.
        let planned = errno.is_none() == !matches!(plan.expected, Expected::Fails(_));
        if planned && !matches!(verdict, Verdict::Differs(_)) {
            self.model.carry_out(plan, &outcome, now);
        } else if verdict == Verdict::Unsupported {
            self.model.refused(op, now);
        }
        Ran { errno, took, verdict }
    }

    /// Whether an operation was refused that needs what the target does not do.
    fn is_unsupported(&self, op: &Op, differences: &[Difference]) -> bool {
        let needed = Feature::needed_by(op).filter(|feature| self.absent.contains(feature));
        let refused = differences.iter().all(|difference| match difference.aspect {
            Aspect::Error(_, Some(errno)) => feature::is_unsupported(errno),
            _ => false,
        });
        needed.is_some() && refused
    }

    fn verdict(&self, op: &Op, mut differences: Vec<Difference>) -> Verdict {
        if differences.is_empty() {
            return Verdict::Agrees;
        }
        differences.retain(|difference| {
            !self.absent.iter().any(|feature| feature.blurs(difference.aspect))
        });
        if differences.is_empty() {
            return Verdict::Unsupported;
        }
        if self.is_unsupported(op, &differences) {
            return Verdict::Unsupported;
        }
        let excuse = |difference: &Difference| {
            let mut rows = self.quirks.iter().copied();
            rows.find(|row| {
                let quirk = QUIRKS.get(*row);
                quirk.is_some_and(|quirk| quirk.explains(&self.model, op, difference))
            })
        };
        let (mut excused, mut left) = (Vec::new(), Vec::new());
        for difference in differences {
            match excuse(&difference) {
                Some(row) => excused.push(row),
                None => left.push(difference),
            }
        }
        let no_space = |difference: &Difference| {
            let Aspect::Error(None, Some(found)) = difference.aspect else { return false };
            matches!(found, Errno::NOSPC | Errno::DQUOT)
        };
        match left.as_slice() {
            [] => Verdict::Excused(excused),
            [only] if no_space(only) => Verdict::NoSpace,
            _ => Verdict::Differs(left),
        }
    }
}

/// The time that the kernel stamps inodes with, or a little earlier.
pub fn coarse_now() -> InodeTime {
    let now = clock_gettime(ClockId::RealtimeCoarse);
    (now.tv_sec, now.tv_nsec as u32)
}
