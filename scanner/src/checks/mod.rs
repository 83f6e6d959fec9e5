//! What is judged, one question a file.
//!
//! A check is given what was seen and adds an [`Anomaly`] where it is not what a sound
//! filesystem shows. Checks read nothing on their own unless their file says so, print nothing
//! and decide nothing: whether an anomaly becomes a finding is for the second look.

mod absent_name;
mod acl;
mod anomaly;
mod attributes;
mod directory_index;
mod directory_links;
mod directory_read;
mod directory_size;
mod dot_entries;
mod entry_name;
mod entry_number;
mod entry_type;
mod errno_name;
mod extent_order;
mod extent_place;
mod extent_size;
mod inode_blocks;
mod inode_flag_words;
mod inode_flags;
mod inode_links;
mod inode_owner;
mod inode_size;
mod inode_time;
mod inode_type;
mod lookup;
mod mapped;
mod mapped_blocks;
#[cfg(test)]
mod mapped_tests;
mod name_words;
mod same_names;
mod symlink;
#[cfg(test)]
mod tests;

pub use absent_name::judge as judge_absent_name;
pub use anomaly::{Anomalies, Anomaly, Proof};
pub use attributes::judge as judge_attributes;
pub use directory_index::{IndexFlag, is_casefolded};
pub use directory_links::{SubdirectoryCount, judge as judge_directory_links};
pub use directory_read::{cannot_open, judge as judge_directory_read, unstable};
pub use directory_size::judge as judge_directory_size;
pub use dot_entries::DotEntries;
pub use entry_name::{Name, judge as judge_name};
pub use entry_number::judge_reserved;
pub use entry_type::UntypedEntries;
pub use errno_name::{errno_name, errno_word};
pub use inode_flag_words::judge as judge_flags;
pub use inode_owner::Overflow;
pub use lookup::{Refusal, holds_itself, judge as judge_lookup, refused_open};
pub use mapped::{Mapped, judge_map, judge_unreadable};
pub use same_names::{
    NameHashes, SameNames, fold as fold_name, fold_hash, judge as judge_same_names,
};

use std::os::fd::BorrowedFd;

use crate::filesystem::Filesystem;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::options::CheckSet;
use crate::stamp::Moment;

/// A directory entry and what was learnt of it.
#[derive(Debug)]
pub struct Seen<'a> {
    /// The name.
    pub name: &'a std::ffi::CStr,
    /// `d_ino`.
    pub listed_ino: u64,
    /// `d_type`.
    pub listed_kind: FileKind,
    /// What statx said.
    pub facts: &'a InodeFacts,
    /// The directory's descriptor.
    pub directory: BorrowedFd<'a>,
    /// The directory's facts.
    pub directory_facts: &'a InodeFacts,
    /// What the directory stands on.
    pub filesystem: &'a Filesystem,
    /// When the scan began.
    pub started: Moment,
    /// How ids that are not mapped look here.
    pub overflow: Overflow,
}

impl Seen<'_> {
    /// The name's bytes.
    pub fn name_bytes(&self) -> &[u8] {
        self.name.to_bytes()
    }

    /// Whether another filesystem is mounted here, so that the entry speaks of an inode that
    /// cannot be seen.
    pub fn is_covered(&self) -> bool {
        self.facts.is_mount_root() || self.facts.mount_id() != self.directory_facts.mount_id()
    }
}

/// Puts every question about an entry whose inode answered.
pub fn judge_entry(seen: &Seen<'_>, checks: CheckSet, anomalies: &mut Anomalies) {
    if seen.is_covered() {
        return;
    }
    if checks.entries {
        entry_type::judge(seen, anomalies);
        entry_number::judge(seen, anomalies);
    }
    if checks.inodes {
        judge_inode(seen, anomalies);
    }
}

/// Puts every question about an inode.
pub fn judge_inode(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    inode_type::judge(seen, anomalies);
    inode_links::judge(seen, anomalies);
    inode_size::judge(seen, anomalies);
    inode_blocks::judge(seen, anomalies);
    inode_flags::judge(seen, anomalies);
    inode_time::judge(seen, anomalies);
    inode_owner::judge(seen, anomalies);
    symlink::judge(seen, anomalies);
}
