//! What is opened and kept open.

use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, CWD, OFlags, fdatasync, fsync, linkat};
use rustix::io::Errno;
use scanner::close_written;

use super::names::fs_mode;
use super::resolve::by_descriptor;
use super::{DirectoryTarget, Handled, facts};
use crate::operand::{Handle, Mode, OpenHow};
use crate::outcome::Facts;
use crate::path::{Path, Place};

impl DirectoryTarget {
    pub(super) fn open(
        &mut self,
        handle: Handle,
        path: &Path,
        how: OpenHow,
        mode: Mode,
    ) -> Result<(), Errno> {
        let creates = how.has(OpenHow::CREATE);
        let mode = if creates { fs_mode(mode) } else { rustix::fs::Mode::empty() };
        let descriptor = self.open_names(path.names(), open_flags(how), mode)?;
        let directory = facts(&descriptor, b"", AtFlags::EMPTY_PATH)
            .is_ok_and(|facts| facts.kind == scanner::FileKind::Directory);
        self.put(handle, descriptor, directory);
        Ok(())
    }

    pub(super) fn open_unnamed(
        &mut self,
        handle: Handle,
        place: &Place,
        mode: Mode,
    ) -> Result<(), Errno> {
        let flags = OFlags::TMPFILE | OFlags::RDWR;
        let descriptor = self.open_names(place.names(), flags, fs_mode(mode))?;
        self.put(handle, descriptor, false);
        Ok(())
    }

    pub(super) fn open_directory(&mut self, handle: Handle, place: &Place) -> Result<(), Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let descriptor = self.open_names(place.names(), flags, rustix::fs::Mode::empty())?;
        self.put(handle, descriptor, true);
        Ok(())
    }

    fn put(&mut self, handle: Handle, descriptor: OwnedFd, directory: bool) {
        if let Some(slot) = self.handles.get_mut(handle.index()) {
            *slot = Some(Handled { descriptor, rows: directory.then(Vec::new) });
        }
    }

    pub(super) fn opened(&self, handle: Handle) -> Result<&Handled, Errno> {
        self.handles.get(handle.index()).and_then(Option::as_ref).ok_or(Errno::BADF)
    }

    pub(super) fn close(&mut self, handle: Handle) -> Result<(), Errno> {
        let slot = self.handles.get_mut(handle.index()).ok_or(Errno::BADF)?;
        let handled = slot.take().ok_or(Errno::BADF)?;
        close_written(handled.descriptor)
    }

    pub(super) fn look_handle(&self, handle: Handle) -> Result<Facts, Errno> {
        facts(&self.opened(handle)?.descriptor, b"", AtFlags::EMPTY_PATH)
    }

    pub(super) fn link_handle(&self, handle: Handle, to: &Path) -> Result<(), Errno> {
        let itself = by_descriptor(&self.opened(handle)?.descriptor, b"");
        let parent = self.parent(to)?;
        linkat(CWD, itself.as_slice(), parent, self.last(to), AtFlags::SYMLINK_FOLLOW)
    }

    pub(super) fn sync(&self, path: &Path) -> Result<(), Errno> {
        let mode = rustix::fs::Mode::empty();
        fsync(self.open_names(path.names(), OFlags::RDONLY | OFlags::NONBLOCK, mode)?)
    }

    pub(super) fn sync_handle(&self, handle: Handle) -> Result<(), Errno> {
        fdatasync(&self.opened(handle)?.descriptor)
    }
}

fn open_flags(how: OpenHow) -> OFlags {
    let access = match (how.has(OpenHow::READ), how.has(OpenHow::WRITE)) {
        (true, true) => OFlags::RDWR,
        (false, true) => OFlags::WRONLY,
        _ => OFlags::RDONLY,
    };
    let flags = [
        (OpenHow::CREATE, OFlags::CREATE),
        (OpenHow::EXCLUSIVE, OFlags::EXCL),
        (OpenHow::TRUNCATE, OFlags::TRUNC),
        (OpenHow::APPEND, OFlags::APPEND),
        (OpenHow::NO_FOLLOW, OFlags::NOFOLLOW),
    ];
    let chosen = flags.iter().filter(|(word, _)| how.has(*word));
    chosen.fold(access | OFlags::NONBLOCK, |all, (_, flag)| all | *flag)
}
