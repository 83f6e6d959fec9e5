use reports::{
    NightEnding, NightStep, NightStepName, Report, SCHEMA_VERSION, Severity, Totals, Verdict,
};

use super::*;
use crate::tool::tool;

/// A night of one step that ended so and found this.
pub fn night(
    ending: NightEnding,
    worst: Option<Severity>,
    complete: bool,
    troubles: &[&str],
) -> Night {
    let now = Timestamp::now();
    let step = NightStep {
        step: NightStepName::Quick,
        root: None,
        command: "fscan scan /home".into(),
        started_at: Some(now),
        duration_seconds: 1.0,
        ending,
        because: None,
        report: None,
        verdict: None,
        worst,
        changed_silently: false,
        findings: 0,
        not_whole: Vec::new(),
        settings: None,
    };
    Night {
        schema_version: NIGHT_SCHEMA_VERSION,
        started_at: now,
        finished_at: now,
        duration_seconds: 1.0,
        complete,
        fail_on: Severity::Suspect,
        folder: PathName::new(b"/n".to_vec()),
        seed: 1,
        steps: vec![step],
        trend: Vec::new(),
        worse: None,
        removed: Vec::new(),
        troubles: troubles.iter().map(|&it| it.to_owned()).collect(),
        remarks: Vec::new(),
    }
}

/// A report without a finding.
pub fn report() -> Report {
    let now = Timestamp::now();
    Report {
        schema_version: SCHEMA_VERSION,
        tool: tool(),
        started_at: now,
        finished_at: now,
        duration_seconds: 0.0,
        complete: true,
        verdict: Verdict::Healthy,
        roots: Vec::new(),
        totals: Totals::default(),
        findings: Vec::new(),
        suppressed: Vec::new(),
        unchecked: Vec::new(),
        directories: None,
        blocks: Vec::new(),
        resumed: None,
        environment: None,
        diff: None,
        tar: None,
        stress: None,
        recommendations: Vec::new(),
    }
}

/// Exit codes, without and with --exit-zero.
#[test]
fn what_a_night_ends_with() {
    use NightEnding::*;
    use Status::{Clean, CouldNotRun, Findings, Stopped as BySignal};
    let (corrupt, warning) = (Some(Severity::Corrupt), Some(Severity::Warning));
    for (ending, worst, expected) in [
        (Done, None, [Clean, Clean]),
        (Done, warning, [Clean, Clean]),
        (Done, corrupt, [Findings, Clean]),
        (NotRun, None, [Clean, Clean]),
        (OutOfTime, None, [CouldNotRun; 2]),
        (Killed, None, [CouldNotRun; 2]),
        (Crashed, None, [CouldNotRun; 2]),
        (Failed, None, [CouldNotRun; 2]),
        (NoReport, None, [CouldNotRun; 2]),
        (NotStarted, None, [CouldNotRun; 2]),
        // What was found weighs more; with --exit-zero that a step was killed still counts.
        (Killed, corrupt, [Findings, CouldNotRun]),
        (OutOfTime, corrupt, [Findings, CouldNotRun]),
    ] {
        let night = night(ending, worst, true, &[]);
        let codes = [false, true].map(|exit_zero| status(&night, None, exit_zero));
        assert_eq!(codes, expected, "{ending:?} {worst:?}");
    }
    let codes = |night: &Night, signal| [false, true].map(|zero| status(night, signal, zero));
    let unkept = night(Done, None, true, &["the metrics were not written"]);
    assert_eq!(codes(&unkept, None), [CouldNotRun; 2]);
    let stopped = night(Stopped, corrupt, false, &[]);
    assert_eq!(codes(&stopped, Some(15)), [BySignal(15); 2]);
    // A signal that came when all was done already.
    assert_eq!(codes(&night(Done, None, true, &[]), Some(15)), [Clean; 2]);
}
