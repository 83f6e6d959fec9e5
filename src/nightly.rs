//! `fscan nightly`: what a timer runs at night.
//!
//! Each step is a process of its own that writes its report into a folder of the night: what
//! crashes or hangs costs its step alone. The folder is called NAME.partial until all is done.

mod advice;
mod age;
mod baseline;
mod child;
mod command_line;
mod conclusion;
mod config;
mod dry_run;
mod ending;
mod ground;
mod keep;
mod leftovers;
mod lock;
mod nested;
mod night_name;
mod places;
mod plan;
mod removal;
mod report_name;
mod start;
mod step;
mod store;
mod targets;
mod trust;
mod workable;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Instant;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use reports::{
    NIGHT_SCHEMA_VERSION, Night, PathName, Timestamp, write_night_json, write_night_text,
};

use crate::arguments::{NightFormat, NightlyArguments};
use crate::output;
use crate::settings::relied_on;
use crate::signals::{self, Caught};
use crate::status::Status;
use child::Children;
use conclusion::Conclusion;
use config::Config;
use ground::Damaged;
use places::Places;
use plan::Plan;
use store::Store;

/// The file that says of a folder that it is one of a night.
pub const MARKER: &str = ".fscan-night";

/// The account of a night, which lies beside its reports and is none.
pub const SUMMARY: &str = "summary.json";

/// What is known of the step under way to those who stop it.
#[derive(Clone, Default)]
pub struct UnderWay {
    stopped: Arc<AtomicBool>,
    /// Its process group, or 0.
    group: Arc<AtomicU32>,
}

/// Settings with every key explained.
const SAMPLE: &str = include_str!("../deploy/systemd/nightly.toml");

/// Runs a night, and decides the exit code.
pub fn run(arguments: &NightlyArguments) -> anyhow::Result<Status> {
    if arguments.sample {
        output::print(|out| out.write_all(SAMPLE.as_bytes()))?;
        return Ok(Status::Clean);
    }
    let config = Config::read(&settings(arguments)?, &arguments.config)?;
    let places = Places::find(&config);
    let reports = start::check(&config, &places)?;
    if arguments.dry_run {
        return dry_run::print(&config, &places, &reports);
    }
    let under_way = UnderWay::default();
    let caught = listen(&under_way)?;
    let store = Store::open(&config, &places)?;
    let _lock = lock::take(&store)?;
    let removed = store.make_room(&config)?;
    let night = go(&config, &places, &store, &under_way, removed)?;
    show(arguments, &night)?;
    Ok(status(&night, caught.signal(), config.exit_zero || arguments.exit_zero))
}

/// The text of the settings file.
fn settings(arguments: &NightlyArguments) -> anyhow::Result<String> {
    relied_on(&arguments.config).map_err(|error| {
        let cause = error.root_cause().downcast_ref::<std::io::Error>();
        if cause.is_none_or(|cause| cause.kind() != std::io::ErrorKind::NotFound) {
            return error;
        }
        anyhow::anyhow!(
            "{error:#}; name a settings file (`fscan nightly FILE`); `fscan nightly --sample` prints one \
             in which every key is explained"
        )
    })
}

/// Must be called before any thread is started.
fn listen(under_way: &UnderWay) -> anyhow::Result<Caught> {
    let (stop, end) = (under_way.clone(), under_way.clone());
    signals::on_stop_or_end(move || stop.stopped.store(true, Ordering::Release), move || end.kill())
}

impl UnderWay {
    /// Whether the night is to end.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Takes down the process group of a step; 0 is none.
    pub fn note(&self, group: u32) {
        self.group.store(group, Ordering::Release);
    }

    /// Kills the step under way, before this process ends at once.
    fn kill(&self) {
        let group = i32::try_from(self.group.load(Ordering::Acquire)).unwrap_or_default();
        if group > 0 {
            // ESRCH: it has ended.
            let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
}

/// Runs the steps, and keeps what they came to.
fn go(
    config: &Config,
    places: &Places,
    store: &Store,
    under_way: &UnderWay,
    removed: Vec<String>,
) -> anyhow::Result<Night> {
    let (started_at, begun) = (Timestamp::now(), Instant::now());
    let earlier = store.nights_before(started_at)?;
    let folder = store.begin(under_way)?;
    let plan = Plan::new(config, places, &folder.path, started_at, &store.summaries(&earlier));
    let is_in_place = || store.expect_in_place(&folder);
    let until = begun + config.time_limit;
    let children = Children { config, under_way, until, is_in_place: &is_in_place };
    let mut damaged = Damaged::default();
    let (mut steps, mut left, mut troubles) = (Vec::new(), Vec::new(), plan.troubles.clone());
    for step in &plan.steps {
        let ran = children.run(step, &mut damaged);
        steps.push(ran.told);
        left.extend(ran.remark);
        troubles.extend(ran.trouble);
    }
    let silent = store.silent_before(&earlier);
    let before = silent.and_then(|night| leftovers::of_silent_night(night, &plan));
    let remarks = plan.remarks.iter().cloned().chain(left).chain(before).collect();
    let finished_at = Timestamp::now();
    let night = Night {
        schema_version: NIGHT_SCHEMA_VERSION,
        started_at,
        finished_at,
        duration_seconds: begun.elapsed().as_secs_f64(),
        complete: !under_way.is_stopped(),
        fail_on: config.fail_on(),
        folder: PathName::from(folder.final_path().as_path()),
        seed: plan.seed,
        steps,
        trend: Vec::new(),
        worse: None,
        removed,
        troubles,
        remarks,
    };
    let conclusion = Conclusion { config, store, folder: &folder, earlier: &earlier };
    Ok(conclusion.of(night))
}

fn show(arguments: &NightlyArguments, night: &Night) -> anyhow::Result<()> {
    let options = output::text_options(arguments.color, false);
    output::print(|mut out| match arguments.format {
        NightFormat::Text => write_night_text(night, options, &mut out),
        NightFormat::Json => write_night_json(night, &mut out),
    })
}

/// The exit code in one expression: damage first, then what could not be done.
fn status(night: &Night, signal: Option<u8>, exit_zero: bool) -> Status {
    match signal {
        Some(signal) if !night.complete => Status::Stopped(signal),
        _ if night.has_findings() && !exit_zero => Status::Findings,
        _ if !night.is_done() => Status::CouldNotRun,
        _ => Status::Clean,
    }
}

#[cfg(test)]
mod tests;
