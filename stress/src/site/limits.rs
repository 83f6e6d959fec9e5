//! How much may be written, and where nothing may.

use std::os::fd::AsFd;
use std::path::Path;

use reports::PathName;
use rustix::fs::{CWD, Mode, OFlags, openat};
use scanner::scratch::ScratchError;
use scanner::{ErrorsPolicy, Footing, available_memory};

use super::error::SiteError;
use super::space::Space;

/// What is written on one site at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that are there at once.
    pub max_bytes: u64,
    /// Inodes that are there at once.
    pub max_inodes: u64,
    /// Whether to write even where meeting damage would stop the machine (`errors=panic`).
    pub force: bool,
}

impl Limits {
    /// What a directory stands on, where it may be worked in. Nothing is made there.
    pub fn footing(&self, directory: &Path) -> Result<Footing, SiteError> {
        let footing = Footing::of(directory)?;
        self.admit(&footing)?;
        Ok(footing)
    }

    /// Whether a directory may be worked in, before anything is written there.
    pub(super) fn admit(&self, footing: &Footing) -> Result<(), SiteError> {
        let path = footing.path.as_path();
        if footing.policy == Some(ErrorsPolicy::Panic) && !self.force {
            return Err(SiteError::ErrorsPanic { path: path.into() });
        }
        if footing.is_read_only() {
            return Err(ScratchError::read_only(&path.into()).into());
        }
        let open = || openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let space = open().and_then(|directory| Space::of(directory.as_fd()));
        self.admit_space(path, &space.map_err(SiteError::call(path, "statfs"))?)?;
        if footing.kind() == "tmpfs" {
            self.admit_memory(path, available_memory().unwrap_or(u64::MAX))?;
        }
        Ok(())
    }

    fn admit_space(&self, path: &Path, space: &Space) -> Result<(), SiteError> {
        let path: PathName = path.into();
        if !space.has_room_for(self.max_bytes) {
            let (needed, free) = (self.max_bytes, space.free_bytes);
            return Err(SiteError::NoRoom { path, needed, free });
        }
        if !space.has_inodes_for(self.max_inodes) {
            let (needed, free) = (self.max_inodes, space.free_inodes);
            return Err(SiteError::NoInodes { path, needed, free });
        }
        Ok(())
    }

    /// What is written to a tmpfs takes memory: no more than half of what is available.
    fn admit_memory(&self, path: &Path, available: u64) -> Result<(), SiteError> {
        if self.max_bytes > available / 2 {
            let (path, needed) = (path.into(), self.max_bytes);
            return Err(SiteError::NoMemory { path, needed, available });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_bytes: 300 << 20, max_inodes: 1000, force: false };
    const SPACE: Space = Space {
        bytes: 1 << 30,
        free_bytes: 1 << 30,
        inodes: 10_000,
        free_inodes: 10_000,
        block: 4096,
    };

    fn said(space: Space) -> Option<String> {
        let admitted = LIMITS.admit_space(Path::new("/x"), &space);
        admitted.err().map(|error| error.to_string())
    }

    #[test]
    fn a_filesystem_is_not_filled() {
        assert_eq!(said(SPACE), None);
        assert_eq!(
            said(Space { free_bytes: 400 << 20, ..SPACE }).unwrap(),
            "/x: 300 MiB may be written, and 400 MiB are free, of which a tenth of the filesystem \
             stays free; write less (--max-bytes), or elsewhere"
        );
        assert_eq!(
            said(Space { free_inodes: 1500, ..SPACE }).unwrap(),
            "/x: 1000 inodes may be needed, and 1500 are free, of which a tenth of all stays \
             free; work elsewhere"
        );
    }

    #[test]
    fn memory_is_not_filled() {
        let said = |available| LIMITS.admit_memory(Path::new("/x"), available);
        assert!(said(600 << 20).is_ok());
        assert_eq!(
            said(599 << 20).unwrap_err().to_string(),
            "/x: 300 MiB may be written to memory, and 599 MiB are available; write less \
             (--max-bytes)"
        );
    }
}
