//! The healthy images that are damaged: one tree, on filesystems of several kinds.
//!
//! Whatever mkfs and the kernel choose by chance (identity, hash seed, a place for each CPU's
//! small files) is fixed here, so that the same kernel lays out the same image each time.

use std::fs;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::census::Census;
use super::in_lab_with_bases;
use super::place::{DirectoryForm, Place};
use super::tree;
use super::volume::Volume;
use crate::harness::{Dir, Image, Mount};

/// How a base is made, and what it has.
pub(super) struct Recipe {
    pub(super) name: &'static str,
    mkfs: &'static [&'static str],
    pub(super) checksums: bool,
    pub(super) extents: bool,
    /// With a directory whose index has two levels.
    deep_index: bool,
    /// The blocks of indexes or pointers that are above the data of the deepest file.
    levels: usize,
}

/// A healthy image and what there is in it.
pub(super) struct Base {
    pub(super) volume: Volume,
    pub(super) census: Census,
}

const RECIPE: Recipe =
    Recipe { name: "", mkfs: &[], checksums: true, extents: true, deep_index: false, levels: 1 };

/// What a mutant's number means depends on the order of this table.
pub(super) const RECIPES: &[Recipe] = &[
    Recipe { name: "default", mkfs: &["-b", "4096"], ..RECIPE },
    Recipe {
        name: "small-blocks",
        mkfs: &["-b", "1024", "-g", "4096"],
        deep_index: true,
        levels: 2,
        ..RECIPE
    },
    Recipe {
        name: "no-checksums",
        mkfs: &["-b", "4096", "-O", "^metadata_csum,^metadata_csum_seed"],
        checksums: false,
        ..RECIPE
    },
    Recipe {
        name: "block-mapped",
        mkfs: &["-b", "1024", "-O", "^extents,^64bit,^metadata_csum,^metadata_csum_seed"],
        checksums: false,
        extents: false,
        levels: 3,
        ..RECIPE
    },
    Recipe { name: "no-journal", mkfs: &["-b", "4096", "-O", "^has_journal"], ..RECIPE },
];

const MIB: u64 = 16;
/// The first directories are made without `dir_index`, so that they stay linear as they grow.
const ALWAYS: &[&str] = &[
    "-N",
    "1024",
    "-U",
    "5ca1ab1e-0000-4000-8000-00000000f5ca",
    "-O",
    "^dir_index",
    "-E",
    "lazy_itable_init=0,lazy_journal_init=0,hash_seed=0badcafe-0000-4000-8000-0000000000d1",
];

/// Makes all of them, in the order of [`RECIPES`].
pub(super) fn make(dir: &Dir) -> Vec<Base> {
    stay_on_one_cpu();
    RECIPES.iter().map(|recipe| recipe.make_until_alike(dir)).collect()
}

impl Recipe {
    /// Now and then the kernel writes back a file before it is complete, and lays it out in
    /// another way. So a base is made until two are alike.
    fn make_until_alike(&self, dir: &Dir) -> Base {
        let mut layouts = vec![];
        loop {
            let base = self.make(dir);
            let layout = base.census.layout();
            if layouts.contains(&layout) || layouts.len() == 5 {
                return base;
            }
            layouts.push(layout);
        }
    }

    fn make(&self, dir: &Dir) -> Base {
        // In memory, or the many small writes that are waited for would take their time.
        let memory = Mount::tmpfs(dir.path(), "size=64m,mode=0755");
        let image = Image::ext4(dir, MIB, &[ALWAYS, self.mkfs].concat());
        image.fill(tree::fill_linear);
        image.debugfs(&["feature dir_index"]);
        image.fill(|top| {
            tree::fill(top);
            if self.deep_index {
                tree::fill_deep_index(top);
            }
        });
        assert!(!image.fsck_finds_damage(), "{} is damaged before it is damaged", self.name);
        let volume = Volume::new(fs::read(image.file()).unwrap());
        drop((image, memory));
        let census = Census::of(&volume);
        Base { volume, census }
    }
}

/// ext4 has a place for small files for each CPU.
fn stay_on_one_cpu() {
    let allowed = sched_getaffinity(None).unwrap();
    let first = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu)).unwrap();
    let mut one = CpuSet::new();
    one.set(first);
    sched_setaffinity(None, &one).unwrap();
}

/// The tree reaches what it is for: without these places some classes would be less than they
/// say.
#[test]
fn bases_have_deep_indexes_and_deep_trees() {
    in_lab_with_bases(|_, bases| {
        for (base, recipe) in bases.iter().zip(RECIPES) {
            let nodes = base.census.directory_blocks.iter().filter(|block| is_index_node(block));
            assert_eq!(nodes.count() > 0, recipe.deep_index, "{}: index nodes", recipe.name);
            let users = base.census.inodes.iter().filter_map(|inode| inode.attribute_block);
            let is_shared = users.count() > base.census.attribute_blocks.len();
            assert!(is_shared, "{}: no attribute block is shared", recipe.name);
            let levels = base.census.inodes.iter().map(|inode| inode.mapping.levels());
            assert_eq!(levels.max(), Some(recipe.levels), "{}: levels", recipe.name);
        }
    });
}

fn is_index_node(place: &Place) -> bool {
    matches!(place, Place::DirectoryBlock { form: DirectoryForm::IndexNode, .. })
}
