//! Where on the device bytes lie that cannot be read.

use std::os::fd::AsFd;

use reports::BlockTally;

use super::bad_ranges::BadRanges;
use super::open_file::OpenFile;
use crate::extents::ExtentMap;
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;
use crate::oddities::ExtentAddresses;

/// Notes where on the device what cannot be read lies, where the file's map tells that.
pub(super) fn note_blocks(
    filesystem: &Filesystem,
    file: &OpenFile,
    facts: &InodeFacts,
    bad: &BadRanges,
    blocks: &mut BlockTally,
) {
    let Some((block_size, count)) = filesystem.measures() else { return };
    let own = facts.device() == filesystem.device;
    if !own || filesystem.oddities.extent_addresses != ExtentAddresses::Device {
        return;
    }
    blocks.measure(block_size, count);
    let mut map = ExtentMap::default();
    // What comes before an error holds.
    let _ = map.read(file.descriptor.as_fd(), facts);
    for range in bad.ranges() {
        for (start, end) in map.places(range) {
            blocks.damage(start / block_size, end.div_ceil(block_size));
        }
    }
}
