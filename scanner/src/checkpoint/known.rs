//! What earlier runs read.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::identity::FileIdentity;
use super::line::Line;
use crate::manifest::ContentHash;

/// A part of a large file that an earlier run read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownPart {
    /// Which part.
    pub index: u64,
    /// Its part of the hash.
    pub value: ContentHash,
    /// Whether it holds zero bytes alone.
    pub zero: bool,
    /// The run that read it, as an index.
    pub run: usize,
}

/// Files and parts of files, in about 100 bytes each.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// When each run began, in seconds since 1970.
    pub runs: Vec<i64>,
    files: HashMap<FileIdentity, (ContentHash, u32), RandomState>,
    parts: HashMap<FileIdentity, Vec<KnownPart>, RandomState>,
    cuts: HashMap<FileIdentity, u32, RandomState>,
}

impl Known {
    /// Adds what a line says.
    pub fn add(&mut self, line: &Line) {
        let run = self.runs.len().saturating_sub(1);
        match *line {
            Line::Run(began) => self.runs.push(began),
            Line::File(file, hash) => {
                self.parts.remove(&file);
                self.files.insert(file, (hash, run as u32));
            }
            Line::Part { file, index, value, zero } => {
                self.parts.entry(file).or_default().push(KnownPart { index, value, zero, run });
            }
            Line::Cut(file) => *self.cuts.entry(file).or_default() += 1,
            Line::Seal(_) => {}
        }
    }

    /// Whether nothing is known of any file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.parts.is_empty() && self.cuts.is_empty()
    }

    /// The hash of a file, and the run that read it.
    pub fn file(&self, file: &FileIdentity) -> Option<(ContentHash, usize)> {
        self.files.get(file).map(|(hash, run)| (*hash, *run as usize))
    }

    /// Runs that were stopped while they read a file in one go.
    pub fn cuts(&self, file: &FileIdentity) -> u32 {
        self.cuts.get(file).copied().unwrap_or(0)
    }

    /// The parts of a file that were read.
    pub fn parts(&self, file: &FileIdentity) -> &[KnownPart] {
        self.parts.get(file).map_or(&[], Vec::as_slice)
    }
}
