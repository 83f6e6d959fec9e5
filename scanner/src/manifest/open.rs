//! Opening what is said to be a manifest, without waiting for anything.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::Fault;

/// Opens a regular file. A FIFO has no writer and a device no end: neither is waited for.
pub(crate) fn open(path: &Path) -> Result<File, Fault> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = opened.map_err(|error| match std::fs::metadata(path) {
        // A socket cannot be opened at all (open(2), ENXIO).
        Ok(metadata) if !metadata.is_file() => Fault::NoFile(kind(metadata.file_type())),
        _ => Fault::Open(error),
    })?;
    let metadata = file.metadata().map_err(Fault::Open)?;
    if !metadata.is_file() {
        return Err(Fault::NoFile(kind(metadata.file_type())));
    }
    Ok(file)
}

fn kind(kind: std::fs::FileType) -> &'static str {
    if kind.is_dir() {
        "directory"
    } else if kind.is_fifo() {
        "FIFO"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}
