//! When the runs of a trend began, told as finely as it takes to tell them apart.

use crate::Timestamp;

/// Bytes of a time of day to the minute, the second and the millisecond.
const FINENESS: [usize; 3] = [5, 8, 12];

/// How moments are told that stand together.
pub(super) struct Moments {
    /// Whether they are of several years.
    years: bool,
    /// Bytes of the time of day.
    fineness: usize,
}

impl Moments {
    /// Of those that are to be told apart.
    pub(super) fn of(times: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut times: Vec<_> = times.into_iter().collect();
        times.sort_unstable();
        // What began at once cannot be told apart by its time.
        times.dedup();
        let parts: Vec<_> = times.iter().map(Parts::of).collect();
        let year = |parts: &Parts| parts.year.clone();
        let differ = |fineness: &usize| {
            let mut pairs = parts.iter().zip(parts.iter().skip(1));
            pairs.all(|(a, b)| a.told(true, *fineness) != b.told(true, *fineness))
        };
        Moments {
            years: parts.first().map(year) != parts.last().map(year),
            fineness: FINENESS.into_iter().find(differ).unwrap_or(usize::MAX),
        }
    }

    /// One of them where the year stands elsewhere, unless that is not the same for all.
    pub(super) fn short(&self, time: Timestamp) -> String {
        Parts::of(&time).told(self.years, self.fineness)
    }

    /// One of them with its year.
    pub(super) fn full(&self, time: Timestamp) -> String {
        Parts::of(&time).told(true, self.fineness)
    }
}

/// A moment in pieces.
struct Parts {
    /// With the hyphen behind it.
    year: String,
    month_and_day: String,
    time: String,
}

impl Parts {
    fn of(time: &Timestamp) -> Self {
        let text = time.to_string();
        let (date, time) = text.split_once('T').unwrap_or((&text, ""));
        // Years of more than four digits have a sign.
        let (year, month_and_day) = date.split_at(date.len().saturating_sub("MM-DD".len()));
        let time = time.trim_end_matches('Z');
        Parts { year: year.into(), month_and_day: month_and_day.into(), time: time.into() }
    }

    fn told(&self, year: bool, fineness: usize) -> String {
        let year = if year { self.year.as_str() } else { "" };
        let time = self.time.get(..fineness).unwrap_or(&self.time);
        format!("{year}{} {time}", self.month_and_day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_of_the_date_is_told_as_tells_moments_apart() {
        for (times, expected) in [
            (["2026-11-25T02:00:00Z", "2026-11-26T02:00:00Z"], ["11-25 02:00", "11-26 02:00"]),
            (
                ["2025-11-26T02:00:00Z", "2026-11-26T02:00:00Z"],
                ["2025-11-26 02:00", "2026-11-26 02:00"],
            ),
            (
                ["2026-11-26T02:00:07Z", "2026-11-26T02:00:59Z"],
                ["11-26 02:00:07", "11-26 02:00:59"],
            ),
            (
                ["2026-11-26T02:00:07.001Z", "2026-11-26T02:00:07.002Z"],
                ["11-26 02:00:07.001", "11-26 02:00:07.002"],
            ),
            (["2026-11-26T02:00:07Z", "2026-11-26T02:00:07Z"], ["11-26 02:00", "11-26 02:00"]),
            (
                ["-009999-01-02T01:59:59Z", "2026-11-26T02:00:00Z"],
                ["-009999-01-02 01:59", "2026-11-26 02:00"],
            ),
        ] {
            let times = times.map(|time| Timestamp::try_from(time.to_owned()).unwrap());
            let moments = Moments::of(times);
            assert_eq!(times.map(|time| moments.short(time)), expected);
            let year = &times[0].to_string()[..4];
            assert!(moments.full(times[0]).starts_with(year));
        }
    }
}
