//! The directory that a round trip works in: made, marked, removed whatever happens.
//!
//! Its name begins with [`PREFIX`], and it holds a file that the run keeps locked (flock(2)). So a
//! run that was killed leaves a directory whose file nobody locks: a later run can tell that from
//! one that is at work.

use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use reports::PathName;
use rustix::fs::{
    AtFlags, FlockOperation, Mode, OFlags, flock, mkdirat, openat, unlinkat, utimensat,
};
use rustix::io::Errno;

use super::beneath::{Beneath, list, open_directory, times};
use super::file_system::{FileSystem, Listed};
use super::removal::{NotRemoved, remove_patiently};
use crate::checks::errno_name;
use crate::inode_facts::{FileKind, InodeFacts, InodeTime};

/// What the names of scratch directories begin with.
pub const PREFIX: &str = ".fscan-tar-";

/// The file that is locked while the directory is in use.
const MARK: &str = "in-use";

/// Seconds in which a run that makes a directory marks it.
const YOUNG: u64 = 60;

/// Names to try before it is given up to find a free one.
const TRIES: u32 = 64;

/// Why there is no scratch directory.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The directory that it shall lie in cannot be opened.
    #[error("{}: open says {}; give another directory", path.escaped(), errno_name(*errno))]
    NoPlace {
        /// The directory.
        path: PathName,
        /// Why.
        errno: Errno,
    },
    /// Damage keeps it from being made.
    #[error(
        "{}: {call} says {}: the filesystem is damaged; look at it with `fscan` before anything \
         is written to it",
        path.escaped(),
        errno_name(*errno)
    )]
    Damage {
        /// What was to be made.
        path: PathName,
        /// The call.
        call: &'static str,
        /// Why.
        errno: Errno,
    },
    /// It cannot be made.
    #[error("{}: {call} says {}; give a directory that can be written to",
        path.escaped(),
        errno_name(*errno))]
    NotMade {
        /// What was to be made.
        path: PathName,
        /// The call.
        call: &'static str,
        /// Why.
        errno: Errno,
    },
}

impl ScratchError {
    /// On a read-only filesystem.
    pub fn read_only(path: &PathName) -> Self {
        ScratchError::not_made(path.clone(), "mkdir", Errno::ROFS)
    }

    fn not_made(path: PathName, call: &'static str, errno: Errno) -> Self {
        match errno {
            Errno::UCLEAN | Errno::BADMSG | Errno::IO => ScratchError::Damage { path, call, errno },
            _ => ScratchError::NotMade { path, call, errno },
        }
    }

    /// What the kernel said.
    pub fn errno(&self) -> Errno {
        match self {
            ScratchError::NoPlace { errno, .. }
            | ScratchError::Damage { errno, .. }
            | ScratchError::NotMade { errno, .. } => *errno,
        }
    }
}

/// A scratch directory. It is removed when this is dropped, unless it is to be kept.
#[derive(Debug)]
pub struct Scratch {
    /// Where it is.
    pub path: PathBuf,
    /// All calls on what lies in it.
    pub beneath: Beneath,
    parent: Beneath,
    name: Vec<u8>,
    /// Modification time of the directory that it lies in, before and just after it was made.
    times: Option<(InodeTime, InodeTime)>,
    mark: Option<OwnedFd>,
    /// Whether it is left where it is.
    pub keep: bool,
    removed: bool,
}

impl Scratch {
    /// Makes one in `place`.
    pub fn make(place: &Path) -> Result<Self, ScratchError> {
        let no_place = |errno| ScratchError::NoPlace { path: place.into(), errno };
        let parent = open_directory(place).map_err(no_place)?;
        let mtime = || InodeFacts::of_descriptor(parent.as_fd()).ok().map(|f| f.modified_at());
        let before = mtime();
        let (name, directory) = make_directory(&parent, place)?;
        let times = before.zip(mtime());
        let path = place.join(OsStr::from_bytes(&name));
        let not_made =
            |errno| ScratchError::not_made(path.join(MARK).as_path().into(), "open", errno);
        let mark = make_mark(&directory).map_err(|errno| {
            let _ = unlinkat(&directory, MARK, AtFlags::empty());
            let _ = unlinkat(&parent, name.as_slice(), AtFlags::REMOVEDIR);
            not_made(errno)
        })?;
        Ok(Scratch {
            path,
            beneath: Beneath::new(directory),
            parent: Beneath::new(parent),
            name,
            times,
            mark: Some(mark),
            keep: false,
            removed: false,
        })
    }

