//! What an ext2, ext3 or ext4 was made with: the feature words of its superblock (ext4(5), kernel
//! fs/ext4/ext4.h). Since Linux 6.18 anyone may read them from a live mount.

use std::os::fd::BorrowedFd;

use crate::errors_policy::ErrorsPolicy;
use crate::system_calls::tune_sb_params;

/// A feature of ext4, as a bit of one of its three words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    HasJournal,
    ExtAttr,
    ResizeInode,
    DirIndex,
    OrphanFile,
    Extents,
    SixtyFourBit,
    Mmp,
    FlexBg,
    EaInode,
    InlineData,
    Encrypt,
    Casefold,
    GdtCsum,
    Quota,
    BigAlloc,
    MetadataCsum,
    Project,
    SharedBlocks,
    Verity,
}

/// The superblock's word that a feature is in.
#[derive(Clone, Copy)]
enum Word {
    Compat,
    Incompat,
    RoCompat,
}

impl Feature {
    fn place(self) -> (Word, u32) {
        use Word::{Compat, Incompat, RoCompat};
        match self {
            Feature::HasJournal => (Compat, 0x4),
            Feature::ExtAttr => (Compat, 0x8),
            Feature::ResizeInode => (Compat, 0x10),
            Feature::DirIndex => (Compat, 0x20),
            Feature::OrphanFile => (Compat, 0x1000),
            Feature::Extents => (Incompat, 0x40),
            Feature::SixtyFourBit => (Incompat, 0x80),
            Feature::Mmp => (Incompat, 0x100),
            Feature::FlexBg => (Incompat, 0x200),
            Feature::EaInode => (Incompat, 0x400),
            Feature::InlineData => (Incompat, 0x8000),
            Feature::Encrypt => (Incompat, 0x1_0000),
            Feature::Casefold => (Incompat, 0x2_0000),
            Feature::GdtCsum => (RoCompat, 0x10),
            Feature::Quota => (RoCompat, 0x100),
            Feature::BigAlloc => (RoCompat, 0x200),
            Feature::MetadataCsum => (RoCompat, 0x400),
            Feature::Project => (RoCompat, 0x2000),
            Feature::SharedBlocks => (RoCompat, 0x4000),
            Feature::Verity => (RoCompat, 0x8000),
        }
    }

    /// The name that tune2fs knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Feature::HasJournal => "has_journal",
            Feature::ExtAttr => "ext_attr",
            Feature::ResizeInode => "resize_inode",
            Feature::DirIndex => "dir_index",
            Feature::OrphanFile => "orphan_file",
            Feature::Extents => "extents",
            Feature::SixtyFourBit => "64bit",
            Feature::Mmp => "mmp",
            Feature::FlexBg => "flex_bg",
            Feature::EaInode => "ea_inode",
            Feature::InlineData => "inline_data",
            Feature::Encrypt => "encrypt",
            Feature::Casefold => "casefold",
            Feature::GdtCsum => "uninit_bg",
            Feature::Quota => "quota",
            Feature::BigAlloc => "bigalloc",
            Feature::MetadataCsum => "metadata_csum",
            Feature::Project => "project",
            Feature::SharedBlocks => "shared_blocks",
            Feature::Verity => "verity",
        }
    }
}

/// The superblock of a mounted ext4, as far as the kernel tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superblock {
    compat: u32,
    incompat: u32,
    ro_compat: u32,
    /// The filesystem's size in blocks, its own metadata included.
    pub blocks: u64,
    /// What to do about errors where the mount does not say.
    pub errors: Option<ErrorsPolicy>,
}

impl Superblock {
    /// Reads it through any open file or directory; none before Linux 6.18 and on any other
    /// filesystem.
    pub fn read(file: BorrowedFd<'_>) -> Option<Self> {
        let params = tune_sb_params(file).ok()?;
        Some(Superblock {
            compat: params.feature_compat,
            incompat: params.feature_incompat,
            ro_compat: params.feature_ro_compat,
            blocks: params.blocks_count,
            errors: ErrorsPolicy::of_superblock(params.errors_behavior),
        })
    }

    /// Whether the filesystem has a feature.
    pub fn has(&self, feature: Feature) -> bool {
        let (word, bit) = feature.place();
        let word = match word {
            Word::Compat => self.compat,
            Word::Incompat => self.incompat,
            Word::RoCompat => self.ro_compat,
        };
        word & bit != 0
    }
}

#[cfg(test)]
impl Superblock {
    /// One with these features.
    pub(crate) fn with(features: &[Feature]) -> Self {
        let mut made =
            Superblock { compat: 0, incompat: 0, ro_compat: 0, blocks: 1 << 20, errors: None };
        for feature in features {
            match feature.place() {
                (Word::Compat, bit) => made.compat |= bit,
                (Word::Incompat, bit) => made.incompat |= bit,
                (Word::RoCompat, bit) => made.ro_compat |= bit,
            }
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_feature_is_a_bit_of_its_own() {
        let made = Superblock::with(&[Feature::InlineData, Feature::BigAlloc]);
        assert!(made.has(Feature::InlineData) && made.has(Feature::BigAlloc));
        assert!(!made.has(Feature::Encrypt) && !made.has(Feature::Verity));
        assert!(!made.has(Feature::HasJournal));
    }
}
