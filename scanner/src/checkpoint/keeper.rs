//! A checkpoint in use: asked by those who read, and added to.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reports::{PathName, Resumed, ResumedRun, Timestamp};

use super::header::{CheckpointRoot, Header};
use super::identity::FileIdentity;
use super::journal::{Journal, Replaced};
use super::known::{Known, KnownPart};
use super::line::Line;
use super::writer::{Ending, Writer};
use super::{CheckpointError, Fault};
use crate::manifest::ContentHash;
use crate::stamp::Moment;

/// A checkpoint that a scan goes on from, and adds to.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    known: Known,
    /// What was taken over from each earlier run.
    taken: Vec<Taken>,
    writer: Writer,
    /// Whether this run added something.
    has_added: AtomicBool,
    /// Bytes at the end of the file that were damaged and count for nothing.
    damaged: u64,
}

#[derive(Debug, Default)]
struct Taken {
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Checkpoint {
    /// Opens the checkpoint of a scan of `roots` by `tool`, or begins one. What becomes of one
    /// of another filesystem at the path of a root, `replaced` says. `remark` is told, from another
    /// thread, when it cannot be written.
    pub fn open(
        path: &Path,
        tool: &str,
        roots: Vec<CheckpointRoot>,
        replaced: Replaced,
        remark: impl Fn(CheckpointError) + Send + 'static,
    ) -> Result<Self, CheckpointError> {
        let named = PathName::from(path);
        let error = move |fault| CheckpointError { path: named.clone(), fault };
        let told = error.clone();
        Self::begin(path, tool, roots, replaced, move |fault| remark(told(fault))).map_err(error)
    }

    fn begin(
        path: &Path,
        tool: &str,
        roots: Vec<CheckpointRoot>,
        replaced: Replaced,
        remark: impl Fn(Fault) + Send + 'static,
    ) -> Result<Self, Fault> {
        let mut known = Known::default();
        let header = Header::new(tool, roots);
        let (mut journal, damaged) =
            Journal::open(path, &header, replaced, |line| known.add(line))?;
        let run = Line::Run(Moment::now().seconds()).to_text();
        journal.append(run.as_bytes()).map_err(Fault::Write)?;
        Ok(Checkpoint {
            path: path.to_owned(),
            taken: known.runs.iter().map(|_| Taken::default()).collect(),
            known,
            writer: Writer::start(journal, remark).map_err(Fault::Thread)?,
            has_added: AtomicBool::new(false),
            damaged,
        })
    }

    /// The file.
    pub fn path(&self) -> PathName {
        self.path.as_path().into()
    }

    /// Bytes of the file that were damaged, so that what they said is read again.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Whether an earlier run read a file.
    pub fn knows_file(&self, file: &FileIdentity) -> bool {
        self.known.file(file).is_some()
    }

    /// The hash of a file of `size` bytes that an earlier run read.
    pub fn take_file(&self, file: &FileIdentity, size: u64) -> Option<ContentHash> {
        let (hash, run) = self.known.file(file)?;
        if let Some(taken) = self.taken.get(run) {
            taken.files.fetch_add(1, Ordering::Relaxed);
            taken.bytes.fetch_add(size, Ordering::Relaxed);
        }
        Some(hash)
    }

    /// The parts of a large file that earlier runs read.
    pub fn parts(&self, file: &FileIdentity) -> &[KnownPart] {
        self.known.parts(file)
    }

    /// Takes account of a part of so many bytes that is not read again.
    pub fn took_part(&self, part: &KnownPart, bytes: u64) {
        if let Some(taken) = self.taken.get(part.run) {
            taken.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// Keeps that a file was read whole and is sound.
    pub fn keep_file(&self, file: FileIdentity, hash: ContentHash) {
        self.keep(&Line::File(file, hash));
    }

    /// Keeps that a part of a large file was read.
    pub fn keep_part(&self, file: FileIdentity, index: u64, value: ContentHash, zero: bool) {
        self.keep(&Line::Part { file, index, value, zero });
    }

    /// Keeps that this run was stopped while it read a file that has to be read in one go.
    pub fn keep_cut(&self, file: FileIdentity) {
        self.keep(&Line::Cut(file));
    }

    /// How many earlier runs kept that.
    pub fn cuts(&self, file: &FileIdentity) -> u32 {
        self.known.cuts(file)
    }

    fn keep(&self, line: &Line) {
        self.has_added.store(true, Ordering::Relaxed);
        self.writer.add(&line.to_text());
    }

    /// What was taken over from earlier runs, with their age; none where nothing was.
    pub fn resumed(&self) -> Option<Resumed> {
        let runs: Vec<ResumedRun> = self
            .known
            .runs
            .iter()
            .zip(&self.taken)
            .map(|(began, taken)| ResumedRun {
                started_at: Timestamp::from_unix_seconds(*began).unwrap_or_else(Timestamp::now),
                files: taken.files.load(Ordering::Relaxed),
                bytes: taken.bytes.load(Ordering::Relaxed),
            })
            .filter(|run| run.files > 0 || run.bytes > 0)
            .collect();
        (!runs.is_empty()).then(|| Resumed { checkpoint: self.path(), runs })
    }

    /// Whether nothing was read yet, by whatever run.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.has_added.load(Ordering::Relaxed)
    }

    /// Ends it. What failed on the way is told now.
    pub fn end(&self, ending: Ending) -> Result<(), CheckpointError> {
        let ended = self.writer.end(ending);
        ended.map_err(|fault| CheckpointError { path: self.path(), fault })
    }
}
