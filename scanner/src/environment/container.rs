//! What the process runs in.
//!
//! Looks at what containers tell of themselves: KUBERNETES_SERVICE_HOST and the service account
//! that Kubernetes mounts, /.dockerenv, /run/.containerenv (podman), `container=` in the
//! environment of process 1 (systemd's container interface), and the name of process 1
//! (/proc/1/comm). That none of them is there proves no bare machine: a container may keep silent.

use reports::{Answer, Fact, FactName};

use super::probe::{Learnt, answer};
use super::words::shown;
use super::{Probe, Surroundings};

/// What the process runs in.
pub(super) struct Container;

impl Probe for Container {
    fn facts(&self) -> &'static [FactName] {
        &[FactName::Container, FactName::PodName, FactName::PodNamespace, FactName::InitSystem]
    }

    fn learn(&self, surroundings: &Surroundings) -> Vec<Fact> {
        let sign = sign(surroundings);
        let in_pod = sign.word == "kubernetes";
        vec![
            Fact::of_machine(FactName::Container, Answer::is(sign.word), sign.source),
            pod_name(surroundings, in_pod).of_machine(FactName::PodName),
            pod_namespace(surroundings, in_pod).of_machine(FactName::PodNamespace),
            init_system(surroundings).of_machine(FactName::InitSystem),
        ]
    }
}

const NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// A sign of a container.
struct Sign {
    word: String,
    source: String,
}

fn sign(surroundings: &Surroundings) -> Sign {
    let sign = |word: &str, source: &str| Sign { word: word.into(), source: source.into() };
    let is_there = |path: &str| surroundings.system_file(path).symlink_metadata().is_ok();
    if surroundings.variable("KUBERNETES_SERVICE_HOST").is_some() {
        return sign("kubernetes", "KUBERNETES_SERVICE_HOST");
    }
    if is_there(NAMESPACE) {
        return sign("kubernetes", NAMESPACE);
    }
    if is_there("/run/.containerenv") {
        return sign("podman", "/run/.containerenv");
    }
    if is_there("/.dockerenv") {
        return sign("docker", "/.dockerenv");
    }
    match surroundings.read("/proc/1/environ").map(|environ| container_in(&environ)) {
        Ok(Some(word)) => sign(&word, "/proc/1/environ"),
        Ok(None) => {
            sign("none", "no sign of one: /.dockerenv, /run/.containerenv, /proc/1/environ")
        }
        Err(why) => {
            let source = format!("no sign of one: /.dockerenv, /run/.containerenv; {why}");
            Sign { word: "none".to_owned(), source }
        }
    }
}

/// What `container=` says in the environment of process 1.
fn container_in(environ: &str) -> Option<String> {
    let mut entries = environ.split('\0').filter_map(|entry| entry.strip_prefix("container="));
    entries.find(|word| !word.is_empty()).map(shown)
}

fn pod_name(surroundings: &Surroundings, in_pod: bool) -> Learnt {
    let source = "HOSTNAME";
    match surroundings.variable("HOSTNAME") {
        _ if !in_pod => Learnt::unknown("no sign of a pod", source),
        // Kubernetes gives the pod's name to the host; a pod may choose another (hostname).
        Some(name) => Learnt::new(Answer::is(shown(name)), source),
        None => match surroundings.read("/proc/sys/kernel/hostname") {
            Ok(name) => Learnt::new(Answer::is(shown(name.trim())), "/proc/sys/kernel/hostname"),
            Err(why) => Learnt::unknown(why, "/proc/sys/kernel/hostname"),
        },
    }
}

fn pod_namespace(surroundings: &Surroundings, in_pod: bool) -> Learnt {
    if !in_pod {
        return Learnt::unknown("no sign of a pod", NAMESPACE);
    }
    let text = surroundings.read(NAMESPACE).map(|text| shown(text.trim()));
    Learnt::new(answer(text), NAMESPACE)
}

fn init_system(surroundings: &Surroundings) -> Learnt {
    let source = "/proc/1/comm";
    let name = surroundings.read(source);
    let word = name.map(|name| if name.trim() == "systemd" { "systemd" } else { "other" });
    Learnt::new(answer(word), source)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Fixture, text};
    use super::*;

    #[test]
    fn each_sign_is_understood() {
        let cases: [(&[(&str, &str)], &str); 6] = [
            (&[], "none"),
            (&[("proc/1/environ", "PATH=/bin\0container=lxc\0")], "lxc"),
            (&[("proc/1/environ", "container=\0containers=x\0")], "none"),
            (&[("proc/1/environ", "container=\u{1b}]0;\0")], "\\u{1b}]0;"),
            (&[(".dockerenv", ""), ("proc/1/environ", "container=x\0")], "docker"),
            (&[("run/.containerenv", ""), (".dockerenv", "")], "podman"),
        ];
        for (files, word) in cases {
            let fixture = Fixture::with(files);
            assert_eq!(text(&Container, &fixture, FactName::Container), Ok(word.into()));
        }
    }

    #[test]
    fn a_pod_is_told_by_its_service_account_or_its_environment() {
        let mut fixture = Fixture::with(&[(NAMESPACE, "coder\n"), ("proc/1/comm", "systemd\n")]);
        fixture.set("HOSTNAME", "workspace-0");
        assert_eq!(text(&Container, &fixture, FactName::Container), Ok("kubernetes".into()));
        assert_eq!(text(&Container, &fixture, FactName::PodName), Ok("workspace-0".into()));
        assert_eq!(text(&Container, &fixture, FactName::PodNamespace), Ok("coder".into()));
        assert_eq!(text(&Container, &fixture, FactName::InitSystem), Ok("systemd".into()));
        let mut fixture = Fixture::with(&[("proc/1/comm", "tini\n")]);
        assert!(text(&Container, &fixture, FactName::PodName).is_err());
        assert_eq!(text(&Container, &fixture, FactName::InitSystem), Ok("other".into()));
        fixture.set("KUBERNETES_SERVICE_HOST", "10.0.0.1");
        assert_eq!(text(&Container, &fixture, FactName::Container), Ok("kubernetes".into()));
        let why = text(&Container, &fixture, FactName::PodNamespace).unwrap_err();
        assert!(why.ends_with("ENOENT"), "{why}");
    }
}
