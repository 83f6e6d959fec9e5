//! What is shown: the folder below, but for the faults.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fuser::{Errno, FileAttr, FileHandle, INodeNo, RenameFlags, Request};

use crate::attributes::attributes;
use crate::backing::{self, Itself, New, Owner};
use crate::fault::{Call, Fault};
use crate::listing::{Listed, list};
use crate::memory::Memory;
use crate::nodes::{Nodes, ROOT};
use crate::script::Script;

/// The filesystem.
#[derive(Debug)]
pub struct FaultFs {
    pub nodes: Nodes,
    pub script: Arc<Script>,
    pub memory: Memory,
    files: Mutex<HashMap<u64, Arc<File>>>,
    listings: Mutex<HashMap<u64, Arc<Vec<Listed>>>>,
    next_handle: AtomicU64,
}

impl FaultFs {
    /// Shows a folder.
    pub fn new(folder: &Path, script: Arc<Script>) -> Self {
        FaultFs {
            nodes: Nodes::new(folder),
            script,
            memory: Memory::default(),
            files: Mutex::default(),
            listings: Mutex::default(),
            next_handle: AtomicU64::new(1),
        }
    }

    /// Does what a call asks for, unless it is to fail.
    pub fn call<T>(
        &self,
        call: Call,
        name: &OsStr,
        work: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, Errno> {
        let refused = |fault: &Fault| match fault {
            Fault::Fail(of, errno) if *of == call => Some(errno.raw_os_error()),
            _ => None,
        };
        match self.script.find(name, refused) {
            Some(errno) => Err(Errno::from_i32(errno)),
            None => work().map_err(|error| errno(&error)),
        }
    }

    pub fn path(&self, ino: INodeNo) -> io::Result<PathBuf> {
        self.nodes.path(ino.0).map(|path| self.folded(path)).ok_or_else(stale)
    }

    /// A file, whatever became of its names.
    pub fn itself(&self, ino: INodeNo) -> io::Result<Itself> {
        Itself::open(&self.path(ino)?, self.nodes.is_kept(ino.0))
    }

    /// Does what takes a name away, and keeps what it named for as long as the kernel knows that.
    pub fn keeping(&self, path: &Path, work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        // What is not there loses no name.
        let itself = Itself::open(path, false).ok();
        work()?;
        if let Some(itself) = itself {
            let ino = fs::metadata(itself.path())?.ino();
            self.nodes.keep(ino, itself.into());
        }
        Ok(())
    }

    pub fn below(&self, parent: INodeNo, name: &OsStr) -> io::Result<PathBuf> {
        let path = self.path(parent)?.join(name);
        Ok(self.folded(path))
    }

    /// The path of a name's other spelling, where there is one and spelling is not told.
    fn folded(&self, path: PathBuf) -> PathBuf {
        let folds = |fault: &Fault| (*fault == Fault::FoldsCase).then_some(());
        let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { return path };
        let is_there = || fs::symlink_metadata(&path).is_ok();
        if !self.script.knows(&Fault::FoldsCase) || is_there() {
            return path;
        }
        let names = fs::read_dir(above).into_iter().flatten().flatten();
        let mut others = names.filter(|other| other.file_name().eq_ignore_ascii_case(name));
        match others.next().filter(|_| self.script.find(name, folds).is_some()) {
            Some(other) => other.path(),
            None => path,
        }
    }

    /// A name's attributes, with what is wrong with them.
    pub fn seen(&self, parent: INodeNo, name: &OsStr, metadata: &fs::Metadata) -> FileAttr {
        self.nodes.tell(metadata.ino(), parent.0, name);
        self.lied(name, attributes(metadata, false))
    }

    pub fn lied(&self, name: &OsStr, honest: FileAttr) -> FileAttr {
        let mut told = honest;
        let links = |fault: &Fault| match fault {
            Fault::Links(links) => Some(*links),
            _ => None,
        };
        let size = |fault: &Fault| match fault {
            Fault::Size(size) => Some(*size),
            _ => None,
        };
        told.nlink = self.script.find(name, links).unwrap_or(told.nlink);
        told.size = self.script.find(name, size).unwrap_or(told.size);
        match self.script.find(name, |fault| (*fault == Fault::StaleAttributes).then_some(())) {
            Some(()) => self.memory.first_told(told),
            None => told,
        }
    }

    pub fn own_attributes(&self, ino: INodeNo) -> io::Result<FileAttr> {
        let metadata = fs::metadata(self.itself(ino)?.path())?;
        Ok(self.lied(&self.nodes.name(ino.0), attributes(&metadata, ino.0 == ROOT)))
    }

    /// Something was made; it may be that nobody sees it yet.
    pub fn made(
        &self,
        parent: INodeNo,
        name: &OsStr,
        path: &Path,
        metadata: &fs::Metadata,
    ) -> FileAttr {
        let after = |fault: &Fault| match fault {
            Fault::SeenAfter(time) => Some(*time),
            _ => None,
        };
        if let Some(time) = self.script.find(name, after) {
            self.memory.hide(path, time);
        }
        self.seen(parent, name, metadata)
    }

    pub fn make(
        &self,
        call: Call,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        new: New<'_>,
    ) -> Result<FileAttr, Errno> {
        self.call(call, name, || {
            let path = self.below(parent, name)?;
            let owner = Owner { uid: request.uid(), gid: request.gid() };
            let metadata = backing::make(&path, new, owner)?;
            Ok(self.made(parent, name, &path, &metadata))
        })
    }

    pub fn remove(&self, call: Call, parent: INodeNo, name: &OsStr) -> Result<(), Errno> {
        self.call(call, name, || {
            let kept = |fault: &Fault| (*fault == Fault::NotRemoved).then_some(());
            if self.script.find(name, kept).is_some() {
                return Ok(());
            }
            let path = self.below(parent, name)?;
            self.keeping(&path, || backing::remove(&path, call == Call::RemoveDirectory))
        })
    }

    pub fn rename_slowly(&self, from: &Path, to: &Path, name: &OsStr) -> io::Result<()> {
        let slow = |fault: &Fault| match fault {
            Fault::SlowRename(time) => Some(*time),
            _ => None,
        };
        if fs::symlink_metadata(to).is_ok_and(|there| !there.is_dir())
            && let Some(time) = self.script.find(name, slow)
        {
            fs::remove_file(to)?;
            // The kernel holds both directories until it is answered, so nobody would see it.
            let (from, to) = (from.to_owned(), to.to_owned());
            std::thread::spawn(move || {
                std::thread::sleep(time);
                let _ = backing::rename(&from, &to, RenameFlags::empty());
            });
            return Ok(());
        }
        backing::rename(from, to, RenameFlags::empty())
    }

    fn handle(&self) -> u64 {
        self.next_handle.fetch_add(1, Ordering::Relaxed)
    }

    pub fn opened(&self, file: File) -> FileHandle {
        let handle = self.handle();
        locked(&self.files).insert(handle, Arc::new(file));
        FileHandle(handle)
    }

    pub fn file(&self, handle: FileHandle) -> io::Result<Arc<File>> {
        locked(&self.files).get(&handle.0).cloned().ok_or_else(stale)
    }

    /// Lets go of an open file.
    pub fn close_file(&self, handle: FileHandle) {
        locked(&self.files).remove(&handle.0);
    }

    /// Lists a directory for all reads of it that follow.
    pub fn open_listing(&self, ino: INodeNo) -> io::Result<FileHandle> {
        let handle = FileHandle(self.handle());
        self.list_again(ino, handle)?;
        Ok(handle)
    }

    /// Lists an open directory as it is now.
    pub fn list_again(&self, ino: INodeNo, handle: FileHandle) -> io::Result<()> {
        let numbers = (ino.0, self.nodes.above(ino.0));
        let listed = list(&self.path(ino)?, numbers, &self.script, &self.memory)?;
        locked(&self.listings).insert(handle.0, Arc::new(listed));
        Ok(())
    }

    /// What an open directory lists.
    pub fn listing(&self, handle: FileHandle) -> io::Result<Arc<Vec<Listed>>> {
        locked(&self.listings).get(&handle.0).cloned().ok_or_else(stale)
    }

    /// Lets go of an open directory.
    pub fn close_listing(&self, handle: FileHandle) {
        locked(&self.listings).remove(&handle.0);
    }

    /// Bytes of a file, with what is wrong with them.
    pub fn read_at(
        &self,
        name: &OsStr,
        file: &File,
        offset: u64,
        size: usize,
    ) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; size];
        let mut length = 0;
        while let Some(room) = bytes.get_mut(length..).filter(|room| !room.is_empty()) {
            match file.read_at(room, offset + length as u64)? {
                0 => break,
                more => length += more,
            }
        }
        bytes.truncate(length);
        let range = offset..offset + length as u64;
        let failing = |fault: &Fault| match fault {
            Fault::ReadFails(bad, errno) if bad.start < range.end && range.start < bad.end => {
                Some(*errno)
            }
            _ => None,
        };
        if let Some(errno) = self.script.find(name, failing) {
            return Err(errno.into());
        }
        let ending = |fault: &Fault| match fault {
            Fault::EndsAt(end) if range.contains(end) || *end < range.start => Some(*end),
            _ => None,
        };
        if let Some(end) = self.script.find(name, ending) {
            bytes.truncate(end.saturating_sub(offset) as usize);
        }
        let flipped = |fault: &Fault| match fault {
            Fault::FlippedBit(at) if range.contains(at) => Some(*at),
            _ => None,
        };
        if let Some(at) = self.script.find(name, flipped)
            && let Some(byte) = bytes.get_mut((at - offset) as usize)
        {
            *byte ^= 1;
        }
        Ok(bytes)
    }

    pub fn write_at(&self, name: &OsStr, file: &File, offset: u64, data: &[u8]) -> io::Result<u32> {
        let room = |fault: &Fault| match fault {
            Fault::FullAfter(bytes) => Some(*bytes),
            _ => None,
        };
        let admitted = match self.script.find(name, room) {
            Some(room) => self.memory.admit(data.len() as u64, room) as usize,
            None => data.len(),
        };
        if admitted == 0 && !data.is_empty() {
            return Err(rustix::io::Errno::NOSPC.into());
        }
        file.write_all_at(data.get(..admitted).unwrap_or_default(), offset)?;
        Ok(admitted as u32)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stale() -> io::Error {
    rustix::io::Errno::STALE.into()
}

pub fn errno(error: &io::Error) -> Errno {
    Errno::from_i32(error.raw_os_error().unwrap_or_else(|| rustix::io::Errno::IO.raw_os_error()))
}
