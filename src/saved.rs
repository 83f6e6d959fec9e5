//! Saved reports as they are on disk.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use rustix::fs::OFlags;

/// The largest report that is read: `--all-findings` on a badly damaged tree.
pub const LARGEST: u64 = 1 << 30;

/// Reads a regular file of at most `largest` bytes. Opened without waiting, so that a FIFO in its
/// place hangs nothing.
pub fn read(path: &Path, largest: u64) -> anyhow::Result<Vec<u8>> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).context("open")?;
    let metadata = file.metadata().context("stat")?;
    if !metadata.is_file() {
        bail!("not a regular file; give a report that was written with -o");
    }
    if metadata.len() > largest {
        bail!("larger than any report ({} bytes)", metadata.len());
    }
    let mut text = Vec::new();
    file.take(largest).read_to_end(&mut text).context("read")?;
    Ok(text)
}
