//! From settings to steps: what is run, with which arguments, where its report goes.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use reports::{NightStepName, PathName, Timestamp};
use stress::site::Limits;

use super::baseline::{Baseline, Earlier};
use super::config::{Config, FullStep, StressStep, TarStep};
use super::ground::Written;
use super::night_name::PARTIAL;
use super::places::Places;
use super::step::Step;
use super::{nested, report_name, targets};

/// The option with which `fscan stress` makes filesystems to work on.
const PROVISION: &str = "--provision";

/// The steps of a night.
pub struct Plan {
    /// In the order in which they run.
    pub steps: Vec<Step>,
    /// What operations are made from.
    pub seed: u64,
    /// What cannot be done.
    pub troubles: Vec<String>,
    /// What should be known.
    pub remarks: Vec<String>,
}

impl Plan {
    /// What `config` says, for the night that began at `time`, with reports in `folder`. `earlier`
    /// are the nights before with the folders that they are in, the newest first.
    pub fn new(
        config: &Config,
        places: &Places,
        folder: &Path,
        time: Timestamp,
        earlier: &[Earlier],
    ) -> Self {
        let seed = config.stress.as_ref().and_then(|stress| stress.seed);
        let seed = seed.unwrap_or_else(|| date_number(time));
        let remarks = nested::told(&config.roots);
        let mut planner =
            Planner { config, places, folder, earlier, troubles: Vec::new(), remarks };
        let mut steps = Vec::new();
        if let Some(quick) = &config.quick {
            steps.extend(planner.of_each_root(NightStepName::Quick, quick.limit, Planner::quick));
        }
        if let Some(tar) = &config.tar {
            let trips = |planner: &mut Planner<'_>, root: &Path, _| planner.tar(root, tar);
            steps.extend(planner.of_each_root(NightStepName::Tar, tar.limit, trips));
        }
        steps.extend(config.stress.as_ref().map(|stress| planner.stress(stress, seed)));
        if let Some(full) = &config.full {
            let scan =
                |planner: &mut Planner<'_>, root: &Path, number| planner.full(root, number, full);
            steps.extend(planner.of_each_root(NightStepName::Full, full.limit, scan));
        }
        Plan { steps, seed, troubles: planner.troubles, remarks: planner.remarks }
    }
}

/// The date as a number: 20261126.
fn date_number(time: Timestamp) -> u64 {
    let digits: String = time.to_string().chars().take(10).filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// What is a step's own: see [`Step`].
#[derive(Default)]
struct Own {
    head: Vec<OsString>,
    written: Vec<Written>,
    limits: Option<Limits>,
    options: Vec<OsString>,
    without_writing: Vec<OsString>,
}

struct Planner<'a> {
    config: &'a Config,
    places: &'a Places,
    folder: &'a Path,
    earlier: &'a [Earlier],
    troubles: Vec<String>,
    remarks: Vec<String>,
}

