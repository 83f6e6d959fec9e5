//! Where Docker keeps images and containers, from what decides it: the running daemon's own
//! arguments, its configuration, the arguments that an init script gives it, the default.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Surroundings;
use super::text_file::{self, NotRead};

/// The configuration of the daemon that root runs.
pub(super) const CONFIGURATION: &str = "/etc/docker/daemon.json";

/// Arguments for the init script. Under systemd nobody reads it.
const DEFAULTS: &str = "/etc/default/docker";

/// The default of the daemon that root runs.
const USUAL: &str = "/var/lib/docker";

/// Most processes that are looked at for a running daemon.
const MOST_PROCESSES: usize = 20_000;

/// Where Docker keeps images and containers.
#[derive(Debug)]
pub(super) struct DockerRoot {
    /// The path, or why it is not known.
    pub(super) path: Result<PathBuf, String>,
    /// What says so.
    pub(super) source: String,
}

impl DockerRoot {
    fn at(path: impl Into<PathBuf>, source: impl Into<String>) -> Self {
        DockerRoot { path: Ok(path.into()), source: source.into() }
    }
}

/// Finds out where Docker keeps images and containers.
pub(super) fn docker_root(surroundings: &Surroundings) -> DockerRoot {
    if let Some(root) = of_running_daemon(surroundings) {
        return DockerRoot::at(root, "arguments of the running dockerd");
    }
    for file in configurations(surroundings) {
        match Configuration::read(&file) {
            Ok(Some(configuration)) => {
                if let Some(root) = configuration.data_root() {
                    return DockerRoot::at(root, super::words::shown(&file));
                }
            }
            Ok(None) => {}
            Err(why) => {
                return DockerRoot { path: Err(why), source: super::words::shown(&file) };
            }
        }
    }
    if let Some(root) = of_init_script(surroundings) {
        return DockerRoot::at(root, DEFAULTS);
    }
    match without_root(surroundings) {
        Some(root) => DockerRoot::at(root, "default of Docker without root"),
        None => DockerRoot::at(USUAL, format!("default: neither {CONFIGURATION} nor dockerd says")),
    }
}

/// The configuration files that count for the user, the one of Docker without root first.
pub(super) fn configurations(surroundings: &Surroundings) -> Vec<PathBuf> {
    let of_user = (surroundings.user != 0).then(|| {
        let directory = surroundings.directory("XDG_CONFIG_HOME");
        directory.or_else(|| Some(surroundings.home()?.join(".config")))
    });
    let of_user = of_user.flatten().map(|directory| directory.join("docker/daemon.json"));
    of_user.into_iter().chain([surroundings.system_file(CONFIGURATION)]).collect()
}

/// Docker's data root without root, where there is such.
fn without_root(surroundings: &Surroundings) -> Option<PathBuf> {
    if surroundings.user == 0 {
        return None;
    }
    let data = surroundings.directory("XDG_DATA_HOME");
    let data = data.or_else(|| Some(surroundings.home()?.join(".local/share")))?;
    Some(data.join("docker")).filter(|root| root.is_dir())
}

/// A daemon's configuration.
#[derive(Debug)]
pub(super) struct Configuration(Value);

impl Configuration {
    /// Reads one; none where there is none, an error where it cannot be understood.
    pub(super) fn read(file: &Path) -> Result<Option<Self>, String> {
        match text_file::read(file) {
            Ok(text) => Self::parse(&text).map(Some),
            Err(why) if why.is_absent() => Ok(None),
            Err(why) => Err(why.to_string()),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        match serde_json::from_str(text) {
            Ok(value @ Value::Object(_)) => Ok(Configuration(value)),
            Ok(_) => Err("it is no JSON object".to_owned()),
            Err(error) => Err(format!("it is not JSON: line {}", error.line())),
        }
    }

    /// `data-root`, `graph` before Docker 17.05.
    fn data_root(&self) -> Option<&str> {
        let named = |key| self.0.get(key).and_then(Value::as_str);
        named("data-root").or_else(|| named("graph")).filter(|root| root.starts_with('/'))
    }

    /// Whether images are kept by containerd, where it says.
    pub(super) fn uses_containerd(&self) -> Option<bool> {
        self.0.get("features")?.get("containerd-snapshotter")?.as_bool()
    }
}

/// What `DOCKER_OPTS` says, where an init script reads it.
fn of_init_script(surroundings: &Surroundings) -> Option<PathBuf> {
    let init = surroundings.read("/proc/1/comm").ok()?;
    if init.trim() == "systemd" {
        return None;
    }
    let defaults: Result<String, NotRead> = surroundings.read(DEFAULTS);
    let options = defaults.ok()?.lines().rev().find_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        Some(line.strip_prefix("DOCKER_OPTS=")?.trim_matches(['"', '\'']).to_owned())
    })?;
    let words = options.split_ascii_whitespace().map(|word| word.trim_matches(['"', '\'']));
    root_in(words.map(OsStr::new))
}

