//! The tables of the steps: `[quick]`, `[tar]`, `[stress]` and `[full]`.

use std::time::Duration;

use super::fields::{number, size, time};
use super::keys_of;
use crate::arguments::{Pattern, Place, ProfileName, place};
use crate::settings::{Field, Table, Wrong, word};

/// A scan of the metadata.
#[derive(Debug)]
pub struct QuickStep {
    /// How long it may take.
    pub limit: Duration,
}

/// Tar round trips in each root.
#[derive(Debug)]
pub struct TarStep {
    /// How long they may take in one root.
    pub limit: Duration,
    /// In which ways; none is all of them.
    pub patterns: Vec<Pattern>,
    /// How many packages.
    pub packages: u64,
    /// How often.
    pub rounds: u64,
}

/// Operations on all targets at once.
#[derive(Debug)]
pub struct StressStep {
    /// How long it may take.
    pub limit: Duration,
    /// For how long operations run.
    pub duration: Duration,
    /// Where; none is every root and the folder of the control arm.
    pub targets: Vec<Place>,
    /// Whether filesystems are made for it as well.
    pub provision: bool,
    /// Which operations.
    pub profile: ProfileName,
    /// What they are made from; none is the date.
    pub seed: Option<u64>,
    /// What they may take on each target, in bytes.
    pub max_bytes: u64,
    /// Trees that are worked on at once on each target.
    pub threads: u16,
}

/// A scan with every check.
#[derive(Debug)]
pub struct FullStep {
    /// How long it may take.
    pub limit: Duration,
    /// Whether it keeps a manifest.
    pub manifest: bool,
    /// Whether it is compared with the last night's manifest.
    pub baseline: bool,
}

/// The table of a step; none where it is not to run.
fn table<'a, 'i>(field: Option<Field<'a, 'i>>, name: &str) -> Result<Run<'a, 'i>, Wrong> {
    let Some(field) = field else { return Ok(Run::Usual) };
    let table = Table::new(field, keys_of(name))?;
    let runs = table.get("run").map(|run| run.flag()).transpose()?.unwrap_or(true);
    Ok(if runs { Run::As(table) } else { Run::Off(table) })
}

/// Whether and how a step runs.
enum Run<'a, 'i> {
    Usual,
    As(Table<'a, 'i>),
    /// It does not; what stands in its table has to be right all the same.
    Off(Table<'a, 'i>),
}

impl<'a, 'i> Run<'a, 'i> {
    fn get(&self, name: &str) -> Option<Field<'a, 'i>> {
        match self {
            Run::Usual => None,
            Run::As(table) | Run::Off(table) => table.get(name),
        }
    }

    fn limit(&self, usual: Duration) -> Result<Duration, Wrong> {
        self.get("time-limit").map_or(Ok(usual), time)
    }

    fn flag(&self, name: &str) -> Result<bool, Wrong> {
        self.get(name).map_or(Ok(false), |field| field.flag())
    }

    fn unless_off<T>(&self, step: T) -> Option<T> {
        (!matches!(self, Run::Off(_))).then_some(step)
    }
}

impl QuickStep {
    /// Reads its table.
    pub fn read(field: Option<Field<'_, '_>>) -> Result<Option<Self>, Wrong> {
        let run = table(field, "quick")?;
        Ok(run.unless_off(QuickStep { limit: run.limit(Duration::from_mins(30))? }))
    }
}

impl TarStep {
    /// Reads its table.
    pub fn read(field: Option<Field<'_, '_>>) -> Result<Option<Self>, Wrong> {
        let run = table(field, "tar")?;
        let patterns = run.get("pattern").map(patterns).transpose()?;
        let count = |name, usual| run.get(name).map_or(Ok(usual), |it| number(it, 1..=1_000_000));
        Ok(run.unless_off(TarStep {
            limit: run.limit(Duration::from_mins(30))?,
            patterns: patterns.unwrap_or_else(|| vec![Pattern::Npm, Pattern::Pnpm]),
            packages: count("packages", 200)?,
            rounds: count("rounds", 1)?,
        }))
    }
}

fn patterns(field: Field<'_, '_>) -> Result<Vec<Pattern>, Wrong> {
    match field.text() {
        Ok(_) => Ok(vec![word(field)?]),
        Err(_) => field.items("patterns")?.into_iter().map(word).collect(),
    }
}

impl StressStep {
    /// Reads its table.
    pub fn read(field: Option<Field<'_, '_>>) -> Result<Option<Self>, Wrong> {
        let run = table(field, "stress")?;
        let get = |name| run.get(name);
        let duration = get("duration").map_or(Ok(Duration::from_mins(10)), time)?;
        // What diverges is minimised after that time.
        let limit = run.limit(duration.saturating_add(Duration::from_mins(20)))?;
        if let Some(field) = get("time-limit").filter(|_| limit <= duration) {
            return Err(field.wrong("operations run for longer (`duration`), and end after that"));
        }
        Ok(run.unless_off(StressStep {
            limit,
            duration,
            targets: get("targets").map_or(Ok(Vec::new()), targets)?,
            provision: run.flag("provision")?,
            profile: get("profile").map_or(Ok(ProfileName::Mixed), word)?,
            seed: get("seed").map(|field| number(field, 0..=u64::MAX)).transpose()?,
            max_bytes: get("max-bytes").map_or(Ok(256 << 20), size)?,
            threads: get("threads").map_or(Ok(1), |field| number(field, 1..=256))? as u16,
        }))
    }
}

fn targets(field: Field<'_, '_>) -> Result<Vec<Place>, Wrong> {
    let target = |item: Field<'_, '_>| {
        let text = item.text()?;
        let wrong =
            |why: &str| item.wrong(&format!("`{text}`: {why}; say it as NAME=DIR, `home=/home`"));
        let place = place(text).map_err(|_| wrong("its name or its directory is missing"))?;
        if place.directory.is_absolute() {
            Ok(place)
        } else {
            Err(wrong("its directory is not an absolute path"))
        }
    };
    field.items("targets, each as NAME=DIR")?.into_iter().map(target).collect()
}

impl FullStep {
    /// Reads its table.
    pub fn read(field: Option<Field<'_, '_>>) -> Result<Option<Self>, Wrong> {
        let run = table(field, "full")?;
        let (manifest, baseline) = (run.flag("manifest")?, run.flag("baseline")?);
        if let Some(field) = run.get("baseline").filter(|_| baseline && !manifest) {
            return Err(field.wrong("the next night has nothing to compare with: manifest = true"));
        }
        let limit = run.limit(Duration::from_hours(4))?;
        Ok(run.unless_off(FullStep { limit, manifest, baseline }))
    }
}
