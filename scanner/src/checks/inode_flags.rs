//! `inode-flags-invalid`: attributes that contradict the type of the file, or what the filesystem
//! was made with.
//!
//! Looks at what statx tells of the flags: fs-verity protects the content of regular files, and
//! devices, FIFOs and sockets have no content to encrypt (kernel fs/verity/enable.c,
//! fs/crypto/policy.c); on ext4 both need a feature (ext4(5)). Proves a damaged inode. Any
//! filesystem, no privilege.

use reports::Code;
use rustix::fs::StatxAttributes;

use super::{Anomalies, Anomaly, Seen};
use crate::features::Feature;
use crate::inode_facts::FileKind;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    use FileKind::{Directory, Regular, Symlink};
    let (kind, attributes) = (seen.facts.kind(), seen.facts.attributes());
    let (verity, encrypted) = (
        attributes.contains(StatxAttributes::VERITY),
        attributes.contains(StatxAttributes::ENCRYPTED),
    );
    let lacks = |feature| seen.filesystem.oddities.is_ext && seen.filesystem.lacks(feature);
    let (wrong, expected) = if verity && kind != Regular {
        ("verity", format!("no {} has the flag `verity`", kind.as_str()))
    } else if encrypted && !matches!(kind, Regular | Directory | Symlink) {
        ("encrypted", format!("no {} has the flag `encrypted`", kind.as_str()))
    } else if verity && lacks(Feature::Verity) {
        ("verity", "no flag `verity` on a filesystem without that feature".to_owned())
    } else if encrypted && lacks(Feature::Encrypt) {
        ("encrypted", "no flag `encrypted` on a filesystem without encrypt".to_owned())
    } else {
        return;
    };
    let anomaly = Anomaly::new(Code::InodeFlagsInvalid, expected, format!("it has `{wrong}`"))
        .named(seen.name_bytes())
        .inode(seen.facts.ino());
    let passes = wrong == "verity" && kind == Regular;
    anomalies.add(if passes { anomaly.beside("e2fsck lets this flag pass") } else { anomaly });
}
