//! `fscan stress`: filesystems hammered, every outcome checked.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use reports::{PathName, Stress, UncheckedCollector, UncheckedReason};
use rustix::io::Errno;
use scanner::scratch::Kind;
use stress::generator::{Mix, Profile};
use stress::run::{self, Done, StressOptions, Watch};
use stress::site::{self, LeftOut, Limits, Namespace, Site};

use crate::arguments::{Place, ResultArguments, StressArguments};
use crate::descriptor_limit;
use crate::leftovers;
use crate::outcome::{Outcome, Seen};
use crate::output;
use crate::progress::Progress;
use crate::signals::{self, Caught};
use crate::status::Status;

/// Bytes on a target, unless told otherwise.
const USUAL_BYTES: u64 = 256 << 20;

/// Descriptors that a lane has open at once: its handles, and what one operation, a removal or a
/// scan at rest takes.
const DESCRIPTORS_A_LANE: usize = 20;

/// Those of everything else.
const DESCRIPTORS: usize = 12;

/// Bytes below which a lane could write next to nothing.
const LEAST_BYTES: u64 = 64 << 10;

/// Memory for filesystems that are made, unless told otherwise.
const PROVISIONED_BYTES: u64 = 4 << 30;

/// How long a run is, unless told otherwise.
const USUAL_DURATION: Duration = Duration::from_mins(1);

/// Inodes that a lane has at most: a directory of 5,000 names, and those of everything else.
const INODES_A_LANE: u64 = 12_000;

/// Runs, prints, saves, and decides the exit code.
pub fn run(arguments: &StressArguments) -> anyhow::Result<Status> {
    if arguments.clean {
        let owner = arguments.left_by.as_ref();
        let quiet = arguments.result.is_quiet();
        return Ok(leftovers::clean(&directories(arguments), Kind::Stress, owner, quiet));
    }
    if let Some(directory) = &arguments.reproducers {
        // Said before a run rather than after it.
        make_directory(directory)?;
    }
    let namespace = namespace(arguments.provision)?;
    let quiet = arguments.result.is_quiet();
    let (watch, caught) = begin()?;
    let outcome = Outcome::begin(&arguments.result);
    if !quiet {
        leftovers::name(&directories(arguments), Kind::Stress, "left by a run that was killed");
    }
    let options = options(arguments, namespace.as_ref())?;
    can_work(options.sites.len(), options.lanes)?;
    let shown = Arc::clone(&watch);
    let progress =
        Progress::show(move |elapsed| message(&shown, elapsed), arguments.progress.when, quiet);
    let mut done = run::run(options, &watch);
    progress.finish();
    if let Some(directory) = &arguments.reproducers {
        let later = arguments.reproducers_later.as_ref().unwrap_or(directory);
        save_reproducers(&mut done, directory, later);
    }
    end(outcome, &arguments.result, done, &caught)
}

/// Whether everything is there that operations need of this process.
pub fn can_work(sites: usize, lanes: usize) -> anyhow::Result<()> {
    anyhow::ensure!(
        Path::new("/proc/self/fd").exists(),
        "/proc is not there, by which what is open is named; mount it, or run outside of this chroot"
    );
    let (needed, most) =
        (DESCRIPTORS + sites * lanes * DESCRIPTORS_A_LANE, descriptor_limit::most());
    anyhow::ensure!(
        most >= needed as u64,
        "{needed} open files may be needed, and {most} are allowed; allow more (ulimit -n), or take \
         fewer threads and targets"
    );
    Ok(())
}

/// A watch that signals stop. Must be called before any thread is started.
pub fn begin() -> anyhow::Result<(Arc<Watch>, Caught)> {
    let watch = Arc::new(Watch::default());
    let stopper = Arc::clone(&watch);
    let caught = signals::on_stop(move || stopper.stop())?;
    Ok((watch, caught))
}

/// A mount namespace of its own, where filesystems are to be made. Must be called before any
/// thread is started.
pub fn namespace(wanted: bool) -> anyhow::Result<Option<Namespace>> {
    let entered = wanted.then(site::enter_namespace).transpose();
    entered.context("--provision: filesystems cannot be made here")
}

/// From what was done to a report.
pub fn end(
    outcome: Outcome<'_>,
    arguments: &ResultArguments,
    done: Done,
    caught: &Caught,
) -> anyhow::Result<Status> {
    let Done { stress, roots, findings, complete, unusable } = done;
    for why in &unusable {
        output::say(why);
    }
    let worked = stress.targets.iter().any(|target| target.operations > 0);
    let mut collector = reports::FindingCollector::new(arguments.all_findings);
    findings.into_iter().for_each(|finding| collector.add(finding));
    let seen = Seen {
        roots,
        findings: collector.into_rows(),
        unchecked: unchecked(&stress),
        complete,
        stress: Some(stress),
        ..Seen::default()
    };
    outcome.end(seen, !unusable.is_empty() || !worked, caught)
}

/// What was asked for and not done.
fn unchecked(stress: &Stress) -> Vec<reports::Unchecked> {
    let mut unchecked = UncheckedCollector::default();
    for out in &stress.not_provided {
        unchecked.add(UncheckedReason::Unsupported, "target", PathName::from(Path::new(&out.name)));
    }
    unchecked.into_rows()
}

