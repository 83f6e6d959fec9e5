//! How old nights are, as far as their names can be believed.
//!
//! Names are moments of the clock, and a clock may be set wrong for a while. So age adds up from
//! night to night: a pause much longer than the usual one, over which the clock may have jumped,
//! counts as a usual one. What is yet to come has no age.

use std::time::Duration;

use reports::Timestamp;

/// A day.
pub const DAY: Duration = Duration::from_hours(24);

/// Nights within less than this say nothing of how often nights are.
const APART: Duration = Duration::from_hours(12);

/// A pause of so many usual ones is doubted.
const DOUBTED: u32 = 4;

/// How old a night is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    /// By its name.
    pub by_name: Duration,
    /// As far as that can be believed; never more.
    pub believed: Duration,
}

/// How old nights are that began at these times, the newest first, none of them after `now`.
pub fn ages(times: &[Timestamp], now: Timestamp) -> Vec<Age> {
    let usual = usual_pause(times);
    let mut believed = Duration::ZERO;
    let mut later = now;
    let age = |time: &Timestamp| {
        let pause = later.since(*time);
        let is_doubted = pause > usual.saturating_mul(DOUBTED);
        believed = believed.saturating_add(if is_doubted { usual } else { pause });
        later = *time;
        Age { by_name: now.since(*time), believed }
    };
    times.iter().map(age).collect()
}

/// The median of the pauses; a day where there are too few to tell.
fn usual_pause(times: &[Timestamp]) -> Duration {
    let pauses = times.iter().zip(times.iter().skip(1)).map(|(later, time)| later.since(*time));
    let mut pauses: Vec<_> = pauses.filter(|pause| *pause >= APART).collect();
    pauses.sort_unstable();
    let median = pauses.len().checked_sub(1).map_or(0, |last| last / 2);
    pauses.get(median).filter(|_| pauses.len() > 1).map_or(DAY, |median| DAY.max(*median))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Believed ages in days of nights that began so many days ago.
    fn believed(days: &[u64]) -> Vec<u64> {
        let time = |ago| Timestamp::from_unix_seconds(4_000_000_000 - ago * 86_400).unwrap();
        let times: Vec<_> = days.iter().map(|ago| time(ago.cast_signed())).collect();
        ages(&times, time(0)).iter().map(|age| age.believed.as_secs() / DAY.as_secs()).collect()
    }

    #[test]
    fn a_jump_of_the_clock_makes_no_night_old() {
        for (days, expected) in [
            (&[][..], &[][..]),
            (&[0, 1, 2, 3], &[0, 1, 2, 3]),
            (&[0, 7, 14, 21], &[0, 7, 14, 21]),
            // Over a weekend nobody ran it.
            (&[0, 1, 4, 5], &[0, 1, 4, 5]),
            // Tonight, or all nights since yesterday, are in a year that is not.
            (&[0, 26_000, 26_001, 26_002], &[0, 1, 2, 3]),
            (&[0, 1, 26_000, 26_001], &[0, 1, 2, 3]),
            (&[0, 26_000], &[0, 1]),
            (&[0, 1, 26_000], &[0, 1, 2]),
            // The clock came back: nothing is known of what went between.
            (&[40, 41, 42], &[1, 2, 3]),
            // A jump that is no longer than nights are kept.
            (&[0, 50, 51, 52, 53], &[0, 1, 2, 3, 4]),
        ] {
            assert_eq!(believed(days), expected, "{days:?}");
        }
    }
}
