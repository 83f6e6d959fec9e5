//! Steps before the facts are filled in.

use super::holder::{holder_of, is_holder};
use super::known::Place;
use super::{Step, shell_word};
use crate::{FactName, Finding};

/// Caches and repositories that a step is told for; others must do with the words in capitals.
const MOST_HOLDERS: usize = 8;

/// A step before the facts are filled in. `{path}` and the other [`BLANKS`] in it stand for those of
/// each place concerned; those of [`is_holder`] for each cache or repository that the findings speak
/// of.
pub(super) struct Template {
    text: &'static str,
    command: Option<&'static str>,
    /// Whether it can destroy what was not saved: then it is given only where a copy was verified.
    pub(super) destroys: bool,
}

/// A step with a command.
pub(super) const fn run(text: &'static str, command: &'static str) -> Template {
    Template { text, command: Some(command), destroys: false }
}

/// A step that no command does.
pub(super) const fn tell(text: &'static str) -> Template {
    Template { text, command: None, destroys: false }
}

/// A step with a command that can destroy something.
pub(super) const fn destroy(text: &'static str, command: &'static str) -> Template {
    Template { text, command: Some(command), destroys: true }
}

/// What stands in a template for a fact, and in a step where the fact is not known.
const BLANKS: &[(&str, &str)] = &[
    ("path", "DIRECTORY"),
    ("device", "DEVICE"),
    ("user", "USER"),
    ("volume", "VOLUME"),
    ("claim", "PVC"),
    ("namespace", "NAMESPACE"),
    ("pv", "PV"),
    ("workload", "deployment/WORKLOAD"),
    ("leftovers", "DIRECTORIES"),
    ("npm-cache", "DIRECTORY"),
    ("repository", "REPOSITORY"),
];

impl Template {
    /// The step for each place, or the one step that needs nothing of a place. `findings` are
    /// what led to it.
    pub(super) fn steps(&self, places: &[Place<'_>], findings: &[&Finding]) -> Vec<Step> {
        let blanks = self.blanks();
        let holder = blanks.iter().find(|blank| is_holder(blank));
        if let (Some(blank), false) = (holder, findings.is_empty()) {
            return self.of_holders(blank, findings);
        }
        let machine = &[];
        let places = if blanks.is_empty() { machine } else { places };
        if places.is_empty() {
            return vec![self.filled(|blank| word(blank, None), None)];
        }
        let of = |place| self.filled(|blank| word(blank, Some(place)), Some(place));
        places.iter().map(|place| of(*place)).collect()
    }

    /// The step for each holder, and once for those that are not named.
    fn of_holders(&self, asked: &str, findings: &[&Finding]) -> Vec<Step> {
        let mut holders: Vec<Option<&[u8]>> = Vec::new();
        for holder in findings.iter().map(|finding| holder_of(asked, finding)) {
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        let others = holders.len() > MOST_HOLDERS || holders.contains(&None);
        let of = |holder| {
            let value = |blank: &'static str| {
                if blank == asked { shell_word(holder) } else { placeholder(blank) }
            };
            self.filled(value, None)
        };
        let mut steps: Vec<_> = holders.into_iter().flatten().take(MOST_HOLDERS).map(of).collect();
        if others {
            steps.push(self.filled(placeholder, None));
        }
        steps
    }

    fn filled(&self, value: impl FnMut(&'static str) -> String, place: Option<Place<'_>>) -> Step {
        let command = self.command.map(|command| fill(command, value));
        Step { text: fill(self.text, |blank| prose(blank, place)), command }
    }

    /// What is to be filled in.
    fn blanks(&self) -> Vec<&'static str> {
        [self.text, self.command.unwrap_or_default()].into_iter().flat_map(blanks_of).collect()
    }
}

fn blanks_of(text: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    fill(text, |blank| {
        found.push(blank);
        String::new()
    });
    found
}

/// A text with its blanks filled. What is filled in is not looked at again: a path that holds
/// `{device}` stays what it is.
fn fill(text: &str, mut value: impl FnMut(&'static str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let blank = behind.split_once('}').and_then(|(name, after)| {
            let known = BLANKS.iter().find(|(blank, _)| *blank == name)?;
            Some((known.0, after))
        });
        rest = if let Some((name, after)) = blank {
            filled.push_str(&value(name));
            after
        } else {
            filled.push('{');
            behind
        };
    }
    filled + rest
}

