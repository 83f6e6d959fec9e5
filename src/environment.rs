//! `fscan env`: what this machine and pod are, and what will work here.

use reports::{
    Answer, CheckRun, CheckStatus, Environment, Fact, FactName, FindingCollector, PathName, Root,
    UncheckedCollector, UncheckedReason,
};
use scanner::{Effort, EnvironmentOptions, PROBE_TIME, asked, judge_unscanned, learn_environment};

use crate::arguments::EnvironmentArguments;
use crate::longhorn;
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::signals;
use crate::status::Status;

/// Learns, prints, saves, and decides the exit code.
pub fn run(arguments: &EnvironmentArguments) -> anyhow::Result<Status> {
    let options = EnvironmentOptions {
        roots: arguments.paths.clone(),
        untouched: if arguments.read_only { arguments.paths.clone() } else { Vec::new() },
        effort: Effort::Try,
        time_limit: PROBE_TIME,
        longhorn: longhorn::source(arguments.longhorn.file.as_deref())?,
    };
    // The first signal lets probes end by themselves, within their time, and tidy up.
    let caught = signals::on_stop(|| {})?;
    let outcome = Outcome::begin(&arguments.result);
    let environment = Environment { facts: learn_environment(&options), components: Vec::new() };
    let roots = roots(&environment);
    let mut unchecked = UncheckedCollector::default();
    for (root, why) in unreachable(&environment) {
        output::say(&format!("{}: {why}", root.escaped()));
        unchecked.add(reason(why), "root", root.clone());
    }
    let unchecked = unchecked.into_rows();
    let could_not_run = !unchecked.is_empty();
    let mut findings = FindingCollector::new(arguments.result.all_findings);
    judge_unscanned(&environment.facts).into_iter().for_each(|finding| findings.add(finding));
    let seen = Seen {
        roots,
        findings: findings.into_rows(),
        unchecked,
        environment: Some(environment),
        complete: caught.signal().is_none(),
        ..Seen::default()
    };
    outcome.end(seen, could_not_run, &caught)
}

/// The paths that were asked about, as far as they are known.
fn roots(known: &Environment) -> Vec<Root> {
    let of_paths = known.facts.iter().filter(|fact| fact.name == FactName::Filesystem);
    of_paths.filter_map(|fact| Some(root(known, fact.path.as_ref()?))).collect()
}

fn root(known: &Environment, path: &PathName) -> Root {
    let text = |name| known.of_path(name, path).and_then(|value| value.text()).map(str::to_owned);
    let filesystem = text(FactName::Filesystem);
    let (status, reason) = match filesystem {
        Some(_) => asked(&known.facts, path),
        None => (CheckStatus::Skipped, None),
    };
    Root {
        path: path.clone(),
        filesystem: filesystem.unwrap_or_else(|| "unknown".to_owned()),
        device: text(FactName::Device).unwrap_or_default(),
        mount_options: text(FactName::MountOptions).unwrap_or_default(),
        mount_point: String::new(),
        errors_policy: text(FactName::ErrorsPolicy),
        filesystem_uuid: None,
        filesystem_id: None,
        shard: None,
        checks: vec![CheckRun { name: "environment".to_owned(), status, reason }],
    }
}

/// The paths that lead nowhere, and why.
fn unreachable(known: &Environment) -> impl Iterator<Item = (&PathName, &str)> {
    let of_paths = known.facts.iter().filter(|fact| fact.name == FactName::Filesystem);
    of_paths.filter_map(|Fact { path, answer, .. }| match answer {
        Answer::Unknown(why) => Some((path.as_ref()?, why.as_str())),
        Answer::Value(_) => None,
    })
}

/// The reason that stands in the words of a fact that is not known.
fn reason(why: &str) -> UncheckedReason {
    let says = |words: &[&str]| words.iter().any(|word| why.ends_with(word));
    if says(&["ENOENT", "ENOTDIR"]) {
        UncheckedReason::NotFound
    } else if says(&["EACCES", "EPERM"]) {
        UncheckedReason::PermissionDenied
    } else if why.starts_with("no answer") {
        UncheckedReason::NoAnswer
    } else if why.starts_with("no thread") || says(&["ENOMEM", "EMFILE", "ENFILE"]) {
        UncheckedReason::OutOfResources
    } else if says(&["EIO", "EUCLEAN", "EBADMSG", "ESTALE"]) {
        UncheckedReason::ReadError
    } else {
        UncheckedReason::RefusedOnce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_reason() {
        for (why, due) in [
            ("the path: lookup says ENOENT", UncheckedReason::NotFound),
            ("the path: lookup says ENOTDIR", UncheckedReason::NotFound),
            ("the path: lookup says EACCES", UncheckedReason::PermissionDenied),
            ("the path: lookup says EUCLEAN", UncheckedReason::ReadError),
            ("the path: lookup says ELOOP", UncheckedReason::RefusedOnce),
            ("the path: lookup says EMFILE", UncheckedReason::OutOfResources),
            ("no answer within 5 s", UncheckedReason::NoAnswer),
            ("no thread could be started; raise the limit", UncheckedReason::OutOfResources),
            ("the mount table does not have it", UncheckedReason::RefusedOnce),
        ] {
            assert_eq!(reason(why), due, "{why}");
        }
    }

    /// The words are the scanner's: those of a path that leads nowhere must be understood.
    #[test]
    fn what_the_scanner_says_is_understood() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink("loop", dir.path().join("loop")).unwrap();
        for (name, due) in [
            ("none", UncheckedReason::NotFound),
            ("file/none", UncheckedReason::NotFound),
            ("loop", UncheckedReason::RefusedOnce),
        ] {
            let options = EnvironmentOptions {
                roots: vec![dir.path().join(name)],
                untouched: Vec::new(),
                effort: Effort::LookOnly,
                time_limit: PROBE_TIME,
                longhorn: scanner::LonghornSource::Nothing,
            };
            let known = Environment { facts: learn_environment(&options), components: Vec::new() };
            let reasons: Vec<_> = unreachable(&known).map(|(_, why)| reason(why)).collect();
            assert_eq!(reasons, [due], "{name}");
        }
    }
}
