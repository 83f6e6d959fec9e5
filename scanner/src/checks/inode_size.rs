//! `inode-size-invalid`: sizes that no file can have.
//!
//! Looks at `stx_size`: never negative (any filesystem); on ext2, ext3 and ext4 at most 2^32
//! blocks, and 0 for devices, FIFOs and sockets. Proves a damaged inode. No privilege.
//! What a size has to do with the mapped blocks is another check's.

use reports::Code;

use super::{Anomalies, Anomaly, Seen};
use crate::inode_facts::FileKind;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    let most = largest(seen);
    if seen.facts.size() > most {
        let found = format!("{} bytes", seen.facts.size());
        anomalies.add(
            Anomaly::new(Code::InodeSizeInvalid, format!("at most {most} bytes"), found)
                .named(seen.name_bytes())
                .inode(seen.facts.ino()),
        );
    }
}

fn largest(seen: &Seen<'_>) -> u64 {
    use FileKind::{BlockDevice, CharacterDevice, Fifo, Socket};
    if !seen.filesystem.oddities.is_ext {
        return i64::MAX as u64;
    }
    match seen.facts.kind() {
        BlockDevice | CharacterDevice | Fifo | Socket => 0,
        _ => seen.filesystem.block_size.saturating_mul(1 << 32).min(i64::MAX as u64),
    }
}
