//! One step: a process of this program, attended until it ends or its time is up.

use std::cell::Cell;
use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use reports::{CheckRun, NightEnding, NightStep, PathName, Report, Severity, Timestamp, from_json};
use scanner::program::{self, Attended, Cut, Patience, ProgramError};
use scanner::scratch::Owner;

use super::config::Config;
use super::ground::{self, Damaged, Ground};
use super::plan::Step;
use super::{UnderWay, advice, leftovers};
use crate::saved;

/// How much of the end of what a step says is kept, in bytes.
const SAID: usize = 8 << 10;

/// The most of its last sentence that is told, in characters.
const SENTENCE: usize = 5000;

/// The number of SIGKILL.
const KILL: i32 = 9;

/// The number of SIGTERM.
const TERM: i32 = 15;

/// The exit status of one that was asked to end.
const ASKED: i32 = 128 + TERM;

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
        let mut remark = None;
        if self.under_way.is_stopped() {
            told.because = Some("the night was stopped before".to_owned());
        } else if Instant::now() >= self.until {
            told.because = Some("the time of the night was up (`time-limit`)".to_owned());
        } else if let Err(error) = (self.is_in_place)() {
            told.because = Some(format!("{error:#}"));
        } else {
            match ground::of(step, damaged) {
                Ground::Whole => remark = self.attend(step, &mut told, damaged),
                Ground::Part(part, check) => {
                    told.not_whole.push(check);
                    remark = self.attend(&part, &mut told, damaged);
                }
                Ground::Nowhere(why) => {
                    (told.ending, told.because) = (NightEnding::NotRun, Some(why));
                }
            }
        }
        Ran { told, remark }
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

/// A report that a step wrote, or why there is none.
type Read = Result<Report, String>;

