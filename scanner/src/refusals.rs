//! Questions that a filesystem does not answer: it is asked once and not again.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::io::Errno;
use serde::{Deserialize, Serialize};

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

/// What one filesystem refuses, as errno numbers, 0 where it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalFacts {
    file_extents: i32,
    directory_extents: i32,
    attributes: i32,
}

/// The numbers that the kernel refuses with (include/linux/err.h, `MAX_ERRNO`), and 0.
const NUMBERS: RangeInclusive<i32> = 0..=4095;

impl RefusalFacts {
    /// Whether these are numbers that the kernel refuses with.
    pub fn is_plausible(&self) -> bool {
        let RefusalFacts { file_extents, directory_extents, attributes } = self;
        [file_extents, directory_extents, attributes].iter().all(|number| NUMBERS.contains(number))
    }

    /// Takes over what another shard was refused.
    pub fn join(&mut self, other: RefusalFacts) {
        let first = |own: i32, other: i32| if own == 0 { other } else { own };
        self.file_extents = first(self.file_extents, other.file_extents);
        self.directory_extents = first(self.directory_extents, other.directory_extents);
        self.attributes = first(self.attributes, other.attributes);
    }
}

impl Refusals {
    /// What is refused so far.
    pub fn to_facts(&self) -> RefusalFacts {
        let number = |refused: &Refused| refused.0.load(Ordering::Relaxed);
        RefusalFacts {
            file_extents: number(&self.file_extents),
            directory_extents: number(&self.directory_extents),
            attributes: number(&self.attributes),
        }
    }

    /// Takes over what was refused to others.
    pub fn take_over(&self, facts: RefusalFacts) {
        self.file_extents.0.store(facts.file_extents, Ordering::Relaxed);
        self.directory_extents.0.store(facts.directory_extents, Ordering::Relaxed);
        self.attributes.0.store(facts.attributes, Ordering::Relaxed);
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
