//! Numbers as people read them.

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 entry`, `2 entries`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", grouped(number))
}

/// Seconds in the units that suit their size.
pub(crate) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.2} s"),
        10..60 => format!("{seconds:.1} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
    }
}

/// Nanoseconds in the units that suit their size.
pub(crate) fn nanoseconds(count: u64) -> String {
    // Each unit ends where its rounding would show a thousand of it.
    match count {
        0..1_000 => format!("{count} ns"),
        1_000..999_950 => format!("{:.1} µs", count as f64 / 1e3),
        999_950..999_950_000 => format!("{:.1} ms", count as f64 / 1e6),
        _ => duration(count as f64 / 1e9),
    }
}

/// Bytes in the largest binary unit that leaves a whole number before the point.
pub(crate) fn bytes(count: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut size = count as f64;
    let mut name = None;
    for unit in units {
        if size < 1024.0 {
            break;
        }
        size /= 1024.0;
        name = Some(unit);
    }
    name.map_or_else(|| counted(count, "byte", "bytes"), |name| format!("{size:.1} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        let shown = [0, 999, 1000, 123_456, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "123,456", "1,234,567"]);
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(counted(1, "entry", "entries"), "1 entry");
        assert_eq!(counted(0, "entry", "entries"), "0 entries");
    }

    #[test]
    fn durations_and_sizes_have_fitting_units() {
        let shown = [0.004, 1.25, 59.04, 192.0, 7500.0].map(duration);
        assert_eq!(shown, ["0.00 s", "1.25 s", "59.0 s", "3 min 12 s", "2 h 05 min"]);
        let shown = [0, 999, 1_000, 999_949, 999_950, 999_949_999, 999_950_000].map(nanoseconds);
        assert_eq!(shown, ["0 ns", "999 ns", "1.0 µs", "999.9 µs", "1.0 ms", "999.9 ms", "1.00 s"]);
        assert_eq!(nanoseconds(192_000_000_000), "3 min 12 s");
        let shown = [0, 1023, 1024, 64_424_509_440, u64::MAX].map(bytes);
        assert_eq!(shown, ["0 bytes", "1,023 bytes", "1.0 KiB", "60.0 GiB", "16.0 EiB"]);
    }
}
