//! What a night shall do: the settings of `fscan nightly`.

mod fields;
mod steps;
#[cfg(test)]
mod tests;

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reports::{PathName, Severity};

use crate::arguments::FailOn;
use crate::settings::{Field, Table, Wrong, globs, parse, rate, word};
use fields::{absolute, metrics_file, number, size, time};
pub use steps::{FullStep, QuickStep, StressStep, TarStep};

/// The keys of the file.
const KEYS: &[&str] = &[
    "roots",
    "reports",
    "reports-in-root",
    "min-free",
    "time-limit",
    "grace",
    "fail-on",
    "exit-zero",
    "force",
    "prometheus-file",
    "exclude",
    "settings",
    "idle",
    "max-rate",
    "control",
    "keep",
    "quick",
    "tar",
    "stress",
    "full",
];

/// The keys of its tables.
const KEYS_OF: &[(&str, &[&str])] = &[
    ("keep", &["days", "nights", "bytes"]),
    ("quick", &["run", "time-limit"]),
    ("tar", &["run", "time-limit", "pattern", "packages", "rounds"]),
    (
        "stress",
        &[
            "run",
            "time-limit",
            "duration",
            "targets",
            "provision",
            "profile",
            "seed",
            "max-bytes",
            "threads",
        ],
    ),
    ("full", &["run", "time-limit", "manifest", "baseline"]),
];

/// The keys of the table that is called so.
fn keys_of(table: &str) -> &'static [&'static str] {
    KEYS_OF.iter().find(|(name, _)| *name == table).map_or(&[], |(_, keys)| keys)
}

/// Where a control arm works, unless told otherwise.
const CONTROL: &str = "/dev/shm";

/// What a night shall do.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one key of the file each")]
pub struct Config {
    /// What is looked at.
    pub roots: Vec<PathBuf>,
    /// The folder that holds a folder of reports for each night.
    pub reports: PathBuf,
    /// Whether that folder may lie under a root.
    pub reports_in_root: bool,
    /// The least that must be free where reports are, in bytes.
    pub min_free: u64,
    /// How long all steps together may take.
    pub time_limit: Duration,
    /// How long a step that is asked to end may take.
    pub grace: Duration,
    /// The least severity that makes a night a bad one.
    pub fail_on: FailOn,
    /// Whether findings are no failed job.
    pub exit_zero: bool,
    /// Whether to look and write even where meeting damage would stop this machine.
    pub force: bool,
    /// The file for metrics.
    pub prometheus_file: Option<PathBuf>,
    /// What scans leave out.
    pub exclude: Vec<String>,
    /// Whether settings in the roots and in the configuration folder are heeded.
    pub settings: bool,
    /// Whether scans let everybody else go first.
    pub idle: bool,
    /// How fast scans read content, in bytes a second.
    pub max_rate: Option<NonZeroU64>,
    /// A folder on a filesystem that is known to be sound; none goes without.
    pub control: Option<PathBuf>,
    /// Whether that folder was named, and is not the usual one: then nothing is done without it.
    pub control_is_named: bool,
    /// Which nights are kept.
    pub keep: Keep,
    /// The steps; none of those that are not to run.
    pub quick: Option<QuickStep>,
    /// See [`TarStep`].
    pub tar: Option<TarStep>,
    /// See [`StressStep`].
    pub stress: Option<StressStep>,
    /// See [`FullStep`].
    pub full: Option<FullStep>,
}

/// Which nights are kept, tonight's among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// For how many days.
    pub days: u64,
    /// How many at most.
    pub nights: u64,
    /// How much they may take together, in bytes.
    pub bytes: u64,
}

impl Config {
    /// Reads `text`, which stands in `file`.
    pub fn read(text: &str, file: &Path) -> anyhow::Result<Self> {
        read(text).map_err(|wrong| wrong.told(file, text))
    }

    /// The least severity that makes a night a bad one.
    pub fn fail_on(&self) -> Severity {
        self.fail_on.into()
    }
}

