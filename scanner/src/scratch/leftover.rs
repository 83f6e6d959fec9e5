//! Scratch directories of runs that were killed.

use std::ffi::{CString, OsStr};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use reports::PathName;
use rustix::fs::{FlockOperation, Mode, OFlags, flock, openat};
use rustix::io::Errno;

use super::{Kind, MARK, NotCleaned, Owner, ScratchError, remove_all_but_the_mark};
use crate::inode_facts::{FileKind, InodeFacts};
use crate::round_trip::{Beneath, Listed, list, open_directory, remove_patiently};

/// Seconds in which a run that makes a directory marks it.
const YOUNG: u64 = 60;

/// A directory that a run left behind when it was killed, or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Where it is.
    pub path: PathBuf,
}

impl Leftover {
    /// Whether this process left it.
    pub fn is_of(&self, owner: &Owner) -> bool {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mark = open_directory(&self.path)
            .and_then(|folder| openat(&folder, MARK, flags, Mode::empty()));
        mark.ok().and_then(Owner::of_mark).is_some_and(|left_by| left_by == *owner)
    }
}

/// The scratch directories of a kind in `place` that nobody uses.
pub fn leftovers(place: &Path, kind: Kind) -> Result<Vec<Leftover>, ScratchError> {
    let no_place = |errno| ScratchError::NoPlace { path: place.into(), errno };
    let parent = open_directory(place).map_err(no_place)?;
    let mut found: Vec<_> = list(&parent).map_err(no_place)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let ours =
        found.iter().filter(|entry| is_scratch(entry, kind) && !is_in_use(&parent, &entry.name));
    Ok(ours.map(|entry| Leftover { path: place.join(OsStr::from_bytes(&entry.name)) }).collect())
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
    NotCleaned::first_of(remove_patiently(&Beneath::new(parent), name), place)
}

fn is_scratch(entry: &Listed, kind: Kind) -> bool {
    let digits = entry.name.strip_prefix(kind.prefix().as_bytes());
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
