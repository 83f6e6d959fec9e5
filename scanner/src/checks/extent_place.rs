//! `extent-outside-device`: blocks behind the end.
//!
//! Holds the end of each extent (FIEMAP), and the block of extended attributes, against the end
//! of the filesystem or, where the kernel does not tell that, of its device. Proves a damaged map
//! or a device that shrank. ext2, ext3, ext4 and xfs; on btrfs addresses are not the device's.

use reports::Code;

use super::{Anomalies, Mapped};
use crate::extents::AttributeBlock;
use crate::oddities::ExtentAddresses;

pub(super) fn judge(mapped: &Mapped<'_>, anomalies: &mut Anomalies) {
    let filesystem = mapped.filesystem;
    let Some(end) = filesystem.end else { return };
    if filesystem.oddities.extent_addresses != ExtentAddresses::Device {
        return;
    }
    let placed = mapped.map.extents.iter().filter(|extent| extent.has_place());
    let content = placed.map(|extent| extent.physical.saturating_add(extent.length));
    let attributes = match mapped.map.attribute_block {
        AttributeBlock::At(byte) => Some(byte.saturating_add(filesystem.block_size)),
        _ => None,
    };
    if let Some(furthest) = content.chain(attributes).max().filter(|furthest| *furthest > end) {
        let expected = format!("blocks up to byte {end} of the device, its end");
        let found = format!("blocks up to byte {furthest}");
        anomalies.add(mapped.anomaly(Code::ExtentOutsideDevice, expected, found));
    }
}
