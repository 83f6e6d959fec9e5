//! A directory of a real filesystem, through system calls.
//!
//! Nothing leads out of it, whatever the filesystem says: each path is resolved by openat2(2) with
//! RESOLVE_BENEATH, and what is done to a name is done relative to the descriptor of the directory
//! that it is in.

mod attributes;
mod data;
mod handles;
mod largest;
mod listing;
mod names;
mod resolve;

use std::os::fd::OwnedFd;
use std::sync::Arc;

use rustix::fs::{AtFlags, RawMode, StatxFlags, statx};
use rustix::io::Errno;
use scanner::FileKind;

use super::Target;
use crate::name::Names;
use crate::op::Op;
use crate::operand::Handle;
use crate::outcome::{Facts, Outcome, Seen};

/// A directory that operations work in.
#[derive(Debug)]
pub struct DirectoryTarget {
    names: Arc<Names>,
    top: OwnedFd,
    handles: [Option<Handled>; Handle::COUNT as usize],
    /// Room for data.
    data: Vec<u8>,
}

/// What a handle has open.
#[derive(Debug)]
struct Handled {
    descriptor: OwnedFd,
    /// Whether it is a directory; then, where the rows that were read since it was opened or
    /// rewound end.
    rows: Option<Vec<u64>>,
}

impl DirectoryTarget {
    /// Works in this directory.
    pub fn new(names: Arc<Names>, top: OwnedFd) -> Self {
        let handles = [const { None }; Handle::COUNT as usize];
        DirectoryTarget { names, top, handles, data: Vec::new() }
    }

    fn done(answer: Result<(), Errno>) -> Outcome {
        answer.map(|()| Seen::Done)
    }
}

impl Target for DirectoryTarget {
    fn apply(&mut self, op: &Op) -> Outcome {
        match op {
            Op::Create { path, mode } => Self::done(self.create(path, *mode)),
            Op::Open { handle, path, how, mode } => {
                Self::done(self.open(*handle, path, *how, *mode))
            }
            Op::OpenUnnamed { handle, place, mode } => {
                Self::done(self.open_unnamed(*handle, place, *mode))
            }
            Op::OpenDirectory { handle, place } => Self::done(self.open_directory(*handle, place)),
            Op::Close { handle } => Self::done(self.close(*handle)),
            Op::Unlink { path } => Self::done(self.remove(path, AtFlags::empty())),
            Op::RemoveDirectory { path } => Self::done(self.remove(path, AtFlags::REMOVEDIR)),
            Op::MakeDirectory { path, mode } => Self::done(self.make_directory(path, *mode)),
            Op::Rename { from, to, how } => Self::done(self.rename(from, to, *how)),
            Op::Link { from, to } => Self::done(self.link(from, to)),
            Op::LinkHandle { handle, to } => Self::done(self.link_handle(*handle, to)),
            Op::Symlink { target, path } => Self::done(self.symlink(target, path)),
            Op::ReadLink { path } => self.read_link(path).map(Seen::Bytes),
            Op::Look { path } => self.look(path).map(Seen::Facts),
            Op::LookHandle { handle } => self.look_handle(*handle).map(Seen::Facts),
            Op::Read { path, at, length } => self.read(path, *at, *length).map(Seen::Bytes),
            Op::ReadHandle { handle, at, length } => {
                self.read_handle(*handle, *at, *length).map(Seen::Bytes)
            }
            Op::Write { path, at, length, fill } => {
                self.write(path, *at, *length, *fill).map(Seen::Count)
            }
            Op::WriteHandle { handle, at, length, fill } => {
                self.write_handle(*handle, *at, *length, *fill).map(Seen::Count)
            }
            Op::Append { path, length, fill } => self.append(path, *length, *fill).map(Seen::Count),
            Op::Truncate { path, size } => Self::done(self.truncate(path, *size)),
            Op::TruncateHandle { handle, size } => Self::done(self.truncate_handle(*handle, *size)),
            Op::Allocate { path, how, at, length } => {
                Self::done(self.allocate(path, *how, *at, *length))
            }
            Op::Copy { from, to, at, to_at, length } => {
                self.copy((from, *at), (to, *to_at), *length).map(Seen::Count)
            }
            Op::List { place, buffer } => self.list(place, *buffer).map(Seen::Rows),
            Op::ListStep { handle, buffer } => {
                self.list_step(*handle, *buffer, false).map(Seen::Rows)
            }
            Op::ListRest { handle, buffer } => {
                self.list_step(*handle, *buffer, true).map(Seen::Rows)
            }
            Op::Rewind { handle } => Self::done(self.rewind(*handle)),
            Op::SeekBack { handle, row } => Self::done(self.seek_back(*handle, *row)),
            Op::SetAttribute { path, attribute, length, fill, how } => {
                Self::done(self.set_attribute(path, *attribute, (*length, *fill), *how))
            }
            Op::GetAttribute { path, attribute } => {
                self.get_attribute(path, *attribute).map(Seen::Bytes)
            }
            Op::RemoveAttribute { path, attribute } => {
                Self::done(self.remove_attribute(path, *attribute))
            }
            Op::ListAttributes { path } => {
                self.list_attributes(path).map(|(known, other)| Seen::Attributes(known, other))
            }
            Op::ChangeMode { path, mode } => Self::done(self.change_mode(path, *mode)),
            Op::ChangeTime { path, seconds, nanoseconds } => {
                Self::done(self.change_time(path, *seconds, *nanoseconds))
            }
            Op::Sync { path } => Self::done(self.sync(path)),
            Op::SyncHandle { handle } => Self::done(self.sync_handle(*handle)),
            Op::Fill { place, crowd, count } => self.fill(place, *crowd, *count).map(Seen::Count),
            Op::Purge { place, crowd, count } => self.purge(place, *crowd, *count).map(Seen::Count),
        }
    }
}

/// What statx says of a name in an open directory, or of that itself for an empty name.
fn facts(directory: impl std::os::fd::AsFd, name: &[u8], flags: AtFlags) -> Result<Facts, Errno> {
    let flags = flags | AtFlags::NO_AUTOMOUNT | AtFlags::SYMLINK_NOFOLLOW;
    let said = statx(directory, name, flags, StatxFlags::BASIC_STATS)?;
    let time = |time: rustix::fs::StatxTimestamp| (time.tv_sec, time.tv_nsec);
    Ok(Facts {
        kind: kind(rustix::fs::FileType::from_raw_mode(RawMode::from(said.stx_mode))),
        mode: said.stx_mode & 0o7777,
        links: said.stx_nlink,
        size: said.stx_size,
        ino: said.stx_ino,
        modified: time(said.stx_mtime),
        changed: time(said.stx_ctime),
    })
}

/// The type that the kernel names.
fn kind(kind: rustix::fs::FileType) -> FileKind {
    use rustix::fs::FileType;
    match kind {
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
