//! `inode-blocks-mismatch`: the count of allocated blocks is one of whole blocks.
//!
//! Looks at `stx_blocks` on ext2, ext3 and ext4: a multiple of the block size, and no more than
//! the device holds; nothing for what has no content, but for one block of extended attributes. A
//! file that stands in its inode (`inline_data`) may have odd sectors. Proves a damaged inode; no
//! privilege. What the count has to do with the mapped blocks is another check's.

use reports::Code;

use super::{Anomalies, Anomaly, Seen};
use crate::features::Feature;
use crate::inline_content::sectors_besides;
use crate::inode_facts::FileKind;

/// The longest target of a symbolic link that stands in the inode, and the NUL behind it.
const IN_INODE: u64 = 60;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    let (filesystem, sectors) = (seen.filesystem, seen.facts.sectors());
    let block = filesystem.block_size / 512;
    if !filesystem.oddities.is_ext || block == 0 {
        return;
    }
    let most = most_blocks(seen).map_or(filesystem.bytes() / 512, |blocks| blocks * block);
    let may_be_inline = || sectors_besides(seen.facts, filesystem).is_some();
    if sectors <= most && (sectors.is_multiple_of(block) || may_be_inline()) {
        return;
    }
    let expected = format!("a multiple of {block} sectors, at most {most}");
    anomalies.add(
        Anomaly::new(Code::InodeBlocksMismatch, expected, format!("{sectors} sectors"))
            .named(seen.name_bytes())
            .inode(seen.facts.ino()),
    );
}

/// The most blocks that something without mapped content can have; none where content is mapped,
/// or where blocks come in clusters or attributes in inodes of their own.
fn most_blocks(seen: &Seen<'_>) -> Option<u64> {
    let filesystem = seen.filesystem;
    let counted = filesystem.lacks(Feature::BigAlloc) && filesystem.lacks(Feature::EaInode);
    let attributes = 1;
    match seen.facts.kind() {
        _ if !counted => None,
        FileKind::Regular | FileKind::Directory | FileKind::Unknown => None,
        // An encrypted one takes more room than its target's length.
        FileKind::Symlink if seen.facts.size() >= IN_INODE || seen.facts.is_encrypted() => {
            Some(1 + attributes)
        }
        _ => Some(attributes),
    }
}
