//! The end of a night: what it came to against the nights before, what is removed, the metrics, the
//! account of it all.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::{
    Dated, LastReport, Night, NightStep, PathName, Timestamp, Trend, TrendSeries, write_night_json,
    write_night_prometheus,
};

use super::config::Config;
use super::store::{COMPARED, NightFolder, Store};
use super::{SUMMARY, keep, report_name};
use crate::output::{self, Content};
use crate::trend::gather_first;

/// Reports of earlier nights that cannot be read: the first of them are named.
const REFUSED: usize = 5;

/// What a night is concluded with.
pub struct Conclusion<'a> {
    /// What it was to do.
    pub config: &'a Config,
    /// Where all nights are.
    pub store: &'a Store,
    /// Where it is.
    pub folder: &'a NightFolder,
    /// The names of the nights before, the newest first.
    pub earlier: &'a [String],
}

impl Conclusion<'_> {
    /// Concludes a night.
    pub fn of(&self, mut night: Night) -> Night {
        let reports = self.reports(&mut night);
        self.compare(&mut night, &reports);
        let partial = PathName::from(self.folder.path.as_path());
        if !night.complete {
            // One that was stopped leaves all as it is, under the name that says so.
            night.folder = partial.clone();
        }
        let kept = self.keep(&mut night);
        let kept = kept.map_err(|error| night.troubles.push(format!("{error:#}"))).ok();
        // Last, so that they say no night is clean that could not be kept.
        if let Some(file) = &self.config.prometheus_file
            && let Err(error) = self.save_metrics(file, &night, &reports)
        {
            night.troubles.push(format!("{error:#}"));
            if let Some(Err(error)) = kept.map(|folder| self.save(&folder, &night)) {
                night.troubles.push(format!("{error:#}"));
            }
        }
        night
    }

    /// Keeps the account of the night, gives its folder its name, and only then removes nights that
    /// are not kept: there is always one that is whole. Comes back with the folder as it is called
    /// then.
    fn keep(&self, night: &mut Night) -> anyhow::Result<NightFolder> {
        if !night.complete {
            self.save(self.folder, night)?;
            return self.folder.again();
        }
        // What is told of files names them as they will be called.
        let mut told = night.clone();
        rename(&mut told, &self.folder.name, self.folder.final_name());
        let finished = self.save(self.folder, &told).and_then(|()| self.store.finish(self.folder));
        let (folder, remark) = match finished {
            Ok(finished) => finished,
            Err(error) => {
                night.folder = PathName::from(self.folder.path.as_path());
                return Err(error);
            }
        };
        *night = told;
        night.remarks.extend(remark);
        match keep::tidy(self.store, self.config, Timestamp::now(), Some(&folder.name)) {
            Ok(tidied) => {
                night.removed.extend(tidied.told);
                night.remarks.extend(tidied.remarks);
            }
            Err(error) => night.troubles.push(format!("no night was removed: {error:#}")),
        }
        self.save(&folder, night)?;
        Ok(folder)
    }

    /// The reports of this night and of those before.
    fn reports(&self, night: &mut Night) -> Vec<Dated> {
        let nights = std::iter::once(&self.folder.name).chain(self.earlier.iter().take(COMPARED));
        let folders: Vec<PathBuf> = nights.map(|name| self.store.path.join(name)).collect();
        let (gathered, taken) = gather_first(&folders);
        match taken {
            0 => night.troubles.push("nothing was compared: its reports are too many".to_owned()),
            _ if taken < folders.len() => night.remarks.push(format!(
                "compared with {} of {} nights before: the reports of more are too many",
                taken - 1,
                folders.len() - 1
            )),
            _ => {}
        }
        // A step that left no report has said so.
        let refused = gathered.refused.iter().map(|error| format!("{error:#}"));
        night.remarks.extend(refused.take(REFUSED));
        self.none_yet_to_come(gathered.reports, night)
    }

    /// Leaves out reports that begin after this night has ended: each would be the newest one for
    /// as long as the clock has not caught up.
    fn none_yet_to_come(&self, reports: Vec<Dated>, night: &mut Night) -> Vec<Dated> {
        let is_to_come = |dated: &Dated| {
            dated.report.started_at > night.finished_at && !self.is_tonight(&dated.file)
        };
        let (to_come, reports): (Vec<_>, Vec<_>) = reports.into_iter().partition(is_to_come);
        night.remarks.extend(to_come.first().map(|dated| {
            format!(
                "{}: it began at {}, which is yet to come, so the clock is behind now or was ahead \
                 then; nothing was compared with it ({} such reports in all)",
                dated.file.escaped(),
                dated.report.started_at,
                to_come.len()
            )
        }));
        reports
    }

    /// Holds the night against those before: lines for each path and kind of run that it has.
    fn compare(&self, night: &mut Night, reports: &[Dated]) {
        let trend = Trend::of(reports);
        let is_tonight = |series: &&TrendSeries| {
            let newest = series.runs.last().and_then(|run| trend.reports.get(run.report as usize));
            newest.is_some_and(|report| self.is_tonight(&report.file))
        };
        let tonight: Vec<_> = trend.series.iter().filter(is_tonight).collect();
        night.trend = tonight.iter().flat_map(|series| series.lines()).collect();
        night.worse = tonight.iter().filter_map(|series| series.worst()).max();
    }

    fn is_tonight(&self, file: &PathName) -> bool {
        Path::new(OsStr::from_bytes(file.as_bytes())).starts_with(&self.folder.path)
    }

    /// Writes the metrics: of each step those of its newest report.
    fn save_metrics(&self, file: &Path, night: &Night, reports: &[Dated]) -> anyhow::Result<()> {
        let last: Vec<_> = night.steps.iter().filter_map(|step| last(step, reports)).collect();
        let now = night.finished_at;
        let clean = if night.is_clean() {
            Some(now)
        } else {
            let earlier = self.store.summaries(self.earlier).into_iter();
            let mut ended = earlier.map(|(_, night)| night).filter(|it| it.finished_at <= now);
            ended.find(Night::is_clean).map(|night| night.finished_at)
        };
        let clean = clean.map(Timestamp::as_unix_seconds);
        let mut text = Vec::new();
        write_night_prometheus(night, &last, clean, &mut text)?;
        output::save_readable(file, Content::NightMetrics, &text)
    }

    /// Writes the account of the night.
    fn save(&self, folder: &NightFolder, night: &Night) -> anyhow::Result<()> {
        self.store.expect_in_place(folder)?;
        let mut text = Vec::new();
        write_night_json(night, &mut text)?;
        let file = folder.path.join(SUMMARY);
        output::save_file(&file, Content::Night, |out| Ok(out.write_all(&text)?))
    }
}

