//! Operations on names.

use rustix::fs::{
    AtFlags, Mode as FsMode, OFlags, RenameFlags, linkat, mkdirat, openat, readlinkat,
    renameat_with, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::{DirectoryTarget, facts};
use crate::operand::{Crowd, Mode, RenameHow};
use crate::outcome::Facts;
use crate::path::{Path, Place, join_bytes};

/// Permission bits as the call takes them.
pub(super) fn fs_mode(mode: Mode) -> FsMode {
    FsMode::from_raw_mode(mode.bits().into())
}

const CREATE_NEW: OFlags = OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL);

impl DirectoryTarget {
    pub(super) fn create(&self, path: &Path, mode: Mode) -> Result<(), Errno> {
        self.open_names(path.names(), CREATE_NEW, fs_mode(mode)).map(drop)
    }

    pub(super) fn make_directory(&self, path: &Path, mode: Mode) -> Result<(), Errno> {
        mkdirat(self.parent(path)?, self.last(path), fs_mode(mode))
    }

    pub(super) fn remove(&self, path: &Path, flags: AtFlags) -> Result<(), Errno> {
        unlinkat(self.parent(path)?, self.last(path), flags)
    }

    pub(super) fn rename(&self, from: &Path, to: &Path, how: RenameHow) -> Result<(), Errno> {
        let flags = match how {
            RenameHow::Plain => RenameFlags::empty(),
            RenameHow::NoReplace => RenameFlags::NOREPLACE,
            RenameHow::Exchange => RenameFlags::EXCHANGE,
        };
        let (old, new) = (self.parent(from)?, self.parent(to)?);
        renameat_with(old, self.last(from), new, self.last(to), flags)
    }

    pub(super) fn link(&self, from: &Path, to: &Path) -> Result<(), Errno> {
        let (old, new) = (self.parent(from)?, self.parent(to)?);
        linkat(old, self.last(from), new, self.last(to), AtFlags::empty())
    }

    pub(super) fn symlink(&self, target: &Path, path: &Path) -> Result<(), Errno> {
        let mut bytes = Vec::new();
        join_bytes(&self.names, target.names(), &mut bytes);
        bytes.pop();
        symlinkat(bytes.as_slice(), self.parent(path)?, self.last(path))
    }

    pub(super) fn read_link(&self, path: &Path) -> Result<Vec<u8>, Errno> {
        let target = readlinkat(self.parent(path)?, self.last(path), Vec::new())?;
        Ok(target.into_bytes())
    }

    pub(super) fn look(&self, path: &Place) -> Result<Facts, Errno> {
        match path.path() {
            None => facts(&self.top, b"", AtFlags::EMPTY_PATH),
            Some(path) => facts(self.parent(path)?, self.last(path), AtFlags::empty()),
        }
    }

    /// Makes the first names of a crowd that are not there; tells how many that were.
    pub(super) fn fill(&self, place: &Place, crowd: Crowd, count: u16) -> Result<u64, Errno> {
        let directory = self.place(place.names())?;
        let mut made = 0;
        for number in 0..count.min(crowd.family().count()) {
            let name = self.names.bytes(crowd.family().name(number));
            let flags = CREATE_NEW | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match openat(&directory, name, flags, FsMode::from_raw_mode(0o644)) {
                Ok(_) => made += 1,
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(made)
    }

    /// Removes the first names of a crowd that are there; tells how many that were.
    pub(super) fn purge(&self, place: &Place, crowd: Crowd, count: u16) -> Result<u64, Errno> {
        let directory = self.place(place.names())?;
        let mut removed = 0;
        for number in 0..count.min(crowd.family().count()) {
            let name = self.names.bytes(crowd.family().name(number));
            match unlinkat(&directory, name, AtFlags::empty()) {
                Ok(()) => removed += 1,
                Err(Errno::NOENT | Errno::ISDIR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(removed)
    }
}
