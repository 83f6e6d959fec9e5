//! Zip archives for tests, made field by field.

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;

pub const PATH: &str = "a.zip";

/// An archive in the making, of stored and deflated entries.
#[derive(Default)]
pub struct Archive {
    pub bytes: Vec<u8>,
    pub directory: Vec<u8>,
    pub entries: u16,
    pub flags: u16,
}

impl Archive {
    pub fn with(mut self, name: &str, content: &[u8], method: u16) -> Archive {
        let mut data = content.to_vec();
        if method == 8 {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).unwrap();
            data = encoder.finish().unwrap();
        }
        let fields = [crc32fast::hash(content), data.len() as u32, content.len() as u32];
        let mut common = [20, self.flags, method, 0, 0].map(u16::to_le_bytes).concat();
        common.extend(fields.map(u32::to_le_bytes).concat());
        common.extend([name.len() as u16, 0].map(u16::to_le_bytes).concat());
        let offset = self.bytes.len() as u32;
        self.bytes.extend([b"PK\x03\x04", &common[..], name.as_bytes(), &data].concat());
        let rest = [&[0; 10][..], &offset.to_le_bytes(), name.as_bytes()].concat();
        self.directory.extend([b"PK\x01\x02\x14\0", &common[..], &rest].concat());
        self.entries += 1;
        self
    }

    pub fn finish(self, comment: &[u8]) -> Vec<u8> {
        let counts = [0, 0, self.entries, self.entries].map(u16::to_le_bytes).concat();
        let sizes = [self.directory.len() as u32, self.bytes.len() as u32];
        let sizes = sizes.map(u32::to_le_bytes).concat();
        let length = (comment.len() as u16).to_le_bytes();
        let end = [b"PK\x05\x06", &counts[..], &sizes, &length, comment].concat();
        [self.bytes, self.directory, end].concat()
    }
}

pub const TEXT: &[u8] = b"a text, a text, a text that is long enough to be deflated, a text";

pub fn archive() -> Archive {
    Archive::default().with("a/", b"", 0).with("a/stored", TEXT, 0).with("deflated", TEXT, 8)
}

/// Where the directory of an archive without a comment begins.
pub fn start_of_directory(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap()
}

/// Where its end record begins.
pub fn end_of(bytes: &[u8]) -> usize {
    bytes.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap()
}

/// The same bytes but for one.
pub fn at(bytes: &[u8], place: usize, value: u8) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[place] = value;
    changed
}
