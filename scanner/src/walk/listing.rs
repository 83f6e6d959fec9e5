//! One directory, read with getdents64 (getdents64(2)).

use std::collections::HashSet;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;

use rustix::fs::{RawDir, RawDirEntry};
use rustix::io::Errno;

use crate::inode_facts::FileKind;

/// No directory holds more names than this; one that lists more is made up as it is read.
const MOST_NAMES: u64 = 1 << 26;

/// A directory entry as the kernel listed it.
#[derive(Debug)]
pub struct Dirent<'a>(RawDirEntry<'a>);

impl Dirent<'_> {
    /// The name.
    pub fn name(&self) -> &CStr {
        self.0.file_name()
    }

    /// `d_ino`: for a mount point the number of the inode that the mount covers.
    pub fn ino(&self) -> u64 {
        self.0.ino()
    }

    /// `d_type`; [`FileKind::Unknown`] where the filesystem does not tell.
    pub fn kind(&self) -> FileKind {
        self.0.file_type().into()
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

/// Reads a directory from its start, an entry at a time.
pub struct Listing<'b> {
    raw: RawDir<'b, BorrowedFd<'b>>,
    /// Where each further system call went on.
    cursors: HashSet<u64>,
    last_offset: u64,
    names: u64,
    most_names: u64,
    done: bool,
}

impl<'b> Listing<'b> {
    /// Starts a listing of a directory that was just opened. The buffer holds what one system
    /// call returns; `most_names` bounds the listing where the directory's size does.
    pub fn new(
        directory: BorrowedFd<'b>,
        buffer: &'b mut [MaybeUninit<u8>],
        most_names: Option<u64>,
    ) -> Self {
        Listing {
            raw: RawDir::new(directory, buffer),
            cursors: HashSet::new(),
            last_offset: 0,
            names: 0,
            most_names: most_names.unwrap_or(MOST_NAMES).min(MOST_NAMES),
            done: false,
        }
    }

    /// The next entry, in the filesystem's order; none after the end or an error.
    #[inline]
    pub fn next(&mut self) -> Option<Result<Dirent<'_>, ListingError>> {
        if self.done {
            return None;
        }
        if let Err(error) = self.may_go_on() {
            self.done = true;
            return Some(Err(error));
        }
        match self.raw.next() {
            None => {
                self.done = true;
                None
            }
            Some(Err(errno)) => {
                self.done = true;
                Some(Err(ListingError::Read(errno)))
            }
            Some(Ok(entry)) => {
                self.names += 1;
                self.last_offset = entry.next_entry_cookie();
                Some(Ok(Dirent(entry)))
            }
        }
    }

    fn may_go_on(&mut self) -> Result<(), ListingError> {
        if self.names > self.most_names {
            return Err(ListingError::Endless { names: self.names });
        }
        let refills = self.names > 0 && self.raw.is_buffer_empty();
        if refills && !self.cursors.insert(self.last_offset) {
            return Err(ListingError::Loop { offset: self.last_offset });
        }
        Ok(())
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
        let mut buffer = vec![MaybeUninit::uninit(); buffer];
        let mut listing = Listing::new(directory.as_fd(), &mut buffer, most);
        let mut names = Vec::new();
        while let Some(entry) = listing.next() {
            names.push(entry?.name().to_bytes().to_vec());
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
        assert_eq!(names(&directory, 4096, Some(9)), Err(ListingError::Endless { names: 10 }));
    }
}