fn read(text: &str) -> Result<Config, Wrong> {
    let parsed = parse(text)?;
    let table = Table::whole(parsed.get_ref(), KEYS)?;
    let get = |name| table.get(name);
    let flag = |name| get(name).map(|field| field.flag()).transpose();
    let roots = table.need("roots", "the paths that are looked at, as a list")?;
    let reports = get("reports").map(absolute).transpose()?;
    let config = Config {
        roots: self::roots(roots)?,
        reports: reports.unwrap_or_else(|| PathBuf::from("/var/lib/fscan")),
        reports_in_root: flag("reports-in-root")?.unwrap_or(false),
        min_free: get("min-free").map(size).transpose()?.unwrap_or(100 << 20),
        time_limit: get("time-limit").map(time).transpose()?.unwrap_or(Duration::from_hours(8)),
        grace: get("grace").map(time).transpose()?.unwrap_or(Duration::from_mins(1)),
        fail_on: get("fail-on").map(word).transpose()?.unwrap_or(FailOn::Suspect),
        exit_zero: flag("exit-zero")?.unwrap_or(false),
        force: flag("force")?.unwrap_or(false),
        prometheus_file: get("prometheus-file").map(metrics_file).transpose()?,
        exclude: get("exclude").map(globs).transpose()?.unwrap_or_default(),
        settings: flag("settings")?.unwrap_or(true),
        idle: flag("idle")?.unwrap_or(true),
        max_rate: get("max-rate").map(rate).transpose()?,
        control: control(get("control"))?,
        control_is_named: get("control").is_some(),
        keep: keep(get("keep"))?,
        quick: QuickStep::read(get("quick"))?,
        tar: TarStep::read(get("tar"))?,
        stress: StressStep::read(get("stress"))?,
        full: FullStep::read(get("full"))?,
    };
    let has_step = config.quick.is_some()
        || config.tar.is_some()
        || config.stress.is_some()
        || config.full.is_some();
    match get("quick").filter(|_| !has_step) {
        Some(quick) => Err(quick.wrong("no step is left to run; leave one of the four on")),
        None => Ok(config),
    }
}

fn roots(field: Field<'_, '_>) -> Result<Vec<PathBuf>, Wrong> {
    let roots = field.items("paths")?.into_iter().map(absolute).collect::<Result<Vec<_>, _>>()?;
    if roots.is_empty() {
        return Err(field.wrong("it is empty: name what is looked at"));
    }
    // `/home/` and `/home` are one: paths are compared name by name.
    let is_twice = |(at, root): &(usize, &PathBuf)| roots.iter().take(*at).any(|it| it == *root);
    if let Some((_, twice)) = roots.iter().enumerate().find(is_twice) {
        let shown = PathName::from(twice.as_path()).escaped();
        return Err(field.wrong(&format!("{shown} stands there twice")));
    }
    Ok(roots)
}

/// `false` goes without; unset is the usual place, where there is such.
fn control(field: Option<Field<'_, '_>>) -> Result<Option<PathBuf>, Wrong> {
    match field {
        None => Ok(Some(PathBuf::from(CONTROL)).filter(|path| path.is_dir())),
        Some(field) if field.flag().is_ok_and(|wanted| !wanted) => Ok(None),
        Some(field) => absolute(field).map(Some),
    }
}

fn keep(field: Option<Field<'_, '_>>) -> Result<Keep, Wrong> {
    let usual = Keep { days: 60, nights: 60, bytes: 4 << 30 };
    let Some(field) = field else { return Ok(usual) };
    let table = Table::new(field, keys_of("keep"))?;
    let count =
        |name, usual| table.get(name).map_or(Ok(usual), |field| number(field, 1..=u64::MAX));
    Ok(Keep {
        days: count("days", usual.days)?,
        nights: count("nights", usual.nights)?,
        bytes: table.get("bytes").map(size).transpose()?.unwrap_or(usual.bytes),
    })
}
