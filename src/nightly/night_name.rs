//! The names of nights' folders: the moment at which a night began, as `2026-11-26T02-00-00Z`.

use reports::Timestamp;

/// What is behind the name of a night that is under way, or did not come to its end.
pub const PARTIAL: &str = ".partial";

/// How long a moment is to the second (`2026-11-26T02:00:00`).
const TO_THE_SECOND: usize = 19;

/// The name of a night that began at `time`.
pub fn of(time: Timestamp) -> String {
    let text = time.to_string();
    let moment = text.get(..TO_THE_SECOND).unwrap_or(&text);
    format!("{}Z", moment.replace(':', "-"))
}

/// When the night began that is called so; none where no night is.
pub fn time(name: &str) -> Option<Timestamp> {
    let moment = name.strip_suffix(PARTIAL).unwrap_or(name);
    let (day, clock) = moment.split_once('T')?;
    let time = Timestamp::try_from(format!("{day}T{}", clock.replace('-', ":"))).ok()?;
    // Other ways to write the same moment are not a night's.
    (of(time) == moment).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_its_moment() {
        let time = Timestamp::from_unix_seconds(1_795_658_400).unwrap();
        assert_eq!(of(time), "2026-11-26T02-00-00Z");
        assert_eq!(super::time("2026-11-26T02-00-00Z"), Some(time));
        assert_eq!(super::time("2026-11-26T02-00-00Z.partial"), Some(time));
        for name in ["latest", "2026-11-26", "2026-11-26T02:00:00Z", "2026-11-26T02-00-00Z.old", ""]
        {
            assert_eq!(super::time(name), None, "{name}");
        }
    }
}