impl Planner<'_> {
    /// A step for each root.
    fn of_each_root(
        &mut self,
        name: NightStepName,
        limit: Duration,
        own: impl Fn(&mut Self, &Path, usize) -> Own,
    ) -> Vec<Step> {
        let roots = self.config.roots.iter().enumerate();
        roots
            .map(|(number, root)| {
                let own = own(self, root, number);
                self.step(name, Some(root.clone()), limit, number, own)
            })
            .collect()
    }

    /// A step, with what all of them are given.
    fn step(
        &self,
        name: NightStepName,
        root: Option<PathBuf>,
        limit: Duration,
        number: usize,
        own: Own,
    ) -> Step {
        let report = report_name::of(name.as_str(), number, "json");
        let output = self.folder.join(&report);
        let Own { head, written, limits, mut options, without_writing } = own;
        let fail_on = self.config.fail_on.to_possible_value();
        let fail_on = fail_on.map_or_else(String::new, |value| value.get_name().to_owned());
        options.extend(words(&["--fail-on", &fail_on, "--quiet", "--progress", "never"]));
        if !self.config.settings {
            options.push("--no-settings".into());
        }
        if self.config.force {
            options.push("--force".into());
        }
        options.extend([OsString::from("--output"), output.clone().into()]);
        Step {
            name,
            real_root: root.as_deref().map(|root| self.places.real(root).to_owned()),
            root,
            limit,
            report,
            output,
            written,
            limits,
            control: of_control(self.config),
            makes_its_own: options.iter().any(|word| word == PROVISION),
            without_writing,
            head,
            options,
        }
    }

    /// A place that a step writes in; `target` is how `fscan stress` calls it.
    fn written(&self, target: Option<String>, path: &Path) -> Written {
        let is_control = self.config.control.as_deref() == Some(path);
        let real = self.places.real(path).to_owned();
        Written { target, path: path.to_owned(), real, is_control }
    }

    fn quick(&mut self, root: &Path, _: usize) -> Own {
        Own { head: words(&["scan", "--quick"]), options: self.of_scans(root), ..Own::default() }
    }

    fn full(&mut self, root: &Path, number: usize, full: &FullStep) -> Own {
        let mut arguments = Vec::new();
        if let Some(rate) = self.config.max_rate {
            arguments.extend(words(&["--max-rate", &rate.to_string()]));
        }
        if full.manifest {
            let manifest = self.folder.join(report_name::of("manifest", number, "gz"));
            arguments.extend([OsString::from("--manifest"), manifest.into()]);
        }
        if full.baseline {
            let manifest = self.last_manifest(root);
            arguments.extend(manifest.into_iter().flat_map(|it| ["--baseline".into(), it.into()]));
        }
        arguments.extend(self.of_scans(root));
        // Reports below the root are written all the same.
        let without_writing = match self.reports_below(root) {
            Some(_) => words(&["--skip", "tar"]),
            None => words(&["--read-only"]),
        };
        Own {
            head: words(&["scan"]),
            written: vec![self.written(None, root)],
            options: arguments,
            without_writing,
            ..Own::default()
        }
    }

    /// The manifest that a root is compared with.
    fn last_manifest(&mut self, root: &Path) -> Option<PathBuf> {
        let baseline = Baseline::of(root, self.earlier);
        self.remarks.extend(baseline.damaged.iter().map(|path| {
            let shown = PathName::from(path.as_path()).escaped();
            format!("{shown}: it is damaged, so the tree was not compared with it; remove it")
        }));
        let trouble = baseline.trouble(root);
        if trouble.is_none() && baseline.manifest.is_none() {
            self.remarks.push(format!(
                "{}: no night before has a list of it, so it was compared with nothing",
                PathName::from(root).escaped()
            ));
        }
        self.troubles.extend(trouble);
        baseline.manifest
    }

    /// What both scans are given.
    fn of_scans(&self, root: &Path) -> Vec<OsString> {
        let mut arguments = Vec::new();
        if self.config.idle {
            arguments.push("--idle".into());
        }
        for glob in &self.config.exclude {
            arguments.extend(words(&["--exclude", glob]));
        }
        if let Some(reports) = self.reports_below(root) {
            arguments.extend([OsString::from("--exclude"), literal(reports.as_os_str())]);
        }
        arguments.push(root.into());
        arguments
    }

    /// The folder for reports as it is reached from a root above it.
    fn reports_below(&self, root: &Path) -> Option<PathBuf> {
        let below = self.folder.parent()?.strip_prefix(self.places.real(root)).ok()?;
        Some(root.join(below))
    }

    fn tar(&self, root: &Path, tar: &TarStep) -> Own {
        let mut options = Vec::new();
        let patterns: Vec<_> =
            tar.patterns.iter().filter_map(ValueEnum::to_possible_value).collect();
        let patterns: Vec<_> = patterns.iter().map(PossibleValue::get_name).collect();
        if !patterns.is_empty() {
            options.extend(words(&["--pattern", &patterns.join(",")]));
        }
        let (packages, rounds) = (tar.packages.to_string(), tar.rounds.to_string());
        options.extend(words(&["--generated", &packages, "--rounds", &rounds]));
        options.extend(of_control(self.config));
        let written = vec![self.written(None, root)];
        Own { head: words(&["tar"]), written, options, ..Own::default() }
    }

    fn stress(&mut self, stress: &StressStep, seed: u64) -> Step {
        let (targets, remark) = targets::of(self.config, stress);
        self.remarks.extend(remark);
        let targets = targets.into_iter();
        let written = targets.map(|it| self.written(Some(it.name), &it.directory)).collect();
        let mut options = Vec::new();
        if stress.provision {
            options.push(PROVISION.into());
        }
        let profile = stress.profile.to_possible_value();
        let profile = profile.map_or_else(String::new, |value| value.get_name().to_owned());
        let (seed, bytes) = (seed.to_string(), stress.max_bytes.to_string());
        let threads = stress.threads.to_string();
        let duration = format!("{}s", stress.duration.as_secs_f64());
        options.extend(words(&["--duration", &duration, "--seed", &seed, "--profile", &profile]));
        options.extend(words(&["--max-bytes", &bytes, "--threads", &threads]));
        let reproducers = self.folder.join(super::removal::REPRODUCERS);
        let later = final_folder(self.folder).join(super::removal::REPRODUCERS);
        let is_renamed = later != reproducers;
        options.extend([OsString::from("--reproducers"), reproducers.into()]);
        if is_renamed {
            options.extend([OsString::from("--reproducers-later"), later.into()]);
        }
        let lanes = usize::from(stress.threads);
        let limits = Some(crate::stress::limits(stress.max_bytes, lanes, self.config.force));
        let own = Own { head: words(&["stress"]), written, limits, options, ..Own::default() };
        self.step(NightStepName::Stress, None, stress.limit, 0, own)
    }
}

/// What the folder of a night is called when it has come to its end.
fn final_folder(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(name.strip_suffix(PARTIAL).unwrap_or(&name))
}

/// What `fscan tar` is told of a control arm; of the usual one nothing, so that it goes without where
/// that cannot be used.
fn of_control(config: &Config) -> Vec<OsString> {
    match &config.control {
        Some(control) if config.control_is_named => vec!["--control".into(), control.into()],
        Some(_) => Vec::new(),
        None => vec!["--no-control".into()],
    }
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// A path as a glob that matches it alone.
fn literal(path: &OsStr) -> OsString {
    let mut glob = Vec::new();
    for byte in path.as_bytes() {
        match byte {
            b'*' | b'?' | b'[' | b']' | b'{' | b'}' => glob.extend([b'[', *byte, b']']),
            b'\\' => glob.extend(b"\\\\"),
            _ => glob.push(*byte),
        }
    }
    OsStr::from_bytes(&glob).to_owned()
}

#[cfg(test)]
mod tests;
