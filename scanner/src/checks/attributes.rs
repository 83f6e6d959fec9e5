//! `attribute-unreadable` and `acl-invalid`: extended attributes that cannot be had.
//!
//! Lists the extended attributes of an inode (listxattr(2)) and reads each value (getxattr(2)):
//! what is listed can be read. Proves a damaged attribute block or inode body. Any filesystem that
//! keeps attributes; `trusted.` ones show only to CAP_SYS_ADMIN, and reading `user.` ones needs
//! read permission.

use std::ffi::CStr;

use reports::{Code, UncheckedReason};
use rustix::io::Errno;

use super::errno_name::errno_name;
use super::lookup::Refusal;
use super::{Anomalies, Anomaly, acl};
use crate::attributes::{AttributeRoom, AttributeSource};
use crate::filesystem::Filesystem;
use crate::manifest::AttributeDigest;

/// What became of looking at the attributes of an inode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributesSeen {
    /// Any were listed.
    pub any: bool,
    /// A hash of each name with its value.
    pub hashes: Vec<u64>,
    /// The same for a manifest.
    pub digests: Vec<AttributeDigest>,
    /// Why some could not be looked at.
    pub unchecked: Option<UncheckedReason>,
}

/// Reads and judges the attributes of an inode; `name` is none for the directory that is looked
/// at.
pub fn judge(
    source: AttributeSource<'_>,
    name: Option<&[u8]>,
    ino: u64,
    filesystem: &Filesystem,
    room: &mut AttributeRoom,
    anomalies: &mut Anomalies,
) -> AttributesSeen {
    let mut seen = AttributesSeen::default();
    let mut wrong = |anomaly: Anomaly| {
        let mut anomaly = anomaly.inode(ino);
        anomaly.name = name.map(Into::into);
        let answers = filesystem.oddities.answers_for_itself;
        anomalies.add(if answers { anomaly } else { anomaly.only_suspect() });
    };
    let (names, value) = room.parts();
    let names = match source.list(names) {
        Ok(names) => names,
        Err(errno) => {
            match unreadable("their list", errno) {
                Ok(anomaly) => wrong(anomaly),
                Err(reason) => seen.unchecked = reason,
            }
            return seen;
        }
    };
    for attribute in names.split_inclusive(|byte| *byte == 0) {
        let Ok(attribute) = CStr::from_bytes_with_nul(attribute) else { continue };
        seen.any = true;
        let shown = attribute.to_string_lossy();
        let answer = source.get(attribute, value);
        if let Ok(value) = answer {
            seen.hashes.push(pair_hash(attribute, value));
            // What xfs shows of access lists once more, in its own form.
            if !attribute.to_bytes().starts_with(b"trusted.SGI_ACL_") {
                seen.digests.push(digest(attribute, value));
            }
        }
        match answer {
            Ok(value) if is_acl(attribute) => {
                if let Some(fault) = acl::fault(value) {
                    wrong(Anomaly::new(Code::AclInvalid, "a list as acl(5) has it", fault));
                }
            }
            // NODATA: it was removed since it was listed.
            Ok(_) | Err(Errno::NODATA) => {}
            Err(Errno::INVAL) if is_acl(attribute) => {
                let found = format!("the kernel cannot decode {shown}: EINVAL");
                wrong(Anomaly::new(Code::AclInvalid, "a list as acl(5) has it", found));
            }
            Err(errno) => match unreadable(&shown, errno) {
                Ok(anomaly) => wrong(anomaly),
                Err(reason) => seen.unchecked = seen.unchecked.or(reason),
            },
        }
    }
    seen
}

/// The same in every process that looks at a part of the tree.
fn pair_hash(attribute: &CStr, value: &[u8]) -> u64 {
    let mut hash = [0; 8];
    let mut hasher = blake3::Hasher::new();
    hasher.update(attribute.to_bytes_with_nul()).update(value).finalize_xof().fill(&mut hash);
    u64::from_le_bytes(hash)
}

fn digest(attribute: &CStr, value: &[u8]) -> AttributeDigest {
    let mut digest = [0; 16];
    blake3::Hasher::new().update(value).finalize_xof().fill(&mut digest);
    (attribute.to_bytes().into(), digest)
}

fn is_acl(attribute: &CStr) -> bool {
    matches!(attribute.to_bytes(), b"system.posix_acl_access" | b"system.posix_acl_default")
}

/// An anomaly where the kernel speaks of damage; else why nothing can be said.
fn unreadable(what: &str, errno: Errno) -> Result<Anomaly, Option<UncheckedReason>> {
    let anomaly = || {
        let expected = "extended attributes that are there can be read";
        let found = format!("reading {what} says {}", errno_name(errno));
        Anomaly::new(Code::AttributeUnreadable, expected, found)
    };
    match Refusal::from(errno) {
        Refusal::Damage(errno) => Ok(anomaly().refused_with(errno)),
        Refusal::Gone => Err(None),
        Refusal::Denied => Err(Some(UncheckedReason::PermissionDenied)),
        // TOOBIG: more names than fit into one list (listxattr(2), BUGS).
        Refusal::OutOfResources | Refusal::Unexplained(Errno::NOMEM | Errno::TOOBIG) => {
            Err(Some(UncheckedReason::OutOfResources))
        }
        Refusal::NoAnswer => Err(Some(UncheckedReason::NoAnswer)),
        // OVERFLOW: a capability of another user namespace (capabilities(7)).
        Refusal::Unexplained(Errno::OPNOTSUPP | Errno::NOSYS | Errno::OVERFLOW) => {
            Err(Some(UncheckedReason::Unsupported))
        }
        Refusal::Unexplained(_) => Ok(anomaly().only_suspect()),
    }
}
