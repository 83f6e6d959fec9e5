//! When a rule applies: what must have been found, and what must be known.

use super::known::{Known, Place, lies_in};
use crate::{Code, FactName, FactValue, Finding, Severity, TarClassification, TarConclusion};

/// A condition. An empty list asks for nothing. What an offline check found is met by naming its
/// code alone: its root is an image that no path leads into.
pub(super) struct When {
    /// A finding of one of these severities,
    pub(super) severities: &'static [Severity],
    /// one of these codes,
    pub(super) codes: &'static [Code],
    /// one of these reasons why an entry could not be extracted, as it stands in the evidence,
    pub(super) classifications: &'static [TarClassification],
    /// and with one of these words in what was found;
    pub(super) mentions: &'static [&'static str],
    /// on one of these filesystems;
    pub(super) filesystems: &'static [&'static str],
    /// where one of these groups of facts holds whole;
    pub(super) facts: &'static [&'static [Test]],
    /// where all was scanned, and nothing suspect or worse is known;
    pub(super) sound: bool,
    /// after tar round trips without any fault.
    pub(super) extracts: bool,
    /// How much hangs on it where facts alone lead to it.
    pub(super) weight: Severity,
}

/// A condition that asks for nothing.
pub(super) const ANY: When = When {
    severities: &[],
    codes: &[],
    classifications: &[],
    mentions: &[],
    filesystems: &[],
    facts: &[],
    sound: false,
    extracts: false,
    weight: Severity::Info,
};

