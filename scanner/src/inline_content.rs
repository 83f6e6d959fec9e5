//! Content that stands in a file's inode (`inline_data` of ext4), as stat(2) tells of it: as the
//! sectors that its bytes would fill (fs/ext4/inode.c, `ext4_file_getattr`).
//!
//! It does so, too, of a file that outgrew its inode and was not written out yet, on top of the
//! blocks that wait to be allocated, and on some kernels of one that was made longer without a
//! write.

use crate::features::Feature;
use crate::filesystem::Filesystem;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::stamp::Moment;

/// Seconds within which what waits to be written is written out, unless a device falls behind.
const WRITTEN_OUT: i64 = 3600;

/// The sectors of a file besides its content, if that stands in the inode; none where they make no
/// whole blocks, so that it does not, or where nothing can stand there.
pub fn sectors_besides(facts: &InodeFacts, filesystem: &Filesystem) -> Option<u64> {
    let per_block = filesystem.block_size / 512;
    if facts.kind() != FileKind::Regular || filesystem.lacks(Feature::InlineData) {
        return None;
    }
    let besides = facts.sectors().checked_sub(facts.size().div_ceil(512))?;
    (per_block > 0 && besides.is_multiple_of(per_block)).then_some(besides)
}

/// How many of a file's whole blocks may be none.
///
/// Sectors that make no whole blocks, or stand for less than a block of content, are content in the
/// inode. Others are blocks, unless some of them still wait to be allocated: those of content in
/// the inode are then told beside these.
pub fn doubtful_blocks(facts: &InodeFacts, filesystem: &Filesystem, now: Moment) -> u64 {
    let per_block = filesystem.block_size / 512;
    let Some(besides) = sectors_besides(facts, filesystem) else { return 0 };
    let is_certain =
        || !facts.sectors().is_multiple_of(per_block) || facts.size() < filesystem.block_size;
    let may_wait = || {
        let content = facts.size().div_ceil(filesystem.block_size).saturating_mul(per_block);
        facts.sectors() > content
            && now.seconds().saturating_sub(facts.changed_at().0) < WRITTEN_OUT
            && filesystem.has_delayed_blocks()
    };
    if is_certain() || may_wait() { (facts.sectors() - besides) / per_block } else { 0 }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, write};
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn only_what_may_be_content_in_the_inode_is_doubtful() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        write(&path, "f").unwrap();
        let file = File::open(&path).unwrap();
        let facts = InodeFacts::of_descriptor(file.as_fd()).unwrap();
        let at = Filesystem::at(folder.path()).unwrap();
        let filesystem = Filesystem { block_size: 4096, superblock: None, mount: None, ..at };
        let doubtful = |size, sectors, hours: u64| {
            let facts = facts.changed(|facts| (facts.size, facts.sectors) = (size, sectors));
            let now = Moment::at(facts.changed_at().0 as u64 + hours * 3600);
            doubtful_blocks(&facts, &filesystem, now)
        };
        let told = |size, sectors| [0, 2].map(|hours| doubtful(size, sectors, hours));
        assert_eq!(told(100, 1), [0, 0], "no whole block");
        assert_eq!(told(4000, 8), [1, 1], "nearly one");
        assert_eq!(told(100, 8), [0, 0]);
        assert_eq!(told(4096, 8), [0, 0]);
        assert_eq!(told(5400, 27), [1, 1], "and two blocks wait");
        assert_eq!(told(8192, 32), [2, 0], "so they may, or two are left over");
        assert_eq!(told(10 << 30, (10 << 21) + 8), [10 << 18, 0], "or one leads to the others");
        assert_eq!(told(8192, 16), [0, 0]);
    }
}
