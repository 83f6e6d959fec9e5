//! The calls of the kernel, answered from the folder below, but for the faults.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request, TimeOrNow,
    WriteFlags,
};

use crate::attributes::attributes;
use crate::backing::{self, Changes, New, Owner};
use crate::fault::{Call, Fault};
use crate::listing::{Listed, list};
use crate::memory::Memory;
use crate::nodes::{Nodes, ROOT};
use crate::script::Script;

/// Nothing is believed for any time: each call comes here.
const NO_TIME: Duration = Duration::ZERO;

const GENERATION: Generation = Generation(0);

/// The filesystem.
#[derive(Debug)]
pub struct FaultFs {
    nodes: Nodes,
    script: Arc<Script>,
    memory: Memory,
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
    fn call<T>(
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

    fn path(&self, ino: INodeNo) -> io::Result<PathBuf> {
        self.nodes.path(ino.0).ok_or_else(stale)
    }

    fn below(&self, parent: INodeNo, name: &OsStr) -> io::Result<PathBuf> {
        self.nodes.below(parent.0, name).ok_or_else(stale)
    }

    /// A name's attributes, with what is wrong with them.
    fn seen(&self, parent: INodeNo, name: &OsStr, metadata: &fs::Metadata) -> FileAttr {
        self.nodes.note(metadata.ino(), parent.0, name);
        self.lied(name, attributes(metadata, false))
    }

    fn lied(&self, name: &OsStr, honest: FileAttr) -> FileAttr {
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

    fn own_attributes(&self, ino: INodeNo) -> io::Result<FileAttr> {
        let metadata = fs::symlink_metadata(self.path(ino)?)?;
        Ok(self.lied(&self.nodes.name(ino.0), attributes(&metadata, ino.0 == ROOT)))
    }

    /// Something was made; it may be that nobody sees it yet.
    fn made(
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

    fn make(
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

    fn remove(&self, call: Call, parent: INodeNo, name: &OsStr) -> Result<(), Errno> {
        self.call(call, name, || {
            let kept = |fault: &Fault| (*fault == Fault::NotRemoved).then_some(());
            if self.script.find(name, kept).is_some() {
                return Ok(());
            }
            backing::remove(&self.below(parent, name)?, call == Call::RemoveDirectory)
        })
    }

    fn rename_slowly(&self, from: &Path, to: &Path, name: &OsStr) -> io::Result<()> {
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

    fn opened(&self, file: File) -> FileHandle {
        let handle = self.handle();
        locked(&self.files).insert(handle, Arc::new(file));
        FileHandle(handle)
    }

    fn file(&self, handle: FileHandle) -> io::Result<Arc<File>> {
        locked(&self.files).get(&handle.0).cloned().ok_or_else(stale)
    }

    /// Bytes of a file, with what is wrong with them.
    fn read_at(&self, name: &OsStr, file: &File, offset: u64, size: usize) -> io::Result<Vec<u8>> {
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

    fn write_at(&self, name: &OsStr, file: &File, offset: u64, data: &[u8]) -> io::Result<u32> {
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

fn errno(error: &io::Error) -> Errno {
    Errno::from_i32(error.raw_os_error().unwrap_or_else(|| rustix::io::Errno::IO.raw_os_error()))
}

impl Filesystem for FaultFs {
    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let found = self.call(Call::Lookup, name, || {
            let path = self.below(parent, name)?;
            if self.memory.is_hidden(&path) {
                return Err(rustix::io::Errno::NOENT.into());
            }
            Ok(self.seen(parent, name, &fs::symlink_metadata(path)?))
        });
        entry(found, reply);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        let name = self.nodes.name(ino.0);
        attribute(self.call(Call::GetAttributes, &name, || self.own_attributes(ino)), reply);
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        accessed: Option<TimeOrNow>,
        modified: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let name = self.nodes.name(ino.0);
        let changes = Changes { mode, uid, gid, size, accessed, modified };
        let changed = self.call(Call::SetAttributes, &name, || {
            backing::change(&self.path(ino)?, &changes)?;
            self.own_attributes(ino)
        });
        attribute(changed, reply);
    }

    fn readlink(&self, _: &Request, ino: INodeNo, reply: ReplyData) {
        let name = self.nodes.name(ino.0);
        let target = self.call(Call::ReadLink, &name, || fs::read_link(self.path(ino)?));
        data(target.map(|target| target.into_os_string().into_encoded_bytes()), reply);
    }

    fn mknod(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        device: u32,
        reply: ReplyEntry,
    ) {
        let new = New::Special(mode & !umask, device);
        entry(self.make(Call::Create, request, parent, name, new), reply);
    }

    fn mkdir(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let new = New::Directory(mode & !umask);
        entry(self.make(Call::MakeDirectory, request, parent, name, new), reply);
    }

    fn symlink(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        target: &Path,
        reply: ReplyEntry,
    ) {
        let new = New::Symlink(target);
        entry(self.make(Call::MakeSymlink, request, parent, name, new), reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.remove(Call::Unlink, parent, name), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.remove(Call::RemoveDirectory, parent, name), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let renamed = self.call(Call::Rename, name, || {
            let (from, to) = (self.below(parent, name)?, self.below(new_parent, new_name)?);
            if flags.is_empty() {
                self.rename_slowly(&from, &to, name)?;
            } else {
                backing::rename(&from, &to, flags)?;
            }
            for (parent, name, path) in [(parent, name, from), (new_parent, new_name, to)] {
                if let Ok(metadata) = fs::symlink_metadata(path) {
                    self.nodes.note(metadata.ino(), parent.0, name);
                }
            }
            Ok(())
        });
        empty(renamed, reply);
    }

    fn link(
        &self,
        _: &Request,
        ino: INodeNo,
        new_parent: INodeNo,
        new_name: &OsStr,
        reply: ReplyEntry,
    ) {
        let linked = self.call(Call::Link, new_name, || {
            let path = self.below(new_parent, new_name)?;
            fs::hard_link(self.path(ino)?, &path)?;
            Ok(self.made(new_parent, new_name, &path, &fs::symlink_metadata(&path)?))
        });
        entry(linked, reply);
    }

    fn open(&self, _: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let name = self.nodes.name(ino.0);
        match self.call(Call::Open, &name, || backing::open(&self.path(ino)?, flags.0)) {
            Ok(file) => reply.opened(self.opened(file), FopenFlags::FOPEN_DIRECT_IO),
            Err(errno) => reply.error(errno),
        }
    }

    fn create(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        flags: i32,
        reply: ReplyCreate,
    ) {
        let created = self.call(Call::Create, name, || {
            let path = self.below(parent, name)?;
            let owner = Owner { uid: request.uid(), gid: request.gid() };
            let (file, metadata) = backing::create(&path, mode & !umask, flags, owner)?;
            Ok((file, self.made(parent, name, &path, &metadata)))
        });
        match created {
            Ok((file, seen)) => {
                let handle = self.opened(file);
                reply.created(&NO_TIME, &seen, GENERATION, handle, FopenFlags::FOPEN_DIRECT_IO);
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let name = self.nodes.name(ino.0);
        let read = self.call(Call::Read, &name, || {
            self.read_at(&name, &*self.file(handle)?, offset, size as usize)
        });
        data(read, reply);
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let name = self.nodes.name(ino.0);
        let written = self
            .call(Call::Write, &name, || self.write_at(&name, &*self.file(handle)?, offset, data));
        match written {
            Ok(length) => reply.written(length),
            Err(errno) => reply.error(errno),
        }
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn release(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        locked(&self.files).remove(&handle.0);
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, handle: FileHandle, _: bool, reply: ReplyEmpty) {
        let name = self.nodes.name(ino.0);
        empty(self.call(Call::Sync, &name, || self.file(handle)?.sync_all()), reply);
    }

    fn opendir(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let name = self.nodes.name(ino.0);
        let listed = self.call(Call::Open, &name, || {
            let path = self.path(ino)?;
            let numbers = (ino.0, self.nodes.above(ino.0));
            list(&path, numbers, &self.script, &self.memory)
        });
        match listed {
            Ok(listed) => {
                let handle = self.handle();
                locked(&self.listings).insert(handle, Arc::new(listed));
                reply.opened(FileHandle(handle), FopenFlags::empty());
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn readdir(
        &self,
        _: &Request,
        ino: INodeNo,
        handle: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let name = self.nodes.name(ino.0);
        let listing = self.call(Call::List, &name, || {
            locked(&self.listings).get(&handle.0).cloned().ok_or_else(stale)
        });
        match listing {
            Ok(listing) => {
                let rest = listing.iter().enumerate().skip(offset as usize);
                for (at, Listed { name, ino, kind }) in rest {
                    if reply.add(INodeNo(*ino), at as u64 + 1, *kind, name) {
                        break;
                    }
                }
                reply.ok();
            }
            Err(errno) => reply.error(errno),
        }
    }

    fn releasedir(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        reply: ReplyEmpty,
    ) {
        locked(&self.listings).remove(&handle.0);
        reply.ok();
    }

    fn statfs(&self, _: &Request, ino: INodeNo, reply: ReplyStatfs) {
        let space = self.path(ino).and_then(|path| Ok(rustix::fs::statvfs(path)?));
        match space {
            Ok(space) => reply.statfs(
                space.f_blocks,
                space.f_bfree,
                space.f_bavail,
                space.f_files,
                space.f_ffree,
                space.f_bsize as u32,
                space.f_namemax as u32,
                space.f_frsize as u32,
            ),
            Err(error) => reply.error(errno(&error)),
        }
    }

    fn setxattr(
        &self,
        _: &Request,
        ino: INodeNo,
        attribute: &OsStr,
        value: &[u8],
        flags: i32,
        _: u32,
        reply: ReplyEmpty,
    ) {
        let name = self.nodes.name(ino.0);
        let set = self.call(Call::SetAttributes, &name, || {
            let flags = rustix::fs::XattrFlags::from_bits_retain(flags.cast_unsigned());
            Ok(rustix::fs::lsetxattr(self.path(ino)?, attribute, value, flags)?)
        });
        empty(set, reply);
    }

    fn removexattr(&self, _: &Request, ino: INodeNo, attribute: &OsStr, reply: ReplyEmpty) {
        let name = self.nodes.name(ino.0);
        let removed = self.call(Call::SetAttributes, &name, || {
            Ok(rustix::fs::lremovexattr(self.path(ino)?, attribute)?)
        });
        empty(removed, reply);
    }

    fn getxattr(&self, _: &Request, ino: INodeNo, name: &OsStr, size: u32, reply: ReplyXattr) {
        self.extended(ino, Some(name), size, reply);
    }

    fn listxattr(&self, _: &Request, ino: INodeNo, size: u32, reply: ReplyXattr) {
        self.extended(ino, None, size, reply);
    }
}

impl FaultFs {
    fn extended(&self, ino: INodeNo, attribute: Option<&OsStr>, size: u32, reply: ReplyXattr) {
        let name: OsString = self.nodes.name(ino.0);
        let value = self.call(Call::GetExtendedAttributes, &name, || {
            backing::extended_attribute(&self.path(ino)?, attribute)
        });
        match value {
            Ok(value) if size == 0 => reply.size(value.len() as u32),
            Ok(value) if value.len() > size as usize => reply.error(Errno::ERANGE),
            Ok(value) => reply.data(&value),
            Err(errno) => reply.error(errno),
        }
    }
}

fn entry(found: Result<FileAttr, Errno>, reply: ReplyEntry) {
    match found {
        Ok(attributes) => reply.entry(&NO_TIME, &attributes, GENERATION),
        Err(errno) => reply.error(errno),
    }
}

fn attribute(found: Result<FileAttr, Errno>, reply: ReplyAttr) {
    match found {
        Ok(attributes) => reply.attr(&NO_TIME, &attributes),
        Err(errno) => reply.error(errno),
    }
}

fn data(read: Result<Vec<u8>, Errno>, reply: ReplyData) {
    match read {
        Ok(bytes) => reply.data(&bytes),
        Err(errno) => reply.error(errno),
    }
}

fn empty(done: Result<(), Errno>, reply: ReplyEmpty) {
    match done {
        Ok(()) => reply.ok(),
        Err(errno) => reply.error(errno),
    }
}
