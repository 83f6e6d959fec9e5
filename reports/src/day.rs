//! Days as reports carry them: RFC 3339 dates in UTC.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::Offset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A day in UTC, written as `2027-01-31`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("format" = "date"))]
pub struct Day(Date);

impl Day {
    /// The day of the system's clock.
    pub fn today() -> Self {
        Day(Offset::UTC.to_datetime(jiff::Timestamp::now()).date())
    }

    /// A day of the calendar; none where there is no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let parts = (i16::try_from(year).ok()?, month.cast_signed(), day.cast_signed());
        Date::new(parts.0, parts.1, parts.2).ok().map(Day)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> String {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Day)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back_the_same() {
        let day = Day::new(2027, 1, 31).unwrap();
        assert_eq!(day.to_string(), "2027-01-31");
        assert_eq!(Day::try_from(day.to_string()).unwrap(), day);
        assert!(Day::try_from("2027-02-31".to_owned()).is_err());
    }

    #[test]
    fn there_are_no_days_beyond_the_calendar() {
        for (year, month, day) in [(2027, 2, 29), (2027, 13, 1), (2027, 0, 1), (65_535, 1, 1)] {
            assert_eq!(Day::new(year, month, day), None, "{year}-{month}-{day}");
        }
        assert!(Day::today() > Day::new(2025, 1, 1).unwrap());
    }
}
