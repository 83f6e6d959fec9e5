//! `dirent-type-mismatch`: the type in a directory entry against the inode's own.
//!
//! Looks at `d_type` and `stx_mode`. Proves that entry and inode disagree; which of the two is
//! damaged it leaves open. Any filesystem whose entries carry types; no privilege. A type that
//! is not told is fine (some servers stop telling after a while), except on ext4 with its
//! `filetype` feature, where every entry has one.

use reports::Code;

use super::{Anomalies, Anomaly, Seen};
use crate::inode_facts::FileKind;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    let (listed, kind) = (seen.listed_kind, seen.facts.kind());
    if listed == kind || listed == FileKind::Unknown {
        return;
    }
    let anomaly = Anomaly::new(
        Code::DirentTypeMismatch,
        format!("the entry's type is the inode's: {}", kind.as_str()),
        format!("the entry says {}", listed.as_str()),
    );
    let anomaly = anomaly.named(seen.name_bytes()).inode(seen.facts.ino()).compared();
    anomalies.add(if seen.filesystem.oddities.answers_for_itself {
        anomaly
    } else {
        anomaly.only_suspect()
    });
}

/// The entries without a type in a directory of ext2, ext3 or ext4. Whether the filesystem has
/// the `filetype` feature shows in ".": it is typed as a directory.
#[derive(Debug, Default)]
pub struct UntypedEntries {
    first: Option<(Box<[u8]>, u64)>,
    count: u64,
}

impl UntypedEntries {
    /// Takes note of an entry whose `d_type` is DT_UNKNOWN.
    pub fn note(&mut self, name: &[u8], ino: u64) {
        self.count += 1;
        self.first.get_or_insert_with(|| (name.into(), ino));
    }

    /// Judges them once the type of "." is known.
    pub fn judge(self, dot: Option<FileKind>, anomalies: &mut Anomalies) {
        let (Some((name, ino)), Some(FileKind::Directory)) = (self.first, dot) else {
            return;
        };
        let found = format!("{} of its entries have no type", self.count);
        anomalies.add(
            Anomaly::new(Code::DirentTypeMismatch, "every entry has a type, as \".\" has", found)
                .named(&name)
                .inode(ino)
                .compared()
                .beside("e2fsck sets such types without calling it an error"),
        );
    }
}
