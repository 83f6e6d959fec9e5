//! Filesystems that are made for stress, in memory, and go away with the process.
//!
//! A tmpfs holds images and mount points. It lies over a directory of a scratch directory, so that
//! others never see more than that, and find an empty leftover where the process was killed.

use std::path::Path;
use std::sync::Arc;

use scanner::scratch::{Kind, Scratch};
use scanner::{Footing, available_memory};

use super::budget::{Budget, Memory};
use super::discover::temporary;
use super::error::SiteError;
use super::ground::Ground;
use super::image::Image;
use super::mounted::{Below, Mounted};
use super::namespace::Namespace;
use super::overlays::{Layer, Lower, OVERLAYS, Overlay};
use super::yard::Yard;
use super::{LeftOut, Site};

/// What was made.
#[derive(Debug)]
pub struct Provisioned {
    /// What there is.
    pub sites: Vec<Site>,
    /// What there is not, and why.
    pub left_out: Vec<LeftOut>,
}

/// Makes filesystems that together take at most so many bytes of memory, and no more than half of
/// what is available. What there is no room for is left out.
pub fn provision(namespace: &Namespace, max_bytes: u64) -> Result<Provisioned, SiteError> {
    provision_in(&temporary(), namespace, max_bytes)
}

/// The same, with the mount points in some directory.
pub(super) fn provision_in(
    place: &Path,
    namespace: &Namespace,
    max_bytes: u64,
) -> Result<Provisioned, SiteError> {
    let available = available_memory().unwrap_or(u64::MAX);
    let plan = Plan::within(max_bytes.min(available / 2), namespace.is_unprivileged());
    let base = Arc::new(make_base(place, plan.base)?);
    let made = Provisioned { sites: Vec::new(), left_out: Vec::new() };
    let mut workshop = Workshop { base, unprivileged: namespace.is_unprivileged(), made };
    let tmpfs = plan.tmpfs.and_then(|memory| workshop.make_tmpfs(memory));
    workshop.add_plain(Memory::SITE.name, tmpfs);
    for (name, image) in plan.images {
        let mounted = image.and_then(|image| workshop.make_image(image));
        workshop.add_plain(name, mounted);
    }
    let layers = LayerGrounds {
        tmpfs: plan.upper_tmpfs.and_then(|memory| workshop.make_tmpfs(memory)),
        ext4: plan.upper_ext4.and_then(|image| workshop.make_image(image)),
        other: plan.lower_tmpfs.and_then(|memory| workshop.make_tmpfs(memory)),
    };
    OVERLAYS.iter().for_each(|overlay| workshop.add_overlay(overlay, &layers));
    Ok(workshop.made)
}

