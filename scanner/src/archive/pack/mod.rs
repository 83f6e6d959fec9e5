//! Packs a tree into a tar archive in the pax format (POSIX.1-2001), compressed or not.
//!
//! Everything is reached by descriptors and nothing through a link, a mount is not crossed, and
//! what cannot be read is told and left out: only the output can end the packing. Numbers and
//! names that fit ustar's fields stand there, others in PAX records, times to the nanosecond.

mod archive_writer;
mod content;
mod descent;
mod member_header;
mod notice;
mod packer;
mod pax_records;

use std::io::Write;
use std::os::fd::BorrowedFd;

use flate2::write::GzEncoder;

pub use notice::{Operation, PackError, PackNotice, PackedSummary, Trouble};

use crate::manifest::Compression;
use archive_writer::ArchiveWriter;
use packer::Packer;

/// gzip's level: the fastest, since a tree is read at most as fast as it is compressed.
const LEVEL: u32 = 1;

/// Packs the tree below an open directory, which becomes the member `./`. Names come sorted by
/// their bytes; later names of a file with several become hard links, devices, FIFOs and sockets
/// are left out and counted, and a directory that something is mounted on is packed empty.
///
/// `skip` is asked for each path below the root, and what it wants skipped is left out with all
/// that is in it. `notice` gets what could not be packed as it was.
///
/// # Errors
///
/// When the root cannot be read, or the output not be written: the archive is incomplete then.
pub fn pack_tree(
    root: BorrowedFd<'_>,
    output: impl Write,
    compression: Compression,
    skip: &mut dyn FnMut(&[u8]) -> bool,
    notice: &mut dyn FnMut(PackNotice<'_>),
) -> Result<PackedSummary, PackError> {
    match compression {
        Compression::None => {
            let (summary, mut output) = pack_into(root, output, skip, notice)?;
            output.flush()?;
            Ok(summary)
        }
        Compression::Gzip => {
            let encoder = GzEncoder::new(output, flate2::Compression::new(LEVEL));
            let (summary, encoder) = pack_into(root, encoder, skip, notice)?;
            encoder.finish()?.flush()?;
            Ok(summary)
        }
    }
}

fn pack_into<W: Write>(
    root: BorrowedFd<'_>,
    output: W,
    skip: &mut dyn FnMut(&[u8]) -> bool,
    notice: &mut dyn FnMut(PackNotice<'_>),
) -> Result<(PackedSummary, W), PackError> {
    let mut packer = Packer::new(ArchiveWriter::new(output), skip, notice);
    packer.pack(root)?;
    packer.finish()
}