/// What a running dockerd was told.
fn of_running_daemon(surroundings: &Surroundings) -> Option<PathBuf> {
    let entries = std::fs::read_dir(surroundings.system_file("/proc")).ok()?;
    let entries = entries.take(MOST_PROCESSES).filter_map(Result::ok);
    let processes = entries.map(|entry| entry.path()).filter(|path| {
        path.file_name().is_some_and(|name| name.as_bytes().iter().all(u8::is_ascii_digit))
    });
    let is_daemon = |path: &PathBuf| {
        text_file::read(&path.join("comm")).is_ok_and(|name| name.trim_end() == "dockerd")
    };
    let mut daemons = processes.filter(is_daemon);
    daemons.find_map(|path| {
        let line = text_file::read(&path.join("cmdline")).ok()?;
        root_in(line.split('\0').map(OsStr::new))
    })
}

/// `--data-root=/a`, `--data-root /a`, `-g /a`, `--graph /a`.
fn root_in<'a>(words: impl Iterator<Item = &'a OsStr>) -> Option<PathBuf> {
    let mut words = words.filter_map(OsStr::to_str);
    while let Some(word) = words.next() {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        if matches!(name, "--data-root" | "-data-root" | "--graph" | "-g") {
            return value
                .or_else(|| words.next())
                .filter(|r| r.starts_with('/'))
                .map(PathBuf::from);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::Fixture;
    use super::*;

    fn root_of(fixture: &Fixture) -> Result<String, String> {
        docker_root(&fixture.0).path.map(|path| path.display().to_string())
    }

    #[test]
    fn what_decides_first_counts() {
        let fixture = Fixture::with(&[("proc/1/comm", "tini\n")]);
        assert_eq!(root_of(&fixture), Ok(USUAL.into()));
        fixture.write("etc/default/docker", "#DOCKER_OPTS=-g /no\nDOCKER_OPTS=\"-H x -g /opts\"\n");
        assert_eq!(root_of(&fixture), Ok("/opts".into()));
        fixture.write("proc/1/comm", "systemd\n");
        assert_eq!(root_of(&fixture), Ok(USUAL.into()), "systemd does not read it");
        fixture.write("etc/docker/daemon.json", r#"{"graph": "/graph"}"#);
        assert_eq!(root_of(&fixture), Ok("/graph".into()));
        fixture.write("etc/docker/daemon.json", r#"{"graph": "/graph", "data-root": "/pvc"}"#);
        assert_eq!(root_of(&fixture), Ok("/pvc".into()));
        fixture.write("proc/77/comm", "dockerd\n");
        fixture.write("proc/77/cmdline", "dockerd\0--data-root\0/run-root\0");
        assert_eq!(root_of(&fixture), Ok("/run-root".into()));
        fixture.write("proc/77/cmdline", "dockerd\0-g=/g\0");
        assert_eq!(root_of(&fixture), Ok("/g".into()));
        fixture.write("proc/77/cmdline", "dockerd\0--data-root\0");
        assert_eq!(root_of(&fixture), Ok("/pvc".into()));
    }

    #[test]
    fn a_configuration_that_is_broken_decides_nothing() {
        let hostile = ["{", "[]", "null", "\u{0}", &"[".repeat(100_000)];
        for text in hostile {
            let fixture = Fixture::with(&[("etc/docker/daemon.json", text)]);
            assert!(root_of(&fixture).is_err());
        }
        for text in ["{}", r#"{"data-root": 7}"#, r#"{"data-root": "relative"}"#] {
            let fixture = Fixture::with(&[("etc/docker/daemon.json", text)]);
            assert_eq!(root_of(&fixture), Ok(USUAL.into()), "{text}");
        }
    }

    #[test]
    fn a_user_s_own_daemon_comes_first() {
        let files = [
            ("etc/docker/daemon.json", r#"{"data-root": "/root-s"}"#),
            ("home/.config/docker/daemon.json", r#"{"data-root": "/user-s"}"#),
        ];
        let mut fixture = Fixture::with(&files);
        let home = fixture.0.system.join("home");
        fixture.set("HOME", home.to_str().unwrap());
        assert_eq!(root_of(&fixture), Ok("/root-s".into()), "root has no daemon of a user");
        fixture.0.user = 1000;
        assert_eq!(root_of(&fixture), Ok("/user-s".into()));
        let fixture = &mut Fixture::with(&[("data/docker/x", "")]);
        fixture.0.user = 1000;
        let data = fixture.0.system.join("data");
        fixture.set("XDG_DATA_HOME", data.to_str().unwrap());
        assert_eq!(root_of(fixture), Ok(data.join("docker").display().to_string()));
    }
}
