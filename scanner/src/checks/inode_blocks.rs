//! `inode-blocks-mismatch`: the count of allocated blocks is one of whole blocks.
//!
//! Looks at `stx_blocks` on ext2, ext3 and ext4: a multiple of the block size, and no more than
//! the device holds. A small file that stands in its inode (`inline_data`) is given the sectors
//! its bytes would fill (kernel fs/ext4/inode.c, `ext4_file_getattr`). Proves a damaged inode;
//! no privilege. What the count has to do with the mapped blocks is another check's.

use reports::Code;

use super::{Anomalies, Anomaly, Seen};

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    let (filesystem, sectors) = (seen.filesystem, seen.facts.sectors());
    let block = filesystem.block_size / 512;
    if !filesystem.oddities.is_ext || block == 0 {
        return;
    }
    let whole = |sectors: u64| sectors.is_multiple_of(block);
    let inline = seen.facts.size().div_ceil(512);
    let may_be_inline = seen.facts.size() < filesystem.block_size && sectors >= inline;
    let fits = sectors <= filesystem.bytes() / 512;
    if fits && (whole(sectors) || (may_be_inline && whole(sectors - inline))) {
        return;
    }
    let expected = format!("a multiple of {block} sectors, at most {}", filesystem.bytes() / 512);
    anomalies.add(
        Anomaly::new(Code::InodeBlocksMismatch, expected, format!("{sectors} sectors"))
            .named(seen.name_bytes())
            .inode(seen.facts.ino()),
    );
}
