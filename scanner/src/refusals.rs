//! Questions that a filesystem does not answer: it is asked once and not again.

use std::sync::atomic::{AtomicI32, Ordering};

use rustix::io::Errno;

/// Whether a question was refused as a whole.
#[derive(Debug, Default)]
pub struct Refused(AtomicI32);

impl Refused {
    /// Takes down that the filesystem does not know the question.
    pub fn note(&self, errno: Errno) {
        self.0.store(errno.raw_os_error(), Ordering::Relaxed);
    }

    /// Whether it is known not to.
    #[inline]
    pub fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// What it said.
    pub fn errno(&self) -> Option<Errno> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            raw => Some(Errno::from_raw_os_error(raw)),
        }
    }
}

/// What one filesystem refuses.
#[derive(Debug, Default)]
pub struct Refusals {
    /// FIEMAP of regular files.
    pub file_extents: Refused,
    /// FIEMAP of directories.
    pub directory_extents: Refused,
    /// Extended attributes.
    pub attributes: Refused,
}
