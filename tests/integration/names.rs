//! Hostile names: no raw control byte reaches a terminal, no byte is lost in JSON.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::harness::{Dir, Fscan, Need, ODD_NAMES, Outcome, Subject, User, in_lab};

/// A tree with every odd name as a folder that nobody may enter and as a file.
fn odd_tree(dir: &Dir) -> PathBuf {
    let tree = dir.folder("tree");
    for name in ODD_NAMES {
        let name = OsStr::from_bytes(name);
        let locked = dir.folder(PathBuf::from("tree/locked").join(name));
        fs::set_permissions(locked, fs::Permissions::from_mode(0o700)).unwrap();
        dir.file(PathBuf::from("tree/files").join(name), b"content");
    }
    tree
}

/// Characters that move a cursor, hide text or reorder it.
fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}')
}

fn expect_harmless(outcome: &Outcome, what: &str, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).ok();
    outcome.expect(text.is_some(), &format!("{what} is UTF-8"));
    let hostile: Vec<char> = text.unwrap_or_default().chars().filter(|&c| is_hostile(c)).collect();
    outcome.expect(hostile.is_empty(), &format!("{what} has {hostile:?}"));
}

#[test]
fn hostile_names_reach_no_terminal() {
    let dir = Dir::new();
    let tree = odd_tree(&dir);
    for format in ["text", "json"] {
        let arguments = ["--quick", "--skip", "kernel", "--all-findings", "-v", "--format", format];
        let outcome = Fscan::new(&dir).args(arguments).arg(&tree).run();
        outcome.expect_code(0);
        expect_harmless(&outcome, "stdout", outcome.stdout_bytes());
        expect_harmless(&outcome, "stderr", outcome.stderr().as_bytes());
        outcome.expect(outcome.stdout().contains("name-unsafe"), "the names are noted");
    }
}

#[test]
fn hostile_names_that_could_not_be_examined_reach_no_terminal() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let tree = odd_tree(dir);
        for format in ["text", "json"] {
            let scan =
                Fscan::new(dir).args(["--quick", "--skip", "kernel", "-v", "--format", format]);
            let outcome = scan.arg(&tree).user(User::Nobody).run();
            outcome.expect_code(0);
            expect_harmless(&outcome, "stdout", outcome.stdout_bytes());
            outcome.expect(outcome.stdout().contains("locked/"), "some of them are named");
        }
    });
}

/// Only colours (`ESC [ digits m`) of the report's own may be there.
#[test]
fn hostile_names_add_nothing_to_the_colours() {
    let dir = Dir::new();
    let tree = odd_tree(&dir);
    let arguments = ["--quick", "--skip", "kernel", "--all-findings", "-v", "--color", "always"];
    let outcome = Fscan::new(&dir).args(arguments).arg(&tree).run();
    let mut plain = String::new();
    for part in outcome.stdout().split("\x1b[") {
        let colour = part
            .split_once('m')
            .filter(|(digits, _)| digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'));
        plain += colour.map_or(part, |(_, rest)| rest);
    }
    expect_harmless(&outcome, "stdout without its colours", plain.as_bytes());
}

#[test]
fn hostile_names_do_not_steer_the_progress_line() {
    let dir = Dir::new();
    let tree = odd_tree(&dir);
    let outcome = Fscan::quick_tree(&dir).args(["--progress", "always"]).arg(&tree).run();
    outcome.expect(!outcome.stderr().is_empty(), "there is a progress line");
    for raw in ["\x1b[2J\x1b[31mescape", "\x1b]0;title", "line\nbreak", "\u{9b}31m", "\u{202e}gpj"]
    {
        outcome.expect(!outcome.stderr().contains(raw), &format!("no raw {raw:?} on stderr"));
    }
}

/// Two names that are not UTF-8 stay two, and neither becomes the UTF-8 name that looks alike.
#[test]
fn json_carries_every_byte_of_a_name() {
    let dir = Dir::new();
    let tree = odd_tree(&dir);
    let outcome = Fscan::quick_tree(&dir).arg("--all-findings").arg(&tree).run();
    let report = outcome.report();
    let subjects = report.findings.iter().map(|finding| &finding.subject);
    let paths: Vec<Vec<u8>> = subjects.filter_map(Subject::path_bytes).collect();
    let unsafe_names = [
        &b"not utf8 \xff"[..],
        b"not utf8 \xfe",
        b"overlong \xc0\xaf",
        b"line\nbreak",
        b"\x1b[2J\x1b[31mescape",
        "c1\u{9b}31m\u{85}".as_bytes(),
    ];
    for name in unsafe_names {
        let path = [tree.as_os_str().as_bytes(), b"/files/", name].concat();
        let shown = path.escape_ascii().to_string();
        outcome.expect(paths.contains(&path), &format!("{shown} is among the findings"));
    }
}

#[test]
fn a_hostile_path_on_the_command_line_is_escaped_in_the_error() {
    let dir = Dir::new();
    let outcome = Fscan::quick(&dir).arg(OsStr::from_bytes(b"no\x1b[2J\nsuch\xff")).run();
    outcome.expect_code(2).expect_one_error_line("such");
    expect_harmless(&outcome, "stderr", outcome.stderr().as_bytes());
}

/// As a name in the tree and, after `--`, as the tree itself.
#[test]
fn a_name_that_looks_like_an_option_is_a_name() {
    let dir = Dir::new();
    for name in ["-rf", "--help", "--output=stolen"] {
        dir.file(PathBuf::from("tree").join(name).join(name), b"content");
        let tree = dir.join("tree");
        let scan = Fscan::quick_tree(&dir).in_folder(&tree).args(["--", name]);
        let outcome = scan.run();
        let totals = outcome.expect_code(0).report().totals;
        outcome.expect((totals.directories, totals.files) == (1, 1), "a folder and a file");
        let outcome = Fscan::quick_tree(&dir).arg(&tree).run();
        outcome.expect_code(0);
    }
    assert!(!dir.join("tree/stolen").exists());
}
