//! `fscan report --bead`, `--new-bead`: the client's command line, what it is given, and what
//! becomes of clients that fail. `br` itself is run where it is installed.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Dir, Fscan, Outcome, files};

/// A report of a tree whose name is hostile.
const TREE: &str = "tree; touch $(id) `x` 'y' \"z\"\n-rf";

fn saved(dir: &Dir) -> PathBuf {
    files(&dir.folder(TREE), 2);
    let report = dir.join("report.json");
    Fscan::quick_tree(dir).arg("-o").args([&report, &dir.join(TREE)]).run().expect_code(0);
    report
}

/// A stand-in for a client: notes its arguments, a line each, and the text, then runs `script`.
fn stand_in(dir: &Dir, name: &str, script: &str) -> PathBuf {
    let text = format!(
        "#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done > {folder}/arguments\n\
         PATH=/usr/bin:/bin; cat > {folder}/text\n{script}\n",
        folder = dir.path().display()
    );
    let path = dir.file(format!("bin/{name}"), text.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn arguments(dir: &Dir) -> Vec<String> {
    let noted = fs::read_to_string(dir.join("arguments")).unwrap();
    noted.split_terminator('\0').map(str::to_owned).collect()
}

fn report<'a>(dir: &'a Dir, file: &Path) -> Fscan<'a> {
    Fscan::new(dir).arg("report").arg(file).only_programs(&dir.join("bin"))
}

/// What `fscan report` prints is what the bead is given.
fn expect_text(dir: &Dir, outcome: &Outcome) {
    let text = fs::read_to_string(dir.join("text")).unwrap();
    outcome.expect(text.contains("healthy") || text.contains("HEALTHY"), "the verdict");
    outcome.expect(text.len() < 60_000 && text.contains("report.json"), "and where the rest is");
}

#[test]
fn a_report_becomes_a_comment() {
    let dir = Dir::new();
    let file = saved(&dir);
    stand_in(&dir, "bd", "echo '{\"id\": 1, \"issue_id\": \"app-7\"}'");
    stand_in(&dir, "br", "exit 9");
    let outcome = report(&dir, &file).args(["--bead", "7"]).run();
    outcome.expect_code(0).expect(outcome.stderr().is_empty(), "nothing on stderr");
    let expected = ["comments", "add", "7", "-f", "/dev/stdin", "--json"];
    outcome.expect(arguments(&dir) == expected, "bd is the first, and called so");
    expect_text(&dir, &outcome);
    let stdout = outcome.stdout();
    let lines: Vec<_> = stdout.lines().collect();
    outcome.expect(lines[0].ends_with(" | bd comments add 7 -f /dev/stdin --json"), "the command");
    outcome.expect(lines[1..] == ["app-7: commented"], "and the bead");
}

#[test]
fn a_report_opens_a_bead_and_no_shell_reads_its_title() {
    let dir = Dir::new();
    let file = saved(&dir);
    let place = format!("{}/tree; touch $(id) `x` 'y' \"z\"\\n-rf", dir.path().display());
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let title = format!("fscan: healthy: in {place} on {}", host.trim());
    for (name, body) in [("bd", ["--body-file", "-"]), ("br", ["--description-file", "/dev/stdin"])]
    {
        let client = stand_in(&dir, name, "echo '[{\"id\": \"app-8\"}]'");
        let outcome = report(&dir, &file).arg("--new-bead").run();
        let stdout = outcome.expect_code(0).stdout();
        let head = ["create", &title, "-t", "task", "-p", "3", "-l", "fscan"];
        let expected: Vec<_> = head.into_iter().chain(body).chain(["--json"]).collect();
        outcome.expect(arguments(&dir) == expected, &format!("{:?}", arguments(&dir)));
        expect_text(&dir, &outcome);
        outcome.expect(stdout.lines().last() == Some("app-8: opened"), "the bead");
        fs::remove_file(client).unwrap();
    }
}

