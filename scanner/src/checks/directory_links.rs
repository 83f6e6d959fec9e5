//! `directory-link-count-wrong`: a directory's link count against its subdirectories.
//!
//! Looks at `st_nlink` and the listing: 2 (its name and its own ".") and one ".." for each
//! subdirectory, with the exceptions that the filesystem's oddities name. Proves a wrong count
//! or entries of a wrong type. ext2, ext3, ext4, xfs, tmpfs, overlayfs; no privilege. Not where a
//! subdirectory could not be told from a file.

use reports::{Code, counted};

use super::{Anomalies, Anomaly};
use crate::filesystem::Filesystem;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::oddities::DirectoryLinks;

/// A directory that held so many subdirectories that ext4 stopped counting has entries of at
/// least 12 bytes for each of them.
const OVERFLOWN_SIZE: u64 = 64_998 * 12;

/// The subdirectories of one directory, as they are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct SubdirectoryCount {
    count: u64,
    uncertain: bool,
}

impl SubdirectoryCount {
    /// Takes note of an entry: what its inode is, or where that is hidden what is listed.
    #[inline]
    pub fn note(&mut self, kind: FileKind) {
        match kind {
            FileKind::Directory => self.count += 1,
            FileKind::Unknown => self.uncertain = true,
            _ => {}
        }
    }
}

/// Judges a directory that was listed to its end.
pub fn judge(
    facts: &InodeFacts,
    subdirectories: SubdirectoryCount,
    filesystem: &Filesystem,
    anomalies: &mut Anomalies,
) {
    let expected = 2 + subdirectories.count;
    let nlink = u64::from(facts.nlink());
    let may_be_one = match filesystem.oddities.directory_links {
        DirectoryLinks::Nothing => return,
        DirectoryLinks::Subdirectories => false,
        DirectoryLinks::SubdirectoriesOrOne => true,
        DirectoryLinks::SubdirectoriesOrOverflown => facts.size() >= OVERFLOWN_SIZE,
    };
    if subdirectories.uncertain || nlink == expected || (nlink == 1 && may_be_one) {
        return;
    }
    let found = format!("link count {nlink}");
    let subdirectories = counted(subdirectories.count, "subdirectory", "subdirectories");
    let expected = format!("link count {expected}, for {subdirectories}");
    let anomaly =
        Anomaly::new(Code::DirectoryLinkCountWrong, expected, found).inode(facts.ino()).compared();
    // A merged directory may show what a filesystem of which nothing is known says.
    let hearsay = filesystem.oddities.directory_links == DirectoryLinks::SubdirectoriesOrOne;
    // A directory keeps its size when they go, but for e2fsck -D, which makes it smaller.
    let overflown = nlink == 1
        && filesystem.oddities.directory_links == DirectoryLinks::SubdirectoriesOrOverflown;
    anomalies.add(if overflown {
        anomaly.only_suspect().beside(
            "a directory that once held more than 64,998 subdirectories has link count 1, and \
             e2fsck lets it pass",
        )
    } else if hearsay {
        anomaly.only_suspect()
    } else {
        anomaly
    });
}
