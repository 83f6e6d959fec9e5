//! Sound inodes with one thing changed, and what is said of them.

use std::fs::File;
use std::os::fd::AsFd;

use reports::{Code, Severity};
use rustix::io::Errno;

use super::{Anomalies, Mapped, judge_flags, judge_map, judge_unreadable};
use crate::extents::{AttributeBlock, Extent, ExtentMap, MapError};
use crate::features::{Feature, Superblock};
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;
use crate::inode_flags::InodeFlags;
use crate::oddities;

const BLOCK: u64 = 4096;

/// An inode of two extents: five blocks, and a size of four and a half.
struct Inode {
    facts: InodeFacts,
    flags: InodeFlags,
    map: ExtentMap,
    filesystem: Filesystem,
}

fn sound() -> Inode {
    let file = tempfile::tempfile().unwrap();
    let facts = InodeFacts::of_descriptor(file.as_fd()).unwrap();
    let mut filesystem = Filesystem::of(file.as_fd(), &facts);
    filesystem.kind = "ext4".to_owned();
    filesystem.oddities = oddities::of("ext4");
    filesystem.block_size = BLOCK;
    filesystem.superblock =
        Some(Superblock::with(&[Feature::Extents, Feature::DirIndex, Feature::ExtAttr]));
    filesystem.end = Some(1000 * BLOCK);
    let facts = facts.changed(|facts| {
        facts.size = 4 * BLOCK + BLOCK / 2;
        facts.sectors = 5 * 8;
    });
    let extents = [written(0, 100, 3), written(3, 500, 2)];
    Inode { facts, flags: InodeFlags::EXTENTS, map: ExtentMap::of(&extents), filesystem }
}

/// The same as a directory of five blocks.
fn sound_directory() -> Inode {
    let folder = tempfile::tempdir().unwrap();
    let file = File::open(folder.path()).unwrap();
    let facts = InodeFacts::of_descriptor(file.as_fd()).unwrap();
    let facts = facts.changed(|facts| {
        facts.size = 5 * BLOCK;
        facts.sectors = 5 * 8;
    });
    Inode { facts, ..sound() }
}

fn written(logical: u64, physical: u64, length: u64) -> Extent {
    Extent::written(logical * BLOCK, physical * BLOCK, length * BLOCK)
}

impl Inode {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn extents(self, extents: &[Extent]) -> Self {
        self.with(|inode| inode.map = ExtentMap::of(extents))
    }

    fn mapped(&self) -> Mapped<'_> {
        let Inode { facts, flags, map, filesystem } = self;
        Mapped { name: Some(b"name"), facts, flags: Some(*flags), map, filesystem }
    }

    fn codes(&self) -> Vec<Code> {
        let mut anomalies = Anomalies::default();
        judge_map(&self.mapped(), &mut anomalies);
        judge_flags(None, &self.facts, self.flags, &self.filesystem, &mut anomalies);
        anomalies.kept.iter().map(|anomaly| anomaly.code).collect()
    }
}

#[test]
fn sound_inodes_have_nothing_said_of_them() {
    assert_eq!(sound().codes(), []);
    assert_eq!(sound_directory().codes(), []);
    let fallocated = sound().extents(&[written(0, 100, 5), written(5, 200, 4).unwritten()]);
    assert_eq!(fallocated.with(|i| i.facts.sectors = 9 * 8).codes(), []);
    let sparse = sound().extents(&[written(0, 100, 1)]).with(|i| i.facts.sectors = 8);
    assert_eq!(sparse.codes(), []);
    let being_written = sound().extents(&[written(0, 0, 5).pending()]);
    assert_eq!(being_written.codes(), []);
    let with_attributes = sound().with(|inode| {
        inode.map.attribute_block = AttributeBlock::At(900 * BLOCK);
        inode.facts.sectors += 8;
    });
    assert_eq!(with_attributes.codes(), []);
    let verity = sound().extents(&[written(0, 100, 5), written(16, 200, 1)]).with(|inode| {
        inode.flags = InodeFlags::EXTENTS | InodeFlags::VERITY;
        inode.facts.sectors = 6 * 8;
        inode.filesystem.superblock = Some(Superblock::with(&[Feature::Extents, Feature::Verity]));
    });
    assert_eq!(verity.codes(), []);
}

#[test]
fn extents_that_contradict_one_another() {
    let order = [Code::ExtentOrderInvalid];
    for extents in [
        [written(0, 100, 3), written(2, 500, 2)],
        [written(3, 500, 2), written(0, 100, 3)],
        [written(0, 100, 3), Extent::written(3 * BLOCK, 500 * BLOCK + 7, 2 * BLOCK)],
    ] {
        assert_eq!(sound().extents(&extents).codes(), order, "{extents:?}");
    }
    let empty = [written(0, 100, 5), Extent::written(5 * BLOCK, 600 * BLOCK, 0)];
    assert_eq!(sound().extents(&empty).codes(), order);
}

