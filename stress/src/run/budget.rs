//! How much a tree may come to hold: what an operation can add is known before it is done.

use crate::model::{Model, PAGE};
use crate::op::Op;

use super::tally::written;

/// What a tree may hold.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Bytes.
    most: u64,
    /// Bytes that may have been allocated without being written, so that the model does not count
    /// them: they are taken to stay.
    unseen: u64,
}

impl Budget {
    /// So many bytes at most.
    pub fn of(most: u64) -> Self {
        Budget { most, unseen: 0 }
    }

    /// Whether an operation may be done; if so, it is taken to be done.
    pub fn admits(&mut self, model: &Model, op: &Op) -> bool {
        let unseen = self.unseen.saturating_add(unseen_by_model(op));
        let taken = model.allocated().saturating_add(self.unseen);
        // Half is for what is written.
        let too_much = unseen > self.unseen && unseen > self.most / 2;
        if taken.saturating_add(needs(op)) > self.most || too_much {
            return false;
        }
        self.unseen = unseen;
        true
    }
}

/// Bytes that an operation can add, in the pages that it touches.
fn needs(op: &Op) -> u64 {
    let bytes = match op {
        Op::Allocate { length, .. } => *length,
        Op::SetAttribute { length, .. } => u64::from(*length),
        op => written(op),
    };
    if bytes == 0 { 0 } else { bytes.saturating_add(2 * PAGE) / PAGE * PAGE }
}

/// Bytes that an operation can allocate without writing to them.
fn unseen_by_model(op: &Op) -> u64 {
    match op {
        Op::Allocate { .. } | Op::Copy { .. } => needs(op),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::Caller;
    use crate::outcome::Seen;

    /// Which of these operations are admitted to a tree of 100,000 bytes, each done if it is.
    fn admitted(lines: &[&str]) -> Vec<bool> {
        let caller = Caller { overrides: true, umask: 0 };
        let mut model = Model::new(Arc::default(), caller, (0, 0));
        let mut budget = Budget::of(100_000);
        let admitted = lines.iter().map(|line| {
            let op = line.parse().unwrap();
            let admits = budget.admits(&model, &op);
            if admits {
                let plan = model.plan(&op);
                model.carry_out(plan, &Ok(Seen::Done), (0, 0));
            }
            admits
        });
        admitted.collect()
    }

    #[test]
    fn what_is_written_counts_while_it_is_there() {
        let write = "write f0 at=0 length=80000 fill=1";
        let lines = ["create f0 mode=0644", write, write, "truncate f0 size=0", write];
        assert_eq!(admitted(&lines), [true, true, false, true, true]);
    }

    #[test]
    fn what_is_allocated_counts_to_the_end_and_takes_half_at_most() {
        let allocate = "fallocate f0 how=extend at=0 length=20000";
        let lines = ["create f0 mode=0644", allocate, allocate, "truncate f0 size=0", allocate];
        assert_eq!(admitted(&lines), [true, true, true, true, false]);
        let most = "fallocate f0 how=keep-size at=0 length=18446744073709551615";
        assert_eq!(admitted(&["create f0 mode=0644", most]), [true, false]);
    }

    #[test]
    fn what_needs_no_space_is_always_admitted() {
        let mut none = Budget::of(0);
        let model = Model::new(Arc::default(), Caller { overrides: true, umask: 0 }, (0, 0));
        assert!(none.admits(&model, &"truncate f0 size=99999999".parse().unwrap()));
        assert!(!none.admits(&model, &"append f0 length=1 fill=1".parse().unwrap()));
    }
}