/// What is made, or why not.
struct Plan {
    /// The size of the tmpfs that everything else is in.
    base: u64,
    tmpfs: Result<Memory, String>,
    images: [(&'static str, Result<Image, String>); 3],
    upper_tmpfs: Result<Memory, String>,
    lower_tmpfs: Result<Memory, String>,
    upper_ext4: Result<Image, String>,
}

impl Plan {
    fn within(bytes: u64, unprivileged: bool) -> Self {
        let mut budget = Budget::of(bytes);
        let image = |budget: &mut Budget, image| {
            if unprivileged { Err(NEEDS_ROOT.to_owned()) } else { budget.take_image(image) }
        };
        // What is wanted most comes first.
        let ext4 = image(&mut budget, Image::EXT4);
        let [tmpfs, upper_tmpfs, lower_tmpfs] =
            [Memory::SITE, Memory::LAYERS, Memory::LOWER].map(|memory| budget.take_memory(memory));
        let upper_ext4 = image(&mut budget, Image::LAYERS);
        let [xfs, btrfs] = [Image::XFS, Image::BTRFS].map(|wanted| image(&mut budget, wanted));
        let images = [("ext4", ext4), ("xfs", xfs), ("btrfs", btrfs)];
        Plan { base: budget.base, tmpfs, images, upper_tmpfs, lower_tmpfs, upper_ext4 }
    }
}

/// Why images are not made.
const NEEDS_ROOT: &str = "a loop device needs root";

/// What overlays are made on, or why there is none.
struct LayerGrounds {
    tmpfs: Result<Arc<Mounted>, String>,
    ext4: Result<Arc<Mounted>, String>,
    other: Result<Arc<Mounted>, String>,
}

impl LayerGrounds {
    /// What the upper and the lower layer of an overlay are on.
    fn of(&self, overlay: &Overlay) -> Result<(&Arc<Mounted>, &Arc<Mounted>), String> {
        let upper = match overlay.upper {
            Layer::Tmpfs => &self.tmpfs,
            Layer::Ext4 => &self.ext4,
        };
        let lower = match overlay.lower {
            Lower::Same => upper,
            Lower::Other => &self.other,
        };
        Ok((upper.as_ref().map_err(String::clone)?, lower.as_ref().map_err(String::clone)?))
    }
}

struct Workshop {
    /// The tmpfs with images and mount points.
    base: Arc<Mounted>,
    unprivileged: bool,
    made: Provisioned,
}

impl Workshop {
    fn make_tmpfs(&self, memory: Memory) -> Result<Arc<Mounted>, String> {
        let point = self.base.point().join(memory.name);
        let mounted = make_directory(&point).and_then(|()| {
            let below = Below::Mount { _mount: Arc::clone(&self.base) };
            let mounted = Mounted::tmpfs(&point, memory.bytes, below);
            mounted.map_err(SiteError::call(&point, "mount"))
        });
        mounted.map(Arc::new).map_err(|error| error.to_string())
    }

    fn make_image(&self, image: Image) -> Result<Arc<Mounted>, String> {
        image.make(&self.base).map(Arc::new)
    }

    fn add(&mut self, name: &str, site: Result<Site, String>) {
        match site {
            Ok(site) => self.made.sites.push(site),
            Err(why) => self.made.left_out.push(LeftOut::new(name, &why)),
        }
    }

    fn add_plain(&mut self, name: &str, mounted: Result<Arc<Mounted>, String>) {
        let make = |mounted: Arc<Mounted>| -> Result<Site, SiteError> {
            let footing = Footing::of(mounted.point())?;
            Ok(Site::on(name, &footing, Yard::on(&mounted)?))
        };
        self.add(
            name,
            mounted.and_then(|mounted| make(mounted).map_err(|error| error.to_string())),
        );
    }

    fn add_overlay(&mut self, overlay: &Overlay, layers: &LayerGrounds) {
        let site = if self.unprivileged && !overlay.is_for_everybody() {
            Err("an overlay whose marks are trusted attributes needs root".to_owned())
        } else {
            layers.of(overlay).and_then(|(upper, lower)| try_out(overlay, upper, lower))
        };
        self.add(overlay.name, site);
    }
}

/// Mounts an overlay once, to see whether the kernel does it and how.
fn try_out(overlay: &Overlay, upper: &Arc<Mounted>, lower: &Arc<Mounted>) -> Result<Site, String> {
    let said = |error: SiteError| error.to_string();
    let yard = Yard::layered(overlay.options, upper, lower).map_err(said)?;
    if let Some(lack) = overlay.lack_of(yard.directory()) {
        return Err(lack);
    }
    let yard = Arc::new(yard);
    let mut ground = Ground::make(&yard, "trial", None).map_err(said)?;
    let world = ground.fresh().map_err(said)?;
    let footing = Footing::of(&world.path).map_err(|error| error.to_string())?;
    if let Some(option) = overlay.option_not_in_force(&footing.options()) {
        return Err(format!("the kernel mounts it without {option}; its log says why"));
    }
    drop(world);
    ground.remove().map_err(|error| error.to_string())?;
    let path = yard.scratch().path.clone();
    // The trial's ground is gone, and nobody else knows of the yard.
    let yard = Arc::into_inner(yard).ok_or("its trial is still there")?;
    let mut site = Site::on(overlay.name, &footing, yard);
    site.root.path = path.as_path().into();
    site.path = path;
    Ok(site)
}

/// The tmpfs with everything else in it.
fn make_base(place: &Path, bytes: u64) -> Result<Mounted, SiteError> {
    let scratch = Scratch::make(place, Kind::Stress)?;
    let point = scratch.path.join("mounts");
    make_directory(&point)?;
    let below = Below::Scratch { _scratch: Box::new(scratch) };
    Mounted::tmpfs(&point, bytes, below).map_err(SiteError::call(&point, "mount"))
}

fn make_directory(path: &Path) -> Result<(), SiteError> {
    rustix::fs::mkdir(path, super::plain::MODE).map_err(SiteError::call(path, "mkdir"))
}
