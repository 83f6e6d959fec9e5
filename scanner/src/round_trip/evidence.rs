//! What is seen at the moment of an error.
//!
//! The parent is asked for by lookup and by its own parent's listing, the call is made again, and
//! space, inodes and the kernel's error counter are read. All of it at once: a moment later a
//! competing installer may have put everything right again.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::thread::sleep;
use std::time::{Duration, Instant};

use reports::escape;
use rustix::fs::{Mode, OFlags, StatVfs, fstatvfs, openat};
use rustix::io::Errno;

use super::beneath::{Beneath, list};
use super::classify::classify;
use super::file_system::{Call, Creation, Failure, FileSystem, above, split};
use super::removals::Removals;
use super::trouble::{Stumble, Witness};
use crate::checks::errno_name;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::kernel::ErrorCounters;

/// Pauses between looks at a name that is listed and not found.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(1), Duration::from_millis(5), Duration::from_millis(20)];

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How far the directories lead.
    pub way: Way,
    /// Links of the directory in which the call looked, which was held meanwhile: none are left
    /// of one that was removed.
    pub parent_links: Option<u32>,
    /// Whether the parent lists the last name; none where that could not be seen.
    pub name_listed: Option<bool>,
    /// What a lookup of the last name says.
    pub name_found: Option<Result<FileKind, Errno>>,
    /// What the call said when it was made again; none for one that must not be.
    pub again: Option<Result<(), Errno>>,
    /// Bytes and inodes that are free to this user; inodes where they are counted.
    pub free: Option<(u64, Option<u64>)>,
    /// Errors that the kernel counted on this filesystem since the round trip began.
    pub kernel_errors: u64,
    /// How long ago the competing installer took a directory above it away.
    pub removed_before: Option<Duration>,
    /// The archive has another member that wants the same name.
    pub collides: bool,
    /// The scratch directory itself was removed.
    pub scratch_removed: bool,
    /// Others work there as well: what is gone by now, or was made anew, tells nothing.
    pub shared: bool,
}

/// How far the directories above a path lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// All are there.
    #[default]
    Whole,
    /// This one is not found, and not listed either.
    Gone(Vec<u8>),
    /// This one is listed, and each lookup says that it does not exist.
    ListedNotFound(Vec<u8>),
    /// This one was not found, and was at a later look.
    CameBack(Vec<u8>),
    /// This one cannot be looked up or listed for another reason.
    Refused(Vec<u8>, Errno),
}

/// Looks at the filesystem itself.
pub struct OnTheSpot<'a> {
    /// The scratch directory.
    pub beneath: &'a Beneath,
    /// What the competing installer takes away.
    pub removals: &'a Removals,
    /// The kernel's name of the device, and the errors that it had counted at the beginning.
    pub kernel: Option<(String, u64)>,
    /// Whether others work there as well.
    pub shared: bool,
}

impl Witness for OnTheSpot<'_> {
    fn look_into(
        &self,
        failure: Failure,
        since: Instant,
        collides: bool,
        package: Vec<u8>,
    ) -> Stumble {
        let evidence = self.gather(&failure, since, collides);
        let classification = classify(failure.call, failure.errno, &evidence);
        Stumble {
            call: failure.call,
            errno: failure.errno,
            transient: evidence.again == Some(Ok(())),
            evidence: evidence.lines(&failure),
            path: failure.path,
            to: failure.to,
            package,
            classification,
        }
    }
}

impl OnTheSpot<'_> {
    fn gather(&self, failure: &Failure, since: Instant, collides: bool) -> Evidence {
        let parent_links = failure.parent.as_ref().and_then(|parent| links_of(parent.as_fd()));
        let again = if self.shared { None } else { self.repeat(failure) };
        let paths = [Some(&failure.path), failure.to.as_ref()].into_iter().flatten();
        let removed_before =
            paths.clone().filter_map(|path| self.removals.removed_since(path, since)).min();
        let mut ways = paths.map(|path| self.follow(path));
        let way = ways.find(|way| *way != Way::Whole).unwrap_or_default();
        let (name_listed, name_found) = self.ask_for(&failure.path);
        Evidence {
            way,
            parent_links,
            name_listed,
            name_found: Some(name_found),
            again,
            free: fstatvfs(self.beneath.directory()).ok().map(|space| free(&space)),
            kernel_errors: self.kernel_errors(),
            removed_before,
            collides,
            scratch_removed: !self.shared && links_of(self.beneath.directory()) == Some(0),
            shared: self.shared,
        }
    }

    /// Whether the last name is listed, and what a lookup of it says: asked again where the two
    /// contradict each other, since somebody may have removed it between them.
    fn ask_for(&self, path: &[u8]) -> (Option<bool>, Result<FileKind, Errno>) {
        let (directory, name) = split(path);
        let mut pauses = PAUSES.into_iter();
        loop {
            let listed = self.beneath.list(directory).ok();
            let listed = listed.map(|listed| listed.iter().any(|entry| entry.name == name));
            let found = self.beneath.look(path);
            let found = found.map(|looked| looked.kind).map_err(|failure| failure.errno);
            let contradict = listed == Some(true) && found == Err(Errno::NOENT);
            match pauses.next().filter(|_| contradict) {
                Some(pause) => sleep(pause),
                None => return (listed, found),
            }
        }
    }

    /// Makes the call again, where that does no harm; a file that it makes is removed.
    fn repeat(&self, failure: &Failure) -> Option<Result<(), Errno>> {
        let (on, path) = (self.beneath, failure.path.as_slice());
        let done = match failure.call {
            Call::Look => on.look(path).map(|_| ()),
            Call::List => on.list(path).map(|_| ()),
            // Left where it is: another package may rely on it by now.
            Call::MakeDirectory => on.make_directory(path, 0o777),
            Call::Open if failure.errno != Errno::EXIST => {
                let opened = on.open(path, Creation::Exclusive, 0o600);
                opened.and_then(|file| on.close(file)).and_then(|()| on.unlink(path))
            }
            _ => return None,
        };
        Some(done.map_err(|failure| failure.errno))
    }

    /// Follows the directories above a path, and looks again at the first that is not found.
    fn follow(&self, path: &[u8]) -> Way {
        let mut at =
            match self.beneath.open_at(b"", OFlags::PATH | OFlags::DIRECTORY, Mode::empty()) {
                Ok(directory) => directory,
                Err(errno) => return Way::Refused(Vec::new(), errno),
            };
        for directory in above(path) {
            let (_, name) = split(directory);
            at = match enter(&at, name) {
                Ok(directory) => directory,
                Err(Errno::NOENT) => return look_again(&at, directory),
                Err(errno) => return Way::Refused(directory.to_vec(), errno),
            };
        }
        Way::Whole
    }

    fn kernel_errors(&self) -> u64 {
        let Some((device, before)) = &self.kernel else { return 0 };
        ErrorCounters::read(device).map_or(0, |now| now.errors.saturating_sub(*before))
    }
}

