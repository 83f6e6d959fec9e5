//! Leaves operations out: ddmin (Zeller and Hildebrandt, "Simplifying and isolating
//! failure-inducing input", 2002).
//!
//! Two things differ from the paper, and save most of the attempts. A pass goes on behind a chunk
//! that could go instead of beginning anew. Chunks are tried alone only while they are few: what
//! one of many chunks shows alone, leaving out the others shows as well. Passes go from the end
//! backwards, because what an operation needs stands before it.

use std::ops::ControlFlow;

use super::Ending;
use super::trials::Trials;
use crate::op::Op;

/// Up to how many chunks each is tried alone.
const FEW_CHUNKS: usize = 4;

/// Up to how many operations every two are left out together.
const FEW_OPERATIONS: usize = 32;

/// Leaves out chunks, of half the sequence first, until no single operation can go.
pub(super) fn chunks(ops: &mut Vec<Op>, trials: &mut Trials<'_>) -> ControlFlow<Ending> {
    let mut size = ops.len() / 2;
    while size > 0 {
        if only_one_chunk(size, ops, trials)? {
            size = ops.len() / 2;
            continue;
        }
        let fewer = all_but_chunks(size, ops, trials)?;
        if size == 1 && !fewer {
            break;
        }
        size = (size / 2).max(1).min(ops.len() / 2);
    }
    ControlFlow::Continue(())
}

/// The subsets: each chunk alone, the last first.
fn only_one_chunk(
    size: usize,
    ops: &mut Vec<Op>,
    trials: &mut Trials<'_>,
) -> ControlFlow<Ending, bool> {
    if ops.len().div_ceil(size) > FEW_CHUNKS {
        return ControlFlow::Continue(false);
    }
    let chunks: Vec<Vec<Op>> = ops.rchunks(size).map(<[Op]>::to_vec).collect();
    for chunk in chunks {
        if trials.accepts(chunk, ops)? {
            return ControlFlow::Continue(true);
        }
    }
    ControlFlow::Continue(false)
}

/// The complements: everything but a chunk, for each chunk, the last first.
fn all_but_chunks(
    size: usize,
    ops: &mut Vec<Op>,
    trials: &mut Trials<'_>,
) -> ControlFlow<Ending, bool> {
    let mut fewer = false;
    let mut end = ops.len();
    while end > 0 {
        let start = end.saturating_sub(size);
        let candidate = without(ops, |position| (start..end).contains(&position));
        if !candidate.is_empty() && trials.accepts(candidate, ops)? {
            fewer = true;
        }
        end = start;
    }
    ControlFlow::Continue(fewer)
}

/// Leaves out two operations that can only go together, where there are few; whether any went.
pub(super) fn pairs(ops: &mut Vec<Op>, trials: &mut Trials<'_>) -> ControlFlow<Ending, bool> {
    if !(3..=FEW_OPERATIONS).contains(&ops.len()) {
        return ControlFlow::Continue(false);
    }
    for late in (1..ops.len()).rev() {
        for early in (0..late).rev() {
            let candidate = without(ops, |position| position == early || position == late);
            if trials.accepts(candidate, ops)? {
                return ControlFlow::Continue(true);
            }
        }
    }
    ControlFlow::Continue(false)
}

fn without(ops: &[Op], left_out: impl Fn(usize) -> bool) -> Vec<Op> {
    let kept = ops.iter().enumerate().filter(|(position, _)| !left_out(*position));
    kept.map(|(_, op)| op.clone()).collect()
}
