mod stress;
mod wire;

use serde_json::Value;

use super::*;
use crate::path_name::is_unsafe_to_show;
use crate::sample::{HOSTILE, finding, healthy, hostile, hostile_text, suppressed, with_findings};
use crate::{Code, PathName, SCHEMA_VERSION, Suppressed};

fn written(report: &Report) -> String {
    let mut bytes = Vec::new();
    write_json(report, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_was_written_reads_back_the_same() {
    let mut deep = healthy();
    deep.roots[0].path = PathName::new(b"/d".repeat(50_000));
    let mut nowhere = with_findings(vec![finding(Code::KernelErrorsRecorded, b"/")]);
    nowhere.findings[0].subject.path = None;
    for report in [healthy(), hostile(), deep, nowhere] {
        assert_eq!(from_json(written(&report).as_bytes()).unwrap(), report);
    }
}

#[test]
fn every_bit_of_a_duration_is_in_the_report() {
    for duration_seconds in [0.1 + 0.2, 1e9 / 3e6, 7.971_926_022_122_783e-82, f64::MAX] {
        let report = Report { duration_seconds, ..healthy() };
        assert_eq!(from_json(written(&report).as_bytes()).unwrap(), report);
    }
}

#[test]
fn every_byte_of_a_name_is_in_the_report() {
    for byte in 1..=255u8 {
        let name = [HOSTILE, &[b'/', byte, byte]].concat();
        let report = with_findings(vec![finding(Code::NameUnsafe, &name)]);
        let read = from_json(written(&report).as_bytes()).unwrap();
        let path = read.findings[0].subject.path.as_ref().unwrap();
        assert_eq!(path.as_bytes(), name, "byte {byte:#x}");
    }
}

#[test]
fn nothing_that_moves_a_cursor_stands_in_a_report() {
    let mut report = hostile();
    report.tool.host =
        (0..0x11_0000).filter_map(char::from_u32).filter(|&c| is_unsafe_to_show(c)).collect();
    let text = written(&report);
    let raw = text.chars().find(|&c| is_unsafe_to_show(c) && c != '\n');
    assert_eq!(raw, None);
    for escaped in [r"\u001b", r"\u009b", r"\u2028", r"\u202e", r"\udb40\udc01"] {
        assert!(text.contains(escaped), "{escaped}");
    }
    assert_eq!(from_json(text.as_bytes()).unwrap(), report);
}

#[test]
fn another_schema_is_refused_with_advice() {
    for (version, advice) in [(SCHEMA_VERSION + 1, "use a newer fscan"), (0, "write the report")] {
        // What a reader of this version cannot know must not be what it complains about.
        let text = format!(r#"{{"schema_version": {version}, "verdict": "unheard-of"}}"#);
        let error = from_json(text.as_bytes()).unwrap_err();
        assert!(matches!(error, ReadError::OtherSchema { found, .. } if found == version));
        let message = error.to_string();
        assert!(message.contains(&format!("schema version {version}")), "{message}");
        assert!(message.contains(advice), "{message}");
    }
}

#[test]
fn what_is_accepted_reads_back_the_same_and_is_left_out_where_nothing_is() {
    let endless = Suppressed { expires: None, glob: None, ..suppressed() };
    let over = Suppressed { expired: true, count: 0, ..suppressed() };
    let report = Report { suppressed: vec![suppressed(), endless, over], ..healthy() };
    let text = written(&report);
    assert_eq!(from_json(text.as_bytes()).unwrap(), report);
    assert_eq!(text.matches("\"expired\"").count(), 1);
    assert!(!written(&healthy()).contains("suppressed"));
}

#[test]
fn a_field_of_a_later_minor_change_is_no_hindrance() {
    let mut value: Value = serde_json::from_str(&written(&healthy())).unwrap();
    value["weather"] = serde_json::json!({"pod": "a"});
    assert_eq!(from_json(value.to_string().as_bytes()).unwrap(), healthy());
}

#[test]
fn what_is_no_report_is_refused() {
    let whole = written(&hostile());
    // Without the last brace and line feed.
    for end in [0, 1, whole.len() / 2, whole.len() - 2] {
        let cut = &whole.as_bytes()[..end];
        assert_refused(cut, "EOF while parsing");
    }
    assert_refused(b"not JSON", "expected");
    assert_refused(b"\xff\xfe", "expected");
    assert_refused(b"[]", "schema_version");
    assert_refused(b"{}", "missing field `schema_version`");
    assert_refused(br#"{"schema_version": 1}"#, "missing field `tool`");
    assert_refused(format!("{whole}{{}}").as_bytes(), "trailing characters");
}

/// A newer fscan knows more findings, and more words elsewhere.
#[test]
fn a_word_of_a_newer_fscan_is_refused_in_one_short_line() {
    let mut value: Value = serde_json::from_str(&written(&hostile())).unwrap();
    value["tool"]["version"] = "9.9".into();
    let unknown = |pointer: &str, word: &str| {
        let mut value = value.clone();
        *value.pointer_mut(pointer).unwrap() = word.into();
        from_json(value.to_string().as_bytes()).unwrap_err().to_string()
    };
    let said = unknown("/findings/0/code", "dirent-haunted");
    let own = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "fscan 9.9 wrote it with the finding `dirent-haunted`, which this fscan ({own}) does not know: \
         use that one or a newer one"
    );
    assert_eq!(said, expected);
    for (pointer, word) in [
        ("/findings/0/severity", "awful"),
        ("/verdict", "awful"),
        ("/roots/0/checks/0/status", "awful"),
        ("/unchecked/0/reason", "awful"),
        ("/suppressed/0/code", &"awful`, expected `x` ".repeat(1000)),
        ("/environment/facts/0/name", "awful"),
        ("/recommendations/0/confidence", "awful"),
        ("/recommendations/0/because/0", &"awful".repeat(1000)),
    ] {
        let said = unknown(pointer, word);
        assert!(said.contains("`awful") && said.contains("does not know"), "{pointer}: {said}");
        assert!(said.len() <= 200, "{pointer}: {said}");
    }
}

/// What the JSON reader says may quote whole texts.
#[test]
fn why_a_file_is_no_report_is_one_short_line() {
    let mut value: Value = serde_json::from_str(&written(&healthy())).unwrap();
    value["totals"] = "long ".repeat(10_000).into();
    let said = from_json(value.to_string().as_bytes()).unwrap_err().to_string();
    assert!(said.len() <= 240 && said.contains(" at line 1 column "), "{said}");
}

#[test]
fn what_else_fscan_writes_is_told_from_a_report() {
    let night = br#"{"schema_version": 1, "folder": {"path": "/a"}, "steps": []}"#;
    assert!(matches!(from_json(night), Err(ReadError::Night)));
    let trend = crate::Trend::of(&[]);
    let trend = serde_json::to_vec(&trend).unwrap();
    assert!(matches!(from_json(&trend), Err(ReadError::Trend)));
}

fn assert_refused(text: &[u8], why: &str) {
    let error = from_json(text).unwrap_err();
    assert!(matches!(error, ReadError::NotAReport(_)), "{error:?}");
    let message = error.to_string();
    assert!(message.starts_with("not an fscan report: "), "{message}");
    assert!(message.contains(why), "{message}");
}

#[test]
fn the_wire_has_these_fields_and_no_others() {
    let report: wire::Report = serde_json::from_str(&written(&hostile())).unwrap();
    assert_eq!(report.directories.map(|told| told.rows.len()), Some(3));
    assert_eq!(report.blocks.map(|told| told.len()), Some(1));
    assert_eq!(report.schema_version, SCHEMA_VERSION);
    assert_eq!(report.tool.name, "fscan");
    let diff = report.diff.unwrap();
    assert_eq!(diff.missing[0].kind, "entry-missing");
    assert!(diff.missing[0].path_hex.is_some());
    let environment = report.environment.unwrap();
    let facts = environment.facts;
    assert_eq!(facts[0].name, "container");
    assert_eq!(facts[0].value, Some("kubernetes".into()));
    assert_eq!((facts[0].path.as_ref(), facts[0].unknown.as_ref()), (None, None));
    assert_eq!(facts[1].value, Some(65_536.into()));
    assert!(facts[2].unknown.as_ref().unwrap().starts_with("EPERM"));
    assert_eq!(facts[3].path.as_deref(), Some("/home/coder"));
    assert!(facts.iter().any(|fact| fact.path_hex.is_some()));
    let component = &environment.components[0];
    assert_eq!((component.name.as_str(), component.status.as_str()), ("docker-builds", "at-risk"));
    assert!(!component.note.is_empty());
    let tar = report.tar.unwrap();
    assert_eq!(tar.runs[0].pattern, "npm");
    let error = &tar.runs[0].errors.as_ref().unwrap()[0];
    assert_eq!(error.classification, "lookup-inconsistent");
    assert!(error.path_hex.is_some());
    assert!(tar.refused[0].member.as_ref().unwrap().path_hex.is_some());
    assert_eq!(report.started_at, "2023-11-14T22:13:20.000Z");
    assert_eq!(report.finished_at, report.started_at);
    assert!((report.duration_seconds - 1.25).abs() < f64::EPSILON);
    assert!(report.complete);
    assert_eq!(report.verdict, "corrupt");
    assert_eq!(report.roots[0].path, "/home/coder");
    assert_eq!(report.roots[1].checks[3].status, "partial");
    assert_eq!(report.totals.entries, 190_312);
    let found = &report.findings[0];
    assert_eq!((found.code.as_str(), found.severity.as_str()), ("dirent-dangling", "corrupt"));
    assert_eq!(found.subject.inode, Some(u64::MAX));
    assert!(found.subject.path_hex.as_ref().unwrap().starts_with("2f686f6d65"));
    let accepted = &report.suppressed.unwrap()[0];
    assert_eq!((accepted.code.as_str(), accepted.severity.as_str()), ("name-collision", "info"));
    assert_eq!((accepted.count, accepted.expires.as_deref()), (3, Some("2027-01-31")));
    assert_eq!((accepted.expired, accepted.reason.as_str()), (None, hostile_text().as_str()));
    assert!(accepted.glob.is_some() && accepted.file.path_hex.is_some());
    assert_eq!(report.unchecked[0].reason, "permission-denied");
    assert!(report.unchecked[0].examples[0].path_hex.is_some());
    let advice = &report.recommendations[0];
    assert_eq!((advice.id.as_str(), advice.confidence.as_str()), ("secure-data", "high"));
    assert_eq!(advice.because, ["dirent-dangling"]);
}
