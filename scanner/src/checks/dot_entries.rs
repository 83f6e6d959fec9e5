//! `dot-entry-wrong`: "." and "..", where they stand on disk.
//!
//! Looks at `d_ino` of both in the listing of each directory: "." is the directory itself, ".."
//! the one it was reached from. Proves a damaged first block, or a directory that two names
//! claim. ext2, ext3, ext4, no privilege. At the root of a mount ".." is the root itself, but
//! only if the mount shows the filesystem's root; at the root of a scan the parent is unknown
//! and ".." is not judged.

use reports::Code;

use super::{Anomalies, Anomaly};
use crate::inode_facts::FileKind;

/// What was listed of the two.
#[derive(Clone, Copy, Debug, Default)]
pub struct DotEntries {
    dot: Option<(u64, FileKind)>,
    dot_dot: Option<u64>,
}

impl DotEntries {
    /// Takes note of "." or "..".
    pub fn note(&mut self, name: &[u8], ino: u64, kind: FileKind) {
        match name {
            b"." => self.dot = Some((ino, kind)),
            _ => self.dot_dot = Some(ino),
        }
    }

    /// The type that the entry "." has; none if there is no such entry.
    pub fn dot_kind(&self) -> Option<FileKind> {
        self.dot.map(|(_, kind)| kind)
    }

    /// Judges both in the directory `own`; `parent` is none where the parent is not known.
    pub fn judge(&self, own: u64, parent: Option<u64>, anomalies: &mut Anomalies) {
        let dot = self.dot.map(|(ino, _)| ino);
        if dot != Some(own) {
            anomalies.add(wrong(".", own, dot, "itself"));
        }
        if let Some(parent) = parent
            && self.dot_dot != Some(parent)
        {
            anomalies.add(wrong("..", parent, self.dot_dot, "its parent"));
        }
    }
}

fn wrong(name: &str, expected: u64, found: Option<u64>, whom: &str) -> Anomaly {
    let found = found.map_or_else(|| "it is missing".to_owned(), |ino| format!("inode {ino}"));
    let expected = format!("\"{name}\" is the directory {whom}, inode {expected}");
    Anomaly::new(Code::DotEntryWrong, expected, found).named(name.as_bytes()).compared()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_the_two_can_be_wrong_or_missing() {
        let table = [
            (Some(12), Some(2), Some(2), 0),
            (Some(12), Some(7), None, 0),
            (Some(12), Some(7), Some(2), 1),
            (Some(13), Some(2), Some(2), 1),
            (None, None, Some(2), 2),
        ];
        for (dot, dot_dot, parent, wrong) in table {
            let mut entries = DotEntries::default();
            dot.iter().for_each(|ino| entries.note(b".", *ino, FileKind::Directory));
            dot_dot.iter().for_each(|ino| entries.note(b"..", *ino, FileKind::Directory));
            let mut anomalies = Anomalies::default();
            entries.judge(12, parent, &mut anomalies);
            assert_eq!(anomalies.count(), wrong, "{dot:?} {dot_dot:?} {parent:?}");
        }
    }
}
