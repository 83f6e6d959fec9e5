//! `fscan scan`: from the command line to the report.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, anyhow, bail};
use reports::PathName;
use scanner::{CheckSet, Effort, Exclusions, Recorded, RootError, Scan, ScanOptions, Walked};

use crate::arguments::ScanArguments;
use crate::longhorn;
use crate::manifest::{Compared, Manifests, own_files};
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::progress::Progress;
use crate::resumption::Resumption;
use crate::shard;
use crate::status::Status;
use crate::time_limit::TimeLimit;
use crate::watched;

/// Scans, prints, saves, and decides the exit code.
pub fn run(arguments: &ScanArguments) -> anyhow::Result<Status> {
    let quiet = arguments.result.is_quiet();
    if arguments.idle {
        // Threads are what their maker is.
        be_idle();
    }
    let (control, caught) = watched::begin(quiet)?;
    let mut options = options(arguments)?;
    keep_out_of_the_tree(arguments)?;
    shard::check(arguments)?;
    let manifests = Manifests::begin(arguments)?;
    if let Some(bytes) = manifests.bytes_before() {
        control.expect_bytes(bytes);
    }
    let resumption = Resumption::begin(arguments)?;
    options.checkpoint = resumption.checkpoint();
    let mut outcome = Outcome::begin(&arguments.result);
    let time_limit = TimeLimit::start(arguments.max_duration, &control);

    let progress = Progress::start(&control, arguments.progress.when, quiet);
    let walked = scanner::walk(options, &control);
    // What is said from now on must not cross its line.
    progress.finish();
    walked.errors().iter().for_each(|error| output::say(&error.to_string()));
    let (mut scan, kept) = finish(walked, &manifests);
    let time_is_up = time_limit.is_up();
    let in_time = |error: &&RootError| !(time_is_up && matches!(error, RootError::Stopped { .. }));
    let mut could_not_run = scan.errors.iter().any(|error| in_time(&error));
    let mut shard = scan.shard.take();
    if let Some(facts) = &mut shard {
        facts.header.recorded_at = manifests.made_at();
    }
    let mut seen = Seen { resumed: resumption.resumed(), ..Seen::of(scan) };
    let mut kept_all = true;
    if let Err(error) = shard::keep(arguments, shard.as_ref()) {
        output::complain(&error);
        outcome.could_not_write();
        kept_all = false;
    }
    if let Some(compared) = kept.compared {
        seen.add(compared);
    }
    if let Err(error) = kept.saved {
        output::complain(&error);
        outcome.could_not_write();
        kept_all = false;
    }
    if let Err(error) = kept.done {
        output::complain(&error);
        seen.not_compared(arguments.baseline.is_some(), &error);
        could_not_run = true;
    }
    let complete = seen.complete;
    let status = outcome.end(seen, could_not_run, &caught);
    // As long as the report did not reach its reader, what was read is needed again.
    let told = !matches!(status, Err(_) | Ok(Status::CouldNotRun));
    let done = complete && !could_not_run && told && kept_all;
    match resumption.end(done, quiet) {
        Ok(()) => status,
        Err(error) => {
            output::complain(&error);
            status.map(Status::or_could_not_run)
        }
    }
}

/// What became of the manifests.
struct Kept {
    compared: Option<Compared>,
    /// Whether all was done that comes before the writing.
    done: anyhow::Result<()>,
    /// Whether what was to be written was.
    saved: anyhow::Result<()>,
}

impl Kept {
    fn failed(why: &str) -> Self {
        let done = Err(anyhow!("{why}: nothing was compared, and no manifest written"));
        Kept { compared: None, done, saved: Ok(()) }
    }
}

/// Ends a scan, and meanwhile compares the tree and writes what was asked for. What is known of half
/// a tree is neither compared nor kept.
fn finish(mut walked: Walked, manifests: &Manifests<'_>) -> (Scan, Kept) {
    if !manifests.are_wanted() {
        return (walked.finish(), Kept { compared: None, done: Ok(()), saved: Ok(()) });
    }
    let records = match (walked.is_complete(), walked.take_recorded()) {
        (false, _) => return (walked.finish(), Kept::failed("the scan did not come to its end")),
        (true, None) => return (walked.finish(), Kept::failed("PATH is no directory any more")),
        (true, Some(records)) => Mutex::new(Some(records)),
    };
    let keep = || match records.lock().ok().and_then(|mut records| records.take()) {
        Some(records) => keep(manifests, &records.in_order()),
        None => Kept::failed("an internal error; please report it"),
    };
    thread::scope(|scope| {
        let kept = thread::Builder::new().spawn_scoped(scope, keep).ok();
        let scan = walked.finish();
        // Without a thread for it, it comes last; also where that panicked.
        let kept = kept.and_then(|thread| thread.join().ok()).unwrap_or_else(keep);
        (scan, kept)
    })
}

