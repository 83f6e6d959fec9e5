use super::{plain, verbose};
use crate::sample::{environment, healthy};
use crate::{CheckRun, CheckStatus, Report};

fn with_environment() -> Report {
    Report { environment: Some(environment()), ..healthy() }
}

#[test]
fn a_scan_ends_with_what_works_and_tells_facts_only_when_asked() {
    let text = plain(&with_environment());
    let row = "\nComponents\n  Docker builds            at risk  The data root lies on a damaged";
    assert!(text.contains(row), "{text}");
    assert!(!text.contains("container "), "{text}");
    let told = verbose(&with_environment());
    assert!(told.contains("This machine\n  container "), "{told}");
    assert!(told.contains("from  /proc/self/uid_map"), "{told}");
}

#[test]
fn what_was_asked_about_machine_and_pod_alone_is_told_without_a_verdict() {
    let mut report = with_environment();
    report.totals.entries = 0;
    let ran = CheckRun { name: "environment".into(), status: CheckStatus::Ran, reason: None };
    report.roots[0].checks = vec![ran];
    let text = plain(&report);
    assert!(text.starts_with("ENVIRONMENT  "), "{text}");
    assert!(!text.contains("HEALTHY") && !text.contains("NOTHING EXAMINED"), "{text}");
    assert!(text.contains("  user ids                            65,536\n"), "{text}");
    assert!(text.contains("  not known  id mapping: EPERM (operation not permitted)\n"), "{text}");
    assert!(text.contains("\n/home/coder\n  leftovers of installs "), "{text}");
    assert!(!text.contains("Everything was examined"), "{text}");
}
