//! `fscan scan`: from the command line to the report.

use std::path::Path;
use std::sync::Arc;
use std::thread::available_parallelism;

use anyhow::{Context, bail};
use reports::{PathName, Report, SCHEMA_VERSION, Severity, Timestamp, Tool, Verdict, recommend};
use rustix::process::{Resource, Rlimit, getegid, geteuid, getrlimit, setrlimit};
use rustix::system::uname;
use rustix::thread::{CapabilitySet, capabilities};
use scanner::{CheckSet, Control, Exclusions, Scan, ScanOptions};

use crate::arguments::ScanArguments;
use crate::output;
use crate::progress::Progress;
use crate::signals;
use crate::status::Status;

/// Scans, prints, saves, and decides the exit code.
pub fn run(arguments: &ScanArguments) -> anyhow::Result<Status> {
    let quiet = arguments.quiet;
    let control = Arc::new(Control::new(move |sentence| {
        if !quiet {
            output::say(sentence);
        }
    }));
    let stopper = Arc::clone(&control);
    let caught = signals::on_stop(move || stopper.stop())?;
    let options = options(arguments)?;
    keep_out_of_the_tree(arguments)?;
    // Said at once rather than after an hour; the scan is worth its summary all the same.
    let target = arguments.output.as_deref().map(|path| (path, output::check_target(path)));
    if let Some((_, Err(error))) = &target {
        output::complain(error);
    }
    raise_descriptor_limit();

    let started_at = Timestamp::now();
    let progress = Progress::start(&control, arguments.progress, arguments.quiet);
    let mut scan = scanner::scan(options, &control);
    progress.finish();
    scan.errors.iter().for_each(|error| output::say(&error.to_string()));
    let could_not_run = !scan.errors.is_empty();
    let report = report(&mut scan, started_at);
    // The file is written also when stdout is full, and the other way round.
    let printed = output::print_report(&report, &arguments.shape);
    let saved = match target {
        Some((path, Ok(()))) => output::save_report(&report, path).map(|()| true),
        Some((_, Err(_))) => Ok(false),
        None => Ok(true),
    };
    printed?;
    let saved = saved?;
    Ok(match caught.signal() {
        // A signal that came when all was done changes nothing of the result.
        Some(signal) if !report.complete => Status::Stopped(signal),
        _ if !saved => Status::CouldNotRun,
        _ => status(&report, arguments, could_not_run),
    })
}

/// The exit code in one expression: damage first, then what could not be done.
fn status(report: &Report, arguments: &ScanArguments, could_not_run: bool) -> Status {
    let worst = report.worst();
    if worst.is_some_and(|worst| worst >= Severity::from(arguments.fail_on)) {
        Status::Findings
    } else if could_not_run {
        Status::CouldNotRun
    } else if arguments.strict && report.left_something_unchecked() {
        Status::Unchecked
    } else {
        Status::Clean
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
        all_findings: arguments.all_findings,
        stat_timeout: Some(arguments.stat_timeout).filter(|timeout| !timeout.is_zero()),
    })
}

fn checks(arguments: &ScanArguments) -> anyhow::Result<CheckSet> {
    let mut checks = if arguments.check.is_empty() { CheckSet::ALL } else { CheckSet::NONE };
    arguments.check.iter().for_each(|name| {
        checks.set(name, true);
    });
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
    let Some(output) = arguments.output.as_deref().filter(|_| arguments.read_only) else {
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

fn report(scan: &mut Scan, started_at: Timestamp) -> Report {
    let finished_at = Timestamp::now();
    let findings = std::mem::take(&mut scan.findings);
    let roots = std::mem::take(&mut scan.roots);
    let recommendations = recommend(&findings, &roots);
    Report {
        schema_version: SCHEMA_VERSION,
        tool: tool(),
        started_at,
        finished_at,
        duration_seconds: finished_at.since(started_at).as_secs_f64(),
        complete: scan.complete,
        verdict: Verdict::from_worst(findings.iter().map(|finding| finding.severity).max()),
        roots,
        totals: scan.totals.clone(),
        findings,
        unchecked: std::mem::take(&mut scan.unchecked),
        recommendations,
    }
}

fn tool() -> Tool {
    let system = uname();
    let text = |value: &std::ffi::CStr| value.to_string_lossy().into_owned();
    Tool {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect(),
        host: text(system.nodename()),
        kernel: text(system.release()),
        user: format!("uid={} gid={}", geteuid().as_raw(), getegid().as_raw()),
        privileges: privileges(),
    }
}

/// The capabilities that widen what a scan can see.
fn privileges() -> Vec<String> {
    let held = capabilities(None).map_or(CapabilitySet::empty(), |sets| sets.effective);
    let table = [
        (CapabilitySet::DAC_OVERRIDE, "CAP_DAC_OVERRIDE"),
        (CapabilitySet::DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"),
        (CapabilitySet::FOWNER, "CAP_FOWNER"),
        (CapabilitySet::SYS_ADMIN, "CAP_SYS_ADMIN"),
        (CapabilitySet::SYSLOG, "CAP_SYSLOG"),
    ];
    let held = table.iter().filter(|(capability, _)| held.contains(*capability));
    held.map(|(_, name)| (*name).to_owned()).collect()
}
