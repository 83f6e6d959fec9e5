//! Where operations work: directories that were given or found, and filesystems made for it.
//!
//! A [`Site`] is one place on one filesystem. Everything on it happens in a scratch directory of
//! its own, marked and removed whatever happens (`scanner::scratch`). There, each lane of threads
//! has a [`Ground`], on which one [`World`] after the other is made: an empty directory, or where
//! the site has layers, one that holds what its lower layer holds.
//!
//! [`discover()`] finds the filesystems that are there; [`provision()`] makes some, in a mount
//! namespace that ends with the process ([`enter_namespace`]).

mod budget;
mod discover;
mod error;
mod ground;
mod image;
mod layers;
mod limits;
mod mounted;
mod namespace;
mod overlays;
mod plain;
mod provision;
mod space;
mod yard;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reports::Root;
use rustix::io::Errno;
use scanner::Footing;

pub use discover::{Discovered, discover, usual_places};
pub use error::{NotRemoved, SiteError};
pub use ground::{Fill, Ground, World};
pub use limits::Limits;
pub use namespace::{Namespace, NamespaceError, enter_namespace};
pub use provision::{Provisioned, provision};
pub use space::Space;

use overlays::{Layer, OVERLAYS};
use yard::Yard;

/// One target: a place on some filesystem.
#[derive(Debug)]
pub struct Site {
    /// What people call it.
    pub name: String,
    /// The filesystem's type as the mount table names it (`ext4`, `overlay`, `fuse.sshfs`).
    pub filesystem: String,
    /// Options of the mount, then of the superblock, as a report's root shows them.
    pub options: String,
    /// What to show people: the directory that was given, or where the filesystem is mounted.
    pub path: PathBuf,
    root: Root,
    yard: Arc<Yard>,
}

/// A site that there is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// What it would have been called.
    pub name: String,
    /// Why there is none, in words.
    pub why: String,
    /// Whether nothing is amiss with that.
    pub by_design: bool,
}

impl LeftOut {
    /// That it is so is worth telling.
    pub fn new(name: &str, why: &str) -> Self {
        LeftOut { name: name.to_owned(), why: why.to_owned(), by_design: false }
    }
}

impl Site {
    /// A directory that somebody chose. Nothing is written where the limits speak against it.
    pub fn given(name: &str, directory: &Path, limits: &Limits) -> Result<Self, SiteError> {
        let footing = limits.footing(directory)?;
        let yard = Yard::plain(&footing.path)?;
        Ok(Site::on(name, &footing, yard))
    }

    fn on(name: &str, footing: &Footing, yard: Yard) -> Self {
        Site {
            name: name.to_owned(),
            filesystem: footing.kind().to_owned(),
            options: footing.options(),
            path: footing.path.clone(),
            root: footing.describe(Vec::new()),
            yard: Arc::new(yard),
        }
    }

    /// A ground for one lane. A lane has one at a time.
    pub fn ground(&self, lane: usize, fill: &Fill) -> Result<Ground, SiteError> {
        Ground::make(&self.yard, &format!("lane-{lane}"), Some(fill))
    }

    /// What a report says of it, without any check.
    pub fn describe(&self) -> Root {
        self.root.clone()
    }

    /// Its space and inodes at this moment.
    pub fn space(&self) -> Result<Space, Errno> {
        Space::of(self.yard.directory())
    }

    /// Whether its path still leads to it. It does not once something was mounted over it, or it
    /// was unmounted lazily: then it works on, and nobody else can see it.
    pub fn is_reached(&self) -> Result<bool, Errno> {
        let scratch = self.yard.scratch();
        let open = rustix::fs::fstat(self.yard.directory())?;
        match rustix::fs::lstat(&scratch.path) {
            Ok(there) => Ok((there.st_dev, there.st_ino) == (open.st_dev, open.st_ino)),
            Err(Errno::NOENT | Errno::NOTDIR) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    /// Whether worlds on it hold from the beginning what a lower layer holds.
    pub fn is_layered(&self) -> bool {
        self.yard.overlay().is_some()
    }

    /// Whether it was made for the run, and goes with it.
    pub fn is_made(&self) -> bool {
        self.yard.is_made()
    }

    /// Of an overlay that was made: the options that it is mounted with.
    pub fn layering(&self) -> Option<&'static str> {
        self.yard.overlay()
    }

    /// Of an overlay that was made: the type of filesystem that its upper layers are on.
    pub fn upper(&self) -> Option<&'static str> {
        let of_site = |overlay: &&overlays::Overlay| overlay.name == self.name;
        let overlay = OVERLAYS.iter().find(of_site).filter(|_| self.is_layered())?;
        Some(match overlay.upper {
            Layer::Tmpfs => "tmpfs",
            Layer::Ext4 => "ext4",
        })
    }

    /// Whether the lower layer is known to lie on another filesystem than the upper one: without
    /// xino such an overlay shows inode and device numbers that change. Its options do not tell.
    /// Of an overlay that was given, nothing is known of that, and nothing on it is from below.
    pub fn has_foreign_layers(&self) -> bool {
        self.yard.has_foreign_layers()
    }

    /// Removes everything of it, and tells what stays. Its grounds go before; while there is one,
    /// the last of them does it.
    pub fn remove(self) -> Result<(), NotRemoved> {
        Arc::into_inner(self.yard).map_or(Ok(()), Yard::remove)
    }
}

#[cfg(test)]
mod tests;
