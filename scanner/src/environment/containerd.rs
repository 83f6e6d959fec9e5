//! Where containerd keeps images and snapshots.
//!
//! Looks at `root` in /etc/containerd/config.toml (containerd-config.toml(5)), else takes the
//! default. A containerd that dockerd starts itself keeps them below Docker's data root.

use std::path::PathBuf;

use reports::{Fact, FactName};

use super::docker::filesystem_below;
use super::probe::answer;
use super::words::shown;
use super::{Probe, Surroundings};

/// Where containerd keeps images and snapshots.
pub(super) struct Containerd;

const CONFIGURATION: &str = "/etc/containerd/config.toml";
const USUAL: &str = "/var/lib/containerd";

impl Probe for Containerd {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::ContainerdRoot, FactName::ContainerdRootFilesystem]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let (root, source) = root(surroundings);
        let kind = filesystem_below(&root, &source);
        let root = answer(root.map(shown));
        vec![
            Fact::of_machine(FactName::ContainerdRoot, root, source),
            kind.of_machine(FactName::ContainerdRootFilesystem),
        ]
    }
}

fn root(surroundings: &Surroundings) -> (Result<PathBuf, String>, String) {
    let usual = |why: &str| (Ok(PathBuf::from(USUAL)), format!("default: {CONFIGURATION} {why}"));
    match surroundings.read(CONFIGURATION) {
        Ok(text) => match root_in(&text) {
            Some(root) => (Ok(root), CONFIGURATION.to_owned()),
            None => usual("does not name it"),
        },
        Err(why) if why.is_absent() => usual("is not there"),
        Err(why) => (Err(why.to_string()), CONFIGURATION.to_owned()),
    }
}

/// `root = "/a"` before the first table; those of tables are other roots.
fn root_in(text: &str) -> Option<PathBuf> {
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    let mut values = lines.filter_map(|line| {
        let (key, value) = line.split_once('=')?;
        let key = key.trim().trim_matches(['"', '\'']);
        (key == "root").then_some(value.trim())
    });
    let value = values.next()?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (root, _) = value.get(1..)?.split_once(quote)?;
    // A basic string with an escape in it is no usual path.
    (root.starts_with('/') && !root.contains('\\')).then(|| PathBuf::from(root))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, text};
    use super::*;

    #[test]
    fn only_the_root_at_the_top_counts() {
        let cases = [
            ("version = 3\nroot = \"/data/containerd\"\n", Some("/data/containerd")),
            ("root='/data' # for now\n", Some("/data")),
            ("\"root\" = \"/data\"", Some("/data")),
            ("  root = \"/a\"\n", Some("/a")),
            ("# root = \"/a\"\n", None),
            ("[plugins]\nroot = \"/a\"\n", None),
            ("rootless = \"/a\"\n", None),
            ("root = \"relative\"", None),
            ("root = \"/open", None),
            ("root = \"", None),
            ("root = 7", None),
            ("root =", None),
            ("\u{0}=\u{fffd}", None),
        ];
        for (toml, expected) in cases {
            assert_eq!(root_in(toml), expected.map(PathBuf::from), "{toml}");
        }
    }

    #[test]
    fn the_default_is_taken_where_nothing_is_said() {
        let of = |files: &[_]| text(&Containerd, &Fixture::with(files), FactName::ContainerdRoot);
        assert_eq!(of(&[]), Ok(USUAL.into()));
        assert_eq!(of(&[("etc/containerd/config.toml", "root = '/a'")]), Ok("/a".into()));
        assert!(of(&[("etc/containerd/config.toml/x", "")]).is_err(), "it cannot be read");
    }
}
