//! Groups of blocks that the kernel took out of use because their bitmap is wrong, from
//! /proc/fs/ext4/DEV/mb_groups (kernel fs/ext4/mballoc.c, `ext4_mb_seq_groups_show`).
//!
//! Reading it loads every bitmap that is not loaded yet. Needs root on most systems.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

/// What the kernel writes behind such a group.
const CORRUPT: &str = "Block bitmap corrupted!";

/// The numbers of these groups, by the kernel's name of the device.
pub fn bad_groups(device: &str) -> io::Result<Vec<u64>> {
    let groups = BufReader::new(File::open(format!("/proc/fs/ext4/{device}/mb_groups"))?);
    let mut bad = Vec::new();
    for line in groups.lines() {
        bad.extend(bad_group(&line?));
    }
    Ok(bad)
}

/// `#3    : 0     0     0     [ ... ] Block bitmap corrupted!`
fn bad_group(line: &str) -> Option<u64> {
    let (number, rest) = line.strip_prefix('#')?.split_once(':')?;
    rest.contains(CORRUPT).then(|| number.trim().parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_bad_when_the_kernel_says_so() {
        let line = "#17   : 0     0     0     [ 0     0     ] Block bitmap corrupted!";
        assert_eq!(bad_group(line), Some(17));
        assert_eq!(bad_group("#0    : 2791  3     100   [ 1     0     ]"), None);
        assert_eq!(bad_group("#group: free  frags first [ 2^0   2^1 ]"), None);
    }
}