/// Reads the report of a step, and takes down what it says.
fn read(step: &Step, told: &mut NightStep) -> Read {
    let text = saved::read(&step.output, saved::LARGEST).map_err(|error| format!("{error:#}"))?;
    let report = from_json(&text).map_err(|error| error.to_string())?;
    told.report = Some(step.report.clone());
    // Where nothing was examined no word means anything.
    told.verdict = Some(report.verdict).filter(|_| !report.saw_nothing());
    told.worst = report.worst();
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

/// How a step ended, and why.
fn ending(attended: &Attended, report: Read) -> (NightEnding, Option<String>) {
    if attended.killed {
        return (NightEnding::Killed, Some(not_ended(attended)));
    }
    let said = || last_sentence(&attended.said);
    let Some(status) = attended.status else {
        return (NightEnding::Crashed, Some("how it ended is not known".to_owned()));
    };
    match (status.code(), report, attended.cut) {
        // One that is asked to end may have come to its end just then.
        (Some(0 | 1 | 3), Ok(report), _) if report.complete => (NightEnding::Done, None),
        (Some(0..=3 | ASKED), report, Some(cut)) => cut_short(attended, cut, report),
        // It had only begun to begin.
        (None, report, Some(cut)) if status.signal() == Some(TERM) => {
            cut_short(attended, cut, report)
        }
        (None, ..) => {
            let signal = status.signal().unwrap_or_default();
            // Nobody here sends it unasked; the kernel does.
            let why = if signal == KILL { " (memory may have been short)" } else { "" };
            (NightEnding::Crashed, Some(with(&format!("signal {signal}{why}"), said())))
        }
        (Some(0 | 1 | 3), Ok(_), None) => {
            (NightEnding::Failed, Some("its report is incomplete, and says why".to_owned()))
        }
        (Some(0 | 1 | 3), Err(why), None) => (NightEnding::NoReport, Some(with(&why, said()))),
        (Some(2), _, None) => (NightEnding::Failed, said()),
        (Some(code), ..) => {
            (NightEnding::Crashed, Some(with(&format!("exit status {code}"), said())))
        }
    }
}

/// One that ended when it was asked to. What it had seen should be in its report.
fn cut_short(attended: &Attended, cut: Cut, report: Read) -> (NightEnding, Option<String>) {
    let no_report = report
        .err()
        .map(|why| with(&format!("it left no report: {why}"), last_sentence(&attended.said)));
    match cut {
        Cut::Stopped => (NightEnding::Stopped, no_report),
        Cut::OutOfTime => {
            let limit = format!("after {:.1} s (`time-limit`)", attended.took.as_secs_f64());
            let told = no_report.map(|why| format!("{limit}; {why}"));
            (NightEnding::OutOfTime, Some(told.unwrap_or(limit)))
        }
    }
}

/// Why a step ended, in its own words. What to do stands at the end, behind a path that may be long.
fn last_sentence(said: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.strip_prefix("fscan: ").unwrap_or(line);
    Some(line.chars().take(SENTENCE).collect())
}

fn with(what: &str, said: Option<String>) -> String {
    said.map_or_else(|| what.to_owned(), |said| format!("{what}: {said}"))
}

fn not_ended(attended: &Attended) -> String {
    let why = match attended.cut {
        Some(Cut::Stopped) => "the night was stopped",
        _ => "its time was up (`time-limit`)",
    };
    let gone = if attended.status.is_some() { "" } else { "; the kernel does not let it go" };
    format!("{why}, and it did not end when it was asked to{gone}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_step_ended() {
        use NightEnding::{Crashed, Done, Failed, Killed, NoReport, OutOfTime, Stopped};
        let (late, stopped) = (Some(Cut::OutOfTime), Some(Cut::Stopped));
        let (whole, part, none) = (Some(true), Some(false), None);
        // Raw statuses: an exit status is above the number of a signal.
        for (status, cut, killed, report, expected, because) in [
            (Some(0), None, false, whole, Done, ""),
            (Some(1 << 8), None, false, whole, Done, ""),
            (Some(0), None, false, part, Failed, "incomplete"),
            (Some(0), None, false, none, NoReport, "not there: x"),
            (Some(2 << 8), None, false, whole, Failed, "x"),
            (Some(101 << 8), None, false, whole, Crashed, "exit status 101: x"),
            (Some(11), None, false, whole, Crashed, "signal 11: x"),
            (None, None, false, whole, Crashed, "not known"),
            // It came to its end just when it was asked to.
            (Some(3 << 8), late, false, whole, Done, ""),
            (Some(0), stopped, false, whole, Done, ""),
            (Some(ASKED << 8), late, false, part, OutOfTime, "time-limit"),
            (Some(1 << 8), late, false, part, OutOfTime, "time-limit"),
            (Some(ASKED << 8), stopped, false, part, Stopped, ""),
            (Some(ASKED << 8), late, false, none, OutOfTime, "; it left no report: not there: x"),
            (Some(2 << 8), stopped, false, none, Stopped, "it left no report: not there: x"),
            (Some(TERM), late, false, none, OutOfTime, "it left no report"),
            (Some(11), late, false, part, Crashed, "signal 11"),
            (Some(101 << 8), stopped, false, part, Crashed, "exit status 101"),
            (Some(KILL), late, true, part, Killed, "did not end when"),
        ] {
            let attended = Attended {
                status: status.map(std::process::ExitStatus::from_raw),
                cut,
                killed,
                said: b"fscan: x\n".to_vec(),
                took: Duration::ZERO,
            };
            let report =
                report.map(|complete| Report { complete, ..crate::nightly::tests::report() });
            let (told, why) = ending(&attended, report.ok_or_else(|| "not there".to_owned()));
            let why = why.unwrap_or_default();
            assert_eq!(told, expected, "{attended:?}: {why}");
            assert!(why.contains(because) && because.is_empty() == why.is_empty(), "{why}");
        }
    }

    #[test]
    fn the_advice_behind_a_long_path_is_told() {
        let path = "/x".repeat(400);
        let said =
            format!("fscan: settings: x\nfscan: {path}: no room; write less (--max-bytes)\n\n");
        let told = last_sentence(said.as_bytes()).unwrap();
        assert_eq!(told, format!("{path}: no room; write less (--max-bytes)"));
        assert_eq!(last_sentence(b"\n"), None);
        assert_eq!(last_sentence(&vec![b'y'; 9000]).map(|it| it.len()), Some(SENTENCE));
    }
}
