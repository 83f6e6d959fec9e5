//! Whether what was extracted is there.
//!
//! The tree is walked as any program would walk it, with walkdir and by paths, not with the calls
//! that made it; each file is read back and hashed.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use reports::TarClassification;
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::geteuid;
use walkdir::WalkDir;

use super::abilities::Abilities;
use super::expected::{ByPath, FileFacts, Paths, What, folded};
use super::file_system::{Call, above, split};
use super::trouble::Stumble;
use crate::inode_facts::InodeTime;

/// Bytes of a file that are read at once.
const READ_AT_ONCE: usize = 1 << 16;

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path below the scratch directory.
    pub path: Vec<u8>,
    /// In which way.
    pub kind: DifferenceKind,
    /// What must be there.
    pub expected: String,
    /// What is.
    pub found: String,
}

/// In which way something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Content or type.
    Content,
    /// It is not there, or something is that nobody made.
    Presence,
    /// Mode, time, target, names of one file.
    Metadata,
    /// Reading it back fails.
    Unreadable(Errno, Call),
    /// Two members want names that are one on this filesystem.
    Collision,
}

/// What a verification came to.
#[derive(Debug, Default)]
pub struct Verified {
    /// Members that must be there and are not, or could not be read.
    pub missing: u64,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// Compares.
pub struct Verification<'a> {
    /// The scratch directory.
    pub scratch: &'a Path,
    /// The directory below it that is compared.
    pub below: &'a [u8],
    /// What must be there.
    pub expected: &'a ByPath,
    /// Paths of which nothing is known.
    pub dropped: &'a Paths,
    /// What the filesystem keeps.
    pub abilities: Abilities,
    /// Whether somebody may have taken a path away.
    pub may_be_gone: &'a (dyn Fn(&[u8]) -> bool + Sync),
    /// Whether nobody waits for the outcome any more.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    /// Threads to read with; where none can be had, one does it.
    pub readers: Option<&'a ThreadPool>,
    /// Files that their own mode kept us from reading.
    pub unread: AtomicU64,
    /// Paths that are several without case or normalisation, in that form; empty at first.
    pub twins: OnceLock<Paths>,
    /// Directories above what nothing is known of; empty at first.
    pub above_dropped: OnceLock<Paths>,
}

/// A path that was found.
struct Found {
    path: Vec<u8>,
    metadata: fs::Metadata,
}

