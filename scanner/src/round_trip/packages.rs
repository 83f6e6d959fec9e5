//! Where the archives come from.

pub mod files;
pub mod generated;
pub mod npm_cache;
mod read_ahead;
pub mod tree;

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reports::PathName;
use rustix::fs::OFlags;

use self::read_ahead::ReadAhead;
use super::trouble::Refused;
use crate::archive::{Expanded, Limits};

/// A package: a name below `node_modules`, and an archive.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its directory, such as `@scope/name`.
    pub name: Vec<u8>,
    /// The archive.
    pub contents: Contents,
}

/// An archive.
#[derive(Clone, Debug)]
pub enum Contents {
    /// One that is made up, always the same for the same number.
    Generated(generated::Shape),
    /// A file.
    File(PathBuf),
    /// A part of a tree, packed while it is read.
    Packed(Arc<tree::Branch>),
}

/// Where packages come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// So many are made up, from a seed.
    Generated {
        /// How many.
        packages: usize,
        /// What makes them the same each time.
        seed: u64,
    },
    /// Archives that were given.
    Archives(Vec<PathBuf>),
    /// npm's cache: the directory that holds `content-v2`.
    NpmCache(PathBuf),
    /// The files of a tree.
    Tree(PathBuf),
}

/// What a source brought.
#[derive(Debug, Default)]
pub struct Supply {
    /// The packages.
    pub packages: Vec<Package>,
    /// How large they are when they are extracted, where that is known.
    pub size: Option<Size>,
    /// What could not be used.
    pub refused: Vec<Refused>,
    /// The tree that is packed, where one is.
    pub tree: Option<Arc<tree::Tree>>,
}

/// Why there are no packages.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A directory or file cannot be read.
    #[error("{}: {call} says {error}{hint}", path.escaped())]
    Unreadable {
        /// It.
        path: PathName,
        /// The call.
        call: &'static str,
        /// Why.
        error: io::Error,
        /// What to do.
        hint: &'static str,
    },
    /// There is nothing to extract.
    #[error("{}: {what}", path.escaped())]
    Nothing {
        /// Where that was looked for.
        path: PathName,
        /// What is missing, and what to do.
        what: &'static str,
    },
}

impl Source {
    /// Gets the packages. Of generated ones no more are taken than fit into `most_entries` and
    /// `most_bytes`.
    pub fn supply(&self, most: Size) -> Result<Supply, SourceError> {
        match self {
            Source::Generated { packages, seed } => Ok(generated::supply(*packages, *seed, most)),
            Source::Archives(paths) => files::supply(paths),
            Source::NpmCache(directory) => npm_cache::supply(directory),
            Source::Tree(root) => tree::supply(root),
        }
    }

    /// What to call it in a report, with so many packages.
    pub fn describe(&self, packages: usize) -> String {
        let shown = |path: &Path| PathName::from(path).escaped();
        match self {
            Source::Generated { .. } => format!("{packages} generated packages"),
            Source::Archives(_) if packages == 1 => "one archive".to_owned(),
            Source::Archives(_) => format!("{packages} archives"),
            Source::NpmCache(path) if packages == 1 => {
                format!("one package of npm's cache {}", shown(path))
            }
            Source::NpmCache(path) => format!("{packages} packages of npm's cache {}", shown(path)),
            Source::Tree(path) if packages == 1 => {
                format!("one package packed from {}", shown(path))
            }
            Source::Tree(path) => format!("{packages} packages packed from {}", shown(path)),
        }
    }
}

/// How much all packages are together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Entries.
    pub entries: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Size {
    /// More than there is.
    pub const UNLIMITED: Size = Size { entries: u64::MAX, bytes: u64::MAX };
}

impl Package {
    /// Opens the archive, as it is when it is expanded; `ahead` expands it on a thread of its own,
    /// as `tar xzf` does.
    pub fn open(&self, limits: Limits, ahead: bool) -> io::Result<Box<dyn Read + Send>> {
        let stored: Box<dyn Read + Send> = match &self.contents {
            Contents::Generated(shape) => return Ok(Box::new(Cursor::new(shape.archive()))),
            Contents::File(path) => Box::new(open_file(path)?),
            Contents::Packed(branch) => Box::new(branch.pack()?),
        };
        let expanded = Expanded::new(stored, limits);
        if ahead { Ok(Box::new(ReadAhead::begin(expanded)?)) } else { Ok(Box::new(expanded)) }
    }

    /// Whether its archive is packed here.
    pub fn is_packed(&self) -> bool {
        matches!(self.contents, Contents::Packed(_))
    }

    /// The limits for its archive: one that was packed here, holes and all, is no bomb.
    pub fn within(&self, limits: Limits) -> Limits {
        match self.contents {
            Contents::Packed(_) => Limits { ratio: u64::MAX, ..limits },
            _ => limits,
        }
    }

    /// Leading directories of its archive that are left off where a pattern leaves off as many: one
    /// that was packed here has none.
    pub fn strip(&self, by_pattern: usize) -> usize {
        match self.contents {
            Contents::Packed(_) => 0,
            _ => by_pattern,
        }
    }

    /// The archive, as a report names it.
    pub fn origin(&self) -> Vec<u8> {
        match &self.contents {
            Contents::File(path) => path.as_os_str().as_bytes().to_vec(),
            _ => self.name.clone(),
        }
    }
}

/// Opens a regular file; a FIFO in its place must not hold us.
fn open_file(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK.bits() as i32;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
}
