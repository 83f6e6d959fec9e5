//! The directory that work which writes is done in: made, marked, removed whatever happens.
//!
//! Its name tells of which [`Kind`] it is, and it holds a file that the run keeps locked (flock(2)).
//! So a run that was killed leaves a directory whose file nobody locks: a later run can tell that
//! from one that is at work.

mod error;
mod leftover;
mod owner;

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{
    AtFlags, FlockOperation, Mode, OFlags, flock, mkdirat, openat, unlinkat, utimensat,
};
use rustix::io::Errno;

use crate::inode_facts::{InodeFacts, InodeTime};
use crate::round_trip::{
    Beneath, FileSystem, NotRemoved, open_directory, remove_patiently, remove_tree, times,
};

pub use error::{NotCleaned, ScratchError};
pub use leftover::{Leftover, clean, leftovers};
pub use owner::Owner;

/// Which work a scratch directory is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Tar round trips.
    Tar,
    /// Stress.
    Stress,
    /// What an environment allows: empty directories that live for a moment.
    Environment,
}

impl Kind {
    /// Every one.
    pub const ALL: [Kind; 3] = [Kind::Tar, Kind::Stress, Kind::Environment];

    /// What the names of its directories begin with; sixteen hexadecimal digits follow.
    pub const fn prefix(self) -> &'static str {
        match self {
            Kind::Tar => ".fscan-tar-",
            Kind::Stress => ".fscan-stress-",
            Kind::Environment => ".fscan-env-",
        }
    }
}

/// The file that is locked while the directory is in use.
const MARK: &str = "in-use";

/// Names to try before it is given up to find a free one.
const TRIES: u32 = 64;

/// A scratch directory. It is removed when this is dropped, unless it is to be kept.
#[derive(Debug)]
pub struct Scratch {
    /// Where it is.
    pub path: PathBuf,
    /// All calls on what lies in it.
    pub(crate) beneath: Beneath,
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
    /// Makes one in `place`, which nobody else may enter.
    pub fn make(place: &Path, kind: Kind) -> Result<Self, ScratchError> {
        let no_place = |errno| ScratchError::NoPlace { path: place.into(), errno };
        let parent = open_directory(place).map_err(no_place)?;
        let mtime = || InodeFacts::of_descriptor(parent.as_fd()).ok().map(|f| f.modified_at());
        let before = mtime();
        let (name, directory) = make_directory(&parent, place, kind)?;
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

    /// The directory itself, open for reading.
    pub fn directory(&self) -> BorrowedFd<'_> {
        self.beneath.directory()
    }

    /// Removes what a path in it names, whatever the modes of directories and however deep it is.
    /// What is not there is removed already.
    pub fn remove_below(&self, path: &Path) -> Result<(), NotCleaned> {
        let left = remove_patiently(&self.beneath, path.as_os_str().as_bytes());
        NotCleaned::first_of(left, &self.path)
    }

    /// The same, without trying again what does not work at once.
    pub fn remove_below_at_once(&self, path: &Path) -> Result<(), NotCleaned> {
        let left = remove_tree(&self.beneath, path.as_os_str().as_bytes());
        NotCleaned::first_of(left, &self.path)
    }

    /// Removes it. The directory that it lay in gets its time back if nobody else has changed it
    /// meanwhile.
    pub fn close(self) -> Result<(), NotCleaned> {
        let place = self.path.parent().unwrap_or(&self.path).to_owned();
        NotCleaned::first_of(self.remove(), &place)
    }

    /// The same, and tells all that could not be removed.
    pub(crate) fn remove(mut self) -> Vec<NotRemoved> {
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
        // Told as seen from the directory that it lies in, like what follows.
        for not in &mut left {
            not.path = [&self.name, b"/".as_slice(), &not.path].concat();
        }
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

/// Whether a name is such as our directories have.
pub(crate) fn is_ours(name: &[u8]) -> bool {
    Kind::ALL.iter().any(|kind| name.starts_with(kind.prefix().as_bytes()))
}

fn make_directory(
    parent: &OwnedFd,
    place: &Path,
    kind: Kind,
) -> Result<(Vec<u8>, OwnedFd), ScratchError> {
    let mut made = Err(Errno::EXIST);
    let mut name = Vec::new();
    for attempt in 0..TRIES {
        name = new_name(kind, attempt);
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

fn make_mark(directory: &OwnedFd) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let mark = openat(directory, MARK, flags, Mode::RUSR | Mode::WUSR)?;
    // Told to whoever removes what this run leaves; on a full disk it stays untold.
    let owner = Owner::of_process(std::process::id());
    let _ = owner.map(|owner| rustix::io::write(&mark, owner.as_str().as_bytes()));
    // Whoever asks whether it is in use holds the lock for a moment.
    match flock(&mark, FlockOperation::LockExclusive) {
        // Where there are no locks, a leftover is not told from a directory in use.
        Ok(()) | Err(Errno::NOLCK | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(mark),
        Err(errno) => Err(errno),
    }
}

/// A name that hardly anybody else chooses.
fn new_name(kind: Kind, attempt: u32) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seed = format!("{} {} {attempt}", std::process::id(), now.as_nanos());
    let hash = blake3::hash(seed.as_bytes()).to_hex();
    format!("{}{}", kind.prefix(), hash.get(..16).unwrap_or_default()).into_bytes()
}

#[cfg(test)]
mod tests;