impl Verification<'_> {
    /// Walks, and compares what is found with what must be there, and the other way round.
    pub fn run(&self) -> Verified {
        let (found, mut differences) = self.walk();
        let directories = self.directories();
        let numbers = numbers(&found);
        let room = || vec![0; READ_AT_ONCE];
        let compare = |room: &mut Vec<u8>, found| self.compare(found, &directories, &numbers, room);
        let unlike: Vec<_> = if let Some(readers) = self.readers {
            readers.install(|| found.par_iter().map_init(room, compare).flatten_iter().collect())
        } else {
            let mut room = room();
            found.iter().flat_map(|found| compare(&mut room, found)).collect()
        };
        differences.extend(unlike);
        let there: HashSet<&[u8], RandomState> =
            found.iter().map(|found| found.path.as_slice()).collect();
        if there.len() < found.len() {
            differences.extend(self.listed_twice(&found));
        }
        let missing = self.expected.iter().filter(|(path, _)| !there.contains(path.as_slice()));
        let missing: Vec<_> = missing.collect();
        differences.extend(missing.iter().filter_map(|(path, what)| self.missing(path, what)));
        differences.sort_by(|a, b| a.path.cmp(&b.path));
        let members = missing.iter().filter(|(_, what)| what.is_member()).count() as u64;
        Verified { missing: members + self.unread.swap(0, Ordering::Relaxed), differences }
    }

    /// The directories above what must be there.
    fn directories(&self) -> HashSet<&[u8], RandomState> {
        let mut directories = HashSet::default();
        for path in self.expected.keys() {
            let mut directory = split(path).0;
            while !directory.is_empty() && directories.insert(directory) {
                directory = split(directory).0;
            }
        }
        directories
    }

    /// What must be there and is not.
    fn missing(&self, path: &[u8], what: &What) -> Option<Difference> {
        let explained = (self.may_be_gone)(path) || self.is_closed(path) || (self.stopped)();
        (!explained).then(|| self.presence(path, what.name(), "nothing"))
    }

    /// Names that a directory lists more than once.
    fn listed_twice(&self, found: &[Found]) -> Vec<Difference> {
        let mut seen: HashSet<&[u8], RandomState> = HashSet::default();
        let twice = found.iter().filter(|found| !seen.insert(&found.path));
        twice.map(|found| self.content(&found.path, "the name once", "the name twice")).collect()
    }

    /// Whether a path lies in a directory whose own mode keeps this user from entering it.
    fn is_closed(&self, path: &[u8]) -> bool {
        let closed = |above: &[u8]| match self.expected.get(above) {
            Some(What::Directory { mode: Some(mode), .. }) => mode & 0o500 != 0o500,
            _ => false,
        };
        !geteuid().is_root() && above(path).chain([path]).any(closed)
    }

    fn walk(&self) -> (Vec<Found>, Vec<Difference>) {
        let (mut found, mut differences) = (Vec::new(), Vec::new());
        let root = self.absolute(self.below);
        for entry in WalkDir::new(&root).min_depth(1) {
            if (self.stopped)() {
                break;
            }
            let seen = entry.and_then(|entry| Ok((entry.metadata()?, entry)));
            match seen {
                Ok((metadata, entry)) => {
                    found.push(Found { path: self.relative(entry.path()), metadata });
                }
                Err(error) => differences.extend(self.unreadable(&error)),
            }
        }
        (found, differences)
    }

    fn relative(&self, path: &Path) -> Vec<u8> {
        let below = path.strip_prefix(self.scratch).unwrap_or(path);
        below.as_os_str().as_bytes().to_vec()
    }

    fn unreadable(&self, error: &walkdir::Error) -> Option<Difference> {
        let path = self.relative(error.path()?);
        // Nothing was made: what must be there all the same is missing.
        if error.depth() == 0 && error.io_error()?.kind() == io::ErrorKind::NotFound {
            return None;
        }
        let error = error.io_error()?;
        let gone = error.kind() == io::ErrorKind::NotFound && (self.may_be_gone)(&path);
        let closed = error.kind() == io::ErrorKind::PermissionDenied && self.is_closed(&path);
        (!gone && !closed).then(|| unreadable(path, Call::List, error))
    }

    fn compare(
        &self,
        found: &Found,
        directories: &HashSet<&[u8], RandomState>,
        numbers: &HashMap<Vec<u8>, u64, RandomState>,
        room: &mut [u8],
    ) -> Vec<Difference> {
        let path = found.path.as_slice();
        if (self.stopped)() {
            return Vec::new();
        }
        if self.dropped.contains(path) || above(path).any(|above| self.dropped.contains(above)) {
            return Vec::new();
        }
        let file_type = found.metadata.file_type();
        match self.expected.get(path) {
            Some(What::File(facts)) if file_type.is_file() => {
                self.file(found, facts, numbers, room)
            }
            Some(What::Directory { mode, mtime }) if file_type.is_dir() => {
                self.metadata(found, mode.unwrap_or(0o777), *mode, *mtime).into_iter().collect()
            }
            Some(What::Symlink { target, mtime }) if file_type.is_symlink() => {
                self.symlink(found, target, *mtime)
            }
            Some(what) => vec![self.content(path, what.name(), kind(&found.metadata))],
            None if directories.contains(path) && file_type.is_dir() => Vec::new(),
            None if (self.may_be_gone)(path) || self.is_above_dropped(path) => Vec::new(),
            None => vec![self.presence(path, "nothing: nobody made it", kind(&found.metadata))],
        }
    }

    fn is_above_dropped(&self, path: &[u8]) -> bool {
        let directories = self.above_dropped.get_or_init(|| {
            self.dropped.iter().flat_map(|path| above(path)).map(<[u8]>::to_vec).collect()
        });
        directories.contains(path)
    }

    fn file(
        &self,
        found: &Found,
        facts: &FileFacts,
        numbers: &HashMap<Vec<u8>, u64, RandomState>,
        room: &mut [u8],
    ) -> Vec<Difference> {
        let path = &found.path;
        if found.metadata.len() != facts.size {
            let size = found.metadata.len();
            let expected = format!("{} bytes", facts.size);
            return vec![self.content(path, &expected, &format!("{size} bytes"))];
        }
        let mut differences = Vec::new();
        match self.hash(path, &found.metadata, room) {
            Ok(Some(hash)) if hash != facts.hash => {
                let shown = |hash: &blake3::Hash| format!("BLAKE3 {}", hash.to_hex());
                return vec![self.content(path, &shown(&facts.hash), &shown(&hash))];
            }
            Ok(Some(_)) => {}
            Ok(None) => drop(self.unread.fetch_add(1, Ordering::Relaxed)),
            Err(error) if self.is_gone(path, &error) => return Vec::new(),
            Err(error) => return vec![unreadable(path.clone(), Call::Read, &error)],
        }
        differences.extend(self.metadata(found, facts.made_with, facts.mode, facts.mtime));
        if let Some(of) = &facts.same_as
            && numbers.get(of) != Some(&found.metadata.ino())
        {
            let expected = format!("another name of {}", reports::escape(of));
            differences.push(Self::differs(path, &expected, "a file of its own"));
        }
        differences
    }

    fn is_gone(&self, path: &[u8], error: &io::Error) -> bool {
        error.kind() == io::ErrorKind::NotFound && (self.may_be_gone)(path)
    }

    /// None where the file's own mode keeps us from reading it.
    fn hash(
        &self,
        path: &[u8],
        metadata: &fs::Metadata,
        room: &mut [u8],
    ) -> io::Result<Option<blake3::Hash>> {
        let mut file = match open_file(&self.absolute(path)) {
            Err(error)
                if error.kind() == io::ErrorKind::PermissionDenied
                    && metadata.permissions().mode() & 0o400 == 0 =>
            {
                return Ok(None);
            }
            opened => opened?,
        };
        let mut hasher = blake3::Hasher::new();
        let mut left = metadata.len();
        // A file that ends before its size has another hash.
        while left > 0 {
            let read = file.read(room)?;
            if read == 0 {
                break;
            }
            hasher.update(room.get(..read).unwrap_or_default());
            left = left.saturating_sub(read as u64);
        }
        Ok(Some(hasher.finalize()))
    }

    fn absolute(&self, path: &[u8]) -> PathBuf {
        self.scratch.join(OsStr::from_bytes(path))
    }

    fn symlink(&self, found: &Found, target: &[u8], mtime: Option<InodeTime>) -> Vec<Difference> {
        let mut differences = Vec::new();
        match fs::read_link(self.absolute(&found.path)) {
            Ok(read) if read.as_os_str().as_bytes() != target => {
                let shown = |target: &[u8]| format!("target {}", reports::escape(target));
                let read = shown(read.as_os_str().as_bytes());
                differences.push(Self::differs(&found.path, &shown(target), &read));
            }
            Ok(_) => {}
            Err(error) if self.is_gone(&found.path, &error) => {}
            Err(error) => differences.push(unreadable(found.path.clone(), Call::ReadLink, &error)),
        }
        differences.extend(mtime.and_then(|mtime| self.time(found, mtime)));
        differences
    }

    /// The mode that it was made with, or that was set, and the time that was set.
    fn metadata(
        &self,
        found: &Found,
        made_with: u32,
        mode: Option<u32>,
        mtime: Option<InodeTime>,
    ) -> Vec<Difference> {
        // A directory may have its group from the one above (set-group-id).
        let kept = if found.metadata.is_dir() { 0o777 } else { 0o7777 };
        let told = found.metadata.permissions().mode() & kept;
        let expected = mode.unwrap_or(made_with & self.abilities.left_by_umask);
        let mut differences = Vec::new();
        if self.abilities.keeps_modes && told != expected {
            let shown = |mode: u32| format!("mode {mode:04o}");
            differences.push(Self::differs(&found.path, &shown(expected), &shown(told)));
        }
        differences.extend(mtime.and_then(|mtime| self.time(found, mtime)));
        differences
    }

    fn time(&self, found: &Found, mtime: InodeTime) -> Option<Difference> {
        let told = (found.metadata.mtime(), found.metadata.mtime_nsec() as u32);
        let shown = |(s, ns): (i64, u32)| format!("modification time {s}.{ns:09}");
        (!self.abilities.is_same_time(mtime, told))
            .then(|| Self::differs(&found.path, &shown(mtime), &shown(told)))
    }

    fn content(&self, path: &[u8], expected: &str, found: &str) -> Difference {
        let kind =
            if self.has_twin(path) { DifferenceKind::Collision } else { DifferenceKind::Content };
        let (expected, found) = (expected.to_owned(), found.to_owned());
        Difference { path: path.to_vec(), kind, expected, found }
    }

    fn presence(&self, path: &[u8], expected: &str, found: &str) -> Difference {
        let difference = self.content(path, expected, found);
        match difference.kind {
            DifferenceKind::Content => Difference { kind: DifferenceKind::Presence, ..difference },
            _ => difference,
        }
    }

    fn differs(path: &[u8], expected: &str, found: &str) -> Difference {
        let (expected, found) = (expected.to_owned(), found.to_owned());
        Difference { path: path.to_vec(), kind: DifferenceKind::Metadata, expected, found }
    }

    /// Whether another path is the same but for case or normalisation. Where that is asked for one
    /// path, it is asked for many.
    fn has_twin(&self, path: &[u8]) -> bool {
        let twins = self.twins.get_or_init(|| {
            let mut folded_paths: HashMap<Vec<u8>, u32, RandomState> = HashMap::default();
            for path in self.expected.keys() {
                *folded_paths.entry(folded(path)).or_default() += 1;
            }
            folded_paths.into_iter().filter(|(_, count)| *count > 1).map(|(path, _)| path).collect()
        });
        !twins.is_empty() && twins.contains(&folded(path))
    }
}