    /// Removes it, and tells what could not be removed. The directory that it lay in gets its
    /// time back if nobody else has changed it meanwhile.
    pub fn remove(mut self) -> Vec<NotRemoved> {
        self.take_away()
    }

    fn take_away(&mut self) -> Vec<NotRemoved> {
        if std::mem::replace(&mut self.removed, true) || self.keep {
            return Vec::new();
        }
        let now = InodeFacts::of_descriptor(self.parent.directory()).ok();
        let alone = now.map(|facts| facts.modified_at()) == self.times.map(|(_, after)| after);
        // NFS and FUSE keep what is open under another name, and the directory is not empty then.
        let mark = self.mark.take();
        let mut left = remove_all_but_the_mark(&self.beneath);
        drop(mark);
        left.extend(remove_patiently(&self.parent, &self.name));
        if let Some((before, _)) = self.times.filter(|_| alone && left.is_empty()) {
            // Not ours to change, and then nobody relies on it.
            let _ = utimensat(self.parent.directory(), c".", &times(before), AtFlags::empty());
        }
        left
    }
}

/// The mark goes last: what is left without it is not known to be ours.
fn remove_all_but_the_mark(beneath: &Beneath) -> Vec<NotRemoved> {
    let listed = beneath.list(b"").unwrap_or_default();
    let others = listed.iter().filter(|entry| entry.name != MARK.as_bytes());
    others.flat_map(|entry| remove_patiently(beneath, &entry.name)).collect()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.take_away();
    }
}

/// A directory that a run left behind when it was killed, or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Where it is.
    pub path: PathBuf,
}

/// The scratch directories in `place` that nobody uses.
pub fn leftovers(place: &Path) -> Result<Vec<Leftover>, ScratchError> {
    let no_place = |errno| ScratchError::NoPlace { path: place.into(), errno };
    let parent = open_directory(place).map_err(no_place)?;
    let mut found: Vec<_> = list(&parent).map_err(no_place)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let ours = found.iter().filter(|entry| is_scratch(entry) && !is_in_use(&parent, &entry.name));
    Ok(ours.map(|entry| Leftover { path: place.join(OsStr::from_bytes(&entry.name)) }).collect())
}

/// Why a leftover is still there.
#[derive(Debug, thiserror::Error)]
pub enum NotCleaned {
    /// A run is at work in it.
    #[error("{}: a run of fscan works in it", path.escaped())]
    InUse {
        /// The leftover.
        path: PathName,
    },
    /// Something in it cannot be removed.
    #[error("{}: {call} says {}; remove it by hand: rm -rf", path.escaped(), errno_name(*errno))]
    NotRemoved {
        /// What cannot be removed.
        path: PathName,
        /// The call.
        call: &'static str,
        /// What the kernel said.
        errno: Errno,
    },
    /// Everything was removed, and it is still there.
    #[error("{}: it is there after its removal: scan this filesystem", path.escaped())]
    StillThere {
        /// What is there.
        path: PathName,
    },
}

