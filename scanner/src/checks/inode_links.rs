//! `inode-zero-links`: an inode with a name has a link.
//!
//! Looks at `stx_nlink` of a listed name. A count of 0 on a name that stays proves a wrong count
//! or a name that outlived its inode. Disk filesystems of the kernel, no privilege.

use reports::Code;

use super::{Anomalies, Anomaly, Seen};

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    if seen.facts.nlink() == 0 && seen.filesystem.oddities.named_inodes_have_links {
        anomalies.add(
            Anomaly::new(Code::InodeZeroLinks, "a link count of at least 1", "link count 0")
                .named(seen.name_bytes())
                .inode(seen.facts.ino())
                .compared(),
        );
    }
}
