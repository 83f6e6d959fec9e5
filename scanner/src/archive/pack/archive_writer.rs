//! Members on their way to the output.
//!
//! The tar crate's Builder writes the end of an archive when it is dropped, after an error as
//! well, which makes a part look like a whole; here the end is written when all is.

use std::io::{self, Write};

use tar::{EntryType, Header};

use super::member_header::MemberHeader;
use crate::archive::blocks::padding;
use crate::inode_facts::InodeFacts;

/// Bytes that are gathered before they are written.
const GATHERED: usize = 64 << 10;

/// Zeros are written so many at a time.
const ZEROS: [u8; 4096] = [0; 4096];

/// Writes headers, records and padding.
pub struct ArchiveWriter<W> {
    output: W,
    gathered: Vec<u8>,
}

impl<W: Write> ArchiveWriter<W> {
    pub fn new(output: W) -> Self {
        ArchiveWriter { output, gathered: Vec::with_capacity(GATHERED) }
    }

    /// Writes what stands before a member's data.
    pub fn begin(&mut self, member: &MemberHeader<'_>, facts: &InodeFacts) -> io::Result<()> {
        let (header, records) = member.encode(facts);
        let bytes = records.as_bytes();
        if !bytes.is_empty() {
            let size = bytes.len() as u64;
            self.write(records_header(size).as_bytes())?;
            self.write(bytes)?;
            self.zeros(padding(size))?;
        }
        self.write(header.as_bytes())
    }

    /// Writes data; what is large goes out without a copy.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.gathered.len() + bytes.len() > GATHERED {
            self.output.write_all(&self.gathered)?;
            self.gathered.clear();
        }
        if bytes.len() >= GATHERED {
            return self.output.write_all(bytes);
        }
        self.gathered.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes so many zeros.
    pub fn zeros(&mut self, mut length: u64) -> io::Result<()> {
        while length > 0 {
            let piece = ZEROS.get(..length.min(4096) as usize).unwrap_or(&ZEROS);
            self.write(piece)?;
            length -= piece.len() as u64;
        }
        Ok(())
    }

    /// Writes the end of the archive.
    pub fn finish(mut self) -> io::Result<W> {
        self.zeros(1024)?;
        self.output.write_all(&self.gathered)?;
        Ok(self.output)
    }
}

/// The header of PAX records. The name is for tools that know none and make a file of them.
fn records_header(size: u64) -> Header {
    let mut header = Header::new_ustar();
    let name = &mut header.as_old_mut().name;
    name.iter_mut().zip(b"PaxHeaders/member").for_each(|(place, byte)| *place = *byte);
    header.set_entry_type(EntryType::XHeader);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    header
}
