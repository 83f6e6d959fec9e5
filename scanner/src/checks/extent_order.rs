//! `extent-order-invalid`: extents that contradict one another.
//!
//! Looks at the extents of one inode (FIEMAP): in rising order in the file, none over another,
//! none empty, and made of whole blocks where they have a place. Proves a damaged map; any
//! filesystem with FIEMAP. Which blocks of the device they are is for later checks.

use reports::Code;

use super::{Anomalies, Mapped};
use crate::extents::Extent;
use crate::oddities::ExtentAddresses;

pub(super) fn judge(mapped: &Mapped<'_>, anomalies: &mut Anomalies) {
    let filesystem = mapped.filesystem;
    // An overlay passes on what layers with other blocks than its own say.
    let places = filesystem.oddities.extent_addresses != ExtentAddresses::Nothing;
    let block = filesystem.block_size;
    let mut end = 0;
    for extent in &mapped.map.extents {
        let found = if extent.length == 0 {
            format!("an empty one at byte {}", extent.logical)
        } else if extent.logical < end {
            format!("one from byte {} of the file, after one up to byte {end}", extent.logical)
        } else if places && extent.has_place() && is_broken(extent, block) {
            let Extent { logical, physical, length, .. } = *extent;
            format!("{length} bytes at byte {logical} of the file, {physical} of the device")
        } else {
            end = extent.end();
            continue;
        };
        let expected = format!("extents in rising order, of whole blocks of {block} bytes");
        anomalies.add(mapped.anomaly(Code::ExtentOrderInvalid, expected, found));
        return;
    }
}

fn is_broken(extent: &Extent, block: u64) -> bool {
    let whole = |bytes: u64| block == 0 || bytes.is_multiple_of(block);
    !(whole(extent.logical) && whole(extent.physical) && whole(extent.length))
}
