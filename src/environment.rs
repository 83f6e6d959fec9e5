//! `fscan env`: what this machine and pod are, and what will work here.

use reports::{
    Answer, CheckRun, CheckStatus, Environment, Fact, FactName, FindingCollector, PathName, Root,
    Totals, UncheckedCollector, UncheckedReason,
};
use scanner::{Effort, EnvironmentOptions, PROBE_TIME, judge_environment, learn_environment};

use crate::arguments::EnvironmentArguments;
use crate::longhorn;
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::signals::Caught;
use crate::status::Status;

/// Learns, prints, saves, and decides the exit code.
pub fn run(arguments: &EnvironmentArguments) -> anyhow::Result<Status> {
    let options = EnvironmentOptions {
        roots: arguments.paths.clone(),
        untouched: if arguments.read_only { arguments.paths.clone() } else { Vec::new() },
        effort: Effort::Try,
        time_limit: PROBE_TIME,
        longhorn: longhorn::source(arguments.longhorn.as_deref())?,
    };
    let outcome = Outcome::begin(&arguments.result);
    let environment = Environment { facts: learn_environment(&options), components: Vec::new() };
    let roots = roots(&environment);
    let mut unchecked = UncheckedCollector::default();
    for (root, why) in unreachable(&environment) {
        output::say(&format!("{}: {why}", root.escaped()));
        unchecked.add(UncheckedReason::NotFound, "root", root.clone());
    }
    let unchecked = unchecked.into_rows();
    let could_not_run = !unchecked.is_empty();
    let mut findings = FindingCollector::new(arguments.result.all_findings);
    judge_environment(&environment.facts).into_iter().for_each(|finding| findings.add(finding));
    let seen = Seen {
        roots,
        totals: Totals::default(),
        findings: findings.into_rows(),
        unchecked,
        resumed: None,
        environment: Some(environment),
        diff: None,
        tar: None,
        stress: None,
        complete: true,
    };
    outcome.end(seen, could_not_run, &Caught::default())
}

/// The paths that were asked about, as far as they are known.
fn roots(known: &Environment) -> Vec<Root> {
    let of_paths = known.facts.iter().filter(|fact| fact.name == FactName::Filesystem);
    of_paths.filter_map(|fact| Some(root(known, fact.path.as_ref()?))).collect()
}

fn root(known: &Environment, path: &PathName) -> Root {
    let text = |name| known.of_path(name, path).and_then(|value| value.text()).map(str::to_owned);
    let filesystem = text(FactName::Filesystem);
    let status = if filesystem.is_some() { CheckStatus::Ran } else { CheckStatus::Skipped };
    Root {
        path: path.clone(),
        filesystem: filesystem.unwrap_or_else(|| "unknown".to_owned()),
        device: text(FactName::Device).unwrap_or_default(),
        mount_options: text(FactName::MountOptions).unwrap_or_default(),
        mount_point: String::new(),
        errors_policy: text(FactName::ErrorsPolicy),
        checks: vec![CheckRun { name: "environment".to_owned(), status, reason: None }],
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
