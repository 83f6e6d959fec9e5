//! The calls on a real filesystem, all relative to one directory's descriptor.
//!
//! The parent of a path is opened first, without following a symbolic link anywhere and without
//! leaving the directory (openat2(2), RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS); the call itself
//! then gets a single name. Whatever an archive plants, and whatever is swapped meanwhile, no
//! call ends outside.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Timespec, Timestamps, UTIME_OMIT,
    chmodat, fchmod, ftruncate, futimens, linkat, mkdirat, openat, openat2, renameat, seek,
    symlinkat, unlinkat, utimensat,
};
use rustix::io::Errno;

use super::file_system::{
    Call, Creation, Failure, FileSystem, Listed, Looked, OpenFile, above, split,
};
use crate::inode_facts::{FileKind, InodeFacts, InodeTime};

/// How long another thread may hold what is asked for, each time.
const CONTENTION: [Duration; 3] =
    [Duration::from_millis(1), Duration::from_millis(4), Duration::from_millis(16)];

/// Closed at exec, and no link is followed.
const ALWAYS: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW);

/// Only leads on to what lies in it.
const STEP: OFlags = OFlags::PATH.union(OFlags::DIRECTORY);

/// A path of so many bytes, the NUL at its end among them, is the longest that one call takes
/// (PATH_MAX, limits.h).
const LONGEST_PATH: usize = 4096;

/// Bytes that are copied at once.
const COPIED_AT_ONCE: usize = 1 << 17;

/// A directory, and all calls on what lies in it.
#[derive(Debug)]
pub struct Beneath {
    directory: Arc<OwnedFd>,
    /// The kernel has openat2 (Linux 5.6), and no filter keeps it from us.
    has_openat2: AtomicBool,
}

impl Beneath {
    /// On this directory.
    pub fn new(directory: OwnedFd) -> Self {
        Beneath { directory: Arc::new(directory), has_openat2: AtomicBool::new(true) }
    }

    /// The directory itself.
    pub fn directory(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }

    /// Opens what a path names, which is no symbolic link, without leaving the directory.
    pub fn open_at(&self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
        let path = if path.is_empty() { b"." } else { path };
        if path.len() < LONGEST_PATH && self.has_openat2.load(Ordering::Relaxed) {
            // What was mounted there since is none of ours.
            let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_XDEV;
            match openat2(&self.directory, path, flags | ALWAYS, mode, resolve) {
                // Filters of older container runtimes say EPERM to calls that they do not know.
                Err(Errno::NOSYS | Errno::PERM) => {
                    self.has_openat2.store(false, Ordering::Relaxed);
                }
                answer => return answer,
            }
        }
        self.open_by_steps(path, flags, mode)
    }

    /// The same, a directory at a time.
    fn open_by_steps(&self, path: &[u8], flags: OFlags, mode: Mode) -> Result<OwnedFd, Errno> {
        let step = STEP | ALWAYS;
        let mut at = openat(&self.directory, c".", step, Mode::empty())?;
        for directory in above(path) {
            let (_, name) = split(directory);
            at = openat(&at, name, step, Mode::empty())?;
        }
        let (_, name) = split(path);
        openat(&at, name, flags | ALWAYS, mode)
    }

    /// The directory that holds the last name of a path.
    fn parent(&self, path: &[u8]) -> Result<Arc<OwnedFd>, Errno> {
        match split(path) {
            (b"", _) => Ok(Arc::clone(&self.directory)),
            (directory, _) => self.open_at(directory, STEP, Mode::empty()).map(Arc::new),
        }
    }

