//! Probes where little is allowed: they come to an end, and leave nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{env, environment, programs};
use crate::harness::{Fscan, Image, Need, Outcome, User, in_lab, tool};

/// What is mounted, and what was left in the folders that probes use.
fn traces() -> (String, Vec<PathBuf>) {
    let mounts = fs::read_to_string("/proc/thread-self/mountinfo").unwrap();
    let folders = ["/tmp", "/var/tmp", "/dev/shm", "/var/lib"].map(Path::new);
    let entries = folders.into_iter().filter_map(|folder| folder.read_dir().ok()).flatten();
    let left = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b".fscan-env-"));
    (mounts, left.map(|entry| entry.path()).collect())
}

/// A run, which changes nothing that lasts.
fn without_traces(run: Fscan<'_>) -> Outcome {
    let before = traces().0;
    let outcome = run.run();
    let (mounts, left) = traces();
    outcome.expect(mounts == before, "no mount is left");
    // Other tests may be at it just now.
    let gone = || left.iter().all(|path| !path.exists());
    let until = Instant::now() + Duration::from_secs(20);
    while !gone() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    outcome.expect(gone(), &format!("nothing is left: {left:?}"));
    outcome
}

#[test]
fn root_and_nobody_try_what_they_may() {
    in_lab(&[Need::Tool("setpriv"), Need::Filesystem("overlay")], |dir| {
        for user in [User::Caller, User::Nobody] {
            let outcome = without_traces(env(dir, dir.path()).user(user));
            let known = environment(outcome.expect_code(0));
            let namespaces = known.fact("user-namespaces");
            outcome.expect(namespaces.value == Some(true.into()), "user namespaces");
            // In a user namespace nobody may as well, but that is no place for others.
            let may_mount = user == User::Caller;
            outcome.expect(known.fact("mount-tmpfs").value == Some(may_mount.into()), "tmpfs");
        }
    });
}

#[test]
fn in_a_namespace_of_ones_own() {
    in_lab(&[Need::Tool("unshare")], |dir| {
        let outcome = without_traces(env(dir, dir.path()).within_namespace(&["-Urm"]));
        let known = environment(outcome.expect_code(0));
        let initial = known.fact("initial-user-namespace");
        outcome.expect(initial.value == Some(false.into()), "it is told");
        outcome.expect(known.fact("mapped-user-ids").value == Some(1.into()), "one id");
        outcome.expect(known.status("buildah") == "fails", "images need more");
    });
}

#[test]
fn without_proc_fs_and_sys() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        let home = image.mount("rw");
        for hidden in ["/sys", "/proc/fs", "/proc/sys"] {
            let outcome = without_traces(env(dir, home.point()).hiding(hidden));
            let known = environment(outcome.expect_code(0));
            let errors = known.fact("kernel-errors");
            if hidden == "/sys" {
                outcome.expect(errors.value.is_none(), "no counters are no sound ones");
                outcome.expect(errors.unknown.is_some(), "and it is said");
            }
        }
    });
}

/// A kubectl that never answers, and has a child that does not either.
#[test]
fn a_kubectl_that_hangs_is_ended() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        let home = image.mount("rw");
        let mark = format!("{}", 100_000 + std::process::id());
        let hang = format!("trap '' TERM; sleep {mark} & sleep {mark}");
        let programs = programs(dir, &[("kubectl", &hang)]);
        let began = Instant::now();
        let run = env(dir, home.point()).programs(&programs);
        let outcome = without_traces(run.variable("KUBERNETES_SERVICE_HOST", "10.0.0.1"));
        let known = environment(outcome.expect_code(0));
        outcome.expect(began.elapsed() < Duration::from_secs(30), "it does not wait");
        outcome.expect(known.fact("volume-replicas").unknown.is_some(), "nothing is known");
        let left = tool("pgrep").args(["-f", &format!("sleep {mark}")]).output().unwrap();
        outcome.expect(left.stdout.is_empty(), "no process is left");
    });
}

#[test]
fn what_may_not_be_asked_is_not_fine() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        let home = image.mount("rw");
        let forbidden =
            "echo 'Error from server (Forbidden): volumes.longhorn.io is forbidden' >&2; exit 1";
        let programs = programs(dir, &[("kubectl", forbidden)]);
        let asked = |arguments: &[&str]| {
            let run = Fscan::new(dir).args(arguments).arg(home.point()).programs(&programs);
            run.variable("KUBERNETES_SERVICE_HOST", "10.0.0.1").variable("HOSTNAME", "home-0").run()
        };
        let outcome = asked(&["scan", "--format", "json"]);
        let root = &outcome.report().roots[0];
        let check = root.checks.iter().find(|check| check.name == "environment").unwrap();
        let reason = check.reason.as_deref().unwrap_or_default();
        outcome.expect(check.status == "partial", "not all could be asked");
        outcome.expect(reason.contains("longhorn-volume"), reason);
        let quick = asked(&["scan", "--quick", "--format", "json"]);
        let why = environment(&quick).fact("longhorn-volume").unknown.clone().unwrap_or_default();
        quick.expect(why.ends_with("not tried in a quick look"), &why);
        let outcome = asked(&["env", "--format", "json"]);
        let known = environment(outcome.expect_code(0));
        for name in ["volume-replicas", "last-backup", "volume-robustness"] {
            outcome.expect(known.fact(name).value.is_none(), name);
        }
        outcome.expect(known.status("longhorn-volume") == "unknown", "the volume");
    });
}
