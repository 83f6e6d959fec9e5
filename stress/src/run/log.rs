//! The operations of a round.

use crate::op::Op;

/// Operations in the order they ran, and whether each succeeded.
#[derive(Clone, Debug, Default)]
pub struct Log(Vec<(Op, bool)>);

impl Log {
    /// Adds one.
    pub fn push(&mut self, op: Op, succeeded: bool) {
        self.0.push((op, succeeded));
    }

    /// Takes the last one away.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// The last one.
    pub fn last(&self) -> Option<&Op> {
        self.0.last().map(|(op, _)| op)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Op> {
        self.0.iter().map(|(op, _)| op.clone()).collect()
    }

    /// The last one, and those before it that succeeded: what failed seldom matters, and most do.
    pub fn succeeded(&self) -> Vec<Op> {
        let last = self.0.len().saturating_sub(1);
        let kept = self.0.iter().enumerate().filter(|(at, (_, done))| *done || *at == last);
        kept.map(|(_, (op, _))| op.clone()).collect()
    }
}
