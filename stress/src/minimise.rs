//! The shortest and simplest sequence that still shows a divergence.
//!
//! Operations are left out as long as the divergence stays, whole chunks first, and renames by
//! calling what they move by its other name; then what is left is made simpler: names and handles
//! everywhere at once, operands one by one; and so on until nothing more can go. Every step makes the sequence shorter or an operand simpler, so it ends.
//!
//! The judge runs a candidate on a real filesystem. Nothing else takes time here, so no candidate
//! is shown to it twice, and nothing that it has not accepted is returned.

mod everywhere;
mod omit;
pub(crate) mod operands;
mod simpler;
#[cfg(test)]
mod tests;
mod trials;
mod unmoved;

use std::ops::ControlFlow;
use std::time::Duration;

use crate::op::Op;
pub use simpler::simpler;
use trials::Trials;

/// What the judge says of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It shows the same divergence.
    Same,
    /// It shows none, or another one.
    Other,
    /// No answer: there shall be no more candidates.
    Stop,
}

/// How much may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many candidates the judge is asked about at most.
    pub attempts: u64,
    /// For how long candidates are tried. The one that is being judged then is finished.
    pub time: Duration,
}

/// Why no more was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// No operation can go, and no operand is simpler.
    Minimal,
    /// The bounds were reached; what is there is the best until then.
    BoundsReached,
    /// The judge said [`Answer::Stop`]; what is there is the best until then.
    Stopped,
    /// The sequence itself does not show the divergence again: it is returned as it was.
    NotReproduced,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimised {
    /// The sequence.
    pub ops: Vec<Op>,
    /// How many candidates the judge was asked about.
    pub tried: u64,
    /// Why no more was tried.
    pub ending: Ending,
}

/// Makes a sequence as short and simple as the judge allows. The judge is asked about the
/// sequence itself first. At least one operation stays.
pub fn minimise(
    mut ops: Vec<Op>,
    bounds: Bounds,
    judge: &mut dyn FnMut(&[Op]) -> Answer,
) -> Minimised {
    let mut trials = Trials::new(bounds, judge);
    let ending = match reduce(&mut ops, &mut trials) {
        ControlFlow::Break(ending) => ending,
        ControlFlow::Continue(()) => Ending::Minimal,
    };
    Minimised { ops, tried: trials.tried(), ending }
}

fn reduce(ops: &mut Vec<Op>, trials: &mut Trials<'_>) -> ControlFlow<Ending> {
    if !trials.same(ops)? {
        return ControlFlow::Break(Ending::NotReproduced);
    }
    loop {
        omit::chunks(ops, trials)?;
        let unmoved = unmoved::moves(ops, trials)?;
        let simplified = simplify(ops, trials)?;
        // Pairs cost the square of what is left, so they come when nothing else helps.
        if !unmoved && !simplified && !omit::pairs(ops, trials)? {
            return ControlFlow::Continue(());
        }
    }
}

/// Makes operands simpler until none can be; whether any was.
fn simplify(ops: &mut Vec<Op>, trials: &mut Trials<'_>) -> ControlFlow<Ending, bool> {
    let mut ever = false;
    loop {
        let mut changed = false;
        while everywhere_simpler(ops, trials)? {
            changed = true;
        }
        for position in 0..ops.len() {
            while simpler_at(position, ops, trials)? {
                changed = true;
            }
        }
        if !changed {
            return ControlFlow::Continue(ever);
        }
        ever = true;
    }
}

fn everywhere_simpler(ops: &mut Vec<Op>, trials: &mut Trials<'_>) -> ControlFlow<Ending, bool> {
    for change in everywhere::changes(ops) {
        if trials.accepts(change.applied(ops), ops)? {
            return ControlFlow::Continue(true);
        }
    }
    ControlFlow::Continue(false)
}

fn simpler_at(
    position: usize,
    ops: &mut Vec<Op>,
    trials: &mut Trials<'_>,
) -> ControlFlow<Ending, bool> {
    for op in ops.get(position).map(simpler).unwrap_or_default() {
        let mut candidate = ops.clone();
        if let Some(place) = candidate.get_mut(position) {
            *place = op;
        }
        if trials.accepts(candidate, ops)? {
            return ControlFlow::Continue(true);
        }
    }
    ControlFlow::Continue(false)
}
