//! What the path leads to, opened for reading.
//!
//! Nothing is opened that is not a regular file or a block device: opening a FIFO waits and
//! opening a character device can do anything. A symbolic link is followed: /dev/mapper and
//! /dev/longhorn are full of them.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use reports::PathName;
use rustix::fs::{OFlags, major, minor};
use rustix::io::Errno;

use super::error::ImageError;
use crate::inode_facts::Device;

/// An image file or a block device that holds something.
#[derive(Debug)]
pub(super) struct Target {
    /// The path as given.
    pub(super) path: PathBuf,
    /// Open for reading alone.
    pub(super) file: File,
    metadata: Metadata,
}

impl Target {
    /// Opens what `path` leads to.
    pub(super) fn open(path: &Path) -> Result<Self, ImageError> {
        let failed = |operation| {
            move |error: io::Error| {
                let errno = Errno::from_io_error(&error).unwrap_or(Errno::IO);
                ImageError::unreachable(path, operation, errno)
            }
        };
        refuse_type(path, fs::metadata(path).map_err(failed("lookup"))?.file_type())?;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
            .map_err(failed("open"))?;
        let metadata = file.metadata().map_err(failed("stat"))?;
        refuse_type(path, metadata.file_type())?;
        if file.seek(SeekFrom::End(0)).map_err(failed("seek"))? == 0 {
            return Err(ImageError::Empty { path: path.into() });
        }
        Ok(Target { path: path.to_owned(), file, metadata })
    }

    /// The path for a report.
    pub(super) fn name(&self) -> PathName {
        PathName::from(self.path.as_path())
    }

    /// The number of a block device; none for a file.
    pub(super) fn device(&self) -> Option<Device> {
        let number = self.metadata.rdev();
        let is_device = self.metadata.file_type().is_block_device();
        is_device.then(|| (major(number), minor(number)))
    }

    /// What identifies the file: the number of its filesystem's device, and its inode number.
    pub(super) fn identity(&self) -> (u64, u64) {
        (self.metadata.dev(), self.metadata.ino())
    }
}

fn refuse_type(path: &Path, kind: FileType) -> Result<(), ImageError> {
    let give = "give an image file or a block device";
    let (kind, advice) = match kind {
        kind if kind.is_file() || kind.is_block_device() => return Ok(()),
        kind if kind.is_dir() => (
            "directory",
            "`fscan PATH` scans what is mounted; give an image file or a block device",
        ),
        kind if kind.is_fifo() => ("FIFO", give),
        kind if kind.is_socket() => ("socket", give),
        kind if kind.is_char_device() => ("character device", give),
        _ => ("special file", give),
    };
    Err(ImageError::WrongType { path: path.into(), kind, advice })
}
