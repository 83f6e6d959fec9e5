//! What one lane of threads works on: one world after the other.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::io::Errno;

use super::error::{NotRemoved, SiteError};
use super::layers::Layers;
use super::plain;
use super::yard::Yard;

/// Writes the tree that lower layers hold into a directory.
pub type Fill = Arc<dyn Fn(BorrowedFd<'_>) -> Result<(), Errno> + Send + Sync>;

/// The directory that worlds are in, one at a time. Behind one that cannot be removed comes another.
const WORLD: &str = "world";

/// A lane's part of a site. It is removed when this is dropped.
#[derive(Debug)]
pub struct Ground {
    /// Its directory in the scratch directory of the site.
    name: String,
    layers: Option<Layers>,
    /// How many worlds could not be removed.
    stuck: u64,
    removed: bool,
    // Last, since what is above stands on it.
    yard: Arc<Yard>,
}

/// A directory to work in.
#[derive(Debug)]
pub struct World {
    /// The directory, open for reading.
    pub top: OwnedFd,
    /// Where it is.
    pub path: PathBuf,
    /// Whether it holds what a lower layer holds; else it is empty.
    pub populated: bool,
}

impl Ground {
    /// Makes the directory of that name; where there are layers, `fill` writes the lower one.
    pub(super) fn make(
        yard: &Arc<Yard>,
        name: &str,
        fill: Option<&Fill>,
    ) -> Result<Self, SiteError> {
        let path = yard.scratch().path.join(name);
        let directory = plain::make(yard.directory(), name);
        let directory = directory.map_err(SiteError::call(&path, "mkdir"))?;
        let mut ground = Ground {
            name: name.to_owned(),
            layers: None,
            stuck: 0,
            removed: false,
            yard: Arc::clone(yard),
        };
        if let Some(options) = yard.overlay() {
            let lower = ground.make_lower(directory.as_fd(), fill)?;
            ground.layers = Some(Layers::of(lower, path, options));
        }
        Ok(ground)
    }

    /// An empty directory, or one that holds what the lower layer holds. What the last world left
    /// is gone; nothing of that may be open any more. On a damaged filesystem it may stay: without
    /// layers that is told when the ground is removed, and work goes on beside it.
    pub fn fresh(&mut self) -> Result<World, SiteError> {
        let path = self.path();
        let scratch = self.yard.scratch();
        let directory = plain::open(scratch.directory(), &self.name);
        let directory = directory.map_err(SiteError::call(&path, "open"))?;
        if let Some(layers) = &mut self.layers {
            return layers.fresh(scratch, Path::new(&self.name), directory.as_fd());
        }
        let below = Path::new(&self.name).join(self.world());
        // Patience did not help before.
        let removed = match self.stuck {
            0 => scratch.remove_below(&below),
            _ => scratch.remove_below_at_once(&below),
        };
        if removed.is_err() {
            self.stuck += 1;
        }
        let world = self.world();
        let path = path.join(&world);
        let top = plain::make(directory.as_fd(), &world);
        let top = top.map_err(SiteError::call(&path, "mkdir"))?;
        Ok(World { top, path, populated: false })
    }

    /// Removes everything of it.
    pub fn remove(mut self) -> Result<(), NotRemoved> {
        self.take_away()
    }

    fn world(&self) -> String {
        match self.stuck {
            0 => WORLD.to_owned(),
            number => format!("{WORLD}-{number}"),
        }
    }

    fn path(&self) -> PathBuf {
        self.yard.scratch().path.join(&self.name)
    }

    /// The lower layer, filled.
    fn make_lower(
        &self,
        beside: BorrowedFd<'_>,
        fill: Option<&Fill>,
    ) -> Result<PathBuf, SiteError> {
        const LOWER: &str = "lower";
        let lower = self.yard.lower();
        let path = lower.path.join(&self.name).join(LOWER);
        let made = if std::ptr::eq(lower, self.yard.scratch()) {
            plain::make(beside, LOWER)
        } else {
            plain::make(lower.directory(), &self.name)
                .and_then(|lane| plain::make(lane.as_fd(), LOWER))
        };
        let made = made.map_err(SiteError::call(&path, "mkdir"))?;
        let filled = fill.map_or(Ok(()), |fill| fill(made.as_fd()));
        filled.map_err(|errno| SiteError::Fill { path: path.as_path().into(), errno })?;
        Ok(path)
    }

    fn take_away(&mut self) -> Result<(), NotRemoved> {
        if std::mem::replace(&mut self.removed, true) {
            return Ok(());
        }
        if let Some(layers) = self.layers.take() {
            layers.close()?;
        }
        let name = Path::new(&self.name);
        let lower = self.yard.lower().remove_below(name);
        self.yard.scratch().remove_below(name)?;
        Ok(lower?)
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // Whoever wants to know what stays asks for it.
        let _ = self.take_away();
    }
}
