//! Saved reports as they are on disk.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use rustix::fs::OFlags;
use scanner::{ShardFile, kind_of_shard_file};

/// The largest report that is read: `--all-findings` on a badly damaged tree.
pub const LARGEST: u64 = 1 << 30;

/// Reads what should be a report, as [`read`] does.
pub fn read_report(path: &Path, largest: u64) -> anyhow::Result<Vec<u8>> {
    // A manifest may be larger than any report, and compressed.
    match kind_of_shard_file(path) {
        Ok(ShardFile::Manifest) => {
            bail!("a manifest, not a report: `fscan diff` compares it with another");
        }
        Ok(ShardFile::Facts) => {
            bail!("a part of a scan, not a report: `fscan merge` joins it with the others");
        }
        // Whatever is wrong with it, reading it tells.
        Ok(ShardFile::Other) | Err(_) => {}
    }
    read(path, largest)
}

/// Reads a regular file of at most `largest` bytes. Opened without waiting, so that a FIFO in its
/// place hangs nothing.
pub fn read(path: &Path, largest: u64) -> anyhow::Result<Vec<u8>> {
    let file = open(path)?;
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

/// Whether a file begins as all do that fscan saves as JSON. Nothing else of it is read.
pub fn begins_as_json(path: &Path) -> bool {
    let mut first = [0];
    let read = open(path).is_ok_and(|mut file| file.read_exact(&mut first).is_ok());
    read && first == *b"{"
}

/// Without waiting for a writer.
fn open(path: &Path) -> anyhow::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path).context("open")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_told_by_how_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (text, is_json) in [("{}", true), ("{", true), ("", false), ("\0{", false)] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(begins_as_json(&path), is_json, "{text:?}");
        }
        assert!(!begins_as_json(folder.path()) && !begins_as_json(&folder.path().join("none")));
    }
}
