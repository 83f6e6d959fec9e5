//! What an inode's time stamp says of when it changed.
//!
//! The kernel stamps inodes with a clock that moves in ticks of up to 10 ms (CONFIG_HZ=100), and
//! ext4 with inodes of 128 bytes keeps whole seconds. So a change can show a stamp that is
//! earlier than the change itself.

use std::time::{Duration, SystemTime};

use crate::inode_facts::InodeTime;

/// How far a stamp may lie before the change.
const TICK: Duration = Duration::from_millis(25);

/// The same for a stamp of whole seconds.
const SECOND: Duration = Duration::from_millis(1025);

/// A clock this far behind a stamp says nothing about it.
const FUTURE: Duration = Duration::from_mins(1);

/// A reading of the clock that inodes are stamped with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(Duration);

impl Instant {
    /// Reads the clock.
    pub fn now() -> Self {
        Instant(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        i64::try_from(self.0.as_secs()).unwrap_or(i64::MAX)
    }

    /// Whether a change with this stamp may have come after `self`.
    pub fn may_precede(self, (seconds, nanoseconds): InodeTime) -> bool {
        // A stamp before 1970 is old enough.
        let stamp = Duration::new(u64::try_from(seconds).unwrap_or(0), nanoseconds);
        let lag = if nanoseconds == 0 { SECOND } else { TICK };
        stamp + lag > self.0 && stamp < self.0.saturating_add(FUTURE)
    }
}

#[cfg(test)]
impl Instant {
    /// An instant so many seconds after 1970.
    pub(crate) fn at(seconds: u64) -> Self {
        Instant(Duration::from_secs(seconds))
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
            ((5000, 5), false, "a clock that was set back says nothing"),
            ((-5, 5), false, "before 1970"),
        ];
        for (stamp, expected, what) in table {
            assert_eq!(Instant::at(1000).may_precede(stamp), expected, "{what}");
        }
    }
}
