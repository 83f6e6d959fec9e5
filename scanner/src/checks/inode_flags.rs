//! `inode-flags-invalid`: attributes that contradict the type of the file.
//!
//! Looks at what statx tells of the flags: fs-verity protects the content of regular files, and
//! devices, FIFOs and sockets have no content to encrypt (kernel fs/verity/enable.c,
//! fs/crypto/policy.c). Proves a damaged inode. Any filesystem, no privilege.

use reports::Code;
use rustix::fs::StatxAttributes;

use super::{Anomalies, Anomaly, Seen};
use crate::inode_facts::FileKind;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    use FileKind::{Directory, Regular, Symlink};
    let kind = seen.facts.kind();
    let attributes = seen.facts.attributes();
    let wrong = if attributes.contains(StatxAttributes::VERITY) && kind != Regular {
        "verity"
    } else if attributes.contains(StatxAttributes::ENCRYPTED)
        && !matches!(kind, Regular | Directory | Symlink)
    {
        "encrypted"
    } else {
        return;
    };
    let expected = format!("no {} has the flag `{wrong}`", kind.as_str());
    anomalies.add(
        Anomaly::new(Code::InodeFlagsInvalid, expected, format!("it has `{wrong}`"))
            .named(seen.name_bytes())
            .inode(seen.facts.ino()),
    );
}
