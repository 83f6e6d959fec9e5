//! From a round in which something differed to the shortest sequence in which it does.

use std::time::Duration;

use super::log::Log;
use super::options::Watch;
use super::trial::{Footing, Met, Pace, Trial};
use crate::minimise::{Answer, Bounds, Ending, minimise};
use crate::op::Op;
use crate::site::Ground;

/// How long one divergence is minimised.
const MINIMISED_FOR: Duration = Duration::from_mins(1);

/// Sequences that are tried at most.
const ATTEMPTS: u64 = 5000;

/// How often a sequence is run that shows nothing, before it is believed.
const REPEATS: usize = 3;

/// What minimising needs.
pub struct Shrink<'a> {
    /// What is known of the site.
    pub footing: &'a Footing,
    /// Bytes that a tree may hold.
    pub most: u64,
    /// Who may stop it.
    pub watch: &'a Watch,
}

/// What it came to.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The sequence.
    pub ops: Vec<Op>,
    /// Why no more was tried.
    pub ending: Ending,
    /// What differs in it, as it was seen last; none where it never was again.
    pub met: Option<Met>,
}

impl Shrunk {
    /// A sequence that is taken as it is.
    pub fn as_given(ops: Vec<Op>, met: Met) -> Self {
        Shrunk { ops, ending: Ending::Stopped, met: Some(met) }
    }
}

impl Shrink<'_> {
    /// Minimises a sequence whose last operation differed.
    pub fn shrink(&self, met: &Met, log: &Log, ground: &mut Ground) -> Shrunk {
        let class = met.class();
        let trial = Trial { pace: Pace::of(class), most: self.most };
        let mut last = None;
        let mut judge = |ops: &[Op]| {
            if self.watch.is_stopped() {
                return Answer::Stop;
            }
            match self.footing.try_sequence(ground, ops, &trial, self.watch) {
                Ok(Some(met)) if met.class() == class => {
                    last = Some(met);
                    Answer::Same
                }
                // What was stopped was not tried.
                Ok(_) if self.watch.is_stopped() => Answer::Stop,
                Ok(_) => Answer::Other,
                Err(_) => Answer::Stop,
            }
        };
        let bounds = Bounds { attempts: ATTEMPTS, time: MINIMISED_FOR };
        let mut minimised = minimise(log.succeeded(), bounds, &mut judge);
        for _ in 0..REPEATS {
            if minimised.ending == Ending::NotReproduced {
                minimised = minimise(log.all(), bounds, &mut judge);
            }
        }
        // What came behind is no part of what shows it.
        let length = last.as_ref().map_or(usize::MAX, |met| met.position + 1);
        minimised.ops.truncate(length);
        Shrunk { ops: minimised.ops, ending: minimised.ending, met: last }
    }
}
