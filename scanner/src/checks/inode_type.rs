//! `inode-type-invalid`: the type bits of a mode.
//!
//! Looks at `stx_mode`: one of the seven types of inode(7). Proves a damaged inode. Any
//! filesystem, no privilege. (ext4 refuses most such inodes at lookup: `dirent-bad-inode`.)

use reports::Code;

use super::{Anomalies, Anomaly, Seen};
use crate::inode_facts::FileKind;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    if seen.facts.kind() == FileKind::Unknown {
        let found = format!("mode {:#o}", seen.facts.mode());
        anomalies.add(
            Anomaly::new(Code::InodeTypeInvalid, "one of the seven file types", found)
                .named(seen.name_bytes())
                .inode(seen.facts.ino()),
        );
    }
}