    /// Makes a call about one path.
    fn call<T>(
        &self,
        call: Call,
        path: &[u8],
        make: impl Fn(BorrowedFd<'_>, &[u8]) -> Result<T, Errno>,
    ) -> Result<T, Failure> {
        let fail = |errno, parent| Failure { call, errno, path: path.to_vec(), to: None, parent };
        let parent = self.parent(path).map_err(|errno| fail(errno, None))?;
        let (_, name) = split(path);
        let made = patiently(|| make(parent.as_fd(), name));
        made.map_err(|errno| fail(errno, Some(parent)))
    }

    /// Makes a call about two paths.
    fn call_two(
        &self,
        call: Call,
        from: &[u8],
        to: &[u8],
        make: impl FnOnce(BorrowedFd<'_>, &[u8], BorrowedFd<'_>, &[u8]) -> Result<(), Errno>,
    ) -> Result<(), Failure> {
        let fail = |errno, parent| Failure {
            call,
            errno,
            path: from.to_vec(),
            to: Some(to.to_vec()),
            parent,
        };
        let old = self.parent(from).map_err(|errno| fail(errno, None))?;
        let new = self.parent(to).map_err(|errno| fail(errno, None))?;
        make(old.as_fd(), split(from).1, new.as_fd(), split(to).1)
            .map_err(|errno| fail(errno, Some(old)))
    }
}

/// The kernel says ESTALE while another thread holds a directory that a server shows under two
/// names, or a number that it uses again (fs/dcache.c, `__d_unalias`). Damage says it again.
fn patiently<T>(make: impl Fn() -> Result<T, Errno>) -> Result<T, Errno> {
    for pause in CONTENTION {
        match make() {
            Err(Errno::STALE) => std::thread::sleep(pause),
            answer => return answer,
        }
    }
    make()
}

/// Makes a call about an open file.
fn on_file<T>(call: Call, file: &OpenFile, answer: Result<T, Errno>) -> Result<T, Failure> {
    let path = || file.path.clone();
    answer.map_err(|errno| Failure { call, errno, path: path(), to: None, parent: None })
}

impl FileSystem for Beneath {
    fn make_directory(&self, path: &[u8], mode: u32) -> Result<(), Failure> {
        let mode = Mode::from_raw_mode(mode);
        self.call(Call::MakeDirectory, path, |parent, name| mkdirat(parent, name, mode))
    }

    fn look(&self, path: &[u8]) -> Result<Looked, Failure> {
        let facts = self.call(Call::Look, path, |parent, name| {
            let name = std::ffi::CString::new(name).map_err(|_| Errno::INVAL)?;
            InodeFacts::of_entry(parent, &name)
        })?;
        Ok(Looked::from(&facts))
    }

    fn open(&self, path: &[u8], creation: Creation, mode: u32) -> Result<OpenFile, Failure> {
        let how = match creation {
            Creation::Truncate => OFlags::TRUNC,
            Creation::Exclusive => OFlags::EXCL,
        };
        // A FIFO in its place must not hold us.
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NONBLOCK | how | ALWAYS;
        let mode = Mode::from_raw_mode(mode);
        let descriptor = patiently(|| self.open_at(path, flags, mode));
        let descriptor = descriptor.map_err(|errno| {
            // What became of the directory is asked for at once.
            let parent = self.parent(path).ok();
            Failure { call: Call::Open, errno, path: path.to_vec(), to: None, parent }
        })?;
        Ok(OpenFile { path: path.to_vec(), descriptor, position: 0 })
    }

    fn write(&self, file: &mut OpenFile, at: u64, bytes: &[u8]) -> Result<(), Failure> {
        let answer = write_all(&file.descriptor, &mut file.position, at, bytes);
        on_file(Call::Write, file, answer)
    }

    fn set_size(&self, file: &OpenFile, size: u64) -> Result<(), Failure> {
        on_file(Call::SetSize, file, ftruncate(&file.descriptor, size))
    }

    fn set_mode(&self, file: &OpenFile, mode: u32) -> Result<(), Failure> {
        on_file(Call::SetMode, file, fchmod(&file.descriptor, Mode::from_raw_mode(mode)))
    }

    fn set_times(&self, file: &OpenFile, mtime: InodeTime) -> Result<(), Failure> {
        on_file(Call::SetTimes, file, futimens(&file.descriptor, &times(mtime)))
    }

    fn close(&self, file: OpenFile) -> Result<(), Failure> {
        let OpenFile { path, descriptor, .. } = file;
        crate::system_calls::close_written(descriptor).map_err(|errno| Failure {
            call: Call::Close,
            errno,
            path,
            to: None,
            parent: None,
        })
    }

    fn set_times_at(&self, path: &[u8], mtime: InodeTime) -> Result<(), Failure> {
        self.call(Call::SetTimes, path, |parent, name| {
            utimensat(parent, name, &times(mtime), AtFlags::SYMLINK_NOFOLLOW)
        })
    }

    fn set_directory_mode(&self, path: &[u8], mode: u32) -> Result<(), Failure> {
        self.call(Call::SetMode, path, |parent, name| {
            // Its mode may let nobody open it but by its path.
            let flags = OFlags::PATH | OFlags::DIRECTORY | ALWAYS;
            let directory = openat(parent, name, flags, Mode::empty())?;
            let itself = format!("/proc/self/fd/{}", directory.as_raw_fd());
            chmodat(CWD, itself, Mode::from_raw_mode(mode), AtFlags::empty())
        })
    }