#[test]
fn the_command_can_be_pasted_and_a_dry_run_does_nothing() {
    let dir = Dir::new();
    let file = saved(&dir);
    let client = stand_in(&dir, "br 0.7", "echo '{\"id\": \"app-9\"}'");
    let outcome = report(&dir, &file).args(["--new-bead", "--dry-run", "--bead-tool"]);
    let outcome = outcome.arg(&client).run();
    let stdout = outcome.expect_code(0).stdout();
    outcome.expect(!dir.join("arguments").exists(), "nothing was run");
    let size = stdout.lines().last().unwrap();
    outcome.expect(size.ends_with(" bytes of text; nothing was done"), "the size is told");

    let folder = Path::new(env!("CARGO_BIN_EXE_fscan")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let pasted = Command::new("bash").arg("-c").arg(&stdout).env("PATH", path).output().unwrap();
    assert!(pasted.status.success(), "{pasted:?}");
    let by_hand = arguments(&dir);
    report(&dir, &file).args(["--new-bead", "--bead-tool"]).arg(&client).run().expect_code(0);
    assert_eq!(arguments(&dir), by_hand);
    assert!(!dir.join("x").exists() && by_hand[1].starts_with("fscan: healthy: in /"));
}

#[test]
fn what_a_client_complains_of_is_one_clear_error() {
    let dir = Dir::new();
    let file = saved(&dir);
    for (script, told) in [
        ("echo 'no issue found matching \"7\"' >&2; exit 1", "no issue found matching \"7\""),
        ("echo '{\"error\": \"database is locked\"}'; exit 3", "database is locked"),
        ("printf 'b\\na\\033[2J' >&2; exit 1", "exit status 1: a\\u{1b}[2J"),
        ("kill -9 $$", "killed by signal 9"),
        ("yes; exit 1", "and was killed"),
    ] {
        stand_in(&dir, "bd", script);
        let outcome = report(&dir, &file).args(["--bead", "7"]).run();
        let stderr = outcome.expect_code(2).stderr();
        let lines: Vec<_> = stderr.lines().collect();
        outcome.expect(lines.len() == 3, "what happened, the command by itself, and why");
        outcome.expect(lines[1].ends_with("| bd comments add 7 -f /dev/stdin --json"), "by hand");
        outcome.expect(lines[2].contains(told), told);
        outcome.expect(outcome.stdout().is_empty(), "nothing is said to be done");
        outcome.expect(!outcome.stderr().contains('\x1b'), "no raw words of the client");
    }
    stand_in(&dir, "bd", "echo Created something");
    let outcome = report(&dir, &file).arg("--new-bead").run();
    outcome.expect_code(2).expect_one_error_line("it answered: Created something");
}

#[test]
fn a_client_that_is_missing_is_one_clear_error() {
    let dir = Dir::new();
    let file = saved(&dir);
    let bare = dir.folder("bare");
    let not_run = dir.file("bin/plain", b"#!/bin/sh\n");
    for (tool, told) in [
        (None, "neither bd nor br is on the PATH"),
        (Some(dir.join("missing")), "missing: there is no program"),
        (Some(not_run), "plain: there is no program"),
        (Some(bare.clone()), "bare: there is no program"),
    ] {
        let tool = tool.iter().flat_map(|tool| [Path::new("--bead-tool"), tool.as_path()]);
        let posted = Fscan::new(&dir).arg("report").arg(&file).args(["--bead", "7"]);
        let outcome = posted.args(tool).only_programs(&bare).run();
        outcome.expect_code(2).expect_one_error_line(told);
    }
}

#[test]
fn wrong_usage_is_refused() {
    let dir = Dir::new();
    let file = saved(&dir);
    stand_in(&dir, "bd", "");
    for arguments in [
        &["--bead", "--db=/tmp/x"][..],
        &["--bead=--db"],
        &["--bead", "a b"],
        &["--bead", "7", "--new-bead"],
        &["--bead", "7", "--format", "json"],
        &["--dry-run"],
        &["--bead-tool", "bd"],
    ] {
        let outcome = report(&dir, &file).args(arguments).run();
        outcome.expect_code(2).expect(!dir.join("arguments").exists(), "nothing was run");
    }
}

/// `br`, where it is installed: on the PATH, or named by FSCAN_BR.
fn br() -> Option<PathBuf> {
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join("br")).find(|path| path.is_file())
    };
    std::env::var_os("FSCAN_BR").map(PathBuf::from).or_else(on_path)
}

/// Opens a bead and comments on it with the program itself, and reads both back.
#[test]
fn br_keeps_what_it_is_given() {
    let Some(br) = br() else {
        let advice = "install br (cargo install beads_rust), or name it with FSCAN_BR=PATH";
        let _ = writeln!(std::io::stderr(), "SKIPPED br_keeps_what_it_is_given: {advice}");
        return;
    };
    let dir = Dir::new();
    let (file, folder) = (saved(&dir), dir.folder("workspace"));
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&br);
        let output = command.args(arguments).current_dir(&folder).stdin(Stdio::null()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output.stdout
    };
    run(&["init"]);
    let post = |arguments: &[&str]| {
        let post = report(&dir, &file).args(arguments).arg("--bead-tool").arg(&br);
        let outcome = post.in_folder(&folder).run();
        let stdout = outcome.expect_code(0).stdout();
        stdout.lines().last().unwrap().split(": ").next().unwrap().to_owned()
    };
    let bead = post(&["--new-bead"]);
    assert_eq!(post(&["--bead", &bead]), bead);

    let shown: Value = serde_json::from_slice(&run(&["show", &bead, "--json"])).unwrap();
    let shown = shown.get(0).unwrap_or(&shown);
    let field = |name: &str| shown[name].as_str().unwrap_or_default().to_owned();
    assert!(field("title").starts_with("fscan: healthy: in /tmp/fscan-test-"), "{shown}");
    assert!(field("title").contains("`x` 'y' \"z\"\\n-rf on "), "{shown}");
    let description = field("description");
    assert!(description.contains("report.json"), "{shown}");
    assert_eq!((&shown["priority"], &shown["issue_type"]), (&3.into(), &"task".into()), "{shown}");
    assert_eq!(shown["labels"][0], "fscan", "{shown}");
    let comments: Value = serde_json::from_slice(&run(&["comments", &bead, "--json"])).unwrap();
    let comment = comments[0]["text"].as_str().or(comments[0]["body"].as_str());
    assert_eq!(comment.map(str::trim), Some(description.trim()), "{comments}");

    let unknown = report(&dir, &file).args(["--bead", "app-nosuch", "--bead-tool"]).arg(&br);
    let unknown = unknown.in_folder(&folder).run();
    let stderr = unknown.expect_code(2).stderr();
    let last = stderr.lines().last().unwrap_or_default();
    unknown.expect(last.contains("app-nosuch") && last.starts_with("fscan: "), "which bead");
}
