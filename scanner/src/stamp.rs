//! What an inode's time stamp says of when it changed.
//!
//! The kernel stamps inodes with a clock that moves in ticks of up to 10 ms (CONFIG_HZ=100), and
//! ext4 with inodes of 128 bytes keeps whole seconds. So a change can show a stamp that is
//! earlier than the change itself.

use std::time::{Duration, SystemTime};

use reports::Timestamp;
use serde::{Deserialize, Serialize};

use crate::inode_facts::InodeTime;

/// How far a stamp may lie before the change.
const TICK: Duration = Duration::from_millis(25);

/// The same for a stamp of whole seconds.
const SECOND: Duration = Duration::from_millis(1025);

/// A stamp this far ahead of the clock is not of a change just made.
const FUTURE: Duration = Duration::from_mins(1);

/// A reading of the clock that inodes are stamped with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment(Duration);

impl Moment {
    /// Reads the clock.
    pub fn now() -> Self {
        Moment(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
    }

    /// The same for a report.
    pub fn timestamp(self) -> Timestamp {
        (SystemTime::UNIX_EPOCH + self.0).into()
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        i64::try_from(self.0.as_secs()).unwrap_or(i64::MAX)
    }

    /// Whether a change with this stamp may have come after `self`.
    pub fn may_precede(self, stamp: InodeTime) -> bool {
        latest(stamp) > self.0
    }

    /// Whether a change after `self` would bear another stamp than this one, so that an equal
    /// stamp proves that nothing changed. A stamp from the future, left by a clock that was set
    /// back, would be replaced as well.
    pub fn would_change(self, stamp: InodeTime) -> bool {
        let latest = latest(stamp);
        latest <= self.0 || latest > self.0.saturating_add(FUTURE)
    }
}

impl Moment {
    /// The same for a stamp that was read within the second before `self`.
    pub fn would_change_since(self, stamp: InodeTime) -> bool {
        Moment(self.0.saturating_sub(Duration::from_secs(1))).would_change(stamp)
    }
}

/// The latest moment of a change that bears this stamp.
fn latest((seconds, nanoseconds): InodeTime) -> Duration {
    let lag = if nanoseconds == 0 { SECOND } else { TICK };
    // A stamp before 1970 is old enough.
    Duration::new(u64::try_from(seconds).unwrap_or(0), nanoseconds).saturating_add(lag)
}

#[cfg(test)]
impl Moment {
    /// A moment so many seconds after 1970.
    pub(crate) fn at(seconds: u64) -> Self {
        Moment(Duration::from_secs(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_may_lag_behind_its_change() {
        let table = [
            ((999, 990_000_000), true, "within a tick"),
            ((999, 900_000_000), false, "long before"),
            ((999, 0), true, "whole seconds"),
            ((998, 0), false, "whole seconds, long before"),
            ((1000, 5), true, "after"),
            ((5000, 5), true, "long after: a scan may take hours"),
            ((-5, 5), false, "before 1970"),
        ];
        for (stamp, expected, what) in table {
            assert_eq!(Moment::at(1000).may_precede(stamp), expected, "{what}");
        }
    }

    #[test]
    fn a_stamp_that_a_change_would_replace_proves_quiet() {
        let table = [
            ((999, 990_000_000), false, "within a tick"),
            ((999, 900_000_000), true, "long before"),
            ((999, 0), false, "whole seconds"),
            ((1000, 5), false, "now"),
            ((5000, 5), true, "a clock that was set back"),
        ];
        for (stamp, expected, what) in table {
            assert_eq!(Moment::at(1000).would_change(stamp), expected, "{what}");
        }
    }
}
