//! What a site is able to do, found out before anything runs on it.

use std::path::Path;
use std::sync::Arc;

use super::trial::Footing;
use crate::feature::{Ability, Feature};
use crate::model::{Caller, PAGE};
use crate::name::Names;
use crate::op::Op;
use crate::outcome::{RowName, Seen};
use crate::quirk::Nature;
use crate::site::{Ground, Site, SiteError};
use crate::target::{DirectoryTarget, Target};
use crate::umask::umask;

/// What was found out.
#[derive(Debug)]
pub struct Tried {
    /// What lanes need to know.
    pub footing: Footing,
    /// Every feature.
    pub abilities: Vec<(Feature, Ability)>,
}

impl Footing {
    /// Tries everything out on a ground of a site.
    pub fn try_out(
        site: &Site,
        names: &Arc<Names>,
        ground: &mut Ground,
    ) -> Result<Self, SiteError> {
        Ok(try_out(site, names, ground)?.footing)
    }
}

/// Tries everything out.
pub fn try_out(site: &Site, names: &Arc<Names>, ground: &mut Ground) -> Result<Tried, SiteError> {
    let mut abilities = Vec::new();
    for feature in Feature::ALL {
        let mut target = fresh(names, ground)?;
        abilities.push((feature, feature.try_out(&mut target)));
    }
    let overrides = overrides(&mut fresh(names, ground)?);
    // Where no file can be made, operations will tell that.
    let largest = fresh(names, ground)?.largest().unwrap_or(u64::MAX);
    let absent = |(feature, ability): &(Feature, Ability)| {
        matches!(ability, Ability::Absent(_)).then_some(*feature)
    };
    let footing = Footing {
        names: Arc::clone(names),
        nature: Nature {
            filesystem: site.filesystem.clone(),
            upper: site.upper().map(ToOwned::to_owned).or_else(|| upper(site)),
            options: options(site),
            foreign_layers: site.has_foreign_layers()
                || has_two_numbers(&mut fresh(names, ground)?),
            layered: site.is_layered(),
        },
        caller: Caller { overrides, umask: umask() },
        largest,
        block: site.space().map_or(PAGE, |space| space.block),
        absent: abilities.iter().filter_map(absent).collect(),
    };
    Ok(Tried { footing, abilities })
}

/// What is shown as mounted, and what it was mounted with: the kernel does not show an option that
/// has its module's default.
fn options(site: &Site) -> Vec<String> {
    let shown = site.options.split([',', ';']);
    let made = site.layering().into_iter().flat_map(|options| options.split(','));
    shown.chain(made).map(|option| option.trim().to_owned()).collect()
}

/// The filesystem of the upper layer of an overlay that somebody else mounted, where its path leads
/// there from here: in a container it does not.
fn upper(site: &Site) -> Option<String> {
    let mut options = site.options.split([',', ';']).map(str::trim);
    let path = options.find_map(|option| option.strip_prefix("upperdir="))?;
    let path = Path::new(path);
    let footing = path.is_absolute().then(|| scanner::Footing::of(path).ok()).flatten()?;
    Some(footing.kind().to_owned())
}

/// A directory in a fresh tree, in which nothing is yet.
fn fresh(names: &Arc<Names>, ground: &mut Ground) -> Result<DirectoryTarget, SiteError> {
    let world = ground.fresh()?;
    Ok(DirectoryTarget::new(Arc::clone(names), world.top))
}

/// Whether a directory is listed with another inode number than it has: an overlay of layers on
/// several filesystems.
fn has_two_numbers(target: &mut impl Target) -> bool {
    let mut outcome = |line: &str| line.parse::<Op>().ok().map(|op| target.apply(&op));
    outcome("mkdir f9 mode=0755");
    let (Some(Ok(Seen::Facts(facts))), Some(Ok(Seen::Rows(rows)))) =
        (outcome("stat f9"), outcome("list . buffer=4096"))
    else {
        return false;
    };
    let row = rows.rows.iter().find(|row| matches!(row.name, RowName::Known(_)));
    row.is_some_and(|row| row.ino != facts.ino)
}

/// Whether permission bits do not hold this process up.
fn overrides(target: &mut impl Target) -> bool {
    let lines = ["create f9 mode=00", "open h0 f9 how=read+write mode=00"];
    let ops = lines.iter().filter_map(|line| line.parse::<Op>().ok());
    ops.map(|op| target.apply(&op)).last().is_some_and(|outcome| outcome.is_ok())
}
