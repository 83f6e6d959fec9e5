//! `inode-flags-invalid`: flags that contradict one another, the type of the file or what the
//! filesystem was made with.
//!
//! Looks at the flags of an open inode (FS_IOC_GETFLAGS) and at the feature words of the
//! superblock. Content stands in the inode or is mapped by extents, never both; a hash index is a
//! directory's; and a flag needs its feature (ext4(5); kernel fs/ext4/inode.c, `__ext4_iget`).
//! Proves a damaged inode or superblock. ext2, ext3, ext4; no privilege. On a
//! filesystem of more than 100,000 inodes a file that one extent explains is not asked. Flags that
//! the kernel does not show (EA_INODE, IMAGIC, HUGE_FILE) make it refuse the inode, or stay unseen.

use reports::Code;

use super::{Anomalies, Anomaly};
use crate::features::Feature;
use crate::filesystem::Filesystem;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::inode_flags::InodeFlags;

/// Flags and the features that they need.
const NEEDS: [(InodeFlags, &str, Feature); 6] = [
    (InodeFlags::EXTENTS, "extents", Feature::Extents),
    (InodeFlags::INLINE_DATA, "inline_data", Feature::InlineData),
    (InodeFlags::INDEX, "index", Feature::DirIndex),
    (InodeFlags::VERITY, "verity", Feature::Verity),
    (InodeFlags::ENCRYPT, "encrypt", Feature::Encrypt),
    (InodeFlags::CASEFOLD, "casefold", Feature::Casefold),
];

/// Judges the flags of an inode; `name` is none for the directory that is looked at.
pub fn judge(
    name: Option<&[u8]>,
    facts: &InodeFacts,
    flags: InodeFlags,
    filesystem: &Filesystem,
    anomalies: &mut Anomalies,
) {
    if !filesystem.oddities.is_ext {
        return;
    }
    let both = InodeFlags::contains;
    let contradiction = if both(flags, InodeFlags::INLINE_DATA) && both(flags, InodeFlags::EXTENTS)
    {
        let expected = "content in the inode or in extents, not both";
        Some((expected.to_owned(), "both `inline_data` and `extents`".to_owned()))
    } else if flags.contains(InodeFlags::INDEX) && facts.kind() != FileKind::Directory {
        let expected = "only a directory has the flag `index`";
        Some((expected.to_owned(), format!("a {} has it", facts.kind().as_str())))
    } else {
        let lacking = NEEDS
            .iter()
            .find(|(flag, _, feature)| flags.contains(*flag) && filesystem.lacks(*feature));
        lacking.map(|(_, flag, feature)| {
            let feature = feature.name();
            (
                format!("no flag `{flag}` on a filesystem without {feature}"),
                format!("it has `{flag}`"),
            )
        })
    };
    if let Some((expected, found)) = contradiction {
        let mut anomaly = Anomaly::new(Code::InodeFlagsInvalid, expected, found);
        anomaly.name = name.map(Into::into);
        anomalies.add(anomaly.inode(facts.ino()));
    }
}
