//! Looks at one entry after the other and writes it.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags, openat, readlinkat};
use rustix::io::Errno;
use tar::EntryType;

use super::archive_writer::ArchiveWriter;
use super::content::ContentReader;
use super::descent::Descent;
use super::member_header::MemberHeader;
use super::{Operation, PackError, PackNotice, PackedSummary, Trouble};
use crate::archive::blocks::padding;
use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::walk::{Listing, ListingError, open_directory};

/// Bytes of one read of a directory.
const LISTED: usize = 256 << 10;

/// One packing.
pub struct Packer<'a, W> {
    output: ArchiveWriter<W>,
    skip: &'a mut dyn FnMut(&[u8]) -> bool,
    notice: &'a mut dyn FnMut(PackNotice<'_>),
    summary: PackedSummary,
    content: ContentReader,
    listed: Vec<u8>,
    descent: Descent,
    /// Where the first name of each file with several was packed.
    first_names: HashMap<(Device, u64), Vec<u8>>,
    /// The root's mount.
    mount: Option<u64>,
}

impl<'a, W: Write> Packer<'a, W> {
    pub fn new(
        output: ArchiveWriter<W>,
        skip: &'a mut dyn FnMut(&[u8]) -> bool,
        notice: &'a mut dyn FnMut(PackNotice<'_>),
    ) -> Self {
        Packer {
            output,
            skip,
            notice,
            summary: PackedSummary::default(),
            content: ContentReader::new(),
            listed: vec![0; LISTED],
            descent: Descent::default(),
            first_names: HashMap::new(),
            mount: None,
        }
    }

    /// Packs all of a tree.
    pub fn pack(&mut self, root: BorrowedFd<'_>) -> Result<(), PackError> {
        let refused = |operation| move |errno| PackError::Root { operation, errno };
        // A descriptor of our own: listing moves its position.
        let root = open_directory(root, c".", false).map_err(refused(Operation::Open))?;
        let facts = InodeFacts::of_descriptor(root.as_fd()).map_err(refused(Operation::Lstat))?;
        self.mount = facts.mount_id();
        self.directory(b"", root, &facts)?;
        loop {
            while let Some(name) = self.descent.next_name() {
                self.entry(&name)?;
            }
            if !self.leave_directory() {
                return Ok(());
            }
        }
    }

    /// Goes up, and tells which directories above cannot be found again; false at the end.
    fn leave_directory(&mut self) -> bool {
        let (notice, notices) = (&mut self.notice, &mut self.summary.notices);
        self.descent.leave(&mut |path, errno| {
            *notices += 1;
            let trouble = Trouble::Refused { operation: Operation::Open, errno };
            notice(PackNotice { path, trouble });
        })
    }

    /// Writes the archive's end.
    pub fn finish(self) -> Result<(PackedSummary, W), PackError> {
        Ok((self.summary, self.output.finish()?))
    }

    fn tell(&mut self, path: &[u8], trouble: Trouble) {
        self.summary.notices += 1;
        (self.notice)(PackNotice { path, trouble });
    }

    fn refused(&mut self, path: &[u8], operation: Operation, errno: Errno) {
        self.tell(path, Trouble::Refused { operation, errno });
    }

    /// Packs a name of the present directory.
    fn entry(&mut self, name: &CStr) -> Result<(), PackError> {
        let path = self.descent.path_of(name.to_bytes());
        if (self.skip)(&path) {
            return Ok(());
        }
        let Some(directory) = self.descent.directory() else { return Ok(()) };
        let facts = match InodeFacts::of_entry(directory, name) {
            Ok(facts) => facts,
            Err(errno) => {
                self.refused(&path, Operation::Lstat, errno);
                return Ok(());
            }
        };
        match facts.kind() {
            FileKind::Directory => self.subdirectory(name, &path, &facts),
            FileKind::Regular => self.file(name, &path, &facts),
            FileKind::Symlink => self.symlink(name, &path, &facts),
            _ => {
                self.summary.left_out += 1;
                Ok(())
            }
        }
    }

    fn subdirectory(
        &mut self,
        name: &CStr,
        path: &[u8],
        facts: &InodeFacts,
    ) -> Result<(), PackError> {
        if facts.mount_id() != self.mount {
            self.summary.mounts += 1;
            return self.write_directory(path, facts);
        }
        let Some(directory) = self.descent.directory() else { return Ok(()) };
        match open_directory(directory, name, false) {
            Ok(opened) => match InodeFacts::of_descriptor(opened.as_fd()) {
                Ok(facts) => self.directory(name.to_bytes(), opened, &facts),
                Err(errno) => {
                    self.refused(path, Operation::Lstat, errno);
                    Ok(())
                }
            },
            Err(Errno::NOTDIR | Errno::LOOP) => {
                self.tell(path, Trouble::Replaced);
                Ok(())
            }
            Err(errno) => {
                // What may not be listed is there all the same.
                if errno != Errno::NOENT {
                    self.write_directory(path, facts)?;
                }
                self.refused(path, Operation::Open, errno);
                Ok(())
            }
        }
    }

    /// Packs a directory, and goes down into it.
    fn directory(
        &mut self,
        name: &[u8],
        opened: OwnedFd,
        facts: &InodeFacts,
    ) -> Result<(), PackError> {
        let path = self.descent.path_of(name);
        self.write_directory(&path, facts)?;
        let names = self.names(&path, opened.as_fd());
        self.descent.enter(name, opened, facts, names);
        Ok(())
    }

    fn write_directory(&mut self, path: &[u8], facts: &InodeFacts) -> Result<(), PackError> {
        let name = if path.is_empty() { b"./".to_vec() } else { [path, b"/"].concat() };
        let entry_type = EntryType::Directory;
        let member = MemberHeader { name: &name, entry_type, size: 0, link: b"" };
        self.output.begin(&member, facts)?;
        self.summary.directories += 1;
        Ok(())
    }

    /// The names in a directory by their bytes, as far as they can be read.
    fn names(&mut self, path: &[u8], directory: BorrowedFd<'_>) -> Vec<CString> {
        let mut listing = Listing::new(directory, &mut self.listed, None);
        let (mut names, mut refusal) = (Vec::new(), None);
        while let Some(block) = listing.block() {
            match block {
                Ok(block) => names.extend(
                    block.filter(|entry| !entry.is_dot()).map(|entry| entry.name.to_owned()),
                ),
                Err(ListingError::Read(errno)) => refusal = Some(errno),
                // As the kernel calls a directory whose structure is damaged.
                Err(ListingError::Loop { .. } | ListingError::Endless { .. }) => {
                    refusal = Some(Errno::UCLEAN);
                }
            }
        }
        if let Some(errno) = refusal {
            self.refused(path, Operation::Scandir, errno);
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    fn symlink(&mut self, name: &CStr, path: &[u8], facts: &InodeFacts) -> Result<(), PackError> {
        let Some(directory) = self.descent.directory() else { return Ok(()) };
        let target = match readlinkat(directory, name, Vec::new()) {
            Ok(target) => target,
            Err(Errno::INVAL) => {
                self.tell(path, Trouble::Replaced);
                return Ok(());
            }
            Err(errno) => {
                self.refused(path, Operation::Readlink, errno);
                return Ok(());
            }
        };
        let (entry_type, link) = (EntryType::Symlink, target.to_bytes());
        self.output.begin(&MemberHeader { name: path, entry_type, size: 0, link }, facts)?;
        self.summary.symlinks += 1;
        Ok(())
    }

    fn file(&mut self, name: &CStr, path: &[u8], facts: &InodeFacts) -> Result<(), PackError> {
        let key = (facts.device(), facts.ino());
        if let Some(first) = self.first_names.get(&key).filter(|_| facts.nlink() > 1) {
            let (entry_type, link) = (EntryType::Link, first.as_slice());
            self.output.begin(&MemberHeader { name: path, entry_type, size: 0, link }, facts)?;
            self.summary.hard_links += 1;
            return Ok(());
        }
        match self.open_file(name) {
            Ok(Some((file, facts))) => self.opened_file(path, file.as_fd(), &facts),
            Ok(None) => {
                self.tell(path, Trouble::Replaced);
                Ok(())
            }
            Err((operation, errno)) => {
                self.refused(path, operation, errno);
                Ok(())
            }
        }
    }

    /// Opens what was a regular file a moment ago; none if it no longer is. Neither a FIFO that
    /// has come in its place is waited for nor a terminal taken over.
    fn open_file(&self, name: &CStr) -> Result<Option<(OwnedFd, InodeFacts)>, (Operation, Errno)> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let flags = flags | OFlags::NONBLOCK | OFlags::NOCTTY;
        let Some(directory) = self.descent.directory() else { return Ok(None) };
        let file = match openat(directory, name, flags, Mode::empty()) {
            // A link, and a socket or a device without a driver.
            Err(Errno::LOOP | Errno::NXIO) => return Ok(None),
            opened => opened.map_err(|errno| (Operation::Open, errno))?,
        };
        let facts = InodeFacts::of_descriptor(file.as_fd());
        let facts = facts.map_err(|errno| (Operation::Lstat, errno))?;
        Ok((facts.kind() == FileKind::Regular).then_some((file, facts)))
    }

    fn opened_file(
        &mut self,
        path: &[u8],
        file: BorrowedFd<'_>,
        facts: &InodeFacts,
    ) -> Result<(), PackError> {
        let size = facts.size();
        let entry_type = EntryType::Regular;
        self.output.begin(&MemberHeader { name: path, entry_type, size, link: b"" }, facts)?;
        let outcome = self.content.copy(file, size, &mut self.output)?;
        self.output.zeros(padding(size))?;
        self.summary.files += 1;
        self.summary.bytes = self.summary.bytes.saturating_add(size);
        if facts.nlink() > 1 {
            self.first_names.insert((facts.device(), facts.ino()), path.to_vec());
        }
        if let Some(errno) = outcome.errno {
            self.refused(path, Operation::Read, errno);
        }
        let after = InodeFacts::of_descriptor(file);
        let is_same = after
            .is_ok_and(|after| (after.size(), after.modified_at()) == (size, facts.modified_at()));
        if outcome.is_short || !is_same {
            self.tell(path, Trouble::Changed);
        }
        Ok(())
    }
}