#[test]
fn blocks_behind_the_end_of_the_device() {
    let outside = [Code::ExtentOutsideDevice];
    let moved = [written(0, 100, 3), written(3, 999, 2)];
    assert_eq!(sound().extents(&moved).codes(), outside);
    let attributes = sound().with(|inode| {
        inode.map.attribute_block = AttributeBlock::At(1000 * BLOCK);
        inode.facts.sectors += 8;
    });
    assert_eq!(attributes.codes(), outside);
    let on_btrfs = sound().extents(&moved).with(|inode| {
        inode.filesystem.oddities = oddities::of("btrfs");
    });
    assert_eq!(on_btrfs.codes(), [], "addresses of btrfs are not the device's");
}

#[test]
fn sizes_that_do_not_fit_the_map() {
    let size = [Code::ExtentSizeMismatch];
    assert_eq!(sound().with(|inode| inode.facts.size = 4 * BLOCK).codes(), size);
    assert_eq!(sound().with(|inode| inode.facts.size = 0).codes(), size);
    assert_eq!(sound_directory().with(|inode| inode.facts.size = 4 * BLOCK).codes(), size);
    assert_eq!(sound_directory().with(|inode| inode.facts.size = 6 * BLOCK).codes(), size);
    let hole = [written(0, 100, 2), written(3, 500, 2)];
    let directory = sound_directory().extents(&hole).with(|inode| inode.facts.sectors = 4 * 8);
    assert_eq!(directory.codes(), size);
    let unwritten = [written(0, 100, 3), written(3, 500, 2).unwritten()];
    assert_eq!(sound_directory().extents(&unwritten).codes(), size);
}

#[test]
fn counts_of_blocks_that_the_map_does_not_explain() {
    let blocks = [Code::InodeBlocksMismatch];
    let counted = |count: u64| sound().with(|inode| inode.facts.sectors = count * 8).codes();
    assert_eq!(counted(4), blocks);
    assert_eq!(counted(7), [], "leaves may be left over where holes were punched");
    assert_eq!(counted(8), blocks);
    let whole = |count: u64| {
        let inode = sound().extents(&[written(0, 100, 5)]);
        inode.with(|inode| inode.facts.sectors = count * 8).codes()
    };
    assert_eq!(whole(6), [], "one may be left over");
    assert_eq!(whole(7), blocks);
    let clusters = sound().with(|inode| {
        inode.facts.sectors = 16 * 8;
        inode.filesystem.superblock =
            Some(Superblock::with(&[Feature::Extents, Feature::BigAlloc]));
    });
    assert_eq!(clusters.codes(), []);
    let unknown = sound().with(|inode| {
        inode.facts.sectors = 16 * 8;
        inode.filesystem.superblock = None;
    });
    assert_eq!(unknown.codes(), [], "it may be bigalloc");
}

#[test]
fn attributes_on_a_filesystem_that_has_none() {
    let with_block = sound().with(|inode| {
        inode.map.attribute_block = AttributeBlock::At(900 * BLOCK);
        inode.facts.sectors += 8;
        inode.filesystem.superblock = Some(Superblock::with(&[Feature::Extents]));
    });
    assert_eq!(with_block.codes(), [Code::InodeFlagsInvalid]);
}

#[test]
fn flags_that_cannot_stand() {
    let flags = [Code::InodeFlagsInvalid];
    let with = |flag| sound().with(|inode| inode.flags = InodeFlags::EXTENTS | flag).codes();
    assert_eq!(with(InodeFlags::INDEX), flags);
    assert_eq!(with(InodeFlags::INLINE_DATA), flags);
    assert_eq!(with(InodeFlags::CASEFOLD), flags);
    assert_eq!(with(InodeFlags::ENCRYPT), flags);
    let index = InodeFlags::EXTENTS | InodeFlags::INDEX;
    assert_eq!(sound_directory().with(|inode| inode.flags = index).codes(), []);
    let without = sound().with(|inode| {
        inode.filesystem.superblock = Some(Superblock::with(&[]));
    });
    assert_eq!(without.codes(), flags, "extents without the feature");
}

#[test]
fn maps_that_cannot_be_read() {
    let inode = sound();
    let judged = |error| {
        let mut anomalies = Anomalies::default();
        let is_damage = judge_unreadable(&inode.mapped(), error, &mut anomalies);
        (is_damage, anomalies.kept.first().map(|anomaly| anomaly.severity))
    };
    let corrupt = (true, Some(Severity::Corrupt));
    assert_eq!(judged(MapError::Refused(Errno::UCLEAN)), corrupt);
    assert_eq!(judged(MapError::Refused(Errno::IO)), corrupt);
    assert_eq!(judged(MapError::Refused(Errno::NXIO)), (true, Some(Severity::Suspect)));
    assert_eq!(judged(MapError::Refused(Errno::OPNOTSUPP)), (false, None));
    assert_eq!(judged(MapError::Refused(Errno::ACCESS)), (false, None));
    assert_eq!(judged(MapError::Backwards), (true, Some(Severity::Suspect)));
    assert_eq!(judged(MapError::TooMany), (false, None));
}
