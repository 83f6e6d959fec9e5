//! Where npm keeps what it fetched.
//!
//! Looks at npm_config_cache, at `cache=` in ~/.npmrc and at the default ~/.npm (npm's config). A
//! project's own .npmrc and command lines are not seen; npm is not run.

use std::path::PathBuf;

use reports::{Fact, FactName};

use super::docker::filesystem_below;
use super::probe::answer;
use super::words::shown;
use super::{Probe, Surroundings, text_file};

/// Where npm keeps what it fetched.
pub(super) struct NpmCache;

impl Probe for NpmCache {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::NpmCache, FactName::NpmCacheFilesystem]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let (cache, source) = cache(surroundings);
        let kind = filesystem_below(&cache, &source);
        let cache = answer(cache.map(shown));
        vec![
            Fact::of_machine(FactName::NpmCache, cache, source),
            kind.of_machine(FactName::NpmCacheFilesystem),
        ]
    }
}

type Found = (Result<PathBuf, String>, String);

/// Where it is, and how that is known.
pub(super) fn cache(surroundings: &Surroundings) -> Found {
    if let Some(path) = variable(surroundings, "npm_config_cache") {
        return (Ok(path), "npm_config_cache".to_owned());
    }
    match setting(surroundings, &["cache"]) {
        Ok(Some(path)) => (Ok(path), "~/.npmrc".to_owned()),
        Ok(None) => match surroundings.home() {
            Some(home) => (Ok(home.join(".npm")), "default".to_owned()),
            None => (Err("the user has no home".to_owned()), "default".to_owned()),
        },
        Err(why) => (Err(why), "~/.npmrc".to_owned()),
    }
}

/// A variable of npm's, which may be written in capitals as well.
pub(super) fn variable(surroundings: &Surroundings, name: &str) -> Option<PathBuf> {
    let in_capitals = name.to_ascii_uppercase();
    surroundings.directory(name).or_else(|| surroundings.directory(&in_capitals))
}

/// A path that ~/.npmrc sets, under one of some names.
pub(super) fn setting(
    surroundings: &Surroundings,
    names: &[&str],
) -> Result<Option<PathBuf>, String> {
    let Some(home) = surroundings.home() else { return Ok(None) };
    let file = variable(surroundings, "npm_config_userconfig");
    match text_file::read(&file.unwrap_or_else(|| home.join(".npmrc"))) {
        Ok(text) => Ok(value_in(&text, names).and_then(|value| expand(surroundings, &home, value))),
        Err(why) if why.is_absent() => Ok(None),
        Err(why) => Err(why.to_string()),
    }
}

/// `cache = "/a"`; the last one counts.
fn value_in<'a>(text: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut settings = text.lines().rev().filter_map(|line| {
        let (name, value) = line.trim().split_once('=')?;
        names.contains(&name.trim()).then(|| value.trim().trim_matches(['"', '\'']))
    });
    settings.next().filter(|value| !value.is_empty())
}

/// A path with `~/` or a variable at its beginning. One that is not absolute then is unknown ground.
fn expand(surroundings: &Surroundings, home: &std::path::Path, value: &str) -> Option<PathBuf> {
    let path = if let Some(rest) = value.strip_prefix("~/") {
        home.join(rest)
    } else if let Some((name, rest)) = value.strip_prefix("${").and_then(|v| v.split_once('}')) {
        surroundings.directory(name)?.join(rest.trim_start_matches('/'))
    } else {
        PathBuf::from(value)
    };
    path.is_absolute().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, text};
    use super::*;

    fn fixture(npmrc: &str) -> Fixture {
        let mut fixture = Fixture::with(&[("home/.npmrc", npmrc)]);
        let home = fixture.0.system.join("home");
        fixture.set("HOME", home.to_str().unwrap());
        fixture.set("PLACE", "/place");
        fixture
    }

    #[test]
    fn the_cache_is_where_it_was_set_to_be() {
        let home = |fixture: &Fixture| fixture.0.system.join("home");
        let cases = [
            ("cache=/a/b\n", "/a/b"),
            ("cache = \"/a b\"\ncache-max=/c\n", "/a b"),
            ("cache=/a\n; cache=/b\ncache=/c\n", "/c"),
            ("cache=${PLACE}/npm\n", "/place/npm"),
            ("cache=${NONE}/npm\n", "~.npm"),
            ("cache=~/c\n", "~c"),
            ("cache=relative\n", "~.npm"),
            ("cache=\n", "~.npm"),
            ("=\n\u{0}\n", "~.npm"),
        ];
        for (npmrc, expected) in cases {
            let fixture = fixture(npmrc);
            let expected = match expected.strip_prefix('~') {
                Some(rest) => home(&fixture).join(rest).display().to_string(),
                None => expected.to_owned(),
            };
            assert_eq!(text(&NpmCache, &fixture, FactName::NpmCache), Ok(expected), "{npmrc}");
        }
    }

    #[test]
    fn a_variable_comes_first_and_no_home_means_not_known() {
        let mut fixture = fixture("cache=/a\n");
        fixture.set("NPM_CONFIG_CACHE", "/proc/npm");
        let of = |fixture: &Fixture, name| text(&NpmCache, fixture, name);
        assert_eq!(of(&fixture, FactName::NpmCache), Ok("/proc/npm".into()));
        assert_eq!(of(&fixture, FactName::NpmCacheFilesystem), Ok("proc".into()));
        fixture.set("npm_config_cache", "relative");
        assert_eq!(of(&fixture, FactName::NpmCache), Ok("/proc/npm".into()));
        let homeless = Fixture::with(&[]);
        assert!(of(&homeless, FactName::NpmCache).is_err());
        assert!(of(&homeless, FactName::NpmCacheFilesystem).is_err());
    }
}