fn keep(manifests: &Manifests<'_>, recorded: &Recorded) -> Kept {
    // A tree that seems not to be mounted must not become the next baseline.
    match manifests.compare(recorded) {
        Ok(compared) => Kept { compared, done: Ok(()), saved: manifests.save(recorded) },
        Err(error) => Kept { compared: None, done: Err(error), saved: Ok(()) },
    }
}

fn options(arguments: &ScanArguments) -> anyhow::Result<ScanOptions> {
    Ok(ScanOptions {
        roots: arguments.paths.clone(),
        checks: checks(arguments)?,
        threads: arguments.work.threads(),
        exclude: Exclusions::new(&arguments.exclude).context("--exclude")?,
        cross_mounts: arguments.cross_mounts,
        force: arguments.force,
        all_findings: arguments.result.all_findings,
        max_rate: arguments.max_rate,
        keep_cache: arguments.keep_cache,
        records: !own_files(arguments).is_empty(),
        checkpoint: None,
        own_files: own_files(arguments)
            .into_iter()
            .chain(arguments.result.files().map(Path::to_owned))
            .chain(arguments.checkpoint.clone())
            .chain(arguments.part.facts.clone())
            .filter_map(|file| output::place_of(&file))
            .collect(),
        untouched: if arguments.read_only { arguments.paths.clone() } else { Vec::new() },
        effort: if arguments.quick { Effort::LookOnly } else { Effort::Try },
        shard: arguments.part.shard,
        longhorn: longhorn::source(arguments.longhorn.file.as_deref())?,
        stat_timeout: arguments.work.patience(),
    })
}

fn checks(arguments: &ScanArguments) -> anyhow::Result<CheckSet> {
    let mut checks = if arguments.check.is_empty() { CheckSet::ALL } else { CheckSet::NONE };
    arguments.check.iter().for_each(|name| {
        checks.set(name, true);
    });
    checks.content &= !arguments.quick;
    checks.tar &= !arguments.quick && !arguments.read_only;
    arguments.skip.iter().for_each(|name| {
        checks.set(name, false);
    });
    let needed = checks.content && checks.attributes;
    if !needed && !own_files(arguments).is_empty() {
        bail!("--manifest, --sums and --baseline need the checks content and attributes");
    }
    if !checks.content && arguments.checkpoint.is_some() {
        bail!("--checkpoint is about content that was read: it needs the check content");
    }
    if checks == CheckSet::NONE {
        bail!("--check and --skip leave no check to make");
    }
    Ok(checks)
}

/// `--read-only` promises that nothing is written under PATH; a report would be.
fn keep_out_of_the_tree(arguments: &ScanArguments) -> anyhow::Result<()> {
    let ScanArguments { manifest, sums, checkpoint, result, part, .. } = arguments;
    let written =
        [manifest, sums, checkpoint, &part.facts].into_iter().flatten().map(PathBuf::as_path);
    for file in written.chain(result.files()).filter(|_| arguments.read_only) {
        let Some(place) = output::place_of(file) else { continue };
        let mut roots = arguments.paths.iter().filter_map(|path| path.canonicalize().ok());
        if let Some(root) = roots.find(|root| place.starts_with(root)) {
            let (file, root) = (PathName::from(file), PathName::from(root.as_path()));
            bail!(
                "{}: it lies under {}, where --read-only lets nothing be written",
                file.escaped(),
                root.escaped()
            )
        }
    }
    Ok(())
}

/// Where the priorities cannot be lowered the scan goes on with those it has.
fn be_idle() {
    if let Err(errno) = scanner::set_idle_io_class() {
        output::say(&format!("--idle: the I/O class stays as it is ({errno})"));
    }
    if let Err(errno) = rustix::process::nice(19) {
        output::say(&format!("--idle: the nice value stays as it is ({errno})"));
    }
}
