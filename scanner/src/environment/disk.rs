//! The disk that a block device in sysfs is, or is a part of, and what it calls itself.
//!
//! Looks at `partition`, and at `device/vendor` and `device/model`; a partition's are those of the
//! disk that it is on. Device-mapper devices say nothing.

use std::path::{Path, PathBuf};

use super::text_file;
use super::words::shown;

/// A disk.
#[derive(Debug)]
pub(super) struct Disk {
    /// Where it says what it is.
    pub(super) source: PathBuf,
    /// Who made it.
    pub(super) vendor: Option<String>,
    /// What it is.
    pub(super) model: Option<String>,
}

impl Disk {
    /// The disk of a block device, whose directory in sysfs is given without symbolic links.
    pub(super) fn of(device: &Path) -> Self {
        let is_partition = device.join("partition").exists();
        let disk = if is_partition { device.parent().unwrap_or(device) } else { device };
        let source = disk.join("device");
        let read = |name: &str| {
            let text = text_file::read(&source.join(name)).ok()?;
            Some(shown(text.trim())).filter(|text| !text.is_empty())
        };
        Disk { vendor: read("vendor"), model: read("model"), source }
    }

    /// Whether it calls itself as the disks of Longhorn's first data engine do. So do those of
    /// others that are served by the same iSCSI target (tgt).
    pub(super) fn may_be_longhorn(&self) -> bool {
        self.vendor.as_deref() == Some("IET") && self.model.as_deref() == Some("VIRTUAL-DISK")
    }
}
