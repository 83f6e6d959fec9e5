//! What a file or device without an ext superblock seems to be, by the numbers at its beginning
//! (the tables of libmagic and libblkid).

use std::os::unix::fs::FileExt;

use super::error::ImageError;
use super::target::Target;

/// One kind of thing and how it is told.
struct Signature {
    /// Where the number stands, in bytes.
    at: u64,
    magic: &'static [u8],
    /// What it seems to be.
    kind: &'static str,
    /// What to do then.
    advice: &'static str,
}

const fn row(at: u64, magic: &'static [u8], kind: &'static str, advice: &'static str) -> Signature {
    Signature { at, magic, kind, advice }
}

const UNPACK: &str = "unpack it first";
const CONVERT: &str = "make a raw image of it first (qemu-img convert -O raw)";
const PARTITION: &str = "give one of its partitions (losetup -fP --show --read-only makes devices \
                         of them)";

/// More telling ones first: a boot sector's last bytes say least.
static SIGNATURES: &[Signature] = &[
    row(0, b"XFSB", "an XFS filesystem", "xfs_repair -n checks it"),
    row(65600, b"_BHRfS_M", "a Btrfs filesystem", "btrfs check --readonly checks it"),
    row(1024, b"\x10\x20\xf5\xf2", "an F2FS filesystem", "fsck.f2fs checks it"),
    row(0, b"hsqs", "a SquashFS image", "its files can be listed with unsquashfs -l"),
    row(32769, b"CD001", "an ISO 9660 image", "it holds no such filesystem"),
    row(3, b"NTFS    ", "an NTFS filesystem", "ntfsfix -n checks it"),
    row(82, b"FAT32   ", "a FAT filesystem", "fsck.fat -n checks it"),
    row(54, b"FAT1", "a FAT filesystem", "fsck.fat -n checks it"),
    row(0, b"LUKS\xba\xbe", "an encrypted LUKS volume", "open it with cryptsetup --readonly first"),
    row(512, b"LABELONE", "an LVM physical volume", "give one of its logical volumes"),
    row(4086, b"SWAPSPACE2", "a swap area", "it holds no filesystem"),
    row(0, b"QFI\xfb", "a qcow2 image", CONVERT),
    row(0, b"KDMV", "a VMDK image", CONVERT),
    row(0, b"vhdxfile", "a VHDX image", CONVERT),
    row(0, b"\x1f\x8b", "gzip data", UNPACK),
    row(0, b"\x28\xb5\x2f\xfd", "Zstandard data", UNPACK),
    row(0, b"\xfd7zXZ\0", "xz data", UNPACK),
    row(0, b"BZh", "bzip2 data", UNPACK),
    row(0, b"\x04\x22\x4d\x18", "LZ4 data", UNPACK),
    row(0, b"PK\x03\x04", "a ZIP archive", UNPACK),
    row(257, b"ustar", "a tar archive", "it holds files, no filesystem"),
    row(512, b"EFI PART", "a disk with a partition table", PARTITION),
    row(510, b"\x55\xaa", "a disk with a partition table", PARTITION),
];

/// Refuses a target that is plainly something else.
pub(super) fn refuse_other_kinds(target: &Target) -> Result<(), ImageError> {
    let is_there = |row: &&Signature| {
        let mut bytes = vec![0; row.magic.len()];
        target.file.read_exact_at(&mut bytes, row.at).is_ok() && bytes == row.magic
    };
    match SIGNATURES.iter().find(is_there) {
        Some(row) => {
            Err(ImageError::OtherKind { path: target.name(), kind: row.kind, advice: row.advice })
        }
        None => Ok(()),
    }
}