/// A question about a fact. What is not known answers none of them but those that say
/// so.
#[derive(Clone, Copy)]
pub(super) enum Test {
    /// It is this word.
    Is(FactName, &'static str),
    /// It begins like this.
    Begins(FactName, &'static str),
    /// It begins otherwise, or is not known.
    BeginsNot(FactName, &'static str),
    /// It is so, or not so.
    Holds(FactName, bool),
    /// It is not so, or that is not known.
    NotHolds(FactName),
    /// It is a number that is at least this.
    AtLeast(FactName, u64),
    /// It is a number that is at most this.
    AtMost(FactName, u64),
    /// It is a version from the first on, and before the second.
    Within(FactName, [u64; 3], [u64; 3]),
    /// It is a word, name or list that is not empty.
    Given(FactName),
    /// It is a list with this in it.
    Lists(FactName, &'static str),
    /// It is none, or that is not known.
    NotGiven(FactName),
    /// It is a path in the root.
    LiesHere(FactName),
}

impl Test {
    /// Whether not knowing is an answer to it, which speaks for nothing.
    fn holds_of_the_unknown(self) -> bool {
        matches!(self, Test::NotGiven(_) | Test::NotHolds(_) | Test::BeginsNot(..))
    }

    fn name(self) -> FactName {
        match self {
            Test::Is(name, _)
            | Test::Begins(name, _)
            | Test::BeginsNot(name, _)
            | Test::Holds(name, _)
            | Test::NotHolds(name)
            | Test::AtLeast(name, _)
            | Test::AtMost(name, _)
            | Test::Within(name, ..)
            | Test::Lists(name, _)
            | Test::Given(name)
            | Test::NotGiven(name)
            | Test::LiesHere(name) => name,
        }
    }

    fn holds(self, place: Place<'_>) -> bool {
        let value = place.fact(self.name());
        let text = value.and_then(FactValue::text);
        let number = value.and_then(FactValue::number);
        match self {
            Test::Is(_, word) => text == Some(word),
            Test::Begins(_, start) => text.is_some_and(|text| text.starts_with(start)),
            Test::BeginsNot(_, start) => !text.is_some_and(|text| text.starts_with(start)),
            Test::Holds(_, flag) => value.and_then(FactValue::flag) == Some(flag),
            Test::NotHolds(_) => value.and_then(FactValue::flag) != Some(true),
            Test::AtLeast(_, least) => number.is_some_and(|number| number >= least),
            Test::AtMost(_, most) => number.is_some_and(|number| number <= most),
            Test::Within(_, from, to) => {
                text.and_then(version).is_some_and(|version| (from..to).contains(&version))
            }
            Test::Lists(_, word) => {
                let list = value.and_then(FactValue::list);
                list.is_some_and(|list| list.iter().any(|member| member == word))
            }
            Test::Given(_) => value.is_some_and(is_given),
            Test::NotGiven(_) => !value.is_some_and(is_given),
            Test::LiesHere(_) => text
                .zip(place.root)
                .is_some_and(|(path, root)| lies_in(path.as_bytes(), root.path.as_bytes())),
        }
    }
}

fn is_given(value: &FactValue) -> bool {
    match value {
        FactValue::Text(text) => !text.is_empty(),
        FactValue::List(list) => !list.is_empty(),
        FactValue::Flag(_) | FactValue::Number(_) => true,
    }
}

/// The numbers of `1.5.3` or `v1.5.3-rc1`.
fn version(text: &str) -> Option<[u64; 3]> {
    let number = |part: &str| {
        let digits = part.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    };
    let mut parts = text.strip_prefix('v').unwrap_or(text).splitn(3, '.').map(number);
    Some([parts.next()??, parts.next()??, parts.next()??])
}

impl When {
    /// Whether a finding must have led to it.
    pub(super) fn asks_for_finding(&self) -> bool {
        !(self.severities.is_empty()
            && self.codes.is_empty()
            && self.classifications.is_empty()
            && self.mentions.is_empty())
    }

    /// Whether it depends on where it is.
    pub(super) fn asks_for_place(&self) -> bool {
        let tests = || self.facts.iter().flat_map(|group| group.iter());
        !self.filesystems.is_empty()
            || self.sound
            || tests().any(|test| test.name().is_of_root() || matches!(test, Test::LiesHere(_)))
    }

    /// Whether a finding is one that the rule is about.
    pub(super) fn finding(&self, finding: &Finding) -> bool {
        (self.severities.is_empty() || self.severities.contains(&finding.severity))
            && match self.codes {
                [] => finding.code != Code::OfflineProblem && !no_scan_tells(finding),
                codes => codes.contains(&finding.code),
            }
            && (self.classifications.is_empty() || self.is_classified(finding))
            && (self.mentions.is_empty() || self.is_mentioned(finding))
    }

    fn is_classified(&self, finding: &Finding) -> bool {
        self.classifications.iter().any(|class| finding.evidence.contains(&class.evidence()))
    }

    fn is_mentioned(&self, finding: &Finding) -> bool {
        let mut texts = finding.evidence.iter().chain([&finding.expected, &finding.found]);
        texts.any(|text| self.mentions.iter().any(|words| holds_words(text, words)))
    }

    /// What speaks for it at a place; none where the condition does not hold there.
    pub(super) fn at(&self, place: Place<'_>, known: Known<'_>) -> Option<Vec<FactName>> {
        let filesystem = place.root.map(|root| root.filesystem.as_str());
        let fits = self.filesystems.is_empty()
            || filesystem.is_some_and(|filesystem| self.filesystems.contains(&filesystem));
        let extracts =
            || known.tar.is_some_and(|trips| trips.conclusion() == TarConclusion::Passed);
        if !fits || self.sound && !known.is_sound(place) || self.extracts && !extracts() {
            return None;
        }
        self.group_at(place)
    }

    /// The facts of the first group that holds.
    fn group_at(&self, place: Place<'_>) -> Option<Vec<FactName>> {
        if self.facts.is_empty() {
            return Some(Vec::new());
        }
        let holds = |group: &&&[Test]| group.iter().all(|test| test.holds(place));
        let group = self.facts.iter().find(holds)?;
        // That something is not known speaks for nothing.
        let said = group.iter().filter(|test| !test.holds_of_the_unknown());
        Some(said.map(|test| test.name()).collect())
    }
}

/// Whether words stand in a text, and not as a part of others.
fn holds_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|text| text.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// What another scan knows no better, short of corruption: what a comparison with a manifest
/// found, how operations came out, that a target is no longer there, and what Longhorn says.
fn no_scan_tells(finding: &Finding) -> bool {
    let told_otherwise = match finding.code {
        Code::StressDivergence | Code::StressTargetLost | Code::StressFeatureMissing => true,
        code => ["baseline", "environment"].contains(&code.text().check),
    };
    told_otherwise && finding.severity < Severity::Corrupt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_in_order() {
        for (text, expected) in [
            ("1.2.5", Some([1, 2, 5])),
            ("v1.10.0-rc1", Some([1, 10, 0])),
            ("1.3.2+up1", Some([1, 3, 2])),
            ("1.3", None),
            ("master-head", None),
            ("", None),
            ("99999999999999999999.1.1", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
        assert!([1, 9, 0] < [1, 10, 0]);
    }

    #[test]
    fn a_word_is_no_part_of_another() {
        assert!(holds_words("read: EIO (input/output error)", "EIO"));
        assert!(holds_words("EIO", "EIO"));
        assert!(!holds_words("THEIOTA EIO2", "EIO"));
        assert!(holds_words("npm: Cannot cd into '/a'", "Cannot cd into"));
        assert!(!holds_words("", "EIO"));
    }
}
