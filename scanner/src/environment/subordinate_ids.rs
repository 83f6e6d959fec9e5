//! The ids that the user may map into user namespaces.
//!
//! Looks at /etc/subuid and /etc/subgid (subuid(5)), by the user's name and number. Proves what
//! newuidmap(1) would allow; whether it works is tried elsewhere. Ids that another source
//! gives (nsswitch.conf(5), `subid`) are not seen.

use reports::{Answer, Fact, FactName};

use super::probe::Learnt;
use super::{Probe, Surroundings, user};

/// The ids that the user may map.
pub(super) struct SubordinateIds;

pub(super) const SUBUID: &str = "/etc/subuid";
pub(super) const SUBGID: &str = "/etc/subgid";

impl Probe for SubordinateIds {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::SubordinateUserIds, FactName::SubordinateGroupIds]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        vec![
            count(surroundings, SUBUID).of_machine(FactName::SubordinateUserIds),
            count(surroundings, SUBGID).of_machine(FactName::SubordinateGroupIds),
        ]
    }
}

fn count(surroundings: &Surroundings, file: &str) -> Learnt {
    match surroundings.read(file) {
        Ok(text) => {
            let ranges = ranges_of(&text, surroundings);
            let count = ranges.iter().map(|range| u64::from(range.count)).sum::<u64>();
            Learnt::new(Answer::is(count), file)
        }
        // Without the file nobody has any.
        Err(why) if why.is_absent() => Learnt::new(Answer::is(0), format!("{file} is not there")),
        Err(why) => Learnt::unknown(why, file),
    }
}

/// Ids of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// The first.
    pub(super) first: u32,
    /// How many.
    pub(super) count: u32,
}

/// The first range of the user in one of the two files.
pub(super) fn first_range(surroundings: &Surroundings, file: &str) -> Result<Range, String> {
    let ranges = ranges_of(&surroundings.read(file)?, surroundings);
    ranges.first().copied().ok_or_else(|| format!("the user has no ids in {file}"))
}

fn ranges_of(text: &str, surroundings: &Surroundings) -> Vec<Range> {
    parse(text, user::name_of(surroundings).as_deref(), surroundings.user)
}

/// `coder:100000:65536`, or with the number for the name. A line that is none gives nothing.
fn parse(text: &str, name: Option<&str>, number: u32) -> Vec<Range> {
    let number = number.to_string();
    let ranges = text.lines().filter_map(|line| {
        let mut fields = line.trim().split(':');
        let owner = fields.next().filter(|owner| Some(*owner) == name || *owner == number)?;
        let range =
            Range { first: fields.next()?.parse().ok()?, count: fields.next()?.parse().ok()? };
        (!owner.is_empty() && fields.next().is_none() && range.count > 0).then_some(range)
    });
    ranges.collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, value};
    use super::*;

    #[test]
    fn only_well_formed_lines_of_the_user_count() {
        let text = "coder:100000:65536\n1000:300000:5\ncoder:1:0\ncoder:x:5\ncoder:5\n\
                    coder:1:2:3\ncoderx:1:2\n:1:2\n#coder:1:2\ncoder:4294967296:1\n";
        let ranges = parse(text, Some("coder"), 1000);
        let expected =
            [Range { first: 100_000, count: 65_536 }, Range { first: 300_000, count: 5 }];
        assert_eq!(ranges, expected);
        assert_eq!(parse(text, None, 1000), expected[1..]);
        assert_eq!(parse(text, Some(""), 7), []);
    }

    #[test]
    fn a_missing_file_means_none_and_an_unreadable_one_nothing() {
        let mut fixture = Fixture::with(&[
            ("etc/subgid/is-a-directory", ""),
            ("etc/passwd", "coder:x:1000:1000::/home/coder:\n"),
        ]);
        fixture.0.user = 1000;
        let of = |name| value(&SubordinateIds, &fixture, name);
        assert_eq!(of(FactName::SubordinateUserIds), Ok(0.into()));
        assert!(of(FactName::SubordinateGroupIds).is_err());
        fixture.write("etc/subuid", "coder:1:7\n1000:9:7\n");
        assert_eq!(value(&SubordinateIds, &fixture, FactName::SubordinateUserIds), Ok(14.into()));
        assert_eq!(first_range(&fixture.0, SUBUID), Ok(Range { first: 1, count: 7 }));
    }
}
