//! `dot-entry-wrong`: "." and "..", where they stand on disk.
//!
//! Looks at `d_ino` and `d_type` of both in the listing of each directory: "." is the directory
//! itself, ".." the one it was reached from, and where one entry has a type both are directories.
//! Proves a damaged first block, or a directory that two names claim. ext2, ext3, ext4, no
//! privilege. At the root of a mount ".." is the root itself, but only if the mount shows the
//! filesystem's root; at the root of a scan the parent is unknown and ".." is not judged.

use reports::Code;

use super::{Anomalies, Anomaly};
use crate::inode_facts::FileKind;

/// What was listed of the two.
#[derive(Clone, Copy, Debug, Default)]
pub struct DotEntries {
    dot: Option<(u64, FileKind)>,
    dot_dot: Option<(u64, FileKind)>,
}

impl DotEntries {
    /// Takes note of "." or "..".
    pub fn note(&mut self, name: &[u8], ino: u64, kind: FileKind) {
        match name {
            b"." => self.dot = Some((ino, kind)),
            _ => self.dot_dot = Some((ino, kind)),
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
            && self.dot_dot.map(|(ino, _)| ino) != Some(parent)
        {
            let found = self.dot_dot.map(|(ino, _)| ino);
            anomalies.add(wrong("..", parent, found, "its parent"));
        }
        self.judge_types(anomalies);
    }

    /// Filesystems without types in their entries have none in either.
    fn judge_types(&self, anomalies: &mut Anomalies) {
        let kinds = [(".", self.dot), ("..", self.dot_dot)]
            .map(|(name, entry)| (name, entry.map(|(_, kind)| kind)));
        let typed = kinds.iter().any(|(_, kind)| kind.is_some_and(|k| k != FileKind::Unknown));
        for (name, kind) in kinds {
            if let Some(kind) = kind.filter(|kind| typed && *kind != FileKind::Directory) {
                let expected = format!("\"{name}\" has the type of a directory");
                let found = format!("its type is {}", kind.as_str());
                let anomaly = Anomaly::new(Code::DotEntryWrong, expected, found);
                anomalies.add(anomaly.named(name.as_bytes()).compared());
            }
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
    fn both_have_the_type_of_a_directory_or_none() {
        let judged = |dot, dot_dot| {
            let mut entries = DotEntries::default();
            entries.note(b".", 12, dot);
            entries.note(b"..", 2, dot_dot);
            let mut anomalies = Anomalies::default();
            entries.judge(12, Some(2), &mut anomalies);
            anomalies.count()
        };
        assert_eq!(judged(FileKind::Directory, FileKind::Directory), 0);
        assert_eq!(judged(FileKind::Unknown, FileKind::Unknown), 0, "no types on this filesystem");
        assert_eq!(judged(FileKind::Unknown, FileKind::Directory), 1);
        assert_eq!(judged(FileKind::Directory, FileKind::Regular), 1);
    }

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
