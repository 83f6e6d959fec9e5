//! `extent-size-mismatch`: a size that does not fit what is mapped.
//!
//! Holds extents (FIEMAP) against `stx_size`. No written block lies behind the end of a file,
//! but for the tree of fs-verity; blocks from fallocate may. A directory is mapped from its start
//! to its size, without holes, without unwritten blocks and with nothing behind. Proves a damaged
//! size or map. ext2, ext3, ext4 without bigalloc, and only suspect where the features are not
//! known; a hole in a file proves nothing.

use reports::Code;

use super::{Anomalies, Mapped};
use crate::extents::Extent;
use crate::features::Feature;
use crate::inode_facts::FileKind;
use crate::inode_flags::InodeFlags;

pub(super) fn judge(mapped: &Mapped<'_>, anomalies: &mut Anomalies) {
    let filesystem = mapped.filesystem;
    let inline = mapped.is(InodeFlags::INLINE_DATA);
    if !filesystem.oddities.is_ext || inline || filesystem.has(Feature::BigAlloc) {
        return;
    }
    let found = match mapped.facts.kind() {
        FileKind::Regular if !mapped.is(InodeFlags::VERITY) => behind_the_end(mapped),
        FileKind::Directory => not_whole(mapped),
        _ => None,
    };
    if let Some((expected, found)) = found {
        let anomaly = mapped.anomaly(Code::ExtentSizeMismatch, expected, found);
        let sure = filesystem.lacks(Feature::BigAlloc);
        anomalies.add(if sure { anomaly } else { anomaly.only_suspect() });
    }
}

/// Written content behind the block that the file ends in.
fn behind_the_end(mapped: &Mapped<'_>) -> Option<(String, String)> {
    let size = mapped.facts.size();
    let end = size.checked_next_multiple_of(mapped.filesystem.block_size)?;
    let written =
        mapped.map.extents.iter().filter(|e| e.has_place() && !e.is_unwritten() && !e.is_inline());
    let furthest = written.map(Extent::end).max()?;
    let expected = || format!("nothing written behind the file's {size} bytes");
    (furthest > end).then(|| (expected(), format!("blocks written up to byte {furthest}")))
}

/// What keeps a directory's map from covering just its size.
fn not_whole(mapped: &Mapped<'_>) -> Option<(String, String)> {
    let size = mapped.facts.size();
    let expected = || format!("a directory's {size} bytes mapped without holes");
    let mut end = 0;
    for extent in &mapped.map.extents {
        if extent.is_pending() || extent.is_inline() {
            return None;
        }
        if extent.logical != end {
            return Some((expected(), format!("a hole at byte {end}")));
        }
        if extent.is_unwritten() {
            return Some((expected(), format!("unwritten blocks at byte {end}")));
        }
        end = extent.end();
    }
    (end != size).then(|| (expected(), format!("{end} bytes mapped")))
}
