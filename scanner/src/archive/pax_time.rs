//! Times in PAX records: decimal seconds since 1970 with any number of digits behind a point.

use super::number::decimal;
use crate::inode_facts::InodeTime;

/// Nanoseconds of a second.
const SECOND: u32 = 1_000_000_000;

/// Reads a time. Digits beyond nanoseconds are cut off towards the past, as GNU tar does it.
pub fn parse_time(value: &[u8]) -> Option<InodeTime> {
    let (is_negative, value) = match value.strip_prefix(b"-") {
        Some(value) => (true, value),
        None => (false, value),
    };
    let point = memchr::memchr(b'.', value).unwrap_or(value.len());
    let (whole, fraction) = value.split_at_checked(point)?;
    let seconds = i64::try_from(decimal(whole)?).ok()?;
    let (nanoseconds, is_exact) = parse_fraction(fraction.strip_prefix(b".").unwrap_or_default())?;
    if !is_negative {
        return Some((seconds, nanoseconds));
    }
    let nanoseconds = nanoseconds + u32::from(!is_exact);
    match SECOND.checked_sub(nanoseconds) {
        _ if nanoseconds == 0 => Some((-seconds, 0)),
        Some(rest) => Some(((-seconds).checked_sub(1)?, rest)),
        None => None,
    }
}

/// Nanoseconds, and whether nothing was cut off.
fn parse_fraction(digits: &[u8]) -> Option<(u32, bool)> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (kept, cut) = digits.split_at_checked(9).unwrap_or((digits, &[]));
    let mut nanoseconds = 0;
    for place in 0..9 {
        let digit = kept.get(place).map_or(0, |digit| u32::from(digit - b'0'));
        nanoseconds = nanoseconds * 10 + digit;
    }
    Some((nanoseconds, cut.iter().all(|digit| *digit == b'0')))
}

/// Writes a time that [`parse_time`] reads as it was.
pub fn format_time((seconds, nanoseconds): InodeTime) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let (whole, rest) = if seconds < 0 && nanoseconds > 0 {
        (seconds.saturating_add(1).unsigned_abs(), SECOND.saturating_sub(nanoseconds))
    } else {
        (seconds.unsigned_abs(), nanoseconds)
    };
    if rest == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:09}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_to_the_nanosecond() {
        for (text, time) in [
            ("0", (0, 0)),
            ("1700000000", (1_700_000_000, 0)),
            ("1.5", (1, 500_000_000)),
            ("1.", (1, 0)),
            ("1.000000001999", (1, 1)),
            ("-1", (-1, 0)),
            ("-1.5", (-2, 500_000_000)),
            ("-0.25", (-1, 750_000_000)),
            ("-0.0000000001", (-1, 999_999_999)),
            ("-0.9999999999", (-1, 0)),
        ] {
            assert_eq!(parse_time(text.as_bytes()), Some(time), "{text}");
        }
        for text in ["", "-", ".5", "1e9", "1.5.5", "1,5", "+1", "--1", "9223372036854775808", " 1"]
        {
            assert_eq!(parse_time(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for time in [(0, 0), (5, 1), (-1, 999_999_999), (-2, 500_000_000), (-3, 0), (i64::MAX, 9)] {
            assert_eq!(parse_time(format_time(time).as_bytes()), Some(time), "{time:?}");
        }
    }
}
