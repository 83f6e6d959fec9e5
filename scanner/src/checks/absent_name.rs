//! `directory-lookup-error`: looking up a name that is not there says ENOENT and nothing else.
//!
//! Looks up one random name in a directory of more than one block. In a linear directory the
//! kernel then verifies every block's checksum, which listing does not (fs/ext4/namei.c); in an
//! indexed one it goes through the index, and in xfs through the leaf blocks, which listing
//! does not touch. In a directory of one block listing has verified all there is (ext4
//! `htree_dirblock_to_tree`). Disk filesystems of the kernel; needs search permission.

use std::ffi::CString;
use std::os::fd::BorrowedFd;

use reports::Code;
use rustix::io::Errno;

use super::errno_name::errno_name;
use super::lookup::Refusal;
use super::{Anomalies, Anomaly};
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;

/// Looks up a name made of `random` in a directory and judges the answer.
pub fn judge(
    directory: BorrowedFd<'_>,
    facts: &InodeFacts,
    filesystem: &Filesystem,
    random: u64,
    anomalies: &mut Anomalies,
) {
    if !filesystem.oddities.answers_for_itself || facts.size() <= filesystem.block_size {
        return;
    }
    let Ok(name) = CString::new(format!(".fscan-absent-{random:016x}")) else {
        return;
    };
    if let Err(errno) = InodeFacts::of_entry(directory, &name) {
        match Refusal::from(errno) {
            Refusal::Damage(errno) => anomalies.add(refused(errno, facts)),
            Refusal::Unexplained(errno) => anomalies.add(refused(errno, facts).only_suspect()),
            Refusal::Gone | Refusal::Denied | Refusal::OutOfResources | Refusal::NoAnswer => {}
        }
    }
}

fn refused(errno: Errno, facts: &InodeFacts) -> Anomaly {
    let found = format!("lookup says {}", errno_name(errno));
    Anomaly::new(Code::DirectoryLookupError, "looking up an absent name says ENOENT", found)
        .inode(facts.ino())
        .refused_with(errno)
}
