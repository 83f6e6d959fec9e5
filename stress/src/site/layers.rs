//! A ground with layers: an overlay that is mounted anew for each world.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use scanner::scratch::Scratch;

use super::error::{NotRemoved, SiteError};
use super::ground::World;
use super::mounted::{Mounted, escape_option};
use super::plain;

/// Directories beside each other: what is written, what the kernel needs for itself, and where both
/// layers show.
const UPPER: &str = "upper";
const WORK: &str = "work";
const MERGED: &str = "merged";

/// The layers of one ground.
#[derive(Debug)]
pub struct Layers {
    lower: PathBuf,
    /// The directory of the others.
    directory: PathBuf,
    options: &'static str,
    mounted: Option<Mounted>,
}

impl Layers {
    /// A lower layer that is filled, and a directory for everything else.
    pub fn of(lower: PathBuf, directory: PathBuf, options: &'static str) -> Self {
        Layers { lower, directory, options, mounted: None }
    }

    /// Takes the overlay away, and mounts it with an empty upper layer. The directory is given open,
    /// and by its path in the scratch directory.
    pub fn fresh(
        &mut self,
        scratch: &Scratch,
        below: &Path,
        directory: BorrowedFd<'_>,
    ) -> Result<World, SiteError> {
        if let Some(mounted) = self.mounted.take() {
            mounted.close()?;
        }
        for name in [UPPER, WORK, MERGED] {
            scratch.remove_below(&below.join(name)).map_err(NotRemoved::from)?;
            let path = self.directory.join(name);
            plain::make(directory, name).map_err(SiteError::call(&path, "mkdir"))?;
        }
        let path = self.directory.join(MERGED);
        let mounted = Mounted::overlay(&path, &self.mount_options());
        self.mounted = Some(mounted.map_err(SiteError::call(&path, "mount"))?);
        // Opened anew, since what was there before is covered.
        let top = plain::open(directory, MERGED).map_err(SiteError::call(&path, "open"))?;
        plain::make_plain(top.as_fd(), plain::MODE).map_err(SiteError::call(&path, "chmod"))?;
        Ok(World { top, path, populated: true })
    }

    /// Takes the overlay away.
    pub fn close(self) -> Result<(), NotRemoved> {
        self.mounted.map_or(Ok(()), Mounted::close)
    }

    fn mount_options(&self) -> Vec<u8> {
        let mut data = Vec::new();
        let layers = [
            ("lowerdir", self.lower.clone()),
            (",upperdir", self.directory.join(UPPER)),
            (",workdir", self.directory.join(WORK)),
        ];
        for (key, path) in layers {
            data.extend_from_slice(key.as_bytes());
            data.push(b'=');
            data.extend_from_slice(&escape_option(&path));
        }
        data.push(b',');
        data.extend_from_slice(self.options.as_bytes());
        data
    }
}
