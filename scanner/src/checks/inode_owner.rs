//! `owner-unmapped`: a file whose owner does not exist here.
//!
//! Looks at `stx_uid` and `stx_gid`: in a user namespace that does not map an id the kernel
//! shows the overflow id instead (user_namespaces(7)); chown to such an owner fails with EINVAL.
//! No damage. Any filesystem, no privilege.

use std::fs;

use reports::Code;

use super::{Anomalies, Anomaly, Seen};

/// The ids that stand for "not mapped"; none in a namespace that maps all of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overflow {
    user: Option<u32>,
    group: Option<u32>,
}

impl Overflow {
    /// Reads what this process's user namespace maps.
    pub fn read() -> Self {
        Overflow {
            user: overflow("/proc/self/uid_map", "/proc/sys/kernel/overflowuid"),
            group: overflow("/proc/self/gid_map", "/proc/sys/kernel/overflowgid"),
        }
    }
}

/// The overflow id unless the map (`inside outside count` a line) covers every id.
fn overflow(map: &str, overflow: &str) -> Option<u32> {
    let map = fs::read_to_string(map).ok()?;
    let mapped = |line: &str| line.split_whitespace().nth(2)?.parse::<u64>().ok();
    let all = map.lines().filter_map(mapped).sum::<u64>() >= u64::from(u32::MAX);
    if all { None } else { fs::read_to_string(overflow).ok()?.trim().parse().ok() }
}

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    let (uid, gid) = (seen.facts.uid(), seen.facts.gid());
    if Some(uid) == seen.overflow.user || Some(gid) == seen.overflow.group {
        let found = format!("owner {uid}, group {gid}");
        anomalies.add(
            Anomaly::new(Code::OwnerUnmapped, "ids that this user namespace maps", found)
                .named(seen.name_bytes())
                .inode(seen.facts.ino()),
        );
    }
}
