//! A root, and what is mounted there.
//!
//! Where the kernel would panic at damage (`errors=panic`) no name of the path is looked up: the
//! mount table alone is asked.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{self, Path, PathBuf};

use reports::PathName;
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use crate::checks::errno_word;
use crate::errors_policy::ErrorsPolicy;
use crate::inode_facts::InodeFacts;
use crate::mounts::{self, Mount};

/// A root, and what is mounted there.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// As it is resolved.
    pub(super) path: PathBuf,
    /// As facts name it: as the report's root does.
    pub(super) name: PathName,
    /// Its line of the mount table.
    pub(super) mount: Option<Mount>,
    /// Why nothing may or can be looked up there.
    pub(super) trouble: Option<String>,
}

impl Place {
    /// Resolves a root. One that cannot be resolved is a place as well.
    pub(super) fn of(root: &Path) -> Self {
        let by_table = path::absolute(root).ok().and_then(|path| mounts::of_path(&path));
        if by_table.as_ref().is_some_and(panics) {
            let trouble = "errors=panic: nothing is looked up there".to_owned();
            return Place { mount: by_table, ..Place::unresolved(root, trouble) };
        }
        match look_up(root) {
            Ok((path, mount)) => {
                let name = path.as_path().into();
                let trouble = mount.as_ref().is_some_and(panics);
                let trouble = trouble.then(|| "errors=panic: nothing is looked up there".into());
                Place { path, name, mount, trouble }
            }
            Err(errno) => {
                Place::unresolved(root, format!("the path: lookup says {}", errno_word(errno)))
            }
        }
    }

    /// A root that is not resolved.
    pub(super) fn unresolved(root: &Path, trouble: String) -> Self {
        Place { path: root.to_owned(), name: root.into(), mount: None, trouble: Some(trouble) }
    }

    /// Its mount, or why that is not known.
    pub(super) fn mount(&self) -> Result<&Mount, String> {
        self.mount.as_ref().ok_or_else(|| {
            self.trouble.clone().unwrap_or_else(|| "the mount table does not have it".to_owned())
        })
    }

    /// The place itself, open for questions alone.
    pub(super) fn open(&self) -> Result<OwnedFd, String> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        open(&self.path).map_err(|errno| format!("open says {}", errno_word(errno)))
    }
}

/// Whether damage on this mount makes the kernel panic.
pub(super) fn panics(mount: &Mount) -> bool {
    ErrorsPolicy::of(mount) == Some(ErrorsPolicy::Panic)
}

/// A path without symbolic links, and its mount.
pub(super) fn look_up(path: &Path) -> Result<(PathBuf, Option<Mount>), Errno> {
    let errno = |error: std::io::Error| Errno::from_io_error(&error).unwrap_or(Errno::INVAL);
    let resolved = path.canonicalize().map_err(errno)?;
    let facts = InodeFacts::of_descriptor(open(&resolved)?.as_fd())?;
    Ok((resolved, mounts::of_inode(&facts)))
}

fn open(path: &Path) -> Result<OwnedFd, Errno> {
    openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_resolved_or_says_why_not() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("link")).unwrap();
        let place = Place::of(&dir.path().join("link"));
        assert_eq!(place.path, dir.path().canonicalize().unwrap());
        assert!(place.mount.is_some() && place.trouble.is_none() && place.open().is_ok());
        let none = Place::of(&dir.path().join("none"));
        assert_eq!(none.mount().unwrap_err(), "the path: lookup says ENOENT");
        assert_eq!(none.open().unwrap_err(), "the path: lookup says ENOENT");
        assert_eq!(none.path, dir.path().join("none"), "it keeps its name");
    }
}
