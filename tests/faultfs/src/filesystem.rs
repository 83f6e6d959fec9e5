//! The calls of the kernel, and the answers to them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, Errno, FileAttr, FileHandle, Filesystem, FopenFlags, Generation, INodeNo,
    LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory,
    ReplyEmpty, ReplyEntry, ReplyOpen, ReplyStatfs, ReplyWrite, ReplyXattr, Request, TimeOrNow,
    WriteFlags,
};

use crate::backing::{self, Changes, New, Owner};
use crate::fault::Call;
use crate::listing::Listed;
use crate::shown::{FaultFs, errno};

/// Nothing is believed for any time: each call comes here.
const NO_TIME: Duration = Duration::ZERO;

const GENERATION: Generation = Generation(0);

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

    fn forget(&self, _: &Request, ino: INodeNo, times: u64) {
        self.nodes.forget(ino.0, times);
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
            backing::change(&self.itself(ino)?, &changes)?;
            self.own_attributes(ino)
        });
        attribute(changed, reply);
    }

    fn readlink(&self, _: &Request, ino: INodeNo, reply: ReplyData) {
        let name = self.nodes.name(ino.0);
        let target = self.call(Call::ReadLink, &name, || {
            Ok(rustix::fs::readlinkat(self.itself(ino)?, "", Vec::new())?.into_bytes())
        });
        data(target, reply);
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
                self.keeping(&to, || self.rename_slowly(&from, &to, name))?;
            } else {
                backing::rename(&from, &to, flags)?;
            }
            for (parent, name, path) in [(parent, name, from), (new_parent, new_name, to)] {
                if let Ok(metadata) = fs::symlink_metadata(path) {
                    self.nodes.moved(metadata.ino(), parent.0, name);
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
            backing::link(&self.itself(ino)?, &path)?;
            Ok(self.made(new_parent, new_name, &path, &fs::symlink_metadata(&path)?))
        });
        entry(linked, reply);
    }

    fn open(&self, _: &Request, ino: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let name = self.nodes.name(ino.0);
        match self.call(Call::Open, &name, || backing::open(&self.itself(ino)?, flags.0)) {
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
        self.close_file(handle);
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, handle: FileHandle, _: bool, reply: ReplyEmpty) {
        let name = self.nodes.name(ino.0);
        empty(self.call(Call::Sync, &name, || self.file(handle)?.sync_all()), reply);
    }

    fn opendir(&self, _: &Request, ino: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let name = self.nodes.name(ino.0);
        match self.call(Call::Open, &name, || self.open_listing(ino)) {
            Ok(handle) => reply.opened(handle, FopenFlags::empty()),
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
            if offset == 0 {
                // It may have been rewound.
                self.list_again(ino, handle)?;
            }
            self.listing(handle)
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
        self.close_listing(handle);
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
            Ok(rustix::fs::setxattr(self.itself(ino)?.path(), attribute, value, flags)?)
        });
        empty(set, reply);
    }

    fn removexattr(&self, _: &Request, ino: INodeNo, attribute: &OsStr, reply: ReplyEmpty) {
        let name = self.nodes.name(ino.0);
        let removed = self.call(Call::SetAttributes, &name, || {
            Ok(rustix::fs::removexattr(self.itself(ino)?.path(), attribute)?)
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
            backing::extended_attribute(&self.itself(ino)?, attribute)
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
