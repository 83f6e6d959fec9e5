//! What a machine, pod and volume are, what works there, and what to do next.

mod incident;
mod restricted;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::harness::{Dir, Environment, Fscan, Outcome};

/// `fscan env --format json` of a path.
fn env<'a>(dir: &'a Dir, path: &Path) -> Fscan<'a> {
    Fscan::new(dir).args(["env", "--format", "json"]).arg(path)
}

fn environment(outcome: &Outcome) -> Environment {
    outcome.report().environment.unwrap()
}

/// A folder of programs that do what these scripts say.
fn programs(dir: &Dir, scripts: &[(&str, &str)]) -> PathBuf {
    let folder = dir.folder("programs");
    for (name, script) in scripts {
        let program =
            dir.file(format!("programs/{name}"), format!("#!/bin/sh\n{script}\n").as_bytes());
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

#[test]
fn every_fact_is_told_with_its_source() {
    let dir = Dir::new();
    let outcome = env(&dir, dir.path()).run();
    let environment = environment(outcome.expect_code(0));
    outcome.expect(environment.facts.len() > 60, "all of them");
    for fact in &environment.facts {
        let answered = fact.value.is_some() != fact.unknown.is_some();
        outcome.expect(answered && !fact.source.is_empty(), &fact.name);
    }
    outcome.expect(environment.components.len() == 7, "the table");
    let user = environment.fact("user").value.clone();
    outcome.expect(user.is_some(), "who runs it");
}

#[test]
fn a_healthy_machine_gets_no_advice() {
    let dir = Dir::new();
    dir.file("tree/file", b"content");
    let tree = dir.join("tree");
    for arguments in [vec!["env"], vec!["--skip", "kernel"]] {
        let outcome = Fscan::new(&dir).args(arguments).arg(&tree).args(["--format", "json"]).run();
        for advice in outcome.expect_code(0).report().recommendations {
            outcome
                .expect(advice.severity == "info", &format!("{}: {}", advice.id, advice.severity));
        }
    }
}

#[test]
fn the_text_shows_facts_and_what_works() {
    let dir = Dir::new();
    let outcome = Fscan::new(&dir).arg("env").arg(dir.path()).run();
    let text = outcome.expect_code(0).stdout();
    for words in ["ENVIRONMENT", "This machine", "user namespaces", "Components", "Docker builds"] {
        outcome.expect(text.contains(words), words);
    }
    let verbose = Fscan::new(&dir).args(["env", "-v"]).arg(dir.path()).run();
    verbose.expect(verbose.stdout().contains("/proc/self/uid_map"), "how it was learnt");
}

#[test]
fn a_path_that_is_not_there_is_said() {
    let dir = Dir::new();
    let outcome = env(&dir, &dir.join("nowhere")).run();
    outcome.expect_code(2).expect(outcome.stderr().contains("nowhere"), "which");
}

#[test]
fn what_is_given_for_longhorn_must_be_objects() {
    let dir = Dir::new();
    for (name, text) in [("empty", ""), ("text", "no JSON"), ("half", "{\"kind\": ")] {
        let file = dir.file(name, text.as_bytes());
        for command in [vec!["env"], vec!["--quick"]] {
            let run = Fscan::new(&dir).args(command).arg(dir.path()).arg("--longhorn").arg(&file);
            let outcome = run.run();
            outcome.expect_code(2).expect_one_error_line(name);
        }
    }
    let run = Fscan::new(&dir).arg("env").arg(dir.path()).arg("--longhorn").arg(dir.join("none"));
    run.run().expect_code(2).expect_one_error_line("none");
}
