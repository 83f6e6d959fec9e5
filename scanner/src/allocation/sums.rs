//! `used-blocks-mismatch` and `free-inodes-mismatch`: the whole against the sum of its parts.
//!
//! Looks at what statfs says is in use and at what all names lead to (statx), where the whole
//! filesystem was seen. They add up to the block, also on a mount that is written to, as long as
//! nothing changes meanwhile. Fewer inodes in use than have names, or blocks that nothing
//! explains, prove a damaged bitmap, count or inode. More inodes in use can be deleted files that
//! are still open, so on a writable mount they prove nothing, and neither do the blocks that
//! they may have. ext2, ext3, ext4 with known features (Linux 6.18); no privilege.

use reports::Code;

use super::census::Census;
use super::hidden::Hidden;
use super::usage::Usage;

/// What does not add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The code.
    pub code: Code,
    /// What would add up.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// By how much, to tell one look's gap from another's.
    pub by: i128,
}

/// What adds up and what does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// What does not.
    pub gaps: Vec<Gap>,
    /// Inodes in use that no name leads to, beyond those that ext4 keeps for itself.
    pub unnamed: u64,
}

impl Balance {
    /// Whether the same is wrong by the same.
    pub fn same_gaps_as(&self, other: &Balance) -> bool {
        let by = |balance: &Balance| -> Vec<(Code, i128)> {
            balance.gaps.iter().map(|gap| (gap.code, gap.by)).collect()
        };
        by(self) == by(other)
    }
}

/// Holds a census against what is in use. `shared` is how often a block of attributes was counted
/// too often; `read_only` says that nobody can write, so that no deleted file is open.
pub fn balance(
    census: Census,
    usage: Usage,
    hidden: &Hidden,
    shared: u64,
    read_only: bool,
) -> Balance {
    let mut balance = Balance::default();
    let inodes = inode_gap(census, usage, hidden, &mut balance.unnamed);
    let open = balance.unnamed > 0 && !read_only;
    if !open {
        balance.gaps.extend(inodes);
    }
    balance.gaps.extend(block_gap(census, usage, hidden, shared).filter(|gap| !open || gap.by < 0));
    balance
}

fn inode_gap(census: Census, usage: Usage, hidden: &Hidden, unnamed: &mut u64) -> Option<Gap> {
    let used = usage.used_inodes();
    let (least, most) = (
        census.inodes.saturating_add(*hidden.inodes.start()),
        census.inodes.saturating_add(*hidden.inodes.end()),
    );
    *unnamed = used.saturating_sub(most);
    if (least..=most).contains(&used) {
        return None;
    }
    let own = hidden.inodes.start();
    Some(Gap {
        code: Code::FreeInodesMismatch,
        expected: format!(
            "{least} inodes in use: {} with names, {own} of ext4's own",
            census.inodes
        ),
        found: format!("{used} inodes in use"),
        by: i128::from(used) - i128::from(if used < least { least } else { most }),
    })
}

fn block_gap(census: Census, usage: Usage, hidden: &Hidden, shared: u64) -> Option<Gap> {
    let used = usage.used_blocks();
    let counted = census.blocks.saturating_sub(shared);
    let fewest = counted.saturating_sub(census.uncertain);
    let ranges = hidden.blocks.as_ref()?.iter();
    let ranges: Vec<(u64, u64)> =
        ranges.map(|own| (fewest + own.start(), counted + own.end())).collect();
    if ranges.iter().any(|(least, most)| (*least..=*most).contains(&used)) {
        return None;
    }
    let by = |(least, most): &(u64, u64)| {
        let nearest = if used < *least { *least } else { *most };
        i128::from(used) - i128::from(nearest)
    };
    let by = ranges.iter().map(by).min_by_key(|by| by.abs())?;
    let due = i128::from(used) - by;
    let own = due - i128::from(counted);
    Some(Gap {
        code: Code::UsedBlocksMismatch,
        expected: format!(
            "{due} blocks in use: {counted} of files and directories, {own} of ext4's own"
        ),
        found: format!("{used} blocks in use"),
        by,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENSUS: Census =
        Census { inodes: 100, blocks: 5000, uncertain: 0, recent: 0, changed: 0 };

    fn usage(inodes: u64, blocks: u64) -> Usage {
        Usage {
            blocks: 100_000,
            free_blocks: 100_000 - blocks,
            inodes: 10_000,
            free_inodes: 10_000 - inodes,
        }
    }

    fn gaps_of(census: Census, usage: Usage, shared: u64, ro: bool) -> Vec<(Code, i128)> {
        let hidden = Hidden { inodes: 10..=10, blocks: Some(vec![33..=33, 50..=50]) };
        let balance = balance(census, usage, &hidden, shared, ro);
        balance.gaps.iter().map(|gap| (gap.code, gap.by)).collect()
    }

    #[test]
    fn what_adds_up_is_silent() {
        assert_eq!(gaps_of(CENSUS, usage(110, 5033), 0, false), []);
        assert_eq!(gaps_of(CENSUS, usage(110, 5050), 0, false), [], "the other kind of journal");
        assert_eq!(gaps_of(CENSUS, usage(110, 5031), 2, false), [], "shared attribute blocks");
        let uncertain = Census { uncertain: 3, ..CENSUS };
        assert_eq!(gaps_of(uncertain, usage(110, 5030), 0, false), []);
    }

    #[test]
    fn a_single_block_or_inode_is_told() {
        use Code::{FreeInodesMismatch, UsedBlocksMismatch};
        assert_eq!(gaps_of(CENSUS, usage(110, 5034), 0, false), [(UsedBlocksMismatch, 1)]);
        assert_eq!(gaps_of(CENSUS, usage(110, 5032), 0, false), [(UsedBlocksMismatch, -1)]);
        assert_eq!(gaps_of(CENSUS, usage(109, 5033), 0, false), [(FreeInodesMismatch, -1)]);
        assert_eq!(gaps_of(CENSUS, usage(111, 5033), 0, true), [(FreeInodesMismatch, 1)]);
    }

    #[test]
    fn deleted_files_that_are_open_are_allowed_for_on_a_writable_mount() {
        assert_eq!(gaps_of(CENSUS, usage(112, 5099), 0, false), []);
        let fewer = gaps_of(CENSUS, usage(112, 5000), 0, false);
        assert_eq!(
            fewer,
            [(Code::UsedBlocksMismatch, -33)],
            "an open file takes blocks, not gives"
        );
    }
}
