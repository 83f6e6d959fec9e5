//! What the grounds of one site share: the scratch directories, the layers' options, and the mounts
//! that have to stay while anybody works there.

use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::Mode;
use scanner::scratch::{Kind, Scratch};

use super::error::{NotRemoved, SiteError};
use super::mounted::Mounted;
use super::plain;

/// The scratch directories of a site, and what they stand on.
#[derive(Debug)]
pub struct Yard {
    // Dropped in this order: what is mounted goes last.
    scratch: Scratch,
    /// Where lower layers are, if on another filesystem than the upper ones.
    elsewhere: Option<Scratch>,
    /// The options of the overlays that its grounds are.
    overlay: Option<&'static str>,
    below: Vec<Arc<Mounted>>,
}

impl Yard {
    /// In a directory.
    pub fn plain(place: &Path) -> Result<Self, SiteError> {
        let scratch = make(place)?;
        Ok(Yard { scratch, elsewhere: None, overlay: None, below: Vec::new() })
    }

    /// On a filesystem that was made for it.
    pub fn on(mounted: &Arc<Mounted>) -> Result<Self, SiteError> {
        let yard = Yard::plain(mounted.point())?;
        Ok(Yard { below: vec![Arc::clone(mounted)], ..yard })
    }

    /// Of overlays with these options, the upper layers on one filesystem, the lower ones on the
    /// same or on another one.
    pub fn layered(
        options: &'static str,
        upper: &Arc<Mounted>,
        lower: &Arc<Mounted>,
    ) -> Result<Self, SiteError> {
        let elsewhere = !Arc::ptr_eq(upper, lower);
        let elsewhere = elsewhere.then(|| make(lower.point())).transpose()?;
        Ok(Yard {
            scratch: make(upper.point())?,
            elsewhere,
            overlay: Some(options),
            below: vec![Arc::clone(upper), Arc::clone(lower)],
        })
    }

    /// The scratch directory; of overlays that of the upper layers.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// The scratch directory that lower layers are in.
    pub fn lower(&self) -> &Scratch {
        self.elsewhere.as_ref().unwrap_or(&self.scratch)
    }

    /// Whether it is on filesystems that were made for it.
    pub fn is_made(&self) -> bool {
        !self.below.is_empty()
    }

    /// Whether that is on another filesystem.
    pub fn has_foreign_layers(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// The options of its overlays, if it has such.
    pub fn overlay(&self) -> Option<&'static str> {
        self.overlay
    }

    /// The scratch directory, open.
    pub fn directory(&self) -> BorrowedFd<'_> {
        self.scratch.directory()
    }

    /// Removes it.
    pub fn remove(self) -> Result<(), NotRemoved> {
        let elsewhere = self.elsewhere.map_or(Ok(()), Scratch::close);
        self.scratch.close()?;
        Ok(elsewhere?)
    }
}

fn make(place: &Path) -> Result<Scratch, SiteError> {
    let scratch = Scratch::make(place, Kind::Stress)?;
    let made = plain::make_plain(scratch.directory(), Mode::RWXU);
    made.map_err(SiteError::call(&scratch.path, "chmod"))?;
    Ok(scratch)
}
