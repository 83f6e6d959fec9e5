//! Reading no faster than was asked for, so that others get their share of a slow device.

use std::num::NonZeroU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time that was not used is made up for to this extent.
const CREDIT: Duration = Duration::from_millis(500);

/// A rate that all threads share.
#[derive(Debug)]
pub struct RateLimit {
    bytes_a_second: NonZeroU64,
    /// When all that was read so far may have been read.
    due: Mutex<Instant>,
}

impl RateLimit {
    /// Of so many bytes a second.
    pub fn new(bytes_a_second: NonZeroU64) -> Self {
        RateLimit { bytes_a_second, due: Mutex::new(Instant::now()) }
    }

    /// How long to wait after so many bytes were read.
    pub fn wait_after(&self, bytes: usize) -> Duration {
        let takes = Duration::from_secs_f64(bytes as f64 / self.bytes_a_second.get() as f64);
        let now = Instant::now();
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let credit = now.checked_sub(CREDIT).unwrap_or(now);
        *due = (*due).max(credit) + takes;
        due.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_threads_read_adds_up() {
        let limit = RateLimit::new(NonZeroU64::new(1 << 20).unwrap());
        limit.wait_after(1 << 20);
        let second = limit.wait_after(1 << 20);
        assert!((1.4..2.1).contains(&second.as_secs_f64()), "{second:?}");
    }

    #[test]
    fn a_pause_earns_half_a_second_at_most() {
        let limit = RateLimit::new(NonZeroU64::new(1 << 20).unwrap());
        *limit.due.lock().unwrap() = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
        let wait = limit.wait_after(1 << 20);
        assert!((0.4..0.6).contains(&wait.as_secs_f64()), "{wait:?}");
    }
}
