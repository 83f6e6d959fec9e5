//! Bytes as operations: one a line, as they stand in a reproducer, so that an input is one that
//! people can read, and stays the same when operations are added.

mod mutate;

use stress::Op;

pub use mutate::mutate_sequence;

/// The most operations.
const LENGTH: usize = 200;

/// Bytes that one operation writes, reads or allocates at most.
const MOST: u64 = 1 << 20;

/// Bytes that all of them do at most: a container's /dev/shm often holds 64 MiB alone.
const MOST_OF_ALL: u64 = 16 << 20;

/// Bytes that a name is taken for, with the inode behind it.
const NAME: u64 = 4096;

/// The lines that are operations, without those that would move too much.
pub fn sequence(bytes: &[u8]) -> Vec<Op> {
    let mut all = 0;
    let mut fits = |op: &Op| {
        let moved = moved(op);
        let fits = moved <= MOST && all + moved <= MOST_OF_ALL;
        all += if fits { moved } else { 0 };
        fits
    };
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
    let ops = lines.filter_map(|line| line.parse::<Op>().ok());
    ops.filter(|op| fits(op)).take(LENGTH).collect()
}

/// Bytes that an operation writes, reads or allocates.
fn moved(op: &Op) -> u64 {
    match op {
        Op::Read { length, .. }
        | Op::ReadHandle { length, .. }
        | Op::Write { length, .. }
        | Op::WriteHandle { length, .. }
        | Op::Append { length, .. }
        | Op::Copy { length, .. }
        | Op::SetAttribute { length, .. } => u64::from(*length),
        Op::Allocate { length, .. } => *length,
        Op::Fill { count, .. } | Op::Purge { count, .. } => u64::from(*count) * NAME,
        _ => 0,
    }
}
