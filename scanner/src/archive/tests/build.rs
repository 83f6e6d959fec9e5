//! Archives byte by byte, so that nothing keeps hostile ones from being made.

use crate::archive::blocks::{Block, padding};

/// A header whose fields are as they are put there. The checksum is added at the end.
#[derive(Clone)]
pub struct RawBlock(Block);

impl RawBlock {
    /// A valid ustar header.
    pub fn new(flag: u8, name: &[u8]) -> Self {
        RawBlock([0; 512])
            .put(0, name)
            .put(100, b"0000644\0")
            .put(124, b"00000000000\0")
            .put(136, b"00000000012\0")
            .put(156, &[flag])
            .put(257, b"ustar\x0000")
    }

    /// A header of GNU tar's own format.
    pub fn gnu(flag: u8, name: &[u8]) -> Self {
        RawBlock::new(flag, name).put(257, b"ustar  \0")
    }

    /// Bytes at a place.
    pub fn put(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub fn size(self, size: u64) -> Self {
        self.put(124, format!("{size:011o}\0").as_bytes())
    }

    pub fn mode(self, mode: u32) -> Self {
        self.put(100, format!("{mode:07o}\0").as_bytes())
    }

    pub fn link(self, target: &[u8]) -> Self {
        self.put(157, target)
    }

    /// The block with its checksum.
    pub fn done(self) -> Block {
        let sum: u32 = self.0.iter().map(|byte| u32::from(*byte)).sum();
        let field: u32 = self.0[148..156].iter().map(|byte| u32::from(*byte)).sum();
        self.put(148, format!("{:06o}\0 ", sum - field + 8 * 32).as_bytes()).0
    }
}

/// An archive that grows.
#[derive(Clone, Default)]
pub struct Raw(pub Vec<u8>);

impl Raw {
    pub fn new() -> Self {
        Raw::default()
    }

    pub fn header(mut self, header: RawBlock) -> Self {
        self.0.extend(header.done());
        self
    }

    /// Data and what pads it.
    pub fn data(mut self, data: &[u8]) -> Self {
        self.0.extend(data);
        self.0.resize(self.0.len() + padding(data.len() as u64) as usize, 0);
        self
    }

    /// A header whose size is that of the data behind it.
    pub fn entry(self, header: RawBlock, data: &[u8]) -> Self {
        self.header(header.size(data.len() as u64)).data(data)
    }

    pub fn file(self, name: &str, data: &[u8]) -> Self {
        self.entry(RawBlock::new(b'0', name.as_bytes()), data)
    }

    pub fn symlink(self, name: &str, target: &[u8]) -> Self {
        self.header(RawBlock::new(b'2', name.as_bytes()).link(target))
    }

    pub fn hard_link(self, name: &str, target: &[u8]) -> Self {
        self.header(RawBlock::new(b'1', name.as_bytes()).link(target))
    }

    /// PAX records for the next member.
    pub fn pax(self, records: &[(&str, &[u8])]) -> Self {
        let bytes: Vec<u8> = records.iter().flat_map(|(key, value)| record(key, value)).collect();
        self.entry(RawBlock::new(b'x', b"PaxHeaders/x"), &bytes)
    }

    /// A long name (`L`) or link target (`K`).
    pub fn long(self, flag: u8, name: &[u8]) -> Self {
        self.entry(RawBlock::gnu(flag, b"././@LongLink"), &[name, b"\0"].concat())
    }

    /// The archive with its end.
    pub fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

/// One PAX record.
pub fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
}
