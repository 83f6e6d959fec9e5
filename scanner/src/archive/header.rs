//! One header block: its checksum, its type and its fields (tar(5), GNU tar's src/tar.h).

use tar::{GnuHeader, Header};

use super::blocks::{BLOCK, Block};
use super::number::{BadNumber, signed, unsigned};

/// Where the checksum stands.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Where ustar's magic stands, and its version behind it.
const MAGIC: std::ops::Range<usize> = 257..263;
const VERSION: std::ops::Range<usize> = 263..265;

/// A header whose checksum is right; nothing else about it is known to be.
pub struct RawHeader(Header);

/// What a type flag stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryType {
    /// `0`, NUL of the oldest archives, or `7` for files that once were contiguous.
    File,
    /// `S`: GNU tar's own sparse files.
    OldSparse,
    /// `1`.
    HardLink,
    /// `2`.
    Symlink,
    /// `5`.
    Directory,
    /// `D`: a directory of an incremental archive, with the list of its names for data.
    DumpDirectory,
    /// `3` and `4`.
    Device,
    /// `6`.
    Fifo,
    /// `M`: the rest of a file.
    Continued,
    /// `V`: the archive's name.
    Label,
    /// `x`: PAX records for the next member.
    Pax,
    /// `g`: PAX records for all that follow.
    GlobalPax,
    /// `L`: the next member's name.
    LongName,
    /// `K`: the next member's link target.
    LongLink,
    /// `X`: PAX records as Solaris began to write them before there was a standard.
    SolarisPax,
    /// Another.
    Unknown(u8),
}

impl EntryType {
    fn of_flag(flag: u8) -> Self {
        match flag {
            0 | b'0' | b'7' => EntryType::File,
            b'1' => EntryType::HardLink,
            b'2' => EntryType::Symlink,
            b'3' | b'4' => EntryType::Device,
            b'5' => EntryType::Directory,
            b'6' => EntryType::Fifo,
            b'D' => EntryType::DumpDirectory,
            b'K' => EntryType::LongLink,
            b'L' => EntryType::LongName,
            b'M' => EntryType::Continued,
            b'S' => EntryType::OldSparse,
            b'V' => EntryType::Label,
            b'X' => EntryType::SolarisPax,
            b'g' => EntryType::GlobalPax,
            b'x' => EntryType::Pax,
            other => EntryType::Unknown(other),
        }
    }

    /// Whether POSIX knows no data behind such a header whatever its size says.
    pub fn is_without_data(self) -> bool {
        matches!(
            self,
            EntryType::HardLink
                | EntryType::Symlink
                | EntryType::Directory
                | EntryType::Device
                | EntryType::Fifo
        )
    }
}

impl RawHeader {
    /// Takes a block whose checksum is right, summed up as signed bytes or as unsigned ones: old
    /// writers differ (tar(5)).
    pub fn new(block: &Block) -> Option<Self> {
        let stored = signed(block.get(CHECKSUM)?).ok()?;
        if stored != sum(block, i64::from)? && stored != sum(block, |b| b.cast_signed().into())? {
            return None;
        }
        let mut header = Header::new_old();
        let bytes = header.as_mut_bytes();
        *bytes = *block;
        // GNU tar goes by the magic alone, the tar crate by the version, too.
        if bytes.get(MAGIC)? == b"ustar\0" {
            bytes.get_mut(VERSION)?.copy_from_slice(b"00");
        }
        Some(RawHeader(header))
    }

    /// What the header is for.
    pub fn entry_type(&self) -> EntryType {
        EntryType::of_flag(self.flag())
    }

    fn flag(&self) -> u8 {
        let [flag] = self.0.as_old().linkflag;
        flag
    }

    /// The name, with ustar's prefix.
    pub fn name(&self) -> Vec<u8> {
        let name = until_nul(&self.0.as_old().name);
        match self.0.as_ustar().map(|ustar| until_nul(&ustar.prefix)) {
            Some(prefix) if !prefix.is_empty() => [prefix, b"/", name].concat(),
            _ => name.to_vec(),
        }
    }

    /// The link target.
    pub fn link_name(&self) -> &[u8] {
        until_nul(&self.0.as_old().linkname)
    }

    /// Bytes of data that follow.
    pub fn size(&self) -> Result<u64, BadNumber> {
        unsigned(&self.0.as_old().size)
    }

    /// Permissions and more.
    pub fn mode(&self) -> Result<u64, BadNumber> {
        unsigned(&self.0.as_old().mode)
    }

    /// Seconds since 1970.
    pub fn mtime(&self) -> Result<i64, BadNumber> {
        signed(&self.0.as_old().mtime)
    }

    /// The fields of GNU tar's own format, where it is one of it.
    pub fn as_gnu(&self) -> Option<&GnuHeader> {
        self.0.as_gnu()
    }
}

/// The sum of all bytes, with blanks for the checksum's own.
fn sum(block: &Block, value: impl Fn(u8) -> i64 + Copy) -> Option<i64> {
    let of = |bytes: &[u8]| bytes.iter().map(|byte| value(*byte)).sum::<i64>();
    let field = block.get(CHECKSUM)?;
    Some(of(block.get(..BLOCK)?) - of(field) + of(b"        "))
}

/// A field that a NUL ends, or its own length.
fn until_nul(field: &[u8]) -> &[u8] {
    memchr::memchr(0, field).and_then(|end| field.get(..end)).unwrap_or(field)
}
