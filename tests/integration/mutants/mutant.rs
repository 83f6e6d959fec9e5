//! One mutant: what its number chooses, and the image while it is being damaged.

use std::ops::Range;

use super::bases::{Base, RECIPES, Recipe};
use super::census::{Census, Inode};
use super::classes::{CLASSES, Class};
use super::in_use;
use super::place::Place;
use super::rng::Rng;
use super::volume::Volume;

/// All that a mutant's number chooses before its base is looked at.
pub(super) struct Plan {
    pub(super) number: u64,
    pub(super) class: &'static Class,
    /// Index of the base.
    pub(super) base: usize,
    /// Whether checksums are made to fit the damage; else damage shows by them alone.
    pub(super) fit: bool,
    rng: Rng,
}

/// A copy of a base that is being damaged.
pub(super) struct Mutant<'a> {
    /// What there was in the base.
    pub(super) census: &'a Census,
    pub(super) volume: Volume,
    pub(super) rng: Rng,
    fit: bool,
}

impl Plan {
    pub(super) fn of(number: u64) -> Plan {
        let mut rng = Rng::new(number);
        let class = rng.pick(CLASSES);
        let suits = |recipe: &Recipe| class.needs.met_by(recipe);
        let base = rng.any((0..RECIPES.len()).filter(|n| suits(&RECIPES[*n])));
        let fit = rng.coin();
        Plan { number, class, base, fit, rng }
    }

    pub(super) fn base_name(&self) -> &'static str {
        RECIPES[self.base].name
    }

    /// The damaged image, and what was done to it.
    pub(super) fn carry_out(&self, bases: &[Base]) -> (Volume, String) {
        let base = &bases[self.base];
        let (census, volume) = (&base.census, base.volume.clone());
        let mut mutant = Mutant { census, volume, rng: self.rng.clone(), fit: self.fit };
        let done = (self.class.damage)(&mut mutant);
        let checksums = match (base.volume.geometry.checksums, self.fit) {
            (false, _) => "",
            (true, false) => ", checksums as they were",
            (true, true) => ", checksums made to fit",
        };
        (mutant.volume, format!("{done}{checksums}"))
    }
}

impl<'a> Mutant<'a> {
    /// Makes the checksum fit, where this mutant is one of those.
    pub(super) fn seal(&mut self, place: Place) {
        if self.fit {
            self.volume.fit(place);
        }
    }

    /// Any of the inodes with a name.
    pub(super) fn any_inode(&mut self) -> &'a Inode {
        self.rng.pick(&self.census.inodes)
    }

    /// Any of the inodes with a name that are as `wanted`.
    pub(super) fn any_inode_where(&mut self, wanted: impl Fn(&Inode) -> bool) -> &'a Inode {
        self.rng.any(self.census.inodes.iter().filter(|inode| wanted(inode)))
    }

    /// Any of the units of metadata that are as `wanted`.
    pub(super) fn any_place(&mut self, wanted: impl Fn(Place) -> bool) -> Place {
        self.rng.any(self.census.metadata.iter().copied().filter(|place| wanted(*place)))
    }

    /// A block that is not where anything of `inode` could be, and words for it.
    pub(super) fn any_target(&mut self, target: Target, inode: &Inode) -> (u64, String) {
        let geometry = self.volume.geometry;
        match target {
            Target::OtherFile => {
                let other = self.any_inode_where(|other| {
                    other.number != inode.number && !other.mapping.slots.is_empty()
                });
                let slot = self.rng.pick(&other.mapping.slots);
                let block = slot.physical + self.rng.below(slot.length);
                (block, format!("block {block} of {other}"))
            }
            Target::Free => {
                let block = *self.rng.pick(&self.census.free_blocks);
                (block, format!("free block {block}"))
            }
            Target::Metadata => {
                let block = *self.rng.pick(&self.census.fixed_blocks);
                (block, format!("metadata block {block}"))
            }
            Target::BeyondDevice => {
                let far = if self.rng.coin() { geometry.blocks } else { u64::from(u32::MAX) };
                let block = geometry.blocks + self.rng.below(far - geometry.blocks + 1);
                (block, format!("block {block} beyond the device"))
            }
        }
    }

    /// A byte of a place that means something.
    pub(super) fn any_byte_in_use(&mut self, place: Place) -> usize {
        self.rng.any(in_use::bytes(self.census, &self.volume, place))
    }

    /// Changes `count` bytes of a place that mean something.
    pub(super) fn scatter_in_use(&mut self, place: Place, count: u64) {
        let bytes = in_use::bytes(self.census, &self.volume, place);
        for _ in 0..count {
            let (at, mask) = (*self.rng.pick(&bytes), self.rng.mask());
            self.volume.flip(at, mask);
        }
    }

    /// Changes `count` bytes anywhere in a range.
    pub(super) fn scatter(&mut self, range: Range<usize>, count: u64) {
        for _ in 0..count {
            let at = range.start + self.rng.index(range.len());
            let mask = self.rng.mask();
            self.volume.flip(at, mask);
        }
    }
}

/// Where a block number is made to point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    OtherFile,
    Free,
    Metadata,
    BeyondDevice,
}

pub(super) const TARGETS: [Target; 4] =
    [Target::OtherFile, Target::Free, Target::Metadata, Target::BeyondDevice];
