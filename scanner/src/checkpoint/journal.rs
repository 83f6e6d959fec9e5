//! The file: read to its last whole block, then written on, a block at a time.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use blake3::Hasher;
use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

use super::Fault;
use super::header::Header;
use super::line::Line;

/// Longer than any line, in bytes; roots have paths.
const LONGEST_LINE: u64 = 1 << 20;

/// More lines than any block has.
const LONGEST_BLOCK: usize = 1 << 20;

/// How long a lock that somebody holds is asked for, and how often.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(5);

/// A checkpoint's file, locked against other scans.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Where the last whole block ends, in bytes.
    length: u64,
    /// Over everything up to there.
    hasher: Hasher,
}

/// What becomes of a checkpoint of another filesystem at the same path.
#[derive(Clone, Copy, Debug)]
pub enum Replaced {
    /// It is left alone.
    Refuse,
    /// What it held counts for nothing, and goes.
    BeginAnew,
}

impl Journal {
    /// Opens a checkpoint, or makes it where there is none. `take` gets the lines of every whole
    /// block; what stands behind the last one is removed, and how many bytes that was is told.
    pub fn open(
        path: &Path,
        header: &Header,
        replaced: Replaced,
        take: impl FnMut(&Line),
    ) -> Result<(Self, u64), Fault> {
        let file = open_locked(path)?;
        let mut journal = Journal { path: path.to_owned(), file, length: 0, hasher: Hasher::new() };
        let read = journal.read(header, take);
        if let (Err(Fault::OtherFilesystem(_)), Replaced::BeginAnew) = (&read, replaced) {
            journal.file.set_len(0).map_err(Fault::Write)?;
        } else {
            read?;
        }
        let is_new = journal.length == 0;
        let found = journal.file.metadata().map_err(Fault::Read)?.len();
        let damaged = found.saturating_sub(journal.length);
        journal.file.set_len(journal.length).map_err(Fault::Write)?;
        if is_new {
            let line = header.to_line().map_err(|error| Fault::Write(error.into()))?;
            journal.append(&line).map_err(Fault::Write)?;
            let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
        }
        Ok((journal, damaged))
    }

    /// Reads the whole blocks; none where not even the header is one.
    fn read(&mut self, header: &Header, mut take: impl FnMut(&Line)) -> Result<(), Fault> {
        let mut reader = BufReader::with_capacity(1 << 18, &self.file);
        let mut line = Vec::new();
        read_line(&mut reader, &mut line)?;
        header.accepts(&line)?;
        let (mut hasher, mut length) = (Hasher::new(), line.len() as u64);
        hasher.update(&line);
        let (mut block, mut sealed) = (Vec::new(), None);
        while block.len() < LONGEST_BLOCK {
            line.clear();
            read_line(&mut reader, &mut line)?;
            let parsed = Line::parse(&line);
            let proven = match parsed {
                Some(Line::Seal(seal)) => seal == *hasher.finalize().as_bytes(),
                _ => false,
            };
            hasher.update(&line);
            length += line.len() as u64;
            match parsed {
                Some(Line::Seal(_)) if proven => {
                    block.drain(..).for_each(|line| take(&line));
                    sealed = Some((hasher.clone(), length));
                }
                None | Some(Line::Seal(_)) => break,
                Some(other) => block.push(other),
            }
        }
        (self.hasher, self.length) = sealed.unwrap_or_default();
        Ok(())
    }

    /// Writes lines as a block of their own, through to the disk. After an error the file is what
    /// it was before.
    pub fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let mut hasher = self.hasher.clone();
        hasher.update(lines);
        let seal = Line::Seal(*hasher.finalize().as_bytes()).to_text();
        hasher.update(seal.as_bytes());
        let written = self
            .file
            .seek(SeekFrom::Start(self.length))
            .and_then(|_| self.file.write_all(lines))
            .and_then(|()| self.file.write_all(seal.as_bytes()))
            .and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.length += (lines.len() + seal.len()) as u64;
                self.hasher = hasher;
            }
            Err(_) => self.file.set_len(self.length)?,
        }
        written
    }

    /// Whether the file still stands under its path.
    pub fn is_there(&self) -> Result<(), Fault> {
        if is_at(&self.file, &self.path)? { Ok(()) } else { Err(Fault::Replaced) }
    }

    /// Removes the file: the scan came to its end.
    pub fn remove(&self) -> Result<(), Fault> {
        self.is_there()?;
        std::fs::remove_file(&self.path).map_err(Fault::Remove)
    }
}

/// Opens the file that stands there once nobody else uses it: one that another scan just removed
/// is not that.
fn open_locked(path: &Path) -> Result<File, Fault> {
    loop {
        let file = open(path)?;
        lock(&file)?;
        if is_at(&file, path)? {
            return Ok(file);
        }
    }
}