fn placeholder(blank: &str) -> String {
    let known = BLANKS.iter().find(|(name, _)| *name == blank);
    known.map_or_else(String::new, |(_, word)| (*word).to_owned())
}

/// What stands for a blank in a command: a word of the shell, or a placeholder in capitals.
fn word(blank: &str, place: Option<Place<'_>>) -> String {
    let known = place.and_then(|place| match blank {
        "path" => place
            .root
            .filter(|root| !root.path.is_shortened())
            .map(|root| shell_word(root.path.as_bytes())),
        "device" => device(place).map(|device| shell_word(device.as_bytes())),
        "leftovers" => leftovers(place),
        "npm-cache" => npm_cache(place),
        name => plain(name, place).map(ToOwned::to_owned),
    });
    known.unwrap_or_else(|| placeholder(blank))
}

/// What stands for a blank in a sentence.
fn prose(blank: &str, place: Option<Place<'_>>) -> String {
    let known = place.and_then(|place| match blank {
        "path" => place.root.map(|root| root.path.escaped()),
        "device" => device(place).map(ToOwned::to_owned),
        name => plain(name, place).map(ToOwned::to_owned),
    });
    known.unwrap_or_else(|| placeholder(blank))
}

/// The root's device; none where the mount table names none (`overlay`, `tmpfs`, a network share)
/// or the name did not survive as text.
fn device(place: Place<'_>) -> Option<&str> {
    let device = place.root?.device.as_str();
    let is_one = device.starts_with("/dev/") && !device.contains(char::REPLACEMENT_CHARACTER);
    is_one.then_some(device)
}

fn leftovers(place: Place<'_>) -> Option<String> {
    let list = place.fact(FactName::InstallLeftovers)?.list()?;
    let words: Vec<_> = list.iter().map(|path| shell_word(path.as_bytes())).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// The cache of whoever ran it; none where its name did not survive as text.
fn npm_cache(place: Place<'_>) -> Option<String> {
    let path = place.text(FactName::NpmCache)?;
    let is_whole = path.starts_with('/') && !path.contains('\\');
    is_whole.then(|| shell_word(path.as_bytes()))
}

/// A name that needs no quotes wherever it stands, in YAML and JSON either.
fn plain<'a>(blank: &str, place: Place<'a>) -> Option<&'a str> {
    let text = match blank {
        "user" => place.text(FactName::User),
        "volume" => place.text(FactName::LonghornVolume),
        "claim" => place.text(FactName::Claim),
        "namespace" => {
            place.text(FactName::ClaimNamespace).or_else(|| place.text(FactName::PodNamespace))
        }
        "pv" => place.text(FactName::PersistentVolume),
        "workload" => place.text(FactName::Workload),
        _ => None,
    };
    text.filter(|text| text.split('/').all(is_plain_name) && text.matches('/').count() <= 1)
}

/// What Kubernetes takes for a name, and adduser(8) for a user's (RFC 1123; underscores as well).
fn is_plain_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let first = text.bytes().next();
    text.len() <= 253
        && text.bytes().all(is_plain)
        && first.is_some_and(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_blank_stays() {
        let filled = |text| fill(text, |blank| format!("<{blank}>"));
        assert_eq!(filled(r#"-p '{"spec":{"n":3}}' {pv} {}"#), r#"-p '{"spec":{"n":3}}' <pv> {}"#);
        assert_eq!(filled("/dev/longhorn/{volume}"), "/dev/longhorn/<volume>");
        assert_eq!(filled("{volume"), "{volume");
        assert_eq!(blanks_of("a {path} {paths} {user}"), ["path", "user"]);
    }

    #[test]
    fn names_that_would_need_quotes_are_none() {
        assert!(is_plain_name("pvc-3f0c0a52-8d2f") && is_plain_name("coder_1"));
        for name in ["", "-fy", "a b", "a'b", "a\nb", "ä", "$(id)", &"a".repeat(254)] {
            assert!(!is_plain_name(name), "{name}");
        }
    }
}
