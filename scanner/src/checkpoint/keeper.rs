//! A checkpoint in use: asked by those who read, and written now and then.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reports::{PathName, Resumed, ResumedRun, Timestamp};

use super::header::Header;
use super::identity::FileIdentity;
use super::journal::Journal;
use super::known::{Known, KnownPart};
use super::line::Line;
use super::{CheckpointError, Fault};
use crate::manifest::ContentHash;

/// How long what was read waits to be written.
const EVERY: Duration = Duration::from_secs(5);

/// How much of it waits at most, in bytes of lines.
const MOST: usize = 1 << 20;

/// A checkpoint that a scan goes on from, and adds to.
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    known: Known,
    /// What was taken over from each earlier run.
    taken: Vec<Taken>,
    waiting: Mutex<Waiting>,
    journal: Mutex<Journal>,
    /// Whether this run added something.
    has_added: AtomicBool,
    failure: Mutex<Option<CheckpointError>>,
    has_failed: AtomicBool,
}

#[derive(Debug, Default)]
struct Taken {
    files: AtomicU64,
    bytes: AtomicU64,
}

#[derive(Debug)]
struct Waiting {
    lines: Vec<u8>,
    since: Instant,
}

impl Checkpoint {
    /// Opens the checkpoint of a scan of `roots` by `tool`, or begins one.
    pub fn open(path: &Path, tool: &str, roots: Vec<PathName>) -> Result<Self, CheckpointError> {
        let fail = |fault| CheckpointError { path: path.into(), fault };
        let mut known = Known::default();
        let header = Header::new(tool, roots);
        let mut journal = Journal::open(path, &header, |line| known.add(line)).map_err(fail)?;
        let seconds = crate::stamp::Moment::now().seconds();
        let run = Line::Run(seconds).to_text();
        journal.append(run.as_bytes()).map_err(|error| fail(Fault::Write(error)))?;
        Ok(Checkpoint {
            path: path.to_owned(),
            taken: known.runs.iter().map(|_| Taken::default()).collect(),
            known,
            waiting: Mutex::new(Waiting { lines: Vec::new(), since: Instant::now() }),
            journal: Mutex::new(journal),
            has_added: AtomicBool::new(false),
            failure: Mutex::default(),
            has_failed: AtomicBool::new(false),
        })
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

    fn keep(&self, line: &Line) {
        self.has_added.store(true, Ordering::Relaxed);
        let mut waiting = locked(&self.waiting);
        waiting.lines.extend_from_slice(line.to_text().as_bytes());
        if waiting.lines.len() >= MOST || waiting.since.elapsed() >= EVERY {
            drop(waiting);
            self.write();
        }
    }

    /// Writes what waits. After a failure nothing more is written: what the file held still
    /// counts.
    pub fn write(&self) {
        let mut journal = locked(&self.journal);
        let lines = {
            let mut waiting = locked(&self.waiting);
            waiting.since = Instant::now();
            std::mem::take(&mut waiting.lines)
        };
        if lines.is_empty() || self.has_failed.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = journal.append(&lines) {
            self.has_failed.store(true, Ordering::Relaxed);
            *locked(&self.failure) = Some(self.error(Fault::Write(error)));
        }
    }

    /// Why it could not be written, if that happened.
    pub fn take_failure(&self) -> Option<CheckpointError> {
        locked(&self.failure).take()
    }

    /// The file.
    pub fn path(&self) -> PathName {
        self.path.as_path().into()
    }

    fn error(&self, fault: Fault) -> CheckpointError {
        CheckpointError { path: self.path(), fault }
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

    /// Removes the file, once the scan came to its end.
    pub fn remove(&self) -> Result<(), CheckpointError> {
        locked(&self.journal).remove().map_err(|error| self.error(Fault::Remove(error)))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
