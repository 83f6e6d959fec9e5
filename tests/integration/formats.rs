//! `--format`, on a run and on a saved report: Markdown, JUnit XML, metrics.

mod metrics_file;
mod npd;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::{Dir, Fscan, Need, ODD_NAMES, Outcome, files, in_lab, python, tool};

/// Names that Markdown, XML and metrics would take for something else.
const HOSTILE: [&str; 4] = ["`a`|b`", "<img src=x>@all", "\"]]>&\u{1b}[2J\n# h", "a\\\"b"];

/// A scan of a few files, and its report.
fn saved(dir: &Dir) -> (PathBuf, PathBuf) {
    let (tree, output) = (dir.folder("tree"), dir.join("report.json"));
    files(&tree, 3);
    Fscan::quick_tree(dir).arg("-o").args([&output, &tree]).run().expect_code(0);
    (tree, output)
}

/// The report with something changed.
fn changed(dir: &Dir, report: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
    let mut value = serde_json::from_slice(&fs::read(report).unwrap()).unwrap();
    change(&mut value);
    dir.file("changed.json", value.to_string().as_bytes())
}

/// Adds a name that is listed and cannot be looked up.
fn damage(report: &mut Value, path: &str) {
    report["verdict"] = json!("corrupt");
    report["findings"] = json!([{
        "code": "dirent-dangling", "severity": "corrupt", "subject": {"path": path},
        "title": "", "expected": "found", "found": "ENOENT", "evidence": [path],
        "occurrences": 3, "first_seen": report["started_at"],
    }]);
}

fn render(dir: &Dir, file: &Path, format: &str) -> Outcome {
    let outcome = Fscan::new(dir).arg("report").arg(file).args(["--format", format]).run();
    outcome.expect_code(0).expect(outcome.stderr().is_empty(), "nothing on stderr");
    outcome
}

fn scan(dir: &Dir, tree: &Path, format: &str) -> Outcome {
    let scan = Fscan::new(dir).args(["--quick", "--skip", "kernel", "--format", format]);
    scan.arg(tree).run()
}

#[test]
fn markdown_names_the_file_that_holds_the_report() {
    let dir = Dir::new();
    let tree = dir.folder("tree");
    files(&tree, 3);
    let output = dir.join("report.json");
    let run = Fscan::new(&dir).args(["--quick", "--skip", "kernel", "--format", "markdown", "-o"]);
    let run = run.args([&output, &tree]).run();
    let hash = blake3::hash(&fs::read(&output).unwrap()).to_hex();
    let end = format!("\nThe whole report: `{}`, BLAKE3 `{hash}`\n", output.display());
    run.expect_code(0).expect(run.stdout().starts_with("# fscan: HEALTHY\n"), "the verdict");
    run.expect(run.stdout().ends_with(&end), &format!("the end is{end}"));
    let again = render(&dir, &output, "markdown");
    again.expect(again.stdout() == run.stdout(), "the same of the saved report");

    let without = scan(&dir, &tree, "markdown");
    let told = without.stdout().contains("BLAKE3");
    without.expect_code(0).expect(!told, "no file holds this report");
}

#[test]
fn no_name_is_markup() {
    let dir = Dir::new();
    let (_, report) = saved(&dir);
    for name in HOSTILE {
        let path = format!("/tree/{name}");
        let outcome = render(&dir, &changed(&dir, &report, |r| damage(r, &path)), "markdown");
        outcome.expect(outcome.stdout().contains("| 3 | `"), "the count stands in its cell");
        for markup in ["\n# h", "\u{1b}", " <img", "]]>&\n"] {
            outcome.expect(!outcome.stdout().contains(markup), markup);
        }
    }
}

#[test]
fn a_large_report_becomes_a_comment() {
    let dir = Dir::new();
    let (_, report) = saved(&dir);
    let large = changed(&dir, &report, |report| {
        damage(report, &format!("/tree/{}", "x/".repeat(1500)));
        let findings = report["findings"].as_array_mut().unwrap();
        let mut row = findings[0].clone();
        row["expected"] = json!("e".repeat(3000));
        *findings = vec![row; 2000];
        report["unchecked"] = json!(vec![
            json!({
                "reason": "vanished", "what": "w".repeat(2000), "count": 9, "examples": []
            });
            500
        ]);
    });
    let outcome = render(&dir, &large, "markdown");
    let bytes = outcome.stdout_bytes().len();
    outcome.expect(bytes < 60_000, &format!("{bytes} bytes are too many"));
    outcome.expect(outcome.stdout().contains("... and "), "what was left out is said");
}