/// Opens what was a regular file a moment ago; a FIFO in its place must not hold us.
fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    File::options().read(true).custom_flags(flags.bits() as i32).open(path)
}

/// Inode numbers of files that have other names.
fn numbers(found: &[Found]) -> HashMap<Vec<u8>, u64, RandomState> {
    let several = found.iter().filter(|found| found.metadata.nlink() > 1);
    several.map(|found| (found.path.clone(), found.metadata.ino())).collect()
}

impl Difference {
    /// As a call that failed: what cannot be read back, and what another member of the archive
    /// replaced.
    pub fn into_stumble(self) -> Stumble {
        let (errno, call) = match self.kind {
            DifferenceKind::Unreadable(errno, call) => (errno, call),
            _ => (Errno::EXIST, Call::Look),
        };
        let classification = match (self.kind, errno) {
            (DifferenceKind::Collision, _) => TarClassification::NameCollision,
            (_, Errno::IO | Errno::UCLEAN | Errno::BADMSG | Errno::STALE) => {
                TarClassification::FilesystemError
            }
            (_, Errno::NOENT) => TarClassification::LookupInconsistent,
            (_, Errno::ACCESS | Errno::PERM) => TarClassification::Permission,
            _ => TarClassification::Unknown,
        };
        let evidence = vec![
            "seen when what was extracted was read back, twice".to_owned(),
            format!("expected {}, found {}", self.expected, self.found),
        ];
        Stumble {
            call,
            errno,
            path: self.path,
            to: None,
            package: Vec::new(),
            classification,
            transient: false,
            evidence,
        }
    }
}

impl What {
    /// Whether it may be a member of an archive, and not just a directory above some.
    fn is_member(&self) -> bool {
        !matches!(self, What::Directory { mode: None, .. })
    }

    /// What it is, in a word or two.
    pub fn name(&self) -> &'static str {
        match self {
            What::File(_) => "a regular file",
            What::Directory { .. } => "a directory",
            What::Symlink { .. } => "a symbolic link",
        }
    }
}

fn kind(metadata: &fs::Metadata) -> &'static str {
    let file_type = metadata.file_type();
    if file_type.is_file() {
        "a regular file"
    } else if file_type.is_dir() {
        "a directory"
    } else if file_type.is_symlink() {
        "a symbolic link"
    } else {
        "something else"
    }
}

fn unreadable(path: Vec<u8>, call: Call, error: &io::Error) -> Difference {
    let number = error.raw_os_error().unwrap_or(Errno::IO.raw_os_error());
    let errno = Errno::from_raw_os_error(number);
    Difference {
        path,
        kind: DifferenceKind::Unreadable(errno, call),
        expected: "what was written can be read".to_owned(),
        found: format!("{} says {error}", call.word()),
    }
}
