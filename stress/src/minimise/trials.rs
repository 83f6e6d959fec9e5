//! Asks the judge: never twice about the same candidate, and only within the bounds.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::ControlFlow;
use std::time::Instant;

use foldhash::quality::FixedState;

use super::{Answer, Bounds, Ending};
use crate::op::Op;

pub(super) struct Trials<'a> {
    bounds: Bounds,
    judge: &'a mut dyn FnMut(&[Op]) -> Answer,
    began: Instant,
    tried: u64,
    /// Hashes of what was tried. That two of a few thousand candidates share one of 64 bits does
    /// not happen, and would cost no more than one simplification.
    known: HashSet<u64, FixedState>,
}

impl<'a> Trials<'a> {
    pub fn new(bounds: Bounds, judge: &'a mut dyn FnMut(&[Op]) -> Answer) -> Self {
        Trials { bounds, judge, began: Instant::now(), tried: 0, known: HashSet::default() }
    }

    /// How often the judge was asked.
    pub fn tried(&self) -> u64 {
        self.tried
    }

    /// Whether a candidate that was not tried before shows the same divergence.
    pub fn same(&mut self, candidate: &[Op]) -> ControlFlow<Ending, bool> {
        if !self.known.insert(FixedState::default().hash_one(candidate)) {
            return ControlFlow::Continue(false);
        }
        if self.tried >= self.bounds.attempts || self.began.elapsed() >= self.bounds.time {
            return ControlFlow::Break(Ending::BoundsReached);
        }
        self.tried += 1;
        match (self.judge)(candidate) {
            Answer::Same => ControlFlow::Continue(true),
            Answer::Other => ControlFlow::Continue(false),
            Answer::Stop => ControlFlow::Break(Ending::Stopped),
        }
    }

    /// Puts a candidate in the place of the sequence where it shows the same divergence; whether
    /// it did.
    pub fn accepts(&mut self, candidate: Vec<Op>, ops: &mut Vec<Op>) -> ControlFlow<Ending, bool> {
        let same = self.same(&candidate)?;
        if same {
            *ops = candidate;
        }
        ControlFlow::Continue(same)
    }
}
