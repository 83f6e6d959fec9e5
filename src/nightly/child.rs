//! One step: a process of this program, attended until it ends or its time is up.

use std::cell::Cell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use reports::{CheckRun, NightEnding, NightStep, PathName, Severity, Timestamp, from_json};
use scanner::program::{self, Attended, Patience, ProgramError};
use scanner::scratch::Owner;

use super::config::Config;
use super::ending::{Read, ending};
use super::ground::{self, Damaged, Ground};
use super::step::Step;
use super::{UnderWay, advice, leftovers};
use crate::saved;

/// How much of the end of what a step says is kept, in bytes.
const SAID: usize = 8 << 10;

/// What systemd gives to the process that it starts, and to no child of it.
const NOT_FOR_CHILDREN: [&str; 4] = ["NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "WATCHDOG_PID"];

/// How long the removal of what a killed step left may take.
const REMOVAL: Duration = Duration::from_mins(2);

/// The same from when the night is stopped.
const LAST_REMOVAL: Duration = Duration::from_secs(15);

/// How long that may take to end when it is asked to.
const REMOVAL_GRACE: Duration = Duration::from_secs(2);

/// A step that ran, and what should be known besides.
pub struct Ran {
    /// How it went.
    pub told: NightStep,
    /// What became of what it left behind.
    pub remark: Option<String>,
    /// Which of its places it could not work in.
    pub trouble: Option<String>,
}

/// Runs steps.
pub struct Children<'a> {
    /// How.
    pub config: &'a Config,
    /// What is under way.
    pub under_way: &'a UnderWay,
    /// When the night is over.
    pub until: Instant,
    /// Whether reports still go where they belong.
    pub is_in_place: &'a dyn Fn() -> anyhow::Result<()>,
}

impl Children<'_> {
    /// Runs a step, and says what it came to. What it proves to be damaged is noted in `damaged`, and
    /// what was before is not written to.
    pub fn run(&self, step: &Step, damaged: &mut Damaged) -> Ran {
        let mut told = not_started(step);
        let (mut remark, mut trouble) = (None, None);
        if self.under_way.is_stopped() {
            told.because = Some("the night was stopped before".to_owned());
        } else if Instant::now() >= self.until {
            told.because = Some("the time of the night was up (`time-limit`)".to_owned());
        } else if let Err(error) = (self.is_in_place)() {
            told.because = Some(format!("{error:#}"));
        } else {
            match ground::of(step, damaged) {
                Ground::Whole => remark = self.attend(step, &mut told, damaged),
                Ground::Part(part) => {
                    told.not_whole.push(part.left_out);
                    trouble = part.trouble;
                    remark = self.attend(&part.step, &mut told, damaged);
                }
                Ground::Nowhere(why) => {
                    (told.ending, told.because) = (NightEnding::NotRun, Some(why));
                }
                Ground::Unusable(why) => {
                    (told.ending, told.because) = (NightEnding::Failed, Some(why));
                }
            }
        }
        Ran { told, remark, trouble }
    }

    /// Attends a step. Comes back with what became of what it left behind, where it was killed.
    fn attend(&self, step: &Step, told: &mut NightStep, damaged: &mut Damaged) -> Option<String> {
        told.command = step.command_line();
        told.started_at = Some(Timestamp::now());
        let deadline = (Instant::now() + step.limit).min(self.until);
        let patience = Patience { deadline, grace: self.config.grace, said: SAID };
        let owner = Cell::new(None);
        let begun = |group| {
            self.under_way.note(group);
            owner.set(Owner::of_process(group));
        };
        let is_stopped = || self.under_way.is_stopped();
        let attended = self.start(&step.arguments(), &patience, &begun, &is_stopped);
        match attended {
            Ok(attended) => {
                told.duration_seconds = attended.took.as_secs_f64();
                let report = read(step, told);
                if let Some(report) = report.as_ref().ok().filter(|_| !self.config.force) {
                    damaged.note(step, report);
                }
                (told.ending, told.because) = ending(&attended, report);
                let reasons = told.not_whole.iter_mut().filter_map(|check| check.reason.as_mut());
                for why in reasons.chain(&mut told.because) {
                    *why = advice::in_settings(step.name, why);
                }
                let is_gone = attended.status.is_some();
                let owner = owner.take().filter(|_| is_gone);
                self.remove_leftovers(step, told.ending, owner.as_ref())
            }
            Err(error) => {
                (told.ending, told.because) = (NightEnding::Failed, Some(error.to_string()));
                None
            }
        }
    }

    fn start(
        &self,
        arguments: &[OsString],
        patience: &Patience,
        begun: &dyn Fn(u32),
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Attended, ProgramError> {
        let program = own_program();
        let attended =
            program::attend(&program, arguments, &NOT_FOR_CHILDREN, patience, begun, is_stopped);
        self.under_way.note(0);
        attended
    }

    /// Removes what a step left that was killed; in less time where the night is stopped.
    fn remove_leftovers(
        &self,
        step: &Step,
        ending: NightEnding,
        owner: Option<&Owner>,
    ) -> Option<String> {
        if !matches!(ending, NightEnding::Killed | NightEnding::Crashed) {
            return None;
        }
        let remove = |arguments: &[OsString]| {
            let deadline = Instant::now() + REMOVAL;
            let patience = Patience { deadline, grace: REMOVAL_GRACE, said: SAID };
            let stopped = Cell::new(None);
            let is_over = || {
                if self.under_way.is_stopped() && stopped.get().is_none() {
                    stopped.set(Some(Instant::now()));
                }
                stopped.get().is_some_and(|since| since.elapsed() >= LAST_REMOVAL)
            };
            let begun = |group| self.under_way.note(group);
            let attended = self.start(arguments, &patience, &begun, &is_over);
            attended.map_err(|error| error.to_string()).and_then(|it| leftovers::cleaned(&it))
        };
        leftovers::remove(step, owner, &remove)
    }
}

