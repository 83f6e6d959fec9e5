//! `fscan report FILE`: a saved report rendered again, and files that are none.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::harness::{Dir, Fscan, Outcome, realistic};

fn saved(dir: &Dir) -> PathBuf {
    let (tree, output) = (dir.folder("tree"), dir.join("report.json"));
    realistic(&tree);
    Fscan::quick_tree(dir).arg("-o").args([&output, &tree]).run().expect_code(0);
    output
}

fn render(dir: &Dir, file: &Path, format: &str) -> Outcome {
    Fscan::new(dir).arg("report").arg(file).args(["--format", format]).run()
}

#[test]
fn a_saved_report_reads_back_as_it_was() {
    let dir = Dir::new();
    let file = saved(&dir);
    let outcome = render(&dir, &file, "json");
    let same = outcome.expect_code(0).stdout_bytes() == fs::read(&file).unwrap();
    outcome.expect(same, "byte for byte");
}

#[test]
fn a_saved_report_gives_the_text_of_the_scan() {
    let dir = Dir::new();
    let (tree, output) = (dir.folder("tree"), dir.join("report.json"));
    realistic(&tree);
    let scan = Fscan::new(&dir).args(["--quick", "--skip", "kernel", "-o"]);
    let scan = scan.args([&output, &tree]).run();
    scan.expect(!scan.stdout().is_empty(), "the scan says something");
    let outcome = render(&dir, &output, "text");
    let same = outcome.expect_code(0).stdout() == scan.stdout();
    outcome.expect(same, &format!("the scan had said:\n{}", scan.stdout()));
}

#[test]
fn what_is_no_report_is_one_clear_error() {
    let dir = Dir::new();
    let report = fs::read_to_string(saved(&dir)).unwrap();
    let newer = report.replacen("\"schema_version\": 1", "\"schema_version\": 99", 1);
    assert_ne!(newer, report, "the version stands first");
    let half = &report[..report.len() / 2];
    let word = report.replacen("\"ran\"", "\"half-ran\"", 1);
    for (name, content) in [
        ("empty", ""),
        ("not-json", "no report\n"),
        ("other-json", "{\"a\": [1, 2]}"),
        ("no-object", "[]"),
        ("newer", &newer),
        ("truncated", half),
        ("word", &word),
        ("binary", "\0\u{1b}[2J\0"),
        ("deep", &"[".repeat(200_000)),
    ] {
        let file = dir.file(name, content.as_bytes());
        let outcome = render(&dir, &file, "text");
        outcome.expect_code(2).expect_one_error_line(file.to_str().unwrap());
        outcome.expect(outcome.stdout().is_empty(), "nothing on stdout");
        outcome.expect(!outcome.stderr().contains('\x1b'), "no raw bytes of the file");
    }
    let outcome = render(&dir, &dir.join("newer"), "text");
    outcome.expect(outcome.stderr().contains("newer"), "what to do about it");
    let outcome = render(&dir, &dir.join("word"), "text");
    outcome.expect(outcome.stderr().contains("wrote it with the word `half-ran`"), "what it is");
    outcome.expect(outcome.stderr().len() < 300, "in short");
}

#[test]
fn what_else_a_scan_writes_is_named() {
    let dir = Dir::new();
    let tree = dir.folder("tree");
    realistic(&tree);
    for manifest in ["m.jsonl", "m.jsonl.gz", "m"] {
        let scan = Fscan::new(&dir).args(["--skip=kernel,environment,tar", "--manifest", manifest]);
        scan.arg(&tree).run().expect_code(0);
        let outcome = render(&dir, &dir.join(manifest), "text");
        let said = format!("{manifest}: a manifest, not a report: `fscan diff`");
        outcome.expect_code(2).expect_one_error_line(&said);
        let trend = Fscan::new(&dir).args(["trend", manifest, manifest]).run();
        trend.expect(trend.stderr().contains(&said), "no trend of manifests");
    }
    // What else begins so is read for itself.
    let gzip = dir.file("other.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0");
    render(&dir, &gzip, "text").expect_code(2).expect_one_error_line("not an fscan report");
}

/// A FIFO has no writer and /dev/zero no end: neither may be waited for.
#[test]
fn what_is_no_file_is_one_clear_error() {
    let dir = Dir::new();
    let fifo = dir.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
    for path in [&fifo, &dir.join("missing"), &dir.folder("folder"), Path::new("/dev/zero")] {
        let outcome = render(&dir, path, "text");
        outcome.expect_code(2).expect_one_error_line(path.to_str().unwrap());
    }
}

/// What a crafted file makes the reader complain of reaches no terminal as it is.
#[test]
fn a_crafted_report_cannot_speak_to_the_terminal() {
    let dir = Dir::new();
    let crafted = r#"{"schema_version": 1, "tool": "\u001b[31m\u202e\n"}"#;
    let file = dir.file("report.json", crafted.as_bytes());
    let outcome = Fscan::new(&dir).arg("report").arg(file).run();
    outcome.expect_code(2).expect_one_error_line("not an fscan report");
    let harmless = !outcome.stderr().contains(['\u{1b}', '\u{202e}']);
    outcome.expect(harmless, "control characters are escaped");
}
