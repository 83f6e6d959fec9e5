//! Leaves out a rename or a link, and calls what it moved by its other name: a sequence that needs
//! what was moved, but not that it was, gets shorter by one.

use std::ops::ControlFlow;

use super::Ending;
use super::everywhere::change_names;
use super::trials::Trials;
use crate::name::Name;
use crate::op::Op;
use crate::operand::RenameHow;
use crate::path::Path;

/// Leaves out what moves, the last first; whether any went.
pub(super) fn moves(ops: &mut Vec<Op>, trials: &mut Trials<'_>) -> ControlFlow<Ending, bool> {
    let mut fewer = false;
    for position in (0..ops.len()).rev() {
        for candidate in unmoved(ops, position) {
            if trials.accepts(candidate, ops)? {
                fewer = true;
                break;
            }
        }
    }
    ControlFlow::Continue(fewer)
}

/// Without the move at a position: what comes later uses the name from before, or what came before
/// uses the name from later.
fn unmoved(ops: &[Op], position: usize) -> Vec<Vec<Op>> {
    let Some((before, [moving, after @ ..])) = ops.split_at_checked(position) else {
        return Vec::new();
    };
    let (from, to, both) = match moving {
        Op::Rename { from, to, how } => (from, to, *how == RenameHow::Exchange),
        Op::Link { from, to } => (from, to, false),
        _ => return Vec::new(),
    };
    if before.is_empty() && after.is_empty() {
        return Vec::new();
    }
    let later = [before.to_vec(), renamed(after, to, from, both)].concat();
    let earlier = [renamed(before, from, to, both), after.to_vec()].concat();
    vec![later, earlier]
}

fn renamed(ops: &[Op], from: &Path, to: &Path, both: bool) -> Vec<Op> {
    let mut ops = ops.to_vec();
    let other = |names: &[Name]| {
        let moved = |from: &Path, to: &Path| {
            names.strip_prefix(from.names()).map(|below| [to.names(), below].concat())
        };
        let moved = moved(from, to).or_else(|| moved(to, from).filter(|_| both));
        moved.unwrap_or_else(|| names.to_vec())
    };
    ops.iter_mut().for_each(|op| change_names(op, other));
    ops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&str], position: usize, expected: [&[&str]; 2]) {
        let ops: Vec<Op> = lines.iter().map(|line| line.parse().unwrap()).collect();
        let text = |ops: &Vec<Op>| ops.iter().map(Op::to_string).collect::<Vec<_>>();
        let found: Vec<_> = unmoved(&ops, position).iter().map(text).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_moved_has_its_other_name() {
        let lines =
            ["mkdir d0 mode=0755", "rename d0 d1/d2 how=plain", "create d1/d2/f0 mode=0644"];
        check(
            &lines,
            1,
            [
                &["mkdir d0 mode=0755", "create d0/f0 mode=0644"],
                &["mkdir d1/d2 mode=0755", "create d1/d2/f0 mode=0644"],
            ],
        );
        let lines = ["create f0 mode=0644", "link f0 f1", "stat f1"];
        check(
            &lines,
            1,
            [&["create f0 mode=0644", "stat f0"], &["create f1 mode=0644", "stat f1"]],
        );
    }

    #[test]
    fn what_is_exchanged_has_the_others_name() {
        let lines = ["unlink d0/f0", "rename d0 f1 how=exchange", "list d0 buffer=96", "unlink f1"];
        check(
            &lines,
            1,
            [
                &["unlink d0/f0", "list f1 buffer=96", "unlink d0"],
                &["unlink f1/f0", "list d0 buffer=96", "unlink f1"],
            ],
        );
    }

    #[test]
    fn only_what_moves_is_left_out() {
        assert!(
            unmoved(&["unlink f0".parse().unwrap(), "unlink f1".parse().unwrap()], 0).is_empty()
        );
        assert!(unmoved(&["rename f0 f1 how=plain".parse().unwrap()], 0).is_empty(), "one stays");
    }
}