fn options(
    arguments: &StressArguments,
    namespace: Option<&Namespace>,
) -> anyhow::Result<StressOptions> {
    let lanes = usize::from(arguments.threads);
    let max_bytes = arguments.max_bytes.map_or(USUAL_BYTES, u64::from);
    anyhow::ensure!(
        max_bytes / lanes as u64 >= LEAST_BYTES,
        "--max-bytes: {LEAST_BYTES} bytes for each thread are the least that anything can be done \
         with; allow more, or take fewer threads"
    );
    let limits = limits(max_bytes, lanes, arguments.force);
    let (mut sites, mut left_out) = (places(&arguments.places, &limits)?, Vec::new());
    if let Some(namespace) = namespace {
        let memory = arguments.max_bytes.map_or(PROVISIONED_BYTES, u64::from);
        let made = site::provision(namespace, memory)?;
        sites.extend(made.sites);
        left_out.extend(made.left_out);
    } else if arguments.places.is_empty() {
        let found = site::discover(&limits);
        anyhow::ensure!(!found.sites.is_empty(), nowhere(&found.left_out));
        sites = found.sites;
        // What is on the same filesystem as another one is left out by design.
        left_out = found.left_out.into_iter().filter(|out| !out.by_design).collect();
    }
    let endless = arguments.ops.is_some() || arguments.until_divergence;
    Ok(StressOptions {
        sites,
        not_provided: left_out,
        seed: arguments.seed.unwrap_or_else(seed_of_now),
        mix: Mix { profile: Profile::from(arguments.profile), only: arguments.operations.clone() },
        lanes,
        operations: arguments.ops.map(u64::from),
        duration: arguments.duration.or_else(|| (!endless).then_some(USUAL_DURATION)),
        max_bytes,
        until_divergence: arguments.until_divergence,
    })
}

/// How much may be written on each target.
pub fn limits(max_bytes: u64, lanes: usize, force: bool) -> Limits {
    Limits { max_bytes, max_inodes: INODES_A_LANE * lanes as u64, force }
}

fn nowhere(left_out: &[LeftOut]) -> String {
    let reasons = left_out.iter().map(|out| format!("{}: {}", out.name, out.why));
    let reasons: Vec<String> = reasons.collect();
    format!("nowhere to work; name a directory as NAME=DIR\n{}", reasons.join("\n"))
}

/// The directories that were named.
pub fn places(places: &[Place], limits: &Limits) -> anyhow::Result<Vec<Site>> {
    let mut sites: Vec<Site> = Vec::new();
    for place in places {
        anyhow::ensure!(
            sites.iter().all(|site| site.name != place.name),
            "{}: two targets have this name; give each its own (NAME=DIR)",
            place.name
        );
        let site = Site::given(&place.name, &place.directory, limits)?;
        if let Some(other) = sites.iter().find(|other| other.path == site.path) {
            let path = PathName::from(site.path.as_path()).escaped();
            anyhow::bail!(
                "{path}: {} and {} are the same directory; name it once",
                other.name,
                site.name
            );
        }
        sites.push(site);
    }
    Ok(sites)
}

fn seed_of_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // Short enough to be typed.
    u64::from(now.as_secs() as u32 ^ now.subsec_nanos())
}

fn message(watch: &Watch, elapsed: Duration) -> String {
    let operations = watch.operations();
    let rate = operations as f64 / elapsed.as_secs_f64().max(0.001);
    let minimising = match watch.minimising() {
        0 => String::new(),
        count => format!(", {count} being minimised"),
    };
    format!(
        "{} operations, {} a second, {} divergences{minimising}, {:.0} s",
        indicatif::HumanCount(operations),
        indicatif::HumanCount(rate as u64),
        watch.divergences(),
        elapsed.as_secs_f64(),
    )
}

/// Makes a directory in one that is there: a path that is mistyped is made nowhere.
fn make_directory(directory: &Path) -> anyhow::Result<()> {
    match std::fs::create_dir(directory) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => Ok(()),
        Err(error) => {
            let above = directory.parent().filter(|above| *above != Path::new(""));
            let above = PathName::from(above.unwrap_or(Path::new("."))).escaped();
            let why = match Errno::from_io_error(&error) {
                Some(errno) => output::advice(errno, &above),
                None => error.to_string(),
            };
            anyhow::bail!("{}: mkdir: {why}", PathName::from(directory).escaped())
        }
        Ok(()) => Ok(()),
    }
}

/// Writes each reproducer to a file of its own. The report holds them too, and comes out whatever
/// becomes of the files. They are told as they will be called in `later`.
fn save_reproducers(done: &mut Done, directory: &Path, later: &Path) {
    for row in done.stress.divergences.iter_mut().filter(|row| !row.reproducer.is_empty()) {
        match save(&row.target, &row.reproducer, directory) {
            Ok(name) => row.replay_file = Some(later.join(name).as_path().into()),
            Err(error) => {
                let directory = PathName::from(directory).escaped();
                done.unusable.push(format!("{directory}: a reproducer cannot be written: {error}"));
            }
        }
    }
}

/// Writes a reproducer beside those that are there: they may be of another run. Comes back with its
/// name.
fn save(target: &str, lines: &[String], directory: &Path) -> std::io::Result<String> {
    let text = lines.join("\n") + "\n";
    let names = (1..).map(|number: u32| format!("{}-{number}.ops", target.replace('/', "_")));
    for name in names {
        match File::create_new(directory.join(&name)) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| name),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Where this run works, and runs before it worked.
fn directories(arguments: &StressArguments) -> Vec<PathBuf> {
    if arguments.places.is_empty() {
        return site::usual_places().into_iter().collect();
    }
    arguments.places.iter().map(|place| place.directory.clone()).collect()
}
