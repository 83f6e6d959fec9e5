//! Points in time as reports carry them: RFC 3339 in UTC.

use std::fmt;
use std::time::{Duration, SystemTime};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A point in time, to the millisecond, written as RFC 3339 in UTC.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("format" = "date-time"))]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The current time of the system's clock.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// `seconds` since 1970; none where the calendar ends (years beyond 9999).
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Timestamp)
    }

    /// Seconds since 1970, to the millisecond.
    pub fn as_unix_seconds(self) -> f64 {
        self.0.as_millisecond() as f64 / 1e3
    }

    /// The time that passed since `earlier`, zero if the clock went backwards.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::try_from(self.0.duration_since(earlier.0)).unwrap_or_default()
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Timestamp(jiff::Timestamp::from_millisecond(millis).unwrap_or_default())
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> String {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = jiff::Error;

    /// What is finer than a millisecond is left out.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let time: jiff::Timestamp = text.parse()?;
        jiff::Timestamp::from_millisecond(time.as_millisecond()).map(Timestamp)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_back_the_same_however_fine_it_was() {
        for (text, milliseconds) in [
            ("2026-11-26T10:08:19.0063Z", "2026-11-26T10:08:19.006Z"),
            ("1969-12-31T23:59:59.9995Z", "1970-01-01T00:00:00.000Z"),
            ("-009999-01-02T01:59:59.0009Z", "-009999-01-02T01:59:59.001Z"),
            ("9999-12-30T21:59:59.999999999Z", "9999-12-30T21:59:59.999Z"),
        ] {
            let time = Timestamp::try_from(text.to_owned()).unwrap();
            assert_eq!(time.to_string(), milliseconds);
            assert_eq!(Timestamp::try_from(time.to_string()).unwrap(), time);
        }
    }
}