fn enter(at: &OwnedFd, name: &[u8]) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(at, name, flags, Mode::empty())
}

/// A directory that was not found: is it listed, and is it found at a later look?
fn look_again(at: &OwnedFd, directory: &[u8]) -> Way {
    let (_, name) = split(directory);
    let directory = directory.to_vec();
    for pause in PAUSES {
        match is_listed(at, name) {
            Ok(false) => return Way::Gone(directory),
            Err(errno) => return Way::Refused(directory, errno),
            Ok(true) => {}
        }
        if enter(at, name).is_ok() {
            return Way::CameBack(directory);
        }
        sleep(pause);
    }
    Way::ListedNotFound(directory)
}

/// Listed by a descriptor of its own: one that was read before begins where it ended.
fn is_listed(at: &OwnedFd, name: &[u8]) -> Result<bool, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = openat(at, c".", flags, Mode::empty())?;
    Ok(list(&directory)?.iter().any(|entry| entry.name == name))
}

fn links_of(directory: BorrowedFd<'_>) -> Option<u32> {
    InodeFacts::of_descriptor(directory).ok().map(|facts| facts.nlink())
}

/// Free bytes, and free inodes where the filesystem counts them.
fn free(space: &StatVfs) -> (u64, Option<u64>) {
    let bytes = space.f_bavail.saturating_mul(space.f_frsize);
    (bytes, (space.f_files > 0).then_some(space.f_favail))
}

impl Evidence {
    /// For people, a fact a line.
    fn lines(&self, failure: &Failure) -> Vec<String> {
        let facts = [
            Some(self.way.line()),
            self.parent_links.filter(|links| *links == 0).map(|_| {
                "the directory that it was made in was removed while it was held open".to_owned()
            }),
            self.name_line(&failure.path),
            self.again.map(|again| match again {
                Ok(()) => "the same call, made again at once, worked".to_owned(),
                Err(errno) => format!("the same call, made again at once: {}", errno_name(errno)),
            }),
            self.free.map(|(bytes, inodes)| {
                let inodes = inodes.map_or_else(String::new, |n| format!(" and {n} inodes"));
                format!("free: {} MiB{inodes}", bytes >> 20)
            }),
            (self.kernel_errors > 0).then(|| {
                format!("the kernel counted {} new errors on this filesystem", self.kernel_errors)
            }),
            self.removed_before.map(|ago| {
                let ms = ago.as_secs_f64() * 1000.0;
                format!("the competing installer took a directory above it away {ms:.1} ms before")
            }),
            self.collides.then(|| "another member of the archive wants the same name".to_owned()),
            failure.as_node_tar_tells(),
        ];
        facts.into_iter().flatten().collect()
    }

    fn name_line(&self, path: &[u8]) -> Option<String> {
        let (_, name) = split(path);
        let listed = if self.name_listed? { "listed" } else { "not listed" };
        let found = match self.name_found? {
            Ok(kind) => format!("a {}", kind.as_str()),
            Err(errno) => errno_name(errno),
        };
        Some(format!("the name {} is {listed}; lookup says {found}", escape(name)))
    }
}

impl Way {
    fn line(&self) -> String {
        let text = |path: &[u8]| escape(path);
        match self {
            Way::Whole => "each directory above it is there".to_owned(),
            Way::Gone(path) => format!("{} is neither found nor listed", text(path)),
            Way::ListedNotFound(path) => {
                format!("{} is listed, and lookup says ENOENT at four looks", text(path))
            }
            Way::CameBack(path) => {
                format!("{} was not found, and was a moment later", text(path))
            }
            Way::Refused(path, errno) => format!("{}: {}", text(path), errno_name(*errno)),
        }
    }
}

impl Failure {
    /// What node-tar would have told of: after a mkdir that failed, for whatever reason, it looks,
    /// and prints what that says.
    fn as_node_tar_tells(&self) -> Option<String> {
        let masked = self.call == Call::MakeDirectory && self.errno != Errno::EXIST;
        masked.then(|| "node-tar prints the ENOENT of the lstat that follows instead".to_owned())
    }
}
