//! Files that stand beside the one that is checked, or below its directory.
//!
//! No link is followed on the way and nothing but a regular file is read: the names come from a
//! file that anybody may have written.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

/// Most components of a path.
const DEEPEST: usize = 64;

/// A regular file, open for reading, and what fstat(2) says of it.
pub struct Sibling {
    /// The descriptor.
    pub file: OwnedFd,
    /// Its facts when it was opened.
    pub facts: Stat,
}

impl Sibling {
    /// Whether nobody wrote to it since it was opened.
    pub fn is_unchanged(&self) -> bool {
        let said = |facts: &Stat| {
            (
                facts.st_size,
                facts.st_mtime,
                facts.st_mtime_nsec,
                facts.st_ctime,
                facts.st_ctime_nsec,
            )
        };
        fstat(&self.file).is_ok_and(|now| said(&now) == said(&self.facts))
    }
}

/// Opens a file below a directory, one component after the other. None where the path is
/// absolute or has a "..", where no such file can be opened, and where it is no regular file.
pub fn open(directory: BorrowedFd<'_>, path: &str) -> Option<Sibling> {
    let (above, name) = split(path)?;
    let reached = reach(directory, &above).ok()?;
    let at = reached.as_ref().map_or(directory, AsFd::as_fd);
    let is_file = |facts: &Stat| FileType::from_raw_mode(facts.st_mode) == FileType::RegularFile;
    // Before it is opened, too: to open a device can be an action.
    statat(at, name, AtFlags::SYMLINK_NOFOLLOW).ok().filter(is_file)?;
    let file = open_quietly(at, name).ok()?;
    let facts = fstat(&file).ok().filter(is_file)?;
    Some(Sibling { file, facts })
}

/// Whether there is nothing of this path below a directory; false where that cannot be said.
pub fn lacks(directory: BorrowedFd<'_>, path: &str) -> bool {
    let Some((above, name)) = split(path) else { return false };
    match reach(directory, &above) {
        Ok(reached) => {
            let at = reached.as_ref().map_or(directory, AsFd::as_fd);
            is_absent(at, name.as_bytes())
        }
        Err(errno) => errno == Errno::NOENT,
    }
}

/// The directories of a path, and its name. None where it may lead elsewhere.
fn split(path: &str) -> Option<(Vec<&str>, &str)> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let plain = |part: &&str| !matches!(*part, "" | "." | "..");
    if parts.len() > DEEPEST || !parts.iter().all(plain) {
        return None;
    }
    let name = parts.pop()?;
    Some((parts, name))
}

/// Opens the last of these directories; none where there are none.
fn reach(directory: BorrowedFd<'_>, above: &[&str]) -> Result<Option<OwnedFd>, Errno> {
    let mut reached: Option<OwnedFd> = None;
    for part in above {
        let at = reached.as_ref().map_or(directory, AsFd::as_fd);
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        reached = Some(openat(at, *part, flags, Mode::empty())?);
    }
    Ok(reached)
}

/// With O_NOATIME where that is allowed, which is to the owner.
fn open_quietly(at: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match openat(at, name, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => openat(at, name, flags, Mode::empty()),
        opened => opened,
    }
}

/// Whether there is nothing of this name; false where that cannot be said.
pub fn is_absent(directory: BorrowedFd<'_>, name: &[u8]) -> bool {
    matches!(statat(directory, name, AtFlags::SYMLINK_NOFOLLOW), Err(Errno::NOENT))
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_below_are_opened() {
        let directory = tempfile::tempdir().unwrap();
        let below = directory.path().join("below");
        fs::create_dir_all(below.join("src")).unwrap();
        fs::write(below.join("src/lib.rs"), b"a").unwrap();
        fs::write(directory.path().join("outside"), b"a").unwrap();
        symlink("src", below.join("link")).unwrap();
        symlink("src/lib.rs", below.join("file-link")).unwrap();
        let opened = File::open(&below).unwrap();
        let finds = |path: &str| open(opened.as_fd(), path).is_some();
        assert!(finds("src/lib.rs"));
        let absolute = below.join("src/lib.rs");
        for path in [
            "src/none",
            "src",
            "link/lib.rs",
            "file-link",
            "../outside",
            "src/../src/lib.rs",
            "./src/lib.rs",
            "",
            "src/",
            "src/lib.rs\0",
            absolute.to_str().unwrap(),
        ] {
            assert!(!finds(path), "{path:?}");
        }
        let lacks = |path: &str| lacks(opened.as_fd(), path);
        assert!(lacks("none") && lacks("src/none") && lacks("none/of/them"));
        for there in ["src/lib.rs", "src", "file-link", "link/none", "../none", "", "src/lib.rs/a"]
        {
            assert!(!lacks(there), "{there:?}");
        }
        assert!(is_absent(opened.as_fd(), b"none") && !is_absent(opened.as_fd(), b"src"));
    }

    #[test]
    fn a_change_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("a"), b"a").unwrap();
        let opened = File::open(directory.path()).unwrap();
        let sibling = open(opened.as_fd(), "a").unwrap();
        assert!(sibling.is_unchanged());
        fs::write(directory.path().join("a"), b"longer").unwrap();
        assert!(!sibling.is_unchanged());
    }
}