/// Has all that is told of files in the night's folder call it `then`.
fn rename(night: &mut Night, now: &str, then: &str) {
    let steps = night.steps.iter_mut().flat_map(|step| {
        let reasons = step.not_whole.iter_mut().filter_map(|check| check.reason.as_mut());
        std::iter::once(&mut step.command).chain(&mut step.because).chain(reasons)
    });
    for told in steps.chain(&mut night.troubles).chain(&mut night.remarks) {
        *told = told.replace(now, then);
    }
}

/// The newest report of a step.
fn last<'a>(step: &'a NightStep, reports: &'a [Dated]) -> Option<LastReport<'a>> {
    let is_of_step = |dated: &&Dated| {
        let name = Path::new(OsStr::from_bytes(dated.file.as_bytes())).file_name();
        let name = name.and_then(OsStr::to_str).unwrap_or_default();
        let root = dated.report.roots.first().map(|root| &root.path);
        let same_root = step.root.is_none() || step.root.as_ref() == root;
        same_root && report_name::place(name, step.step.as_str(), "json").is_some()
    };
    let of_step = reports.iter().filter(is_of_step);
    let newest = of_step.max_by_key(|dated| dated.report.started_at)?;
    Some(LastReport { step: step.step, root: step.root.as_ref(), report: &newest.report })
}

#[cfg(test)]
mod tests;
