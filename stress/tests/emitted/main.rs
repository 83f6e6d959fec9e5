//! Emitted programs, compiled and run as those run them who get them.
//!
//! What needs a tool that is missing says so on stderr and is skipped; with `FSCAN_LAB=required`
//! in the environment a skip is a failure.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails; clippy sees test code only inside #[test] functions"
)]

mod c;
mod overlay;
mod same;
mod shell;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use stress::Op;
use stress::emit::{emit_c, emit_sh};
use stress::name::{Family, Names};
use stress::operand::Mode;
use stress::reproducer::{Ground, Reproducer};
use tempfile::TempDir;

const EVERY_OPERATION: &str = include_str!("../../src/every_operation.ops");

fn reproducer(lines: &[&str]) -> Reproducer {
    Reproducer {
        target: "home".to_owned(),
        filesystem: "ext4".to_owned(),
        options: "rw".to_owned(),
        kernel: "6.18.0".to_owned(),
        seed: Some(7),
        profile: "mixed".to_owned(),
        umask: Mode::new(0o027),
        privileged: true,
        ground: Ground::Empty,
        class: "rename".to_owned(),
        expected: "ENOTEMPTY".to_owned(),
        found: "done".to_owned(),
        ops: lines.iter().map(|line| line.parse().unwrap()).collect(),
    }
}

/// Values that end comments, strings and lines, and that would run commands.
fn hostile(lines: &[&str]) -> Reproducer {
    let hostile =
        "*/ ??/ /* \" \\ ' $(touch pwned) `touch pwned`\ntouch pwned\n\u{1b}[31m %s \u{202e}";
    Reproducer {
        target: hostile.to_owned(),
        options: format!("{hostile}\\"),
        kernel: format!("{hostile}??/"),
        expected: hostile.to_owned(),
        found: hostile.to_owned(),
        ..reproducer(lines)
    }
}

/// A program, and the directory that it ran in.
struct Ran {
    root: TempDir,
    output: Output,
}

impl Ran {
    fn here(&self) -> PathBuf {
        self.root.path().join("empty")
    }

    fn text(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).unwrap()
    }

    /// Fails unless the output has a line that begins so.
    #[track_caller]
    fn says(&self, line: &str) {
        let text = self.text();
        assert!(text.lines().any(|there| there.starts_with(line)), "no line `{line}` in:\n{text}");
    }

    fn shows_nothing_that_moves_the_cursor(&self) {
        let text = self.text();
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
    }
}

/// Runs a command in a directory that has these files.
fn run_among(files: &[&str], command: impl FnOnce(&Path) -> Command) -> Ran {
    let root = TempDir::new().unwrap();
    let here = root.path().join("empty");
    fs::create_dir(&here).unwrap();
    files.iter().for_each(|name| fs::write(here.join(name), "").unwrap());
    let output = command(root.path()).current_dir(&here).output().unwrap();
    Ran { root, output }
}

#[track_caller]
fn compile(source: &str, options: &[&str], program: &Path) {
    let file = program.with_extension("c");
    fs::write(&file, source).unwrap();
    let cc = Command::new("cc")
        .args(["-Wall", "-Wextra", "-Werror", "-o"])
        .arg(program)
        .args(options)
        .arg(&file)
        .output()
        .unwrap();
    assert!(cc.status.success(), "{}\n{source}", String::from_utf8_lossy(&cc.stderr));
}

fn run_c_among(files: &[&str], reproducer: &Reproducer) -> Ran {
    let source = emit_c(reproducer, &Names::default()).unwrap();
    run_among(files, |root| {
        let program = root.join("reproducer");
        compile(&source, &["-O2"], &program);
        Command::new(program)
    })
}

#[track_caller]
fn run_c(lines: &[&str]) -> Ran {
    let ran = run_c_among(&[], &reproducer(lines));
    assert!(ran.output.status.success(), "{:?}", ran.output);
    ran
}

fn run_sh_among(files: &[&str], reproducer: &Reproducer) -> Ran {
    let script = emit_sh(reproducer, &Names::default()).unwrap();
    run_among(files, |root| {
        let file = root.join("reproducer.sh");
        fs::write(&file, script).unwrap();
        let mut sh = Command::new("sh");
        sh.arg(file);
        sh
    })
}

#[track_caller]
fn run_sh(lines: &[&str]) -> Ran {
    let ran = run_sh_among(&[], &reproducer(lines));
    assert!(ran.output.status.success(), "{:?}", ran.output);
    assert_eq!(String::from_utf8_lossy(&ran.output.stderr), "");
    ran
}

/// Every odd name and one of the longest, as files in a directory with an odd name.
fn odd_names() -> Vec<String> {
    let odd = (0..Family::Odd.count()).map(|number| Family::Odd.name(number));
    let all = odd.chain([Family::Longest.name(0)]);
    let creates = all.map(|name| format!("create odd0/{name} mode=0640"));
    ["mkdir odd0 mode=0755".to_owned()].into_iter().chain(creates).collect()
}

/// Fails unless they are there, each byte of them.
#[track_caller]
fn has_odd_names(directory: &Path) {
    let names = Names::default();
    let odd = std::ffi::OsStr::new("new\nline");
    let mut left = usize::from(Family::Odd.count()) + 1;
    for entry in fs::read_dir(directory.join(odd)).unwrap() {
        let name = entry.unwrap().file_name();
        let known = names.find(name.as_bytes()).map(|name| name.family().0);
        let expected = matches!(known, Some(Family::Odd | Family::Longest));
        assert!(expected, "{}", reports::escape(name.as_bytes()));
        left -= 1;
    }
    assert_eq!(left, 0);
}

fn strings(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

fn every_operation() -> Vec<Op> {
    EVERY_OPERATION.lines().map(|line| line.parse().unwrap()).collect()
}