/// A step whose turn has not come.
fn not_started(step: &Step) -> NightStep {
    NightStep {
        step: step.name,
        root: step.root.as_deref().map(PathName::from),
        command: step.command_line(),
        started_at: None,
        duration_seconds: 0.0,
        ending: NightEnding::NotStarted,
        because: None,
        report: None,
        verdict: None,
        worst: None,
        changed_silently: false,
        findings: 0,
        not_whole: Vec::new(),
        settings: None,
    }
}

/// This program: where it lies, or, where another one took its place meanwhile, as it runs.
fn own_program() -> PathBuf {
    let path = std::env::current_exe().ok().filter(|path| path.exists());
    path.unwrap_or_else(|| PathBuf::from("/proc/self/exe"))
}

/// Reads the report of a step, and takes down what it says.
fn read(step: &Step, told: &mut NightStep) -> Read {
    let text = saved::read(&step.output, saved::LARGEST).map_err(|error| format!("{error:#}"))?;
    let report = from_json(&text).map_err(|error| error.to_string())?;
    told.report = Some(step.report.clone());
    // Where nothing was examined no word means anything.
    told.verdict = Some(report.verdict).filter(|_| !report.saw_nothing());
    told.worst = report.worst();
    told.changed_silently = report.findings.iter().any(|finding| finding.code.is_silent_change());
    let left_out = std::mem::take(&mut told.not_whole);
    told.note_checks(&report);
    // What the night left out is told with its own reason.
    told.not_whole.retain(|run| {
        let is_same = |out: &CheckRun| (&out.name, out.status) == (&run.name, run.status);
        !left_out.iter().any(is_same)
    });
    told.not_whole.splice(0..0, left_out);
    let defects = report.findings.iter().filter(|finding| finding.severity > Severity::Info);
    told.findings = defects.fold(0, |sum, finding| sum.saturating_add(finding.occurrences));
    Ok(report)
}