/// Whether a path leads to an open file.
fn is_at(file: &File, path: &Path) -> Result<bool, Fault> {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    let own = file.metadata().map(identity).map_err(Fault::Open)?;
    Ok(std::fs::symlink_metadata(path).is_ok_and(|there| identity(there) == own))
}

fn open(path: &Path) -> Result<File, Fault> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW;
    let opened = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(flags.bits().cast_signed())
        .open(path);
    let metadata = std::fs::symlink_metadata(path);
    let file = opened.map_err(|error| match metadata {
        Ok(metadata) if metadata.is_symlink() => Fault::Link,
        Ok(metadata) if !metadata.is_file() => Fault::NoFile,
        _ => Fault::Open(error),
    })?;
    if file.metadata().map_err(Fault::Open)?.is_file() { Ok(file) } else { Err(Fault::NoFile) }
}

/// Where the filesystem knows no locks there is none. A lock outlives its file by a moment where a
/// process was being started meanwhile, which has the descriptor until it executes (flock(2)).
fn lock(file: &File) -> Result<(), Fault> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) if Instant::now() < give_up => std::thread::sleep(PAUSE),
            Err(Errno::WOULDBLOCK) => return Err(Fault::InUse),
            _ => return Ok(()),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// Reads a line with its newline; without one at the end of the file, or where it is too long.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> Result<(), Fault> {
    reader.take(LONGEST_LINE).read_until(b'\n', line).map_err(Fault::Read)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{CheckpointRoot, FileIdentity};

    fn header() -> Header {
        let filesystem = None;
        Header::new("fscan 1", vec![CheckpointRoot { path: Path::new("/a").into(), filesystem }])
    }

    fn file(n: u8) -> Line {
        Line::File(FileIdentity([n; 16]), [n; 32])
    }

    /// The lines of a file's whole blocks.
    fn open(path: &Path) -> Result<(Journal, Vec<Line>), Fault> {
        let mut lines = Vec::new();
        let (journal, _) =
            Journal::open(path, &header(), Replaced::Refuse, |line| lines.push(line.clone()))?;
        Ok((journal, lines))
    }

    /// Two blocks, of two lines and of one.
    fn written(path: &Path) {
        let (mut journal, lines) = open(path).unwrap();
        assert_eq!(lines, []);
        journal.append(format!("{}{}", file(1).to_text(), file(2).to_text()).as_bytes()).unwrap();
        journal.append(file(3).to_text().as_bytes()).unwrap();
    }

    #[test]
    fn a_journal_torn_anywhere_keeps_its_whole_blocks_and_can_be_gone_on_with() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c");
        written(&path);
        let whole = std::fs::read(&path).unwrap();
        let ends: Vec<usize> = (0..whole.len())
            .filter(|at| whole[..*at].ends_with(b"\n"))
            .filter(|at| {
                whole[..at - 1].rsplit(|b| *b == b'\n').next().unwrap().starts_with(b"seal")
            })
            .chain([whole.len()])
            .collect();
        assert_eq!(ends.len(), 3, "one for the header and one for each block");
        // What is shorter than the beginning of a header is left alone, as anybody's file.
        for length in [0].into_iter().chain(20..=whole.len()) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let blocks = ends.iter().filter(|end| **end <= length).count();
            let expected: &[Line] = match blocks {
                0 | 1 => &[],
                2 => &[file(1), file(2)],
                _ => &[file(1), file(2), file(3)],
            };
            let (mut journal, lines) = open(&path).unwrap();
            assert_eq!(lines, expected, "{length} bytes");
            journal.append(file(9).to_text().as_bytes()).unwrap();
            drop(journal);
            let (_, lines) = open(&path).unwrap();
            assert_eq!(lines.last(), Some(&file(9)), "{length} bytes");
            assert_eq!(lines.len(), expected.len() + 1, "{length} bytes");
        }
    }

    #[test]
    fn a_lock_that_is_let_go_soon_is_waited_for_and_another_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c");
        let (held, _) = open(&path).unwrap();
        assert!(matches!(open(&path), Err(Fault::InUse)));
        let letting_go = std::thread::spawn(|| {
            std::thread::sleep(10 * PAUSE);
            drop(held);
        });
        open(&path).unwrap();
        letting_go.join().unwrap();
    }

    #[test]
    fn a_changed_byte_ends_the_journal_in_front_of_its_block() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c");
        written(&path);
        let whole = std::fs::read(&path).unwrap();
        let begin = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        for at in begin..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).unwrap();
            let (_, lines) = open(&path).unwrap();
            let all = [file(1), file(2), file(3)];
            assert!(lines.len() < 3 && all.starts_with(&lines), "byte {at}: {lines:?}");
        }
    }

    #[test]
    fn what_begins_in_another_way_is_no_checkpoint() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("c");
        for content in ["x", "{", "{}\n", "\n", "[1]", "{\"fscan_check"] {
            std::fs::write(&path, content).unwrap();
            assert!(matches!(open(&path), Err(Fault::Other)), "{content:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
        }
    }
}