    fn rename(&self, from: &[u8], to: &[u8]) -> Result<(), Failure> {
        self.call_two(Call::Rename, from, to, |old, from, new, to| renameat(old, from, new, to))
    }

    fn link(&self, of: &[u8], path: &[u8]) -> Result<(), Failure> {
        self.call_two(Call::Link, of, path, |old, of, new, name| {
            linkat(old, of, new, name, AtFlags::empty())
        })
    }

    fn copy(&self, of: &[u8], path: &[u8], mode: u32) -> Result<(), Failure> {
        let fail = |call, errno| Failure {
            call,
            errno,
            path: of.to_vec(),
            to: Some(path.to_vec()),
            parent: None,
        };
        let source = self.open_at(of, OFlags::RDONLY, Mode::empty());
        let source = source.map_err(|errno| fail(Call::Open, errno))?;
        let mut file = self.open(path, Creation::Exclusive, mode)?;
        let mut room = vec![0; COPIED_AT_ONCE];
        loop {
            let read = rustix::io::retry_on_intr(|| rustix::io::read(&source, &mut room));
            let read = read.map_err(|errno| fail(Call::Read, errno))?;
            if read == 0 {
                return self.close(file);
            }
            let at = file.position;
            self.write(&mut file, at, room.get(..read).unwrap_or_default())?;
        }
    }

    fn symlink(&self, target: &[u8], path: &[u8]) -> Result<(), Failure> {
        self.call(Call::Symlink, path, |parent, name| symlinkat(target, parent, name))
    }

    fn unlink(&self, path: &[u8]) -> Result<(), Failure> {
        self.call(Call::Unlink, path, |parent, name| unlinkat(parent, name, AtFlags::empty()))
    }

    fn remove_directory(&self, path: &[u8]) -> Result<(), Failure> {
        self.call(Call::RemoveDirectory, path, |parent, name| {
            unlinkat(parent, name, AtFlags::REMOVEDIR)
        })
    }

    fn list(&self, path: &[u8]) -> Result<Vec<Listed>, Failure> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let listed =
            self.open_at(path, flags, Mode::empty()).and_then(|directory| list(&directory));
        listed.map_err(|errno| Failure {
            call: Call::List,
            errno,
            path: path.to_vec(),
            to: None,
            parent: None,
        })
    }
}

impl From<&InodeFacts> for Looked {
    fn from(facts: &InodeFacts) -> Self {
        Looked {
            kind: facts.kind(),
            mode: u32::from(facts.mode()) & 0o7777,
            links: facts.nlink(),
            size: facts.size(),
            ino: facts.ino(),
            modified_at: facts.modified_at(),
        }
    }
}

/// The names in an open directory.
pub fn list(directory: &OwnedFd) -> Result<Vec<Listed>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(Listed { name: name.to_vec(), kind: kind_of(entry.file_type()) });
        }
    }
    Ok(names)
}

/// A directory by its path, for whatever is done in it.
pub fn open_directory(path: &std::path::Path) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(CWD, path, flags, Mode::empty())
}

fn kind_of(file_type: FileType) -> FileKind {
    match file_type {
        FileType::RegularFile => FileKind::Regular,
        FileType::Directory => FileKind::Directory,
        FileType::Symlink => FileKind::Symlink,
        FileType::Fifo => FileKind::Fifo,
        FileType::Socket => FileKind::Socket,
        FileType::CharacterDevice => FileKind::CharacterDevice,
        FileType::BlockDevice => FileKind::BlockDevice,
        FileType::Unknown => FileKind::Unknown,
    }
}

/// Sets the modification time and leaves the access time as it is.
pub fn times((seconds, nanoseconds): InodeTime) -> Timestamps {
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        last_modification: Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() },
    }
}

fn write_all(file: &OwnedFd, position: &mut u64, at: u64, mut bytes: &[u8]) -> Result<(), Errno> {
    if at != *position {
        *position = seek(file, rustix::fs::SeekFrom::Start(at))?;
    }
    while !bytes.is_empty() {
        let written = match rustix::io::write(file, bytes) {
            Ok(0) => return Err(Errno::IO),
            Err(Errno::INTR) => continue,
            answer => answer?,
        };
        *position += written as u64;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}