/// Holds the XML against the schema.
fn expect_junit(outcome: &Outcome, dir: &Dir) {
    let file = dir.file("junit.xml", outcome.stdout_bytes());
    let schema = dir.file("junit.xsd", include_bytes!("formats/junit.xsd"));
    let checked = tool("xmllint").args(["--noout", "--schema"]).args([schema, file]).output();
    let checked = checked.unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    outcome.expect(checked.status.success(), &format!("xmllint says: {said}"));
}

#[test]
fn junit_is_what_its_schema_says() {
    in_lab(&[Need::Tool("xmllint")], |dir| {
        let (tree, report) = saved(dir);
        for name in ODD_NAMES {
            dir.file(tree.join(String::from_utf8_lossy(name).into_owned()), b"");
        }
        let run = scan(dir, &tree, "junit");
        expect_junit(run.expect_code(0), dir);
        run.expect(run.stdout().contains(" failures=\"0\" errors=\"0\""), "nothing failed");
        for name in HOSTILE {
            let file = changed(dir, &report, |report| {
                damage(report, name);
                report["tool"]["host"] = json!(name);
                report["roots"][0]["device"] = json!(name);
                report["roots"][0]["checks"][0]["reason"] = json!(name);
                report["roots"][0]["checks"][1]["name"] = json!(name);
            });
            let outcome = render(dir, &file, "junit");
            expect_junit(&outcome, dir);
            outcome.expect(outcome.stdout().contains("<failure type=\"dirent-dangling\""), name);
        }
        for arguments in [
            &["tar", "--generated", "3", "--no-control", "tree"][..],
            &["stress", "--ops", "50", "--seed", "1", "here=tree"],
        ] {
            let outcome = Fscan::new(dir).args(arguments).args(["--format", "junit"]).run();
            expect_junit(outcome.expect_code(0), dir);
        }
        let missing = scan(dir, &dir.join("missing"), "junit");
        expect_junit(missing.expect_code(2), dir);
        missing.expect(missing.stdout().contains("<error "), "nothing passed");
    });
}

#[test]
fn what_fails_in_junit_goes_by_fail_on() {
    let dir = Dir::new();
    let (_, report) = saved(&dir);
    let file = changed(&dir, &report, |report| {
        damage(report, "/tree/x");
        report["findings"][0]["severity"] = json!("warning");
    });
    let outcome = render(&dir, &file, "junit");
    outcome.expect(outcome.stdout().contains(" failures=\"0\""), "a warning fails nothing");
}

/// Has the official client read the metrics, and say what they are.
fn expect_metrics(outcome: &Outcome, dir: &Dir) {
    let script = "import sys\n\
                  from prometheus_client.parser import text_string_to_metric_families as read\n\
                  text = open(sys.argv[1], encoding='utf-8').read()\n\
                  for family in read(text):\n\
                  \x20   assert family.name.startswith('fscan_'), family.name\n\
                  \x20   assert family.type == 'gauge' and family.documentation, family.name\n\
                  \x20   print(family.name, len(family.samples))\n";
    let file = dir.file("read.prom", outcome.stdout_bytes());
    let read = python().arg("-c").arg(script).arg(file).output().unwrap();
    let (read_as, said) =
        (String::from_utf8_lossy(&read.stdout), String::from_utf8_lossy(&read.stderr));
    outcome.expect(read.status.success(), &format!("the client says: {said}"));
    outcome.expect(read_as.contains("fscan_report_verdict 4\n"), &read_as);
    outcome.expect(read_as.contains("fscan_findings 4\n"), &read_as);
}

#[test]
fn metrics_are_what_prometheus_reads() {
    in_lab(&[Need::PythonModule("prometheus_client")], |dir| {
        let (tree, report) = saved(dir);
        expect_metrics(scan(dir, &tree, "prometheus").expect_code(0), dir);
        for name in HOSTILE {
            let file = changed(dir, &report, |report| {
                damage(report, name);
                report["roots"][0]["path"] = json!(name);
                report["roots"][0]["device"] = json!(name);
                report["tool"]["version"] = json!(name);
            });
            expect_metrics(&render(dir, &file, "prometheus"), dir);
        }
        let tar = ["tar", "--generated", "3", "--no-control", "tree", "--format", "prometheus"];
        let outcome = Fscan::new(dir).args(tar).run();
        expect_metrics(outcome.expect_code(0), dir);
        outcome.expect(outcome.stdout().contains("fscan_tar_entries{"), "round trips");
    });
}
