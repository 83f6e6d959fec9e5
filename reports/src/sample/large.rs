//! Reports of sizes that no comment holds.

use crate::{
    CheckRun, CheckStatus, Code, Component, ComponentName, ComponentStatus, Confidence,
    DiffDirectory, Finding, PathName, Recommendation, Report, Root, Severity, Step, Subject,
    TarClassification, TarPattern, Unchecked, UncheckedReason,
};

use super::{
    diff, divergence, environment, failing, moment, root, stress, stress_target, tar_run,
    tar_trips, volume, with_findings,
};

/// A path of 2,400 bytes that differs from others at both of its ends.
fn long_path(index: usize) -> PathName {
    PathName::new(format!("/{index}{}/{index}", "/däta`|<b>".repeat(200)).into_bytes())
}

/// 10,000 findings of every code with long paths and texts.
fn findings() -> Vec<Finding> {
    let mut findings: Vec<Finding> = (0..10_000)
        .map(|index| {
            let text = &Code::all()[index % Code::all().len()];
            let subject = Subject {
                path: Some(long_path(index)),
                inode: Some(index as u64),
                device: Some("d".repeat(500)),
            };
            let said = format!("what stands there {index} ").repeat(20);
            Finding {
                first_seen: moment(),
                evidence: vec![said.clone(); 2],
                ..Finding::new(text.code, subject, said.clone(), said)
            }
        })
        .collect();
    findings.sort_by_key(|row| (std::cmp::Reverse(row.severity), row.code));
    findings
}

fn recommendation(index: usize) -> Recommendation {
    let long = format!("do this {index} ").repeat(60);
    let step = Step { text: long.clone(), command: Some(format!("echo {index} {long}")) };
    Recommendation {
        id: format!("rule-{index}"),
        title: long.clone(),
        priority: 1,
        severity: Severity::Corrupt,
        because: Code::all().iter().map(|text| text.code).collect(),
        facts: Vec::new(),
        held_back: Some(long.clone()),
        steps: vec![step; 12],
        caveat: long.clone(),
        source: long,
        confidence: Confidence::High,
    }
}

fn long_root(index: usize) -> Root {
    let mut long = root("/", &"f".repeat(300), &"d".repeat(3000));
    long.path = long_path(index);
    long.checks = (0..10)
        .map(|check| CheckRun {
            name: format!("check-{check}"),
            status: CheckStatus::Partial,
            reason: Some(format!("reason {index} {check} ").repeat(50)),
        })
        .collect();
    long
}

/// Far more of everything than any report has.
pub(crate) fn huge() -> Report {
    let mut report = with_findings(Vec::new());
    report.findings = findings();
    report.verdict = crate::Verdict::Corrupt;
    report.roots = std::iter::once(volume()).chain((1..100).map(long_root)).collect();
    report.recommendations = (0..40).map(recommendation).collect();
    report.unchecked = (0..100)
        .map(|index| Unchecked {
            reason: UncheckedReason::PermissionDenied,
            what: format!("what {index} ").repeat(50),
            count: u64::MAX,
            examples: (0..5).map(long_path).collect(),
        })
        .collect();
    report.environment = Some(environment());
    let component = |index: usize| Component {
        name: ComponentName::ALL[index % 7],
        status: ComponentStatus::Fails,
        note: "It is so because | of this. ".repeat(100),
    };
    report.environment.as_mut().unwrap().components = (0..7).map(component).collect();
    let mut compared = diff();
    compared.by_directory = (0..500)
        .map(|index| DiffDirectory { path: Some(long_path(index)), ..DiffDirectory::default() })
        .collect();
    report.diff = Some(compared);
    let mut trips = tar_trips();
    let run = failing(tar_run(TarPattern::Npm), TarClassification::FilesystemError, u64::MAX);
    trips.runs = vec![run; 200];
    report.tar = Some(trips);
    let mut hammered = stress();
    hammered.targets = (0..300).map(|n| stress_target(&format!("t{n}"), "ext4")).collect();
    hammered.divergences = (0..300).map(|n| divergence(&format!("t{n}"))).collect();
    report.stress = Some(hammered);
    report
}
