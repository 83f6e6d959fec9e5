//! The steps with a member of an archive.

use std::sync::atomic::Ordering;

use rustix::io::Errno;

use super::super::expected::{FileFacts, What};
use super::super::file_system::{Creation, Failure, above, join, split};
use super::super::layout;
use super::super::pattern::{Parents, Step};
use super::store::Stored;
use super::{Current, Extraction, Halt};
use crate::archive::MemberKind;
use crate::inode_facts::FileKind;

/// Permission bits that directories are made with.
const DIRECTORY_MODE: u32 = 0o777;

/// Nothing is extracted through a symbolic link or below a file.
const LEADS_THROUGH_A_LINK: Halt =
    Halt::Untouched("its path leads through a symbolic link or a file of the archive");

impl Extraction<'_> {
    pub(super) fn member_step(&mut self, step: Step, current: &mut Current) -> Result<(), Halt> {
        match step {
            Step::MakeParents(parents) => Ok(self.make_parents(&current.path, parents)?),
            Step::MakeDirectory => self.make_member_directory(current),
            Step::Look => Ok(self.look(current)?),
            Step::Open(creation) => Ok(self.open(current, creation)?),
            Step::OpenFresh => {
                self.afresh(current, |this, current| this.open(current, Creation::Exclusive))
            }
            Step::OpenTemporary => Ok(self.open_temporary(current)?),
            Step::Write => self.write(current),
            Step::SetMode => Ok(self.set_mode(current)?),
            Step::SetTimes => Ok(self.set_times(current)?),
            Step::Close => {
                Ok(current.file.take().map_or(Ok(()), |file| self.round.on.close(file))?)
            }
            Step::MoveToStore => Ok(self.move_to_store(current)?),
            Step::MakeSymlink => self.make_symlink(current),
            Step::MakeHardLink => self.make_hard_link(current),
            // Steps with packages; no pattern has one here.
            _ => Ok(()),
        }
    }

    /// Takes down what must be there, now that it was made without an error.
    pub(super) fn extract(&mut self, current: Current) {
        let Some(what) = self.what_is_made(&current) else { return };
        let path = current.path;
        self.extracted.succeeded += 1;
        if let What::File(facts) = &what {
            self.extracted.bytes += facts.size;
        }
        match what {
            What::File(facts) if self.round.pattern.file.contains(&Step::MoveToStore) => {
                self.stored.push(Stored { path, facts });
            }
            what => {
                self.extracted.dropped.remove(&path);
                self.extracted.expected.insert(path, what);
            }
        }
    }

    fn what_is_made(&self, current: &Current) -> Option<What> {
        let member = &current.member;
        let keeps = self.round.pattern.least_mode.is_none();
        let (mode, mtime) = (keeps.then_some(member.mode), keeps.then_some(member.mtime));
        Some(match &member.kind {
            MemberKind::File => What::File(FileFacts {
                size: member.size,
                hash: current.hash?,
                made_with: current.made_with,
                mode: mode.or(current.kept_mode),
                mtime,
                same_as: None,
            }),
            MemberKind::Directory => What::Directory { mode, mtime },
            MemberKind::Symlink { target } => What::Symlink { target: target.clone(), mtime },
            MemberKind::HardLink { target } => {
                let of = join(&self.layout.stage, target.as_bytes());
                match self.extracted.expected.get(&of)?.clone() {
                    What::File(facts) => What::File(FileFacts { same_as: Some(of), ..facts }),
                    other => other,
                }
            }
        })
    }

    /// Makes the directories above a path; where one exists, it must be one.
    pub(super) fn make_parents(&mut self, path: &[u8], parents: Parents) -> Result<(), Failure> {
        for directory in above(path).skip_while(|above| above.len() <= self.layout.stage.len()) {
            if parents == Parents::Remembered && self.made.contains(directory) {
                continue;
            }
            self.make_directory(directory)?;
            if parents == Parents::Remembered {
                self.made.insert(directory.to_vec());
            }
        }
        Ok(())
    }

    /// Makes a directory unless there is one.
    pub(super) fn make_directory(&self, path: &[u8]) -> Result<(), Failure> {
        match self.round.on.make_directory(path, DIRECTORY_MODE) {
            Err(failure) if failure.errno == Errno::EXIST => match self.round.on.look(path)?.kind {
                FileKind::Directory => Ok(()),
                FileKind::Symlink => Err(Failure { errno: Errno::LOOP, ..failure }),
                _ => Err(failure),
            },
            done => done,
        }
    }

    fn make_member_directory(&mut self, current: &Current) -> Result<(), Halt> {
        let path = &current.path;
        match self.make_directory(path) {
            Err(failure) if failure.errno == Errno::NOENT && self.makes_missing_parents() => {
                self.make_parents(path, Parents::Anew)?;
                Ok(self.make_directory(path)?)
            }
            Err(failure) => Err(self.judge(failure, path)),
            Ok(()) => Ok(()),
        }
    }

    /// As GNU tar does, where a call says that something is missing.
    fn makes_missing_parents(&self) -> bool {
        self.round.pattern.least_mode.is_none()
    }

    /// A file that nobody else has a name for is written over; anything else makes way.
    fn look(&mut self, current: &mut Current) -> Result<(), Failure> {
        let path = current.path.as_slice();
        match self.round.on.look(path) {
            Ok(looked) if looked.kind == FileKind::Regular && looked.links <= 1 => {
                current.kept_mode = Some(looked.mode);
                Ok(())
            }
            Ok(looked) => self.make_way(path, looked.kind),
            Err(failure) if failure.errno == Errno::NOENT => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    fn make_way(&mut self, path: &[u8], kind: FileKind) -> Result<(), Failure> {
        if kind == FileKind::Directory {
            self.round.on.remove_directory(path)?;
            self.made.remove(path);
        } else {
            self.round.on.unlink(path)?;
        }
        self.extracted.expected.remove(path);
        if self.round.pattern.hard_link.is_empty() {
            return Ok(());
        }
        self.part_names(path);
        Ok(())
    }

    /// Other names of a file that made way are names of the old one.
    fn part_names(&mut self, path: &[u8]) {
        for what in self.extracted.expected.values_mut() {
            if let What::File(facts) = what
                && facts.same_as.as_deref() == Some(path)
            {
                facts.same_as = None;
            }
        }
    }

    fn open(&mut self, current: &mut Current, creation: Creation) -> Result<(), Failure> {
        current.made_with = self.mode_to_make_with(current);
        current.file = Some(self.round.on.open(&current.path, creation, current.made_with)?);
        Ok(())
    }

    /// Files are readable and writable to their owner at least until they are closed.
    fn mode_to_make_with(&self, current: &Current) -> u32 {
        let mode = current.member.mode;
        match self.round.pattern.least_mode {
            None => 0o600,
            // The store knows two kinds of files.
            Some(_) if self.round.pattern.between.contains(&Step::MakeStage) => {
                if mode & 0o111 == 0 { 0o666 } else { 0o777 }
            }
            Some(least) => mode | least,
        }
    }

    /// Makes something where nothing may be: what is there is removed, and directories that are
    /// missing are made, once.
    fn afresh(
        &mut self,
        current: &mut Current,
        make: impl Fn(&mut Self, &mut Current) -> Result<(), Failure>,
    ) -> Result<(), Halt> {
        let Err(failure) = make(self, current) else { return Ok(()) };
        match failure.errno {
            Errno::NOENT => {
                let made = self.make_parents(&current.path, Parents::Anew);
                made.map_err(|failure| self.judge(failure, &current.path))?;
            }
            Errno::EXIST => {
                let looked = self.round.on.look(&current.path)?;
                self.make_way(&current.path, looked.kind)?;
            }
            _ => return Err(self.judge(failure, &current.path)),
        }
        Ok(make(self, current)?)
    }

    /// Whether it is the archive that made what stands in the way of a path something else than a
    /// directory, or the filesystem's fault.
    fn judge(&self, failure: Failure, path: &[u8]) -> Halt {
        let no_directory = |path: &[u8]| {
            let what = self.extracted.expected.get(path);
            what.is_some_and(|what| !matches!(what, What::Directory { .. }))
        };
        let in_the_way = matches!(failure.errno, Errno::LOOP | Errno::NOTDIR | Errno::EXIST);
        if in_the_way && above(path).chain([path]).any(no_directory) {
            return LEADS_THROUGH_A_LINK;
        }
        Halt::Failed(failure)
    }

    fn open_temporary(&mut self, current: &mut Current) -> Result<(), Failure> {
        let number = self.round.temporaries.fetch_add(1, Ordering::Relaxed);
        let path = layout::temporary(&self.round.directory, number);
        let (store, _) = split(&path);
        if self.made.insert(store.to_vec()) {
            self.make_directory(store)?;
        }
        current.made_with = self.mode_to_make_with(current);
        let opened = self.round.on.open(&path, Creation::Exclusive, current.made_with);
        current.file = Some(opened?);
        current.temporary = path;
        Ok(())
    }

    fn write(&mut self, current: &mut Current) -> Result<(), Halt> {
        let (Some(archive), Some(file)) = (self.archive.as_mut(), current.file.as_mut()) else {
            return Ok(());
        };
        let whole = 0..current.member.size;
        let pieces = current.member.sparse.as_deref().unwrap_or(std::slice::from_ref(&whole));
        let mut hasher = blake3::Hasher::new();
        let mut hashed = 0;
        let packed = self.package.is_packed();
        let mut holes = current.member.sparse.is_some();
        for piece in pieces {
            hash_hole(&mut hasher, piece.start.saturating_sub(hashed));
            let mut at = piece.start;
            while at < piece.end {
                let most = usize::try_from(piece.end - at).unwrap_or(usize::MAX);
                let most = most.min(self.room.len());
                let room = self.room.get_mut(..most).unwrap_or_default();
                let read = archive.read(room).map_err(Halt::Archive)?;
                if read == 0 {
                    return Err(Halt::Refused("its content ends before its size"));
                }
                let bytes = room.get(..read).unwrap_or_default();
                hasher.update(bytes);
                // Packing wrote out the holes of sparse files: they are no more than that here.
                if packed && bytes.iter().all(|byte| *byte == 0) {
                    holes = true;
                } else {
                    self.round.on.write(file, at, bytes)?;
                }
                at += read as u64;
                if (self.round.stopped)() {
                    return Err(Halt::Refused("it was stopped"));
                }
            }
            hashed = piece.end;
        }
        hash_hole(&mut hasher, current.member.size.saturating_sub(hashed));
        if holes {
            self.round.on.set_size(file, current.member.size)?;
        }
        current.hash = Some(hasher.finalize());
        Ok(())
    }

    fn set_mode(&mut self, current: &mut Current) -> Result<(), Failure> {
        let set = |file| self.round.on.set_mode(file, current.member.mode);
        current.file.as_ref().map_or(Ok(()), set)
    }

    fn set_times(&mut self, current: &mut Current) -> Result<(), Failure> {
        let set = |file| self.round.on.set_times(file, current.member.mtime);
        current.file.as_ref().map_or(Ok(()), set)
    }

    fn make_symlink(&mut self, current: &mut Current) -> Result<(), Halt> {
        self.afresh(current, |this, current| {
            let MemberKind::Symlink { target } = &current.member.kind else { return Ok(()) };
            this.round.on.symlink(target, &current.path)
        })?;
        Ok(self.round.on.set_times_at(&current.path, current.member.mtime)?)
    }

    fn make_hard_link(&mut self, current: &mut Current) -> Result<(), Halt> {
        let MemberKind::HardLink { target } = &current.member.kind else { return Ok(()) };
        let of = join(&self.layout.stage, target.as_bytes());
        if !self.extracted.expected.contains_key(&of) {
            return Err(Halt::Untouched("a hard link to what the archive has not brought"));
        }
        if of == current.path {
            return Err(Halt::Untouched("a hard link to itself"));
        }
        self.afresh(current, |this, current| this.round.on.link(&of, &current.path))
    }
}

/// Hashes so many bytes of zeros.
fn hash_hole(hasher: &mut blake3::Hasher, mut length: u64) {
    const ZEROS: &[u8] = &[0; 1 << 16];
    while length > 0 {
        let some = ZEROS.get(..usize::try_from(length).unwrap_or(usize::MAX)).unwrap_or(ZEROS);
        hasher.update(some);
        length -= some.len() as u64;
    }
}
