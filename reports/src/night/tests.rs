use super::*;
use crate::sample::{HOSTILE, finding, hostile_text, moment, with_findings};
use crate::schema::expect_committed;
use crate::{CheckRun, CheckStatus, Code, TextOptions};

/// A night of two steps, the first of them done.
fn night(ending: NightEnding, worst: Option<Severity>) -> Night {
    let step = |step, ending, worst| NightStep {
        step,
        root: Some(PathName::new(b"/home/coder".to_vec())),
        command: "fscan scan /home/coder".into(),
        started_at: Some(moment()),
        duration_seconds: 62.5,
        ending,
        because: None,
        report: Some("quick.json".into()),
        verdict: None,
        worst,
        changed_silently: false,
        findings: 0,
        not_whole: Vec::new(),
        settings: None,
    };
    Night {
        schema_version: NIGHT_SCHEMA_VERSION,
        started_at: moment(),
        finished_at: moment(),
        duration_seconds: 125.0,
        complete: true,
        fail_on: Severity::Suspect,
        folder: PathName::new(b"/var/lib/fscan/2023-11-14T22-13-20Z".to_vec()),
        seed: 20_231_114,
        steps: vec![
            step(NightStepName::Quick, NightEnding::Done, None),
            step(NightStepName::Full, ending, worst),
        ],
        trend: Vec::new(),
        worse: None,
        removed: Vec::new(),
        troubles: Vec::new(),
        remarks: Vec::new(),
    }
}

fn text(night: &Night) -> String {
    let mut text = Vec::new();
    write_night_text(night, TextOptions::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    expect_committed("night.schema.json", &night_schema());
}

#[test]
fn what_makes_a_night_clean() {
    let (warning, corrupt) = (Some(Severity::Warning), Some(Severity::Corrupt));
    for (ending, worst, complete, clean, word) in [
        (NightEnding::Done, None, true, true, "CLEAN NIGHT"),
        (NightEnding::Done, warning, true, true, "CLEAN NIGHT"),
        (NightEnding::Done, corrupt, true, false, "NIGHT WITH FINDINGS"),
        (NightEnding::OutOfTime, None, true, false, "NIGHT NOT ALL DONE"),
        (NightEnding::Crashed, corrupt, true, false, "NIGHT WITH FINDINGS, NOT ALL DONE"),
        (NightEnding::Stopped, None, false, false, "NIGHT STOPPED"),
        (NightEnding::NotRun, None, true, true, "CLEAN NIGHT"),
    ] {
        let night = Night { complete, ..night(ending, worst) };
        assert_eq!(night.is_clean(), clean, "{word}");
        assert!(text(&night).starts_with(&format!("{word}  ")), "{}", text(&night));
    }
}

/// A night that could write nowhere did not fail, and says nothing of any tree.
#[test]
fn a_night_that_looked_at_nothing_is_not_clean() {
    let mut night = night(NightEnding::NotRun, None);
    night.steps.remove(0);
    assert!(night.is_done() && !night.is_clean());
    assert!(text(&night).starts_with("NOTHING LOOKED AT  "), "{}", text(&night));
    let mut metrics = Vec::new();
    write_night_prometheus(&night, &[], None, &mut metrics).unwrap();
    assert!(String::from_utf8(metrics).unwrap().contains("fscan_night_clean 0"));
}

#[test]
fn a_night_is_told_step_by_step() {
    let mut night = night(NightEnding::Killed, None);
    night.steps[1].because = Some(hostile_text());
    night.trend = vec![hostile_text()];
    night.folder = PathName::new(HOSTILE.to_vec());
    let told = text(&night);
    assert!(told.contains("full of /home/coder: killed:"), "{told}");
    assert!(!told.contains(|c| c != '\n' && crate::path_name::is_unsafe_to_show(c)), "{told}");
    let mut json = Vec::new();
    write_night_json(&night, &mut json).unwrap();
    assert_eq!(serde_json::from_slice::<Night>(&json).unwrap(), night);
}

/// Settings in a root may switch checks off: a clean night says what it did not look at.
#[test]
fn what_a_step_left_out_is_told() {
    let run = |name: &str, status, reason: &str| CheckRun {
        name: name.into(),
        status,
        reason: Some(reason.into()),
    };
    let mut report = with_findings(vec![]);
    report.tool.settings = Some("/home/coder/.fscan.toml".into());
    report.roots[0].checks = vec![
        run("content", CheckStatus::Skipped, "not asked for"),
        run("links", CheckStatus::Skipped, "not asked for"),
        run("inodes", CheckStatus::Partial, "parts of the tree were not seen"),
        run("entries", CheckStatus::Ran, "as it is"),
    ];
    let mut night = night(NightEnding::Done, None);
    for (step, expected) in [(0, &["links", "inodes"][..]), (1, &["content", "links", "inodes"])] {
        night.steps[step].note_checks(&report);
        let names: Vec<_> = night.steps[step].not_whole.iter().map(|run| &run.name).collect();
        assert_eq!(names, expected, "{}", night.steps[step].step.as_str());
    }
    night.steps[1].because = Some("out of memory".into());
    night.steps[1].not_whole.push(run("tar", CheckStatus::Skipped, "out of memory"));
    let told = text(&night);
    assert!(!told.contains("check tar"), "the step itself says so: {told}");
    for line in [
        "CLEAN NIGHT",
        "full of /home/coder: the checks content, links ran not at all: not asked for",
        "quick of /home/coder: the check inodes ran in part: parts of the tree",
        "quick of /home/coder: as /home/coder/.fscan.toml has it",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}

/// A read-only filesystem is no failure of the night, and is told as what was not looked at.
#[test]
fn what_could_not_be_written_to_is_told_as_not_looked_at() {
    let mut night = night(NightEnding::NotRun, None);
    night.steps[1].because = Some("the filesystem is mounted read-only".into());
    let told = text(&night);
    let (_, told) = told.split_once("Not looked at whole").expect(&told);
    assert!(told.contains("full of /home/coder: not run: the filesystem is mounted"), "{told}");
    let mut metrics = Vec::new();
    write_night_prometheus(&night, &[], None, &mut metrics).unwrap();
    let metrics = String::from_utf8(metrics).unwrap();
    assert!(!metrics.contains("night_step_done{step=\"full\""), "it did not fail: {metrics}");
    assert!(metrics.contains("night_step_left_out{step=\"full\",root=\"/home/coder\"} 1"));
    assert!(metrics.contains("night_step_left_out{step=\"quick\",root=\"/home/coder\"} 0"));
}

#[test]
fn each_step_has_its_metrics_and_each_metric_its_help_once() {
    let night = night(NightEnding::Killed, None);
    let found = with_findings(vec![finding(Code::DirentDangling, b"/home/coder/a")]);
    let root = PathName::new(b"/home/coder".to_vec());
    let last =
        NightStepName::ALL.map(|step| LastReport { step, root: Some(&root), report: &found });
    let mut text = Vec::new();
    write_night_prometheus(&night, &last, Some(5.0), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    for line in [
        "fscan_night_clean 0",
        "fscan_night_last_clean_timestamp_seconds 5",
        "fscan_night_step_done{step=\"quick\",root=\"/home/coder\"} 1",
        "fscan_night_step_done{step=\"full\",root=\"/home/coder\"} 0",
        "fscan_findings{step=\"stress\",root=\"/home/coder\",severity=\"corrupt\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}: {text}");
    }
    let helps: Vec<_> = text.lines().filter(|line| line.starts_with("# HELP")).collect();
    let once: std::collections::BTreeSet<_> = helps.iter().collect();
    assert_eq!(once.len(), helps.len(), "{text}");
}
