//! The ext2/3/4 superblock, as far as the report names it (kernel fs/ext4/ext4.h,
//! `struct ext4_super_block`; little-endian).

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;

/// Where the primary superblock begins, in bytes.
const PRIMARY: u64 = 1024;

/// Where the first backup begins, in bytes, for blocks of 1, 2 and 4 KiB.
const BACKUPS: [u64; 3] = [8193 * 1024, 16384 * 2048, 32768 * 4096];

const SIZE: usize = 1024;
const MAGIC: u16 = 0xef53;

const COMPAT_HAS_JOURNAL: u32 = 0x4;
const INCOMPAT_RECOVER: u32 = 0x4;
const INCOMPAT_JOURNAL_DEV: u32 = 0x8;
/// `EXT4_FEATURE_RO_COMPAT_ORPHAN_PRESENT`.
const RO_COMPAT_ORPHAN_PRESENT: u32 = 0x1_0000;

/// filetype, recover, journal_dev and meta_bg: what ext3 may have.
const INCOMPAT_EXT3: u32 = 0x2 | 0x4 | 0x8 | 0x10;
/// sparse_super, large_file and btree_dir: what ext2 and ext3 may have.
const RO_COMPAT_EXT3: u32 = 0x1 | 0x2 | 0x4;

/// Fields of a superblock whose magic number is right; whether they make sense is e2fsck's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "they are those of the kernel")]
pub(super) struct Superblock {
    s_errors: u16,
    s_feature_compat: u32,
    s_feature_incompat: u32,
    s_feature_ro_compat: u32,
    s_last_orphan: u32,
}

/// The primary superblock, if it can be read and its magic number is right.
pub(super) fn primary(image: &File) -> Option<Superblock> {
    read_at(image, PRIMARY)
}

/// Whether the file ends before a primary superblock would.
pub(super) fn is_cut_off(image: &File) -> bool {
    let read = image.read_exact_at(&mut [0; SIZE], PRIMARY);
    read.is_err_and(|error| error.kind() == ErrorKind::UnexpectedEof)
}

/// The first backup, where e2fsck looks for it.
pub(super) fn backup(image: &File) -> Option<Superblock> {
    BACKUPS.iter().find_map(|at| read_at(image, *at))
}

fn read_at(image: &File, at: u64) -> Option<Superblock> {
    let mut bytes = [0; SIZE];
    image.read_exact_at(&mut bytes, at).ok()?;
    Superblock::parse(&bytes)
}

impl Superblock {
    fn parse(bytes: &[u8; SIZE]) -> Option<Self> {
        let u16_at = |at: usize| bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes);
        let u32_at = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes);
        (u16_at(0x38)? == MAGIC).then_some(())?;
        Some(Superblock {
            s_errors: u16_at(0x3c)?,
            s_feature_compat: u32_at(0x5c)?,
            s_feature_incompat: u32_at(0x60)?,
            s_feature_ro_compat: u32_at(0x64)?,
            s_last_orphan: u32_at(0xe8)?,
        })
    }

    /// `ext2`, `ext3` or `ext4`: the oldest driver that knows all its features (libblkid
    /// superblocks/ext.c tells them apart in the same way), or `jbd` for an external journal.
    pub(super) fn kind(&self) -> &'static str {
        let newer = self.s_feature_incompat & !INCOMPAT_EXT3 != 0
            || self.s_feature_ro_compat & !RO_COMPAT_EXT3 != 0;
        match () {
            () if self.s_feature_incompat & INCOMPAT_JOURNAL_DEV != 0 => "jbd",
            () if newer => "ext4",
            () if self.s_feature_compat & COMPAT_HAS_JOURNAL != 0 => "ext3",
            () => "ext2",
        }
    }

    /// What the kernel does when it meets damage, unless a mount option says otherwise.
    pub(super) fn errors_policy(&self) -> Option<&'static str> {
        match self.s_errors {
            1 => Some("continue"),
            2 => Some("remount-ro"),
            3 => Some("panic"),
            _ => None,
        }
    }

    /// Whether the journal holds changes that are not in their place yet.
    pub(super) fn needs_recovery(&self) -> bool {
        self.s_feature_incompat & INCOMPAT_RECOVER != 0
    }

    /// Whether deleted files wait to be cleared away by the next mount, as they do in a snapshot
    /// that was taken while some were open: in a list, or in the orphan file.
    pub(super) fn has_orphans(&self) -> bool {
        self.s_last_orphan != 0 || self.s_feature_ro_compat & RO_COMPAT_ORPHAN_PRESENT != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(fields: &[(usize, u32)]) -> [u8; SIZE] {
        let mut bytes = [0; SIZE];
        for (at, value) in fields {
            bytes[*at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        bytes[0x38..0x3a].copy_from_slice(&MAGIC.to_le_bytes());
        bytes[0x3c..0x3e].copy_from_slice(&2u16.to_le_bytes());
        bytes
    }

    #[test]
    fn features_tell_the_kind() {
        for (fields, kind) in [
            (&[][..], "ext2"),
            (&[(0x60, 0x2), (0x64, 0x3)], "ext2"),
            (&[(0x5c, 0x4), (0x60, 0x6)], "ext3"),
            (&[(0x5c, 0x4), (0x60, 0x42)], "ext4"),
            (&[(0x64, 0x400)], "ext4"),
            (&[(0x60, 0x8)], "jbd"),
        ] {
            let superblock = Superblock::parse(&block(fields)).unwrap();
            assert_eq!(superblock.kind(), kind, "{fields:x?}");
            assert_eq!(superblock.errors_policy(), Some("remount-ro"));
        }
    }

    #[test]
    fn a_pending_journal_is_seen() {
        assert!(Superblock::parse(&block(&[(0x60, 0x46)])).unwrap().needs_recovery());
        assert!(!Superblock::parse(&block(&[(0x60, 0x42)])).unwrap().needs_recovery());
    }

    #[test]
    fn deleted_files_that_wait_are_seen() {
        let has =
            |fields: &[(usize, u32)]| Superblock::parse(&block(fields)).unwrap().has_orphans();
        assert!(has(&[(0xe8, 12)]) && has(&[(0x64, 0x1_0000)]));
        assert!(!has(&[(0x64, 0x400)]));
    }

    #[test]
    fn without_the_magic_number_it_is_none() {
        let mut bytes = block(&[]);
        bytes[0x39] ^= 1;
        assert_eq!(Superblock::parse(&bytes), None);
    }
}
