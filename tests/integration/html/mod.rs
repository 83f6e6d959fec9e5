//! `--format html` in a real browser.

use std::path::Path;

use crate::harness::{Dir, Fscan, Need, in_lab, python};

/// What stands in the report that is kept here wherever others choose the text.
const TEXT: &str = "TEXT OF OTHERS";

/// Markup, a script, an attribute and a line's end where the page has text.
const HOSTILE: &str = "</title></style>\"'><script>alert(1)</script><img src=x onerror=alert(1)>]]>&lt;\
     javascript:alert(1)";

/// The page of a report with `text` in it.
fn page(dir: &Dir, name: &str, text: &str) -> std::path::PathBuf {
    let quoted = serde_json::to_string(text).unwrap();
    let report = include_str!("report.json").replace(TEXT, quoted.trim_matches('"'));
    let report = dir.file(format!("{name}.json"), report.as_bytes());
    let outcome = Fscan::new(dir).arg("report").arg(&report).args(["--format", "html"]).run();
    outcome.expect(outcome.stdout().starts_with("<!DOCTYPE html>"), "a page");
    dir.file(format!("{name}.html"), outcome.stdout_bytes())
}

#[test]
fn a_browser_shows_the_page_and_no_name_does_anything() {
    in_lab(&[Need::Tool("chromium"), Need::Tool("python3")], |dir| {
        let (hostile, plain) = (page(dir, "hostile", HOSTILE), page(dir, "plain", "plain words"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/html/check.py");
        let mut command = python();
        command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script).arg("chromium");
        let checked = command.args([&hostile, &plain]).arg(HOSTILE).output().unwrap();
        let (said, complained) =
            (String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
        assert!(checked.status.success(), "the browser's test says:\n{said}\n{complained}");
    });
}
