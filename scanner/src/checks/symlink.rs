//! `symlink-invalid`: a symbolic link that cannot be read, is empty, or has another length than
//! its size.
//!
//! Reads the link (readlinkat) and compares its length with `stx_size`. Proves a damaged inode
//! or block. ext2, ext3, ext4, xfs, btrfs, tmpfs, overlayfs; elsewhere only the reading is
//! judged. An encrypted link's size is that of the encrypted form and not compared. No
//! privilege.

use std::mem::MaybeUninit;

use reports::Code;
use rustix::fs::readlinkat_raw;
use rustix::io::Errno;

use super::errno_name::errno_name;
use super::lookup::Refusal;
use super::{Anomalies, Anomaly, Seen};
use crate::inode_facts::FileKind;

/// PATH_MAX, which no target reaches.
const LONGEST: usize = 4096;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    if seen.facts.kind() != FileKind::Symlink {
        return;
    }
    let mut buffer = [MaybeUninit::uninit(); LONGEST];
    let found = match readlinkat_raw(seen.directory, seen.name, &mut buffer) {
        Ok((target, _)) => wrong_length(seen, target.len() as u64),
        Err(errno) => unreadable(errno),
    };
    let Some(found) = found else { return };
    let expected = format!("a target of {} bytes", seen.facts.size());
    let anomaly = Anomaly::new(Code::SymlinkInvalid, expected, found)
        .named(seen.name_bytes())
        .inode(seen.facts.ino())
        .compared();
    let answers = seen.filesystem.oddities.answers_for_itself;
    anomalies.add(if answers { anomaly } else { anomaly.only_suspect() });
}

fn wrong_length(seen: &Seen<'_>, length: u64) -> Option<String> {
    let comparable = seen.filesystem.oddities.symlink_size_is_length && !seen.facts.is_encrypted();
    let wrong = length == 0 || (comparable && length != seen.facts.size());
    wrong.then(|| format!("{length} bytes"))
}

/// A link that vanished or was replaced meanwhile (EINVAL: no link any more) is for the second
/// look to clear.
fn unreadable(errno: Errno) -> Option<String> {
    match Refusal::from(errno) {
        Refusal::Denied | Refusal::OutOfResources | Refusal::NoAnswer => None,
        Refusal::Gone => Some("readlink says ENOENT".to_owned()),
        Refusal::Damage(errno) | Refusal::Unexplained(errno) => {
            Some(format!("readlink says {}", errno_name(errno)))
        }
    }
}
