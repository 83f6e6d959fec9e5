//! One directory, read with getdents64 (getdents64(2)).

use std::collections::HashSet;
use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;

use crate::inode_facts::FileKind;
use crate::system_calls::{getdents64, until_nul};

/// No directory holds more names than this; one that lists more is made up as it is read.
const MOST_NAMES: u64 = 1 << 26;

/// A directory entry as the kernel listed it.
#[derive(Clone, Copy, Debug)]
pub struct Dirent<'a> {
    /// The name.
    pub name: &'a CStr,
    /// `d_ino`: for a mount point the number of the inode that the mount covers.
    pub ino: u64,
    /// `d_type`; [`FileKind::Unknown`] where the filesystem does not tell.
    pub kind: FileKind,
}

impl Dirent<'_> {
    /// Whether it is "." or "..".
    #[inline]
    pub fn is_dot(&self) -> bool {
        matches!(self.name.to_bytes(), b"." | b"..")
    }
}

/// The entries that one system call returned, in the filesystem's order.
#[derive(Clone, Debug)]
pub struct Block<'a>(&'a [u8]);

/// Bytes of `struct linux_dirent64` before the name: inode, offset, length, type.
const NAME_AT: usize = 19;

/// What every record begins with.
struct Record<'a> {
    ino: u64,
    offset: u64,
    kind: u8,
    bytes: &'a [u8],
}

impl<'a> Block<'a> {
    /// Takes the first record off. The kernel makes whole ones only; anything else ends the block.
    #[inline]
    fn record(&mut self) -> Option<Record<'a>> {
        let (ino, rest) = self.0.split_first_chunk()?;
        let (offset, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let kind = *rest.first()?;
        let length = u16::from_ne_bytes(*length);
        let (bytes, rest) = self.0.split_at_checked(usize::from(length).max(NAME_AT))?;
        self.0 = rest;
        let (ino, offset) = (u64::from_ne_bytes(*ino), u64::from_ne_bytes(*offset));
        Some(Record { ino, offset, kind, bytes })
    }

    /// How many entries there are, and where the listing goes on behind them.
    fn extent(&self) -> (u64, u64) {
        let (mut rest, mut names, mut offset) = (self.clone(), 0, 0);
        while let Some(record) = rest.record() {
            names += 1;
            offset = record.offset;
        }
        (names, offset)
    }
}

impl<'a> Iterator for Block<'a> {
    type Item = Dirent<'a>;

    #[inline]
    fn next(&mut self) -> Option<Dirent<'a>> {
        let Record { ino, kind, bytes, .. } = self.record()?;
        let name = until_nul(bytes.get(NAME_AT..)?)?;
        Some(Dirent { name, ino, kind: FileKind::of_type_bits(kind.into()) })
    }
}

/// Why a listing ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingError {
    /// getdents64 failed.
    Read(Errno),
    /// A position (`d_off`) came again, so reading on would never end.
    Loop {
        /// The position.
        offset: u64,
    },
    /// It listed more names than fit into its size, or than any directory can hold.
    Endless {
        /// How many came before it was given up.
        names: u64,
    },
}

/// Reads a directory from its start, a block at a time.
#[derive(Debug)]
pub struct Listing<'b> {
    directory: BorrowedFd<'b>,
    buffer: &'b mut [u8],
    /// Where the second system call went on. Few directories take more.
    first_cursor: Option<u64>,
    /// Where each further one did.
    cursors: HashSet<u64>,
    last_offset: u64,
    names: u64,
    most_names: u64,
    done: bool,
}

impl<'b> Listing<'b> {
    /// Starts a listing of a directory that was just opened. The buffer holds what one system
    /// call returns; `most_names` bounds the listing where the directory's size does.
    pub fn new(directory: BorrowedFd<'b>, buffer: &'b mut [u8], most_names: Option<u64>) -> Self {
        Listing {
            directory,
            buffer,
            first_cursor: None,
            cursors: HashSet::new(),
            last_offset: 0,
            names: 0,
            most_names: most_names.unwrap_or(MOST_NAMES).min(MOST_NAMES),
            done: false,
        }
    }

    /// The next entries; none after the end or an error.
    pub fn block(&mut self) -> Option<Result<Block<'_>, ListingError>> {
        if self.done {
            return None;
        }
        self.done = true;
        if let Err(error) = self.may_go_on() {
            return Some(Err(error));
        }
        match getdents64(self.directory, self.buffer) {
            Err(errno) => Some(Err(ListingError::Read(errno))),
            Ok([]) => None,
            Ok(records) => {
                let block = Block(records);
                let (names, offset) = block.extent();
                self.names += names;
                self.last_offset = offset;
                self.done = false;
                Some(Ok(block))
            }
        }
    }

    fn may_go_on(&mut self) -> Result<(), ListingError> {
        if self.names > self.most_names {
            return Err(ListingError::Endless { names: self.names });
        }
        let offset = self.last_offset;
        if self.names > 0 && self.came_by(offset) {
            return Err(ListingError::Loop { offset });
        }
        Ok(())
    }

    /// Whether a position came before; takes note of it.
    fn came_by(&mut self, offset: u64) -> bool {
        match self.first_cursor {
            None => {
                self.first_cursor = Some(offset);
                false
            }
            Some(first) => first == offset || !self.cursors.insert(offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs::{File, create_dir, write};
    use std::os::fd::AsFd;

    use super::*;

    fn names(
        directory: &File,
        buffer: usize,
        most: Option<u64>,
    ) -> Result<Vec<Vec<u8>>, ListingError> {
        let mut buffer = vec![0; buffer];
        let mut listing = Listing::new(directory.as_fd(), &mut buffer, most);
        let mut names = Vec::new();
        while let Some(block) = listing.block() {
            names.extend(block?.map(|entry| entry.name.to_bytes().to_vec()));
        }
        Ok(names)
    }

    #[test]
    fn small_buffers_see_what_large_ones_see() {
        let dir = tempfile::tempdir().unwrap();
        for i in 0..500 {
            write(dir.path().join(format!("file-{i}")), "").unwrap();
        }
        create_dir(dir.path().join("sub")).unwrap();
        let seen = |buffer| -> BTreeSet<Vec<u8>> {
            let directory = File::open(dir.path()).unwrap();
            names(&directory, buffer, None).unwrap().into_iter().collect()
        };
        let large = seen(1 << 20);
        assert_eq!(large.len(), 503, "with . and ..");
        assert_eq!(large, seen(512));
    }

    #[test]
    fn a_listing_longer_than_its_bound_is_given_up() {
        let dir = tempfile::tempdir().unwrap();
        for i in 0..20 {
            write(dir.path().join(i.to_string()), "").unwrap();
        }
        let directory = File::open(dir.path()).unwrap();
        assert_eq!(names(&directory, 4096, Some(9)), Err(ListingError::Endless { names: 22 }));
    }
}
