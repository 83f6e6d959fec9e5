//! `fscan tar`: archives extracted as npm, pnpm and tar do it, compared and removed again.

use std::path::{Path, PathBuf};

use anyhow::Context;
use reports::{PathName, TarPattern};
use scanner::round_trip::{self, ControlArm, Size, Source, TripOptions};
use scanner::scratch::Kind;

use crate::arguments::{SourceArguments, TarArguments};
use crate::leftovers;
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::progress::Progress;
use crate::status::Status;
use crate::watched;

/// Where the control arm works unless another directory is given.
const CONTROL: &str = "/dev/shm";

/// Makes the round trips, prints, saves, and decides the exit code.
pub fn run(arguments: &TarArguments) -> anyhow::Result<Status> {
    if arguments.clean {
        let owner = arguments.left_by.as_ref();
        let quiet = arguments.result.is_quiet();
        return Ok(leftovers::clean(&places(arguments), Kind::Tar, owner, quiet));
    }
    let quiet = arguments.result.is_quiet();
    let (control, caught) = watched::begin(quiet)?;
    let options = options(arguments)?;
    let outcome = Outcome::begin(&arguments.result);
    if !quiet {
        leftovers::name(&places(arguments), Kind::Tar, "kept, or left by a run that was killed");
    }
    let progress = Progress::start(&control, arguments.progress.when, quiet);
    let done = round_trip::run(&options, &control);
    progress.finish();
    let done = done?;
    for kept in &done.kept {
        let path = PathName::from(kept.as_path()).escaped();
        output::say(&format!("{path}: kept; `fscan tar DIR --clean` removes it"));
    }
    let seen = Seen {
        roots: vec![done.root],
        totals: done.totals,
        findings: done.findings.into_rows(),
        unchecked: done.unchecked.into_rows(),
        tar: Some(done.trips),
        complete: done.complete,
        ..Seen::default()
    };
    outcome.end(seen, done.unusable, &caught)
}

fn options(arguments: &TarArguments) -> anyhow::Result<TripOptions> {
    let patterns = match arguments.pattern.as_slice() {
        [] => TarPattern::ALL.to_vec(),
        chosen => chosen.iter().map(|chosen| (*chosen).into()).collect(),
    };
    Ok(TripOptions {
        directory: arguments.directory.clone(),
        patterns,
        source: source(&arguments.source, &arguments.directory)?,
        jobs: arguments.jobs.map(usize::from),
        rounds: arguments.rounds,
        churn: arguments.churn,
        control: control_directory(arguments)
            .map(|directory| ControlArm { directory, needed: arguments.control.is_some() }),
        keep: arguments.keep,
        force: arguments.force,
        all_findings: arguments.result.all_findings,
        most: Size::UNLIMITED,
    })
}

fn source(arguments: &SourceArguments, directory: &Path) -> anyhow::Result<Source> {
    if !arguments.archive.is_empty() {
        return Ok(Source::Archives(arguments.archive.clone()));
    }
    if let Some(cache) = &arguments.from_npm_cache {
        let cache = cache.clone().or_else(round_trip::default_npm_cache);
        let cache = cache.context(
            "--from-npm-cache: HOME is not set; name the _cacache directory: \
             --from-npm-cache=DIR",
        )?;
        return Ok(Source::NpmCache(cache));
    }
    if let Some(tree) = &arguments.from_tree {
        return Ok(Source::Tree(tree.clone().unwrap_or_else(|| directory.to_owned())));
    }
    let packages = arguments.generated.map_or(round_trip::USUAL_PACKAGES, |n| n as usize);
    Ok(Source::Generated { packages, seed: arguments.seed })
}

/// The control arm's directory: the one that was given, or the usual one where there is such.
fn control_directory(arguments: &TarArguments) -> Option<PathBuf> {
    if arguments.no_control {
        return None;
    }
    arguments.control.clone().or_else(|| Some(PathBuf::from(CONTROL)).filter(|path| path.is_dir()))
}

/// Where a run may have left something.
fn places(arguments: &TarArguments) -> Vec<PathBuf> {
    let control = control_directory(arguments).filter(|path| *path != arguments.directory);
    std::iter::once(arguments.directory.clone()).chain(control).collect()
}
