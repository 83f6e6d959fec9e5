//! Docker: whether it is there, and where it keeps images.
//!
//! Looks for the programs on PATH, at what decides the data root (`docker_roots`), and at
//! `features.containerd-snapshotter`. Docker itself is not asked: it may not run, or not answer.

use std::path::{Path, PathBuf};

use reports::{Answer, Fact, FactName};

use super::docker_roots::{Configuration, configurations, docker_root};
use super::probe::{Learnt, answer};
use super::standing::filesystem_of;
use super::words::shown;
use super::{Probe, Surroundings};

/// Docker.
pub(super) struct Docker;

impl Probe for Docker {
    fn facts(&self) -> &'static [FactName] {
        &[
            FactName::Docker,
            FactName::DockerDataRoot,
            FactName::DockerDataRootFilesystem,
            FactName::DockerImageStore,
        ]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let root = docker_root(surroundings);
        let kind = filesystem_below(&root.path, &root.source);
        let shown_root = answer(root.path.map(shown));
        vec![
            program(surroundings, &["docker", "dockerd"]).of_machine(FactName::Docker),
            Fact::of_machine(FactName::DockerDataRoot, shown_root, root.source),
            kind.of_machine(FactName::DockerDataRootFilesystem),
            image_store(surroundings).of_machine(FactName::DockerImageStore),
        ]
    }
}

/// Where the first of some programs is.
pub(super) fn program(surroundings: &Surroundings, names: &[&str]) -> Learnt {
    let found = names.iter().find_map(|name| surroundings.program(name));
    Learnt::new(Answer::is(found.map(shown).unwrap_or_default()), "PATH")
}

/// The type of the filesystem that a directory lies on, if it is known.
pub(super) fn filesystem_below(path: &Result<PathBuf, String>, source: &str) -> Learnt {
    match path.as_deref().map(Path::new) {
        Ok(path) => filesystem_of(path),
        Err(why) => Learnt::unknown(why.clone(), source),
    }
}

fn image_store(surroundings: &Surroundings) -> Learnt {
    for file in configurations(surroundings) {
        let source = shown(&file);
        match Configuration::read(&file).map(|it| it.and_then(|it| it.uses_containerd())) {
            Ok(Some(true)) => return Learnt::new(Answer::is("containerd"), source),
            Ok(Some(false)) => return Learnt::new(Answer::is("docker"), source),
            Ok(None) => {}
            Err(why) => return Learnt::unknown(why, source),
        }
    }
    let why = "not set: Docker 29 and later use containerd's where nothing was kept before";
    Learnt::unknown(why, "daemon.json, features.containerd-snapshotter")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, text};
    use super::*;

    #[test]
    fn the_image_store_is_known_where_it_is_set() {
        let cases = [
            (r#"{"features": {"containerd-snapshotter": true}}"#, Some("containerd")),
            (r#"{"features": {"containerd-snapshotter": false}}"#, Some("docker")),
            (r#"{"features": {"containerd-snapshotter": "yes"}}"#, None),
            (r#"{"features": []}"#, None),
            ("not JSON", None),
        ];
        for (json, expected) in cases {
            let fixture = Fixture::with(&[("etc/docker/daemon.json", json)]);
            let word = text(&Docker, &fixture, FactName::DockerImageStore).ok();
            assert_eq!(word.as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn the_data_root_need_not_exist() {
        let fixture =
            Fixture::with(&[("etc/docker/daemon.json", r#"{"data-root": "/proc/none\u001b[m"}"#)]);
        let of = |name| text(&Docker, &fixture, name);
        assert_eq!(of(FactName::DockerDataRoot), Ok("/proc/none\\u{1b}[m".into()));
        assert_eq!(of(FactName::DockerDataRootFilesystem), Ok("proc".into()));
        assert_eq!(of(FactName::Docker), Ok(String::new()));
    }
}
