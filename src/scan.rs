//! `fscan scan`: from the command line to the report.

use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context, bail};
use reports::PathName;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use scanner::{CheckSet, Control, Exclusions, Scan, ScanOptions};

use crate::arguments::ScanArguments;
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::progress::Progress;
use crate::signals;
use crate::status::Status;

/// Scans, prints, saves, and decides the exit code.
pub fn run(arguments: &ScanArguments) -> anyhow::Result<Status> {
    let quiet = arguments.result.quiet;
    let control = Arc::new(Control::new(move |sentence| {
        if !quiet {
            output::say(sentence);
        }
    }));
    let stopper = Arc::clone(&control);
    let caught = signals::on_stop(move || stopper.stop())?;
    let options = options(arguments)?;
    keep_out_of_the_tree(arguments)?;
    let outcome = Outcome::begin(&arguments.result);
    raise_descriptor_limit();

    let progress = Progress::start(&control, arguments.progress, quiet);
    let scan = scanner::scan(options, &control);
    progress.finish();
    scan.errors.iter().for_each(|error| output::say(&error.to_string()));
    let could_not_run = !scan.errors.is_empty();
    outcome.end(seen(scan), could_not_run, &caught)
}

fn seen(scan: Scan) -> Seen {
    Seen {
        roots: scan.roots,
        totals: scan.totals,
        findings: scan.findings,
        unchecked: scan.unchecked,
        diff: None,
        complete: scan.complete,
    }
}

fn options(arguments: &ScanArguments) -> anyhow::Result<ScanOptions> {
    let threads = match arguments.threads {
        Some(threads) => threads.into(),
        None => available_parallelism().map_or(1, usize::from),
    };
    Ok(ScanOptions {
        roots: arguments.paths.clone(),
        checks: checks(arguments)?,
        threads,
        exclude: Exclusions::new(&arguments.exclude).context("--exclude")?,
        cross_mounts: arguments.cross_mounts,
        force: arguments.force,
        all_findings: arguments.result.all_findings,
        keep_cache: arguments.keep_cache,
        records: false,
        stat_timeout: Some(arguments.stat_timeout).filter(|timeout| !timeout.is_zero()),
    })
}

fn checks(arguments: &ScanArguments) -> anyhow::Result<CheckSet> {
    let mut checks = if arguments.check.is_empty() { CheckSet::ALL } else { CheckSet::NONE };
    arguments.check.iter().for_each(|name| {
        checks.set(name, true);
    });
    checks.content &= !arguments.quick;
    arguments.skip.iter().for_each(|name| {
        checks.set(name, false);
    });
    if checks == CheckSet::NONE {
        bail!("--check and --skip leave no check to make");
    }
    Ok(checks)
}

/// `--read-only` promises that nothing is written under PATH; a report would be.
fn keep_out_of_the_tree(arguments: &ScanArguments) -> anyhow::Result<()> {
    let Some(output) = arguments.result.output.as_deref().filter(|_| arguments.read_only) else {
        return Ok(());
    };
    let folder = output.parent().filter(|folder| *folder != Path::new(""));
    let Ok(folder) = folder.unwrap_or(Path::new(".")).canonicalize() else { return Ok(()) };
    let mut roots = arguments.paths.iter().filter_map(|path| path.canonicalize().ok());
    match roots.find(|root| folder.starts_with(root)) {
        Some(root) => {
            let (output, root) = (PathName::from(output), PathName::from(root.as_path()));
            bail!(
                "{}: it lies under {}, where --read-only lets nothing be written",
                output.escaped(),
                root.escaped()
            )
        }
        None => Ok(()),
    }
}

/// Deep trees keep many directories open; the soft limit is often a thousand for the sake of
/// select(2), which is not used here.
fn raise_descriptor_limit() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it cannot be raised the walk makes do with less.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
