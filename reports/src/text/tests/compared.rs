//! The first line of what was compared with a manifest, and of what was to be and was not.

use super::plain;
use crate::sample::{diff, finding, healthy, with_findings};
use crate::{CheckRun, CheckStatus, Code, Report};

#[test]
fn a_tree_that_is_not_as_it_was_is_not_called_corrupt() {
    let headline = |codes: &[Code]| {
        let found = codes.iter().map(|code| finding(*code, b"/home/coder/a")).collect();
        plain(&with_findings(found)).lines().next().unwrap_or_default().to_owned()
    };
    for code in [Code::EntryMissing, Code::ContentDiffers, Code::MetadataChanged] {
        let headline = headline(&[code, Code::EntryAdded]);
        assert!(headline.starts_with("DIFFERENT  The tree is not as the manifest"), "{headline}");
    }
    for (beside, word) in [
        (Code::ContentChanged, "CORRUPT  "),
        (Code::DirentDangling, "CORRUPT  "),
        (Code::ContentZeroed, "SUSPECT  "),
        (Code::EntryLost, "SUSPECT  "),
        (Code::SpaceLow, "DIFFERENT  "),
        (Code::VolumeFaulted, "SUSPECT  "),
    ] {
        assert!(headline(&[Code::EntryMissing, beside]).starts_with(word), "{beside:?}");
    }
    assert!(headline(&[Code::EntryAdded]).starts_with("HEALTHY  "));
    assert!(headline(&[Code::EntryAdded, Code::SpaceLow]).starts_with("AT RISK  "));
}

#[test]
fn what_was_to_be_compared_and_was_not_is_no_success() {
    let mut report = healthy();
    report.roots[0].checks.push(CheckRun {
        name: "baseline".into(),
        status: CheckStatus::Partial,
        reason: Some("nothing was compared: /b: it is empty and the baseline is not".into()),
    });
    let text = |report: &Report| plain(report).split_whitespace().collect::<Vec<_>>().join(" ");
    let refused = text(&report);
    let expected = "NOTHING COMPARED No damage was found. Nothing was compared with the manifest";
    assert!(refused.starts_with(expected), "{refused}");
    assert!(!refused.contains("The run stopped"), "{refused}");
    assert!(refused.contains("/b: it is empty and the baseline is not"), "{refused}");
    report.complete = false;
    let stopped = text(&report);
    assert!(stopped.starts_with("NOTHING COMPARED, INCOMPLETE No damage"), "{stopped}");
    assert!(stopped.contains("Nothing was compared"), "{stopped}");
    assert!(stopped.contains("The run stopped before its end: the rest was not"), "{stopped}");
    report.findings.push(finding(Code::DirentDangling, b"/a"));
    report.judge();
    let damaged = text(&report);
    assert!(damaged.starts_with("CORRUPT, INCOMPLETE, NOTHING COMPARED Damage"), "{damaged}");
    report.findings.clear();
    report.judge();
    report.diff = Some(diff());
    assert!(!plain(&report).contains("NOTHING COMPARED"));
}
