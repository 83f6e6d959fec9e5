//! `time-implausible`: an inode that was changed in the future.
//!
//! Looks at `stx_ctime`, which no user can set: more than a day ahead of the clock it tells of a
//! clock that jumped or of a damaged inode. (`mtime` says what a program wanted it to say.)
//! ext2, ext3, ext4, xfs, btrfs, tmpfs, overlayfs; no privilege.

use reports::{Code, Timestamp};

use super::{Anomalies, Anomaly, Seen};

/// Clocks of different machines may differ by this many seconds.
const TOLERANCE: i64 = 24 * 60 * 60;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    let (changed, _) = seen.facts.changed_at();
    let true_time = seen.filesystem.oddities.change_time_is_true;
    if true_time && changed > seen.started.seconds().saturating_add(TOLERANCE) {
        let found = Timestamp::from_unix_seconds(changed)
            .map_or_else(|| format!("{changed} seconds after 1970"), |time| time.to_string());
        anomalies.add(
            Anomaly::new(Code::TimeImplausible, "a change time (ctime) that has been", found)
                .named(seen.name_bytes())
                .inode(seen.facts.ino()),
        );
    }
}