/// Removes a leftover.
pub fn clean(leftover: &Leftover) -> Result<(), NotCleaned> {
    let path = || PathName::from(leftover.path.as_path());
    let (place, name) = (leftover.path.parent(), leftover.path.file_name());
    let (Some(place), Some(name)) = (place, name.map(OsStrExt::as_bytes)) else {
        return Err(NotCleaned::StillThere { path: path() });
    };
    let parent = open_directory(place).map_err(|errno| NotCleaned::NotRemoved {
        path: place.into(),
        call: "open",
        errno,
    })?;
    if is_in_use(&parent, name) {
        return Err(NotCleaned::InUse { path: path() });
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if let Ok(directory) = openat(&parent, name, flags, Mode::empty()) {
        remove_all_but_the_mark(&Beneath::new(directory));
    }
    match remove_patiently(&Beneath::new(parent), name).into_iter().next() {
        None => Ok(()),
        Some(NotRemoved { path, failure: Some(failure), .. }) => Err(NotCleaned::NotRemoved {
            path: PathName::from(place.join(OsStr::from_bytes(&path)).as_path()),
            call: failure.call.word(),
            errno: failure.errno,
        }),
        Some(NotRemoved { path, .. }) => Err(NotCleaned::StillThere {
            path: PathName::from(place.join(OsStr::from_bytes(&path)).as_path()),
        }),
    }
}

fn is_scratch(entry: &Listed) -> bool {
    let digits = entry.name.strip_prefix(PREFIX.as_bytes());
    matches!(entry.kind, FileKind::Directory | FileKind::Unknown)
        && digits.is_some_and(|d| d.len() == 16 && d.iter().all(u8::is_ascii_hexdigit))
}

/// Whether a run is at work there: its mark is locked. A directory without a mark is one that was
/// left while it was made or removed.
fn is_in_use(parent: &OwnedFd, name: &[u8]) -> bool {
    let path = [name, b"/", MARK.as_bytes()].concat();
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match openat(parent, path, flags, Mode::empty()) {
        Ok(mark) => flock(&mark, FlockOperation::NonBlockingLockExclusive).is_err(),
        // What holds other things and no mark is not known to be ours.
        Err(Errno::NOENT) => is_young(parent, name) || !is_empty(parent, name),
        Err(_) => true,
    }
}

fn make_directory(parent: &OwnedFd, place: &Path) -> Result<(Vec<u8>, OwnedFd), ScratchError> {
    let mut made = Err(Errno::EXIST);
    let mut name = Vec::new();
    for attempt in 0..TRIES {
        name = new_name(attempt);
        made = mkdirat(parent, name.as_slice(), Mode::RWXU);
        if made != Err(Errno::EXIST) {
            break;
        }
    }
    let failed = |call, errno| {
        ScratchError::not_made(place.join(OsStr::from_bytes(&name)).as_path().into(), call, errno)
    };
    made.map_err(|errno| failed("mkdir", errno))?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = openat(parent, name.as_slice(), flags, Mode::empty());
    let directory = opened.map_err(|errno| {
        let _ = unlinkat(parent, name.as_slice(), AtFlags::REMOVEDIR);
        failed("open", errno)
    })?;
    Ok((name, directory))
}

fn is_empty(parent: &OwnedFd, name: &[u8]) -> bool {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(parent, name, flags, Mode::empty());
    directory.is_ok_and(|directory| list(&directory).is_ok_and(|names| names.is_empty()))
}

/// Whether a directory without a mark may be one that is being made.
fn is_young(parent: &OwnedFd, name: &[u8]) -> bool {
    let Ok(name) = CString::new(name) else { return false };
    let made_at = InodeFacts::of_entry(parent.as_fd(), &name).map(|facts| facts.changed_at());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    made_at.is_ok_and(|(seconds, _)| now.as_secs().saturating_sub(seconds as u64) < YOUNG)
}

fn make_mark(directory: &OwnedFd) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mark = openat(directory, MARK, flags, Mode::RUSR | Mode::WUSR)?;
    // Whoever asks whether it is in use holds the lock for a moment.
    match flock(&mark, FlockOperation::LockExclusive) {
        // Where there are no locks, a leftover is not told from a directory in use.
        Ok(()) | Err(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(mark),
        Err(errno) => Err(errno),
    }
}

/// A name that hardly anybody else chooses.
fn new_name(attempt: u32) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seed = format!("{} {} {attempt}", std::process::id(), now.as_nanos());
    let hash = blake3::hash(seed.as_bytes()).to_hex();
    format!("{PREFIX}{}", hash.get(..16).unwrap_or_default()).into_bytes()
}
