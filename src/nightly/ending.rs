//! How a step ended, by its status, by its report, and by whether it was asked to.

use std::os::unix::process::ExitStatusExt;

use reports::{NightEnding, Report};
use scanner::program::{Attended, Cut};

/// The most of its last sentence that is told, in characters.
const SENTENCE: usize = 5000;

/// The number of SIGKILL.
const KILL: i32 = 9;

/// The number of SIGTERM.
const TERM: i32 = 15;

/// The exit status of one that was asked to end.
const ASKED: i32 = 128 + TERM;

/// A report that a step wrote, or why there is none.
pub type Read = Result<Report, String>;

/// How a step ended, and why.
pub fn ending(attended: &Attended, report: Read) -> (NightEnding, Option<String>) {
    if attended.killed {
        return (NightEnding::Killed, Some(not_ended(attended)));
    }
    let said = || last_sentence(&attended.said);
    let Some(status) = attended.status else {
        return (NightEnding::Crashed, Some("how it ended is not known".to_owned()));
    };
    match (status.code(), report, attended.cut) {
        // One that is asked to end may have come to its end just then.
        (Some(0 | 1 | 3), Ok(report), _) if report.came_to_its_end() => (NightEnding::Done, None),
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
        (Some(2), report, None) => {
            let in_report = report.is_ok().then(|| "exit status 2; its report says why".to_owned());
            (NightEnding::Failed, said().or(in_report))
        }
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
    use std::time::Duration;

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
