//! Files that the walk opened and hands over to be read.

use std::ffi::CStr;
use std::os::fd::OwnedFd;

use crate::inode_facts::InodeFacts;
use crate::manifest::AttributeDigest;

/// Files that are handed over together at most.
pub const FILES: usize = 32;

/// Bytes after which no further file joins a batch.
const BYTES: u64 = 1 << 20;

/// A regular file, open for reading.
#[derive(Debug)]
pub struct OpenFile {
    /// Its descriptor.
    pub descriptor: OwnedFd,
    /// Its name.
    pub name: Box<CStr>,
    /// What statx said of the name before it was opened.
    pub facts: InodeFacts,
    /// Its extended attributes.
    pub attributes: Vec<AttributeDigest>,
}

/// Gathers files of one directory until they make a batch.
pub struct FileSink<'a> {
    files: Vec<OpenFile>,
    bytes: u64,
    most: usize,
    hand_over: &'a mut dyn FnMut(Vec<OpenFile>),
}

impl<'a> FileSink<'a> {
    /// Hands each batch of at most `most` files to `hand_over`.
    pub fn new(most: usize, hand_over: &'a mut dyn FnMut(Vec<OpenFile>)) -> Self {
        FileSink { files: Vec::new(), bytes: 0, most, hand_over }
    }

    /// Adds a file.
    pub fn push(&mut self, file: OpenFile) {
        self.bytes = self.bytes.saturating_add(file.facts.size());
        if self.files.is_empty() {
            self.files.reserve(self.most);
        }
        self.files.push(file);
        if self.files.len() >= self.most || self.bytes >= BYTES {
            self.flush();
        }
    }

    /// Hands over what is left.
    pub fn flush(&mut self) {
        if !self.files.is_empty() {
            self.bytes = 0;
            (self.hand_over)(std::mem::take(&mut self.files));
        }
    }
}

impl std::fmt::Debug for FileSink<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileSink").field("files", &self.files.len()).finish_non_exhaustive()
    }
}
