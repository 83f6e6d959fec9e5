//! Reading directories: getdents64(2), a call at a time.

use std::mem::MaybeUninit;
use std::os::fd::AsFd;

use rustix::fs::{Mode, OFlags, RawDir, SeekFrom, seek};
use rustix::io::Errno;

use super::{DirectoryTarget, kind};
use crate::name::Names;
use crate::operand::Handle;
use crate::outcome::{Row, RowName, Rows};
use crate::path::Place;
use scanner::FileKind;

/// Rows after which a directory is said never to end: far more than there are names, touched ones
/// several times.
const MOST_ROWS: usize = 100_000;

/// The largest buffer, in bytes.
const MOST_BUFFER: u32 = 1 << 20;

impl DirectoryTarget {
    pub(super) fn list(&self, place: &Place, buffer: u32) -> Result<Rows, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let directory = self.open_names(place.names(), flags, Mode::empty())?;
        read_rows(&self.names, &directory, buffer, true)
    }

    /// One call, or all that are left to the end.
    pub(super) fn list_step(
        &mut self,
        handle: Handle,
        buffer: u32,
        to_end: bool,
    ) -> Result<Rows, Errno> {
        let opened = self.opened(handle)?;
        if opened.rows.is_none() {
            return Err(Errno::NOTDIR);
        }
        let rows = read_rows(&self.names, &opened.descriptor, buffer, to_end)?;
        if let Some(Some(opened)) = self.handles.get_mut(handle.index()) {
            let ends = rows.rows.iter().map(|row| row.next);
            opened.rows.get_or_insert_default().extend(ends);
        }
        Ok(rows)
    }

    pub(super) fn rewind(&mut self, handle: Handle) -> Result<(), Errno> {
        self.go_to(handle, |rows| {
            rows.clear();
            Some(0)
        })
    }

    pub(super) fn seek_back(&mut self, handle: Handle, row: u16) -> Result<(), Errno> {
        self.go_to(handle, |rows| {
            let row = usize::from(row) % rows.len().max(1);
            rows.truncate(row + 1);
            rows.last().copied()
        })
    }

    fn go_to(
        &mut self,
        handle: Handle,
        choose: impl FnOnce(&mut Vec<u64>) -> Option<u64>,
    ) -> Result<(), Errno> {
        let slot = self.handles.get_mut(handle.index()).and_then(Option::as_mut);
        let opened = slot.ok_or(Errno::BADF)?;
        let rows = opened.rows.as_mut().ok_or(Errno::NOTDIR)?;
        let end = choose(rows).ok_or(Errno::INVAL)?;
        seek(&opened.descriptor, SeekFrom::Start(end)).map(drop)
    }
}

fn read_rows(
    names: &Names,
    directory: impl AsFd,
    buffer: u32,
    to_end: bool,
) -> Result<Rows, Errno> {
    let mut room = vec![MaybeUninit::uninit(); buffer.min(MOST_BUFFER) as usize];
    let mut reader = RawDir::new(directory, &mut room);
    let mut rows = Rows::default();
    loop {
        match reader.next() {
            None => rows.end = true,
            Some(Err(Errno::INTR)) => continue,
            // The next name does not fit into the buffer; the next call says so again.
            Some(Err(Errno::INVAL)) if !rows.rows.is_empty() => return Ok(rows),
            Some(Err(errno)) => return Err(errno),
            Some(Ok(entry)) => rows.rows.push(Row {
                name: row_name(names, entry.file_name().to_bytes()),
                kind: Some(kind(entry.file_type())).filter(|kind| *kind != FileKind::Unknown),
                ino: entry.ino(),
                next: entry.next_entry_cookie(),
            }),
        }
        let enough = !to_end && reader.is_buffer_empty();
        if rows.end || enough || rows.rows.len() >= MOST_ROWS {
            return Ok(rows);
        }
    }
}

fn row_name(names: &Names, bytes: &[u8]) -> RowName {
    match bytes {
        b"." => RowName::Dot,
        b".." => RowName::DotDot,
        bytes => names.find(bytes).map_or_else(|| RowName::Foreign(bytes.to_vec()), RowName::Known),
    }
}
